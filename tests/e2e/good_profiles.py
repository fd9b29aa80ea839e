"""Profiles without an error, made from what `profilefs schema --format json` says.

For each payload type there are two: both hold every key that the schema has, with the first and with the last of
what is allowed; where a rule says that two keys exclude each other, each of the two profiles has one of them. What
is allowed is judged here anew, so that `profilefs check` has somebody to disagree with.
"""
import concurrent.futures
import datetime
import json
import re
import subprocess
import uuid

TYPES = ("string", "integer", "real", "boolean", "date", "data", "array", "dict")

DATE = datetime.datetime(2026, 1, 31, 12)

# What may be good where the schema names no value: the first that fits is taken.
COMMON_VALUES = {
    "string": ["text", "0A1B2C3D-4E5F-4A6B-8C7D-9E8F7A6B5C4D", "https://www.example.com/path",
               "com.apple.mgmt.External.example", "00:1A:2B:3C:4D:5E", "20:30:00", "1.3.6.1.5.5.7.3.2", "A1B2C3",
               "123456", "/Library/Application Support/Apple/AssetCache/Data", "a long password", "x" * 32, "x" * 2048],
    "integer": [1, 0, 256, 2048, 443, 8191],
    "real": [1.5, 0.5, 0.0],
    "boolean": [True, False],
    "date": [DATE],
    "data": [b"some bytes", bytes(32)],
}


class Failure(Exception):
    pass


def type_of(value):
    for kind, of in (("boolean", bool), ("integer", int), ("real", float), ("string", str), ("data", bytes),
                     ("date", datetime.datetime), ("array", list), ("dict", dict)):
        if isinstance(value, of):
            return kind
    raise Failure(f"{value!r} has no type of a property list")


def value_from(text, kind):
    """A text of the schema as a value of a type; None: it is none."""
    try:
        return {"string": str, "integer": int, "real": float, "boolean": {"true": True, "false": False}.get}[kind](text)
    except (KeyError, ValueError):
        return None


# --- the schema ------------------------------------------------------------------------------------------------


class Schema:
    """What the program says: `profile`, `common` and `payloads`, by type; each is a key that is a dict.

    Keys are the program's JSON objects, with `by_name` added to each, the keys below.
    """

    def __init__(self, program):
        self.program = program
        types = [entry["type"] for entry in self.ask()["types"]]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.profile, self.common, *sections = pool.map(self.ask, ["profile", "common"] + types)
        common = {key["key"]: key for key in self.common["keys"]}
        for section in sections:
            section["keys"] += [common[name] for name in section["common"]]
        self.payloads = dict(zip(types, sections))
        for section in [self.profile, self.common] + sections:
            section["types"] = ["dict"]
            link(section, ())

    def ask(self, *what):
        done = subprocess.run([self.program, "schema", "--format", "json", *what], capture_output=True, text=True)
        if done.returncode != 0 or done.stderr:
            raise Failure(f"profilefs schema {' '.join(what)}: {done.stderr or done.returncode}")
        return json.loads(done.stdout)

    def payload(self, kind):
        return self.payloads.get(kind, self.common) if isinstance(kind, str) else self.common


def link(key, enclosing):
    """Adds `by_name`, and gives a key that is like an enclosing one the same `item`: today these are arrays."""
    if "like" in key:
        like = next(outer for outer in reversed(enclosing) if outer.get("as") == key["like"])
        key.update(item=like["item"], recursive=True)
    key["by_name"] = {below["key"]: below for below in key.get("keys", ())}
    if "like" not in key:
        for below in keys_below(key):
            link(below, enclosing + (key,))


def keys_below(key):
    return [*key.get("keys", ()), *(key[name] for name in ("item", "others") if name in key)]


def all_keys(key):
    """A key and all below, each once."""
    found, left = {}, [key]
    while left:
        key = left.pop()
        if id(key) not in found:
            found[id(key)] = key
            left += keys_below(key)
    return list(found.values())


def is_open(key):
    return "others" in key or not key.get("keys")


def child(key, name):
    """The key of a dict's entry; None: nothing is said of it."""
    return key["by_name"].get(name, key.get("others")) if key else None


# --- one value against its key ---------------------------------------------------------------------------------


def in_bounds(bounds, number):
    return float(bounds.get("min", "-inf")) <= number <= float(bounds.get("max", "inf"))


