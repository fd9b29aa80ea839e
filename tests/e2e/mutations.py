#!/usr/bin/env python3
"""Makes one mistake in good profiles, everywhere and of every kind, and counts those that `profilefs check` finds.

  mutations.py [PROFILES]

The profiles are those of good_profiles.py, and those in PROFILES that have no errors. A mistake is found if check
reports the rule's name at the right line and key, as severe as it is. Of each kind, and in all, at least 99 % must
be. Runs in an empty directory.

  PROFILEFS      the program
  E2E_SEED       what the sample is drawn with
  E2E_SHARE=N    one part in N of the sample
  E2E_FULL=1     takes all mistakes in all profiles, not a sample
"""
import itertools
import json
import os
import plistlib
import random
import re
import shutil
import subprocess
import sys

from good_profiles import (DATE, TYPES, Builder, Failure, Schema, all_keys, applies, candidates, errors_of, fits,
                           good_profiles, is_open, satisfies, type_of)
from profile_lines import Profile, encoded, key_line, lines_of, path_of

PROGRAM = os.environ["PROFILEFS"]
FULL = bool(os.environ.get("E2E_FULL"))
SEED = int(os.environ.get("E2E_SEED") or 1)

ENOUGH = 0.99
LISTED = 20
SHARE = int(os.environ.get("E2E_SHARE") or 1)
SAMPLE = max(400 // SHARE, 1)    # mistakes of a kind
CORPUS_STEP = 6 * SHARE          # one in so many of the profiles in PROFILES
BATCH = 2000       # profiles that are checked at a time

# A value of each type, for where another is expected.
OF_TYPE = {"string": "a text", "integer": 7, "real": 1.5, "boolean": True, "date": DATE, "data": b"bytes",
           "array": ["a text"], "dict": {"Example": "a text"}}

NOBODYS_UUID = "7D0D6C2E-0B1C-4A55-9E6E-3B8C5A9F1E07"


# --- a mistake -------------------------------------------------------------------------------------------------


class Mistake:
    """Lines from `start` up to `end` of a profile become `lines`; check must find `rule` at `line` and `key`."""

    __slots__ = ("profile", "start", "end", "lines", "rule", "line", "key", "severity")

    def __init__(self, start, end, lines, rule, line, key, severity="error"):
        self.start, self.end, self.lines = start, end, lines
        self.rule, self.line, self.key, self.severity = rule, line + 1, key, severity

    def text(self):
        lines = self.profile.lines
        return "\n".join(lines[:self.start] + self.lines + lines[self.end:]) + "\n"

    def expected(self):
        return {"rule": self.rule, "line": self.line, "key": self.key, "severity": self.severity}

    def __str__(self):
        was = " ".join(self.profile.lines[self.start:self.end])
        return f"{self.profile.name}: {was[:80]!r} -> {' '.join(self.lines)[:80]!r}: {self.expected()}"


def with_value(place, value, rule):
    nameless = place.parent if place.is_type and (not isinstance(value, str) or not value) else None
    return Mistake(place.first, place.end, lines_of(value), rule, place.first, path_of(place, nameless=nameless))


def with_name(place, name, rule, severity="error"):
    """Under another key."""
    return Mistake(place.key_line, place.first, [key_line(name)], rule, place.key_line,
                   path_of(place.parent, encoded(name)), severity)


def without(place, rule="missing-key", name=None):
    """Taken away; `name` is the key that is missed then."""
    nameless = place.parent if place.is_type else None
    return Mistake(place.key_line, place.end, [], rule, place.parent.first,
                   path_of(place.parent, encoded(name or place.name), nameless=nameless))


# --- kinds of mistakes: each is a function of a place ------------------------------------------------------------


def wrong_types(place):
    types = set(place.schema["types"])
    if "real" in types:
        types.add("integer")
    return [OF_TYPE[kind] for kind in TYPES if kind not in types]


def change_type(profile, place):
    if place.is_content:
        wrong = [OF_TYPE[kind] for kind in TYPES if kind not in ("array", "dict")]
        yield from (with_value(place, value, "not-a-profile") for value in wrong)
    elif place.is_entry and place.schema:
        yield from (with_value(place, value, "wrong-type") for value in wrong_types(place))


def change_type_of_element(profile, place):
    if not place.is_element or not place.schema:
        return
    for value in wrong_types(place):
        mistake = with_value(place, value, "wrong-type")
        if place.is_payload:
            mistake.key = path_of(place, nameless=place)
        yield mistake


def recased(text):
    """The text in other cases, each once."""
    others = dict.fromkeys([text.lower(), text.upper(), text.swapcase(), text[:1].swapcase() + text[1:]])
    return [other for other in others if other != text]


def leave_list(profile, place):
    key = place.schema or {}
    if "values" not in key or key.get("custom_values"):
        return
    for kind in key["types"]:
        wrong = {"string": ["no such value", *(other for text in key["values"] for other in recased(text)[:1])],
                 "integer": [-7, 7, 99999], "real": [99.25], "boolean": [True, False]}.get(kind, [])
        rule = "out-of-range" if "range" in key and kind in ("integer", "real") else "not-allowed-value"
        yield from (with_value(place, value, rule) for value in wrong if not fits(key, value))


def leave_range(profile, place):
    key = place.schema or {}
    for kind in set(key.get("types", ())) & {"integer", "real"} if "range" in key else ():
        for end, step in (("min", -1), ("max", 1)):
            if end not in key["range"]:
                continue
            bound = float(key["range"][end])
            past = [int(bound) + step, int(bound) + step * 1000] + ([bound + step * 0.5] if kind == "real" else [])
            yield from (with_value(place, value, "out-of-range") for value in past if not fits(key, value))


def break_format(profile, place):
    key = place.schema or {}
    if "format" not in key or "string" not in key["types"]:
        return
    for value in ("", "*", "?", "http:/x", "ftp://www.example.com", "0A1B2C3D", "12345", "00:1A:2B:3C", "1.", "a*b.*"):
        if not re.search(key["format"], value):
            yield with_value(place, value, "bad-format")


def break_length(profile, place):
    key = place.schema or {}
    for bounds, of in (("length", ("string", "data")), ("items", ("array",))):
        if place.kind not in of or bounds not in key:
            continue
        least, most = (int(key[bounds][end]) if end in key[bounds] else None for end in ("min", "max"))
        if least:
            yield with_value(place, (place.value * least)[:least - 1], "bad-length")
        if most is not None and place.value:
            yield with_value(place, (place.value * (most + 1))[:most + 1], "bad-length")


def misspelt(name):
    """The name with a letter too few, too many, another, and with two that changed places."""
    at = len(name) // 2
    spelt = [name[:at] + name[at + 1:], name[:at] + name[at] + name[at:], name[:at] + "x" + name[at + 1:],
             name[:at - 1] + name[at] + name[at - 1] + name[at + 1:] if at else name, name + "s", name[1:]]
    return [other for other in dict.fromkeys(spelt) if other and other != name]


def is_closed_to_others(place):
    """True of a key that is known in a dict that takes no other."""
    dictionary = place.parent.schema if place.is_entry else None
    return dictionary and not is_open(dictionary) and place.name in dictionary["by_name"]


def misspell(profile, place):
    # A payload whose PayloadType is gone may have any keys.
    if not is_closed_to_others(place) or place.is_type:
        return
    for name in misspelt(place.name):
        # In names of three letters everything is near.
        severity = "warning" if min(len(name), len(place.name)) < 4 else "error"
        if name not in place.parent.schema["by_name"]:
            yield with_name(place, name, "unknown-key", severity)


def recase(profile, place):
    if not is_closed_to_others(place) or place.is_type:
        return
    for name in recased(place.name):
        if name not in place.parent.schema["by_name"]:
            yield with_name(place, name, "unknown-key")


def misspell_in_open(profile, place):
    """What begins with Payload is reserved, so it is wrong in payloads that take any key, too."""
    if not place.is_entry or not place.parent.is_payload or not is_open(place.parent.schema) or place.is_type:
        return
    if place.name.startswith("Payload") and place.name in place.parent.schema["by_name"]:
        for name in misspelt(place.name):
            if name.startswith("Payload"):
                yield with_name(place, name, "unknown-key")


def remove_required(profile, place):
    if not place.is_entry or not place.parent.schema:
        return
    if place.name in place.parent.schema["by_name"] and place.schema.get("presence") == "required":
        yield without(place)


def refer_to_nobody(profile, place):
    refers = place.kind == "string" and place.value and place.schema and "refs" in place.schema
    if refers and not profile.hides_payloads:
        yield with_value(place, NOBODYS_UUID, "dangling-reference")


def is_uuid(place):
    return place is not None and place.kind == "string" and re.fullmatch("[0-9A-Fa-f-]{36}", place.value) is not None


def double_uuid(profile, place):
    if not place.is_payload or not is_uuid(place.entry("PayloadUUID")):
        return
    for other in [profile.root] + profile.payloads[:profile.payloads.index(place)]:
        if is_uuid(other.entry("PayloadUUID")):
            uuid = other.value["PayloadUUID"]
            for same in {uuid, uuid.lower(), uuid.upper()}:
                yield with_value(place.entry("PayloadUUID"), same, "duplicate-uuid")


def double_identifier(profile, place):
    for other in profile.payloads[:profile.payloads.index(place)] if place.is_payload else ():
        yield with_value(place.entry("PayloadIdentifier"), other.value["PayloadIdentifier"], "duplicate-identifier")


def is_single(section):
    """True if every platform that has the type takes one payload of it."""
    platforms = [facts for facts in section.get("platforms", {}).values() if facts.get("introduced", "n/a") != "n/a"]
    return bool(platforms) and all(facts.get("multiple") == "false" for facts in platforms)


def second_payload(profile, place, is_mdm):
    if not place.is_payload:
        return
    kind = place.value.get("PayloadType")
    if (kind == "com.apple.mdm") != is_mdm or not is_single(profile.schema.payloads.get(kind, {})):
        return
    lines = lines_of(place.value | {"PayloadUUID": NOBODYS_UUID, "PayloadIdentifier": "com.example.second"})
    # It goes to the end, so that it is the last of its type.
    content = place.parent
    number = sum(other.value.get("PayloadType") == kind for other in profile.payloads) + 1
    at = content.end - 1
    yield Mistake(at, at, lines, "single-payload", at + lines.index(key_line("PayloadType")) + 1,
                  path_of(content, f"{encoded(kind)}.{number}", "PayloadType"), "error" if is_mdm else "warning")


def second_mdm(profile, place):
    return second_payload(profile, place, True)


def second_single(profile, place):
    return second_payload(profile, place, False)


def is_mdm_key(place, *names):
    return place.is_entry and place.parent.is_payload and place.name in names and \
        place.parent.value.get("PayloadType") == "com.apple.mdm"


def wrong_rights(profile, place):
    # They are ignored where ManagedAppleID is.
    if is_mdm_key(place, "AccessRights") and "ManagedAppleID" not in place.parent.value:
        for value in (0, -1, 2, 128, 2 | 4, 1 | 128, 8191 - 1, 8191 - 64, 8192, 8191 + 1, 8192 | 1, 1 << 40):
            yield with_value(place, value, "access-rights")


def wrong_prefix(profile, place):
    if is_mdm_key(place, "ServerURL", "CheckInURL"):
        for value in ("http://mdm.example.com/", "HTTP://mdm.example.com/", "mdm.example.com", "https:/mdm.example.com",
                      " https://mdm.example.com/", "ftp://mdm.example.com/", ""):
            yield with_value(place, value, "bad-format")
    if is_mdm_key(place, "Topic"):
        for value in ("com.apple.mgmtExternal", "com.example.mgmt.External", "com.apple.Mgmt.External", "External", ""):
            yield with_value(place, value, "bad-format")


def wrong_scope(profile, place):
    if place.is_entry and place.parent is profile.root and place.name == "PayloadScope":
        for value in ("system", "user", "SYSTEM", "Computer", "System ", ""):
            yield with_value(place, value, "not-allowed-value")
        for name in ("payloadScope", "payloadscope", "PayLoadScope", "PayloadScop", "PayloadScopes"):
            yield with_name(place, name, "unknown-key")


def double_key(profile, place):
    if place.is_entry:
        pair = profile.lines[place.key_line:place.end]
        yield Mistake(place.end, place.end, pair, "duplicate-key", place.key_line, path_of(place))


def double_element(profile, place):
    if place.schema and place.schema.get("unique") and place.below:
        for element in place.below:
            yield Mistake(place.end - 1, place.end - 1, lines_of(element.value), "duplicate-element", place.end - 1,
                          path_of(place, f"{len(place.below):02}"))


def break_clause(profile, place):
    if place.kind != "dict" or not place.schema:
        return
    for clause in errors_of(place.schema):
        if applies(clause, place.schema, place.value):
            breaker = {"need": lack_all, "forbid": add_forbidden}.get(clause["kind"], leave_clause)
            yield from breaker(profile, place, clause)


def lack_all(profile, place, clause):
    """Where one key is there of those of which one must be."""
    there = [entry for entry in place.below if entry.name in clause["keys"]]
    rest = {name: value for name, value in place.value.items() if name not in clause["keys"]}
    if len(there) == 1 and applies(clause, place.schema, rest):
        yield without(there[0], name=clause["keys"][0])


def add_forbidden(profile, place, clause):
    for name in clause["keys"]:
        key = place.schema["by_name"].get(name)
        if key and name not in place.value:
            at = place.end - 1
            lines = [key_line(name)] + lines_of(Builder(profile.schema, False).value(key))
            yield Mistake(at, at, lines, "unknown-key", at, path_of(place, encoded(name)))


def leave_clause(profile, place, clause):
    rule = {"values": "not-allowed-value", "range": "out-of-range", "length": "bad-length", "format": "bad-format"}
    entry = place.entry(clause["keys"][0])
    if entry is None or entry.kind in ("array", "dict"):
        return
    for value in candidates(entry.schema, entry.kind, False) + ["short"]:
        changed = place.value | {entry.name: value}
        if type_of(value) == entry.kind and fits(entry.schema, value) and not satisfies(clause, value) and \
                applies(clause, place.schema, changed):
            yield with_value(entry, value, rule[clause["kind"]])
            return


KINDS = {
    "type changed": change_type,
    "element of another type": change_type_of_element,
    "value outside the list": leave_list,
    "number past the range": leave_range,
    "text against the format": break_format,
    "length": break_length,
    "key misspelt": misspell,
    "key recased": recase,
    "Payload... misspelt in an open payload": misspell_in_open,
    "required key removed": remove_required,
    "reference to no payload": refer_to_nobody,
    "UUID doubled": double_uuid,
    "identifier doubled": double_identifier,
    "second MDM payload": second_mdm,
    "second payload of another single type": second_single,
    "access rights": wrong_rights,
    "wrong prefix": wrong_prefix,
    "wrong scope": wrong_scope,
    "key doubled": double_key,
    "element doubled": double_element,
    "keys that need or exclude each other": break_clause,
}


def mistakes_in(profile, kind):
    for place in profile.places:
        for mistake in KINDS[kind](profile, place):
            mistake.profile = profile
            yield mistake


# --- checking --------------------------------------------------------------------------------------------------


def check(texts):
    """What check reports of profiles: for each of the texts a list of problems."""
    shutil.rmtree("checked", ignore_errors=True)
    os.mkdir("checked")
    for number, text in enumerate(texts):
        with open(f"checked/{number:06}.mobileconfig", "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return list(problems_in("checked", [f"{number:06}.mobileconfig" for number in range(len(texts))]).values())


def problems_in(folder, names):
    done = subprocess.run([PROGRAM, "check", "--format", "json", "-j2", folder], capture_output=True)
    if done.returncode not in (0, 1):
        raise Failure(f"check ended with {done.returncode}: {done.stderr.decode()}")
    report = json.loads(done.stdout)
    if report["summary"]["profiles"] != len(names):
        raise Failure(f"{report['summary']} of {len(names)} profiles")
    problems = {name: [] for name in names}
    for problem in report["problems"]:
        problems[os.path.relpath(problem["file"], folder)].append(problem)
    return problems


def has_error(problems):
    return any(problem["severity"] == "error" for problem in problems)


def is_found(mistake, problems):
    expected = mistake.expected()
    return any(all(problem[name] == value for name, value in expected.items()) for problem in problems)


def told(problems, mistake):
    """What check said instead: what is of the rule or near the line."""
    near = [problem for problem in problems if problem["rule"] == mistake.rule or problem["line"] == mistake.line]
    return "; ".join(f"{p['line']}: {p['severity']}: {p['key']} [{p['rule']}]" for p in near[:3]) or "nothing there"


# --- the profiles ----------------------------------------------------------------------------------------------


def assert_good(profiles):
    """Their lines say what they should, and check finds no error in them."""
    for profile in profiles:
        if plistlib.loads("\n".join(profile.lines).encode()) != profile.root.value:
            raise Failure(f"{profile.name} was not written as it is")
    wrong = [(profile.name, problems) for profile, problems in
             zip(profiles, check(["\n".join(profile.lines) for profile in profiles])) if has_error(problems)]
    for name, problems in wrong[:LISTED]:
        for problem in problems:
            if problem["severity"] == "error":
                print(f"{name}: {problem['key']}: {problem['message']} [{problem['rule']}]")
    if wrong:
        raise Failure(f"{len(wrong)} of {len(profiles)} profiles that should be good have errors")


def made_profiles(schema):
    profiles = [Profile(name, value, schema) for name, value in good_profiles(schema)]
    there = {id(place.schema) for profile in profiles for place in profile.places}
    keys = [key for section in [schema.profile, *schema.payloads.values()] for key in all_keys(section)]
    held = sum(id(key) in there for key in keys)
    print(f"{len(profiles)} good profiles made for {len(schema.payloads)} payload types: {held} of {len(keys)} keys")
    if held < ENOUGH * len(keys):
        raise Failure("too many keys are in no good profile")
    return profiles


def load(path):
    """A profile as plistlib reads it; None: it does not (placeholders that are no text)."""
    done = subprocess.run([PROGRAM, "cat", path], capture_output=True)
    try:
        return plistlib.loads(done.stdout)
    except Exception:
        return None


def real_profiles(schema, folder):
    names = sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder)
                   for name in names if name.endswith(".mobileconfig"))
    good = [name for name, problems in problems_in(folder, names).items() if not has_error(problems)]
    taken = good if FULL else good[SEED % CORPUS_STEP::CORPUS_STEP]
    values = [(name, load(os.path.join(folder, name))) for name in taken]
    profiles = [Profile(name, value, schema) for name, value in values if isinstance(value, dict)]
    print(f"{len(names)} real profiles, {len(good)} without errors, {len(profiles)} taken, "
          f"{len(taken) - len(profiles)} of them not for plistlib")
    return profiles


