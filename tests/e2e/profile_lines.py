"""A profile as lines of XML, each value on lines of its own, and what the schema says of each."""
import base64
import re
import xml.sax.saxutils

from good_profiles import child, type_of


class Place:
    """A value of a profile, and the lines on which it stands: `key_line`, if it has a key, and from `first` up to
    `end`, counted from 0."""

    __slots__ = ("value", "schema", "parent", "name", "key_line", "first", "end", "below")

    def __init__(self, value, schema, parent, name):
        self.value, self.schema, self.parent, self.name = value, schema, parent, name
        self.key_line, self.below = None, []

    @property
    def kind(self):
        return type_of(self.value)

    @property
    def is_entry(self):
        return self.parent is not None and self.parent.kind == "dict"

    @property
    def is_element(self):
        return self.parent is not None and self.parent.kind == "array"

    @property
    def is_content(self):
        """The profile's PayloadContent."""
        return self.is_entry and self.parent.parent is None and self.name == "PayloadContent"

    @property
    def is_payload(self):
        return self.is_element and self.parent.is_content and self.kind == "dict"

    @property
    def is_type(self):
        return self.is_entry and self.parent.is_payload and self.name == "PayloadType"

    def entry(self, name):
        return next((place for place in self.below if place.name == name), None)


def encoded(name):
    name = re.sub(r"[/%\x00-\x1f\x7f]|^\.", lambda found: "%%%02X" % ord(found[0]), name)
    return name or "%"


def payload_name(payload):
    """TYPE, TYPE.2, or the number of a payload without a type."""
    kind = payload.value.get("PayloadType")
    if not isinstance(kind, str) or not kind:
        return f"{payload.name:02}"
    earlier = sum(isinstance(other.value, dict) and other.value.get("PayloadType") == kind
                  for other in payload.parent.below[:payload.name])
    return encoded(kind) + (f".{earlier + 1}" if earlier else "")


def path_of(place, *below, nameless=None):
    """A key as check spells it. `nameless`: the payload that has lost its PayloadType."""
    names = list(below)
    while place.parent:
        if place.is_payload and place is not nameless:
            names.insert(0, payload_name(place))
        else:
            names.insert(0, encoded(place.name) if place.is_entry else f"{place.name:02}")
        place = place.parent
    return "/".join(names)


def scalar_line(value):
    kind = type_of(value)
    if kind == "boolean":
        return f"<{str(value).lower()}/>"
    if kind == "date":
        value = value.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif kind == "data":
        value = base64.b64encode(value).decode()
    text = xml.sax.saxutils.escape(str(value), {"\n": "&#10;", "\r": "&#13;"})
    return f"<{kind}>{text}</{kind}>"


class Profile:
    """A profile's lines, and its places in their order."""

    def __init__(self, name, value, schema):
        self.name, self.schema = name, schema
        self.lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<plist version="1.0">']
        self.places = []
        self.root = self.write(value, schema.profile, None, None)
        self.lines.append("</plist>")
        content = self.root.entry("PayloadContent")
        self.payloads = [place for place in content.below if place.is_payload] if content else []
        self.hides_payloads = "EncryptedPayloadContent" in value or content is None or content.kind != "array"

    def write(self, value, schema, parent, name):
        place = Place(value, schema, parent, name)
        if place.is_payload:
            place.schema = self.schema.payload(value.get("PayloadType"))
        elif place.is_content and place.kind != "array":
            place.schema = None
        self.places.append(place)
        if parent and place.is_entry:
            place.key_line = len(self.lines)
            self.lines.append(key_line(name))
        if parent:
            parent.below.append(place)
        place.first = len(self.lines)
        self.write_value(place)
        place.end = len(self.lines)
        return place

    def write_value(self, place):
        if place.kind not in ("dict", "array"):
            self.lines.append(scalar_line(place.value))
            return
        self.lines.append(f"<{place.kind}>")
        if place.kind == "dict":
            for name, value in place.value.items():
                self.write(value, child(place.schema, name), place, name)
        else:
            item = (place.schema or {}).get("item")
            for number, value in enumerate(place.value):
                self.write(value, item, place, number)
        self.lines.append(f"</{place.kind}>")


def key_line(name):
    return f"<key>{xml.sax.saxutils.escape(name)}</key>"


def lines_of(value):
    if isinstance(value, dict):
        entries = [line for name, below in value.items() for line in (key_line(name), *lines_of(below))]
        return ["<dict>", *entries, "</dict>"]
    if isinstance(value, list):
        return ["<array>", *(line for below in value for line in lines_of(below)), "</array>"]
    return [scalar_line(value)]