def is_listed(key, value):
    kind = type_of(value)
    return any(value_from(text, kind) == value for text in key["values"])


def fits_values(key, value):
    ranged = "range" in key and type_of(value) in ("integer", "real")
    listed = "values" in key and not key.get("custom_values")
    if not ranged and not listed:
        return True
    return listed and is_listed(key, value) or ranged and in_bounds(key["range"], value)


def fits_flags(key, value):
    needs = [map(int, need.split(":")) for need in key.get("flag_needs", ())]
    return value > 0 and not value & ~key["flags"] and all(not value & flag or value & need for flag, need in needs)


def fits(key, value):
    kind = type_of(value)
    if kind not in key["types"] and not (kind == "integer" and "real" in key["types"]):
        return False
    if "flags" in key and kind == "integer" and not fits_flags(key, value):
        return False
    if "length" in key and kind in ("string", "data") and not in_bounds(key["length"], len(value)):
        return False
    if "format" in key and kind == "string" and not re.search(key["format"], value):
        return False
    return fits_values(key, value)


# --- clauses: several keys together ----------------------------------------------------------------------------


def find(value, path):
    """What stands under a key or a path in a dict, or None."""
    if not isinstance(value, dict):
        return None
    if path in value or "/" not in path:
        return value.get(path)
    name, rest = path.split("/", 1)
    return find(value.get(name), rest)


def find_key(key, path):
    if key is None or path in key["by_name"] or "/" not in path:
        return key and key["by_name"].get(path)
    name, rest = path.split("/", 1)
    return find_key(key["by_name"].get(name), rest)


def texts_of(value):
    if isinstance(value, (list, dict)):
        return [text for item in value for text in texts_of(item)] if isinstance(value, list) else []
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def holds(condition, key, entries):
    value = find(entries, condition["key"])
    values = condition.get("values") or condition.get("other_than")
    if not values:
        held = value is not None
    else:
        default = (find_key(key, condition["key"]) or {}).get("default")
        texts = texts_of(value) if value is not None else [default]
        held = any(text in values for text in texts) != ("other_than" in condition)
    return held != condition.get("unless", False)


def applies(clause, key, entries):
    return all(holds(condition, key, entries) for condition in clause.get("conditions", ()))


def bound_key(clause):
    """What a clause says of one value, as if the schema said it of the key."""
    key = {"types": TYPES}
    for mine, its in (("values", "values"), ("format", "format"), (clause["kind"], "bounds")):
        if its in clause:
            key[mine] = clause[its]
    return key


def satisfies(clause, value):
    """A value, or each element of an array, against a clause that speaks of values."""
    key = bound_key(clause)
    if clause["kind"] == "format" and not isinstance(value, (str, list, dict)):
        return re.search(clause["format"], texts_of(value)[0]) is not None
    if isinstance(value, list):
        return all(satisfies(clause, item) for item in value)
    return isinstance(value, dict) or fits(key, value)


def is_satisfied(clause, entries):
    there = [name for name in clause["keys"] if find(entries, name) is not None]
    if clause["kind"] == "need":
        return bool(there)
    if clause["kind"] == "forbid":
        return not there
    if clause["kind"] == "items":
        return not there or set(clause["values"]) <= set(texts_of(find(entries, there[0])))
    return not there or satisfies(clause, find(entries, there[0]))


def errors_of(key):
    """The clauses whose breach is an error."""
    return [clause for clause in key.get("rules", ()) if clause["severity"] == "error"]


# --- good values -----------------------------------------------------------------------------------------------


def candidates(key, kind, last):
    """Values of a scalar type that may be good, the best first."""
    named = [value_from(text, kind) for text in key.get("values", ())]
    if last:
        named.reverse()
    bounds = key.get("range", {})
    named += [value_from(text, kind) for text in (bounds.get("min"), bounds.get("max"), key.get("default")) if text]
    common = COMMON_VALUES[kind]
    return [value for value in named if value is not None] + (common[::-1] if last and kind == "boolean" else common)