# --- the count -------------------------------------------------------------------------------------------------


def sample_of(profiles, kind):
    found = [mistake for profile in profiles for mistake in mistakes_in(profile, kind)]
    if FULL or len(found) <= SAMPLE:
        return found
    return random.Random(f"{SEED} {kind}").sample(found, SAMPLE)


def count(kind, mistakes):
    """How many were found; and the others, in words."""
    missed = []
    for start in range(0, len(mistakes), BATCH):
        batch = mistakes[start:start + BATCH]
        for mistake, problems in zip(batch, check([mistake.text() for mistake in batch])):
            if not is_found(mistake, problems):
                missed.append(f"{kind}: {mistake}: {told(problems, mistake)}")
    return len(mistakes) - len(missed), missed


def some_of(lists):
    """The first of each list, then the second: as many as are to be listed."""
    turns = itertools.chain.from_iterable(itertools.zip_longest(*lists))
    return itertools.islice((line for line in turns if line), LISTED)


def main(folder=None):
    print(f"seed {SEED} (E2E_SEED={SEED} repeats this)" + (", everything" if FULL else f", a sample of at most {SAMPLE} of a kind"))
    schema = Schema(PROGRAM)
    made = made_profiles(schema)
    real = real_profiles(schema, folder) if folder else []
    assert_good(made + real)
    figures, missed = {}, {}
    for kind in KINDS:
        mistakes = sample_of(made, kind) + sample_of(real, kind)
        found, missed[kind] = count(kind, mistakes)
        figures[kind] = found, len(mistakes)
    figures["in all"] = tuple(map(sum, zip(*figures.values())))
    for kind, (found, total) in figures.items():
        print(f"{found:7} of {total:7} found: {kind}")
    for line in some_of(missed.values()):
        print("not found:", line)
    low = [kind for kind, (found, total) in figures.items() if not total or found < ENOUGH * total]
    if low:
        print("too few: " + ", ".join(low))
    sys.exit(bool(low))


main(*sys.argv[1:])