class Builder:
    """Makes good values; `referred` are the types of payloads that some refer to."""

    def __init__(self, schema, last):
        self.schema = schema
        self.last = last
        self.referred = set()
        self.depth = 0

    def value(self, key):
        kind = "string" if len(key["types"]) == len(TYPES) else key["types"][-1 if self.last else 0]
        if kind == "dict":
            return self.dictionary(key)
        if kind == "array":
            return self.array(key)
        if "refs" in key:
            referred = key["refs"][-1 if self.last else 0]
            self.referred.add(referred)
            return uuid_for(referred)
        for value in candidates(key, kind, self.last):
            if fits(key, value):
                return value
        raise Failure(f"no value is known that is good for {key}")

    def array(self, key):
        if "item" not in key:
            return ["text"]
        if key.get("recursive") and self.depth:
            return []
        self.depth += key.get("recursive", False)
        bounds = key.get("items", {})
        count = max(int(bounds.get("min", 1)), min(int(bounds.get("max", 2)), 2) if self.last else 1)
        if key.get("unique"):
            made = [value_from(text, key["item"]["types"][0]) for text in key["item"]["values"]]
        else:
            made = [self.value(key["item"]) for _ in range(count)]
        self.depth -= key.get("recursive", False)
        return made

    def dictionary(self, key):
        entries = {name: self.value(below) for name, below in key["by_name"].items()}
        if is_open(key):
            entries["Example"] = self.value(key["others"]) if "others" in key else "text"
        self.settle(key, entries)
        return entries

    def settle(self, key, entries):
        """Changes entries until no clause is broken."""
        for _ in range(50):
            broken = [clause for clause in errors_of(key)
                      if applies(clause, key, entries) and not is_satisfied(clause, entries)]
            if not broken:
                return
            if not any(self.mend(clause, key, entries) for clause in broken):
                break
        raise Failure(f"nothing satisfies {broken}")

    def mend(self, clause, key, entries):
        """False where another clause has to be mended first."""
        name = clause["keys"][0]
        if clause["kind"] == "need":
            entries[name] = self.value(key["by_name"][name])
        elif clause["kind"] == "forbid":
            cause = clause["conditions"][0]["key"] if "conditions" in clause else None
            for forbidden in [cause] if cause and self.last else clause["keys"]:
                entries.pop(forbidden, None)
        else:
            value = self.bound_value(clause, key, entries)
            if value is None:
                return False
            entries[name] = value
        return True

    def bound_value(self, clause, key, entries):
        """A value that satisfies all that is said of the key now; None: there is none."""
        name = clause["keys"][0]
        below = key["by_name"][name]
        bound = [other for other in errors_of(key) if other["keys"] == [name] and applies(other, key, entries) and
                 other["kind"] not in ("need", "forbid")]
        kind = type_of(entries[name])
        wanted = [value_from(text, kind) for text in clause.get("values", clause.get("bounds", {}).values())]
        for value in wanted + candidates(below, kind, self.last):
            if fits(below, value) and all(satisfies(other, value) for other in bound):
                return value
        return None

    def payload(self, kind):
        payload = self.dictionary(self.schema.payloads[kind])
        return payload | {"PayloadType": kind, "PayloadUUID": uuid_for(kind),
                          "PayloadIdentifier": "com.example.payload." + kind}


def uuid_for(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name)).upper()


def profile_of(payloads, name):
    return {
        "PayloadContent": payloads, "PayloadDisplayName": "Made by a test", "PayloadScope": "System",
        "PayloadIdentifier": "com.example." + name, "PayloadType": "Configuration",
        "PayloadUUID": uuid_for("profile " + name), "PayloadVersion": 1,
    }


def payload_profile(schema, kind, last, without=None):
    """A profile of one payload, and of those that it refers to."""
    builder = Builder(schema, last)
    payload = builder.payload(kind)
    payload.pop(without, None)
    others = [Builder(schema, last).payload(referred) for referred in sorted(builder.referred)]
    return profile_of(others + [payload], kind)


def whole_profile(schema, last):
    """A profile that has all keys of its own, but for those of encrypted payloads: they take the place of others."""
    profile = Builder(schema, last).dictionary(schema.profile)
    del profile["EncryptedPayloadContent"]
    profile["IsEncrypted"] = False
    payload = Builder(schema, last).payload("com.apple.security.pem")
    return profile | profile_of([payload], "profile")


def good_profiles(schema):
    """(name, profile) for every type, and for the keys of the profile itself."""
    for last in (False, True):
        yield f"profile.{last:d}", whole_profile(schema, last)
        for kind in schema.payloads:
            yield f"{kind}.{last:d}", payload_profile(schema, kind, last)
    # Where it is, AccessRights is ignored, and so not looked at.
    yield "com.apple.mdm.2", payload_profile(schema, "com.apple.mdm", False, without="ManagedAppleID")
