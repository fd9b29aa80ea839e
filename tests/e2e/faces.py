#!/usr/bin/env python3
"""Profiles for faces_test.sh.

  faces.py take PROFILES FOLDER   copies real ones, by numbers: one in two, or in E2E_SHARE; E2E_SEED: others of them;
                                  E2E_FULL=1: all
  faces.py whole FOLDER           makes hostile ones that a mount has nothing to add to
  faces.py odd FOLDER             makes some that no save leaves as they are: payloads lack what each must have, ...
"""
import datetime
import os
import plistlib
import shutil
import sys
import uuid

DATE = datetime.datetime(2026, 1, 31, 12, 0, 0)

SCALARS = ["text", "", "3", "-5", "007", "true", "false", "YES", "0.5", "nan", "2026-01-31T12:00:00Z", " ", "\n", "a\n",
           "\n\n", "a\nb\n", "tab\there", "é", "\u2028", "\U0001F600", "$USERNAME", "%SerialNumber%", "{{x}}", "AAEC",
           0, 1, -5, 2**63 - 1, -2**63, 2**64 - 1, 0.1, 5.0, -2.5e3, float("inf"), float("nan"), True, False, DATE,
           datetime.datetime(1970, 1, 1), b"", b"\x00\x01\x02", b"hello\n", b"hello", b"3", b"\xff" * 300]

KEYS = ["a/b", "/", "%", "%2F", "", ".hidden", ".types", ".profilefs", "..", "x~", "a.bak", "a.orig", "a.rej", "a.save",
        "a.tmp", "#a#", "#a", "#", "4913", "f.o123456", "with blank", " ", "tab\t", "line\n", "00", "1", "é", "e\u0301",
        "k" * 255, "k" * 256, "k" * 5000, "é" * 200, "/" * 100, "PayloadContent", "con", "a:b", "A", "a", "*", "\\", "-rf"]


def payload(kind, number, **keys):
    identity = {"PayloadType": kind, "PayloadVersion": 1, "PayloadIdentifier": f"org.example.{number}",
                "PayloadUUID": str(uuid.UUID(int=number)).upper()}
    return {**identity, **keys}


def profile(payloads, **keys):
    return {**payload("Configuration", 0, PayloadDisplayName="Faces", PayloadContent=payloads), **keys}


def nested(value, depth):
    for level in range(depth):
        value = {"d": value} if level % 3 else [value]
    return value


WHOLE = {
    "scalars": lambda: profile([payload("org.example", 1, **{f"k{i}": value for i, value in enumerate(SCALARS)})]),
    "keys": lambda: profile([payload("org.example", 1, **{key: "3" for key in KEYS})], **{
        key: 3 for key in KEYS if key != "PayloadContent"}),
    "arrays": lambda: profile([payload("org.example", 1, **{
        "empty": [], "strings": ["a", "b"], "numbers": [1, 2], "digits": ["1", "2"], "mixed": ["1", 1, 1.0, True, "true"],
        "lines": ["a\nb", "c"], "empties": ["", ""], "one": [""], "last": ["a", ""], "data": [b"\0", b""], "dates": [DATE],
        "dicts": [{}, {"n": "1"}, {}], "arrays": [[], ["x"], [[]], [1, "1"]], "all": SCALARS, "many": list(range(120)),
        "deep": [{"a": [{"b": [b"\xff"]}]}], "reals": [1.0, 2.5]})]),
    "deep": lambda: profile([payload("org.example", 1, deep=nested("7", 100))]),
    "empties": lambda: profile([payload("org.example", 1, dict={}, array=[], dicts={"a": {"b": {}, "c": []}}, text="")]),
    "no-payloads": lambda: profile([]),
    "order": lambda: profile([payload(kind, number) for number, kind in enumerate(
        ["org.b", "org.a", "org.b", "org.a.2", "org.a", "org.b", "org/c", "org.b.2"], 1)]),
    "many": lambda: profile([payload("org.example", number) for number in range(1, 13)]),
    "known": lambda: profile([
        payload("com.apple.wifi.managed", 1, SSID_STR="2025", AutoJoin=True, EncryptionType="WPA2", Password="0123",
                EAPClientConfiguration={"AcceptEAPTypes": [25, 13], "TLSTrustedServerNames": ["1", "a.example"]}),
        payload("com.apple.security.pem", 2, PayloadContent=b"-----BEGIN CERTIFICATE-----\n"),
        payload("com.apple.dnsSettings.managed", 3, DNSSettings={
            "DNSProtocol": "HTTPS", "ServerURL": "https://a.example/", "ServerAddresses": ["192.0.2.1"]})],
        RemovalDate=DATE),
}

ODD = {
    "no-type": lambda: profile([{"a": "3"}, payload("org.example", 1), {"PayloadType": 7}, {"PayloadType": ""}, {}]),
    "same-uuid": lambda: profile([payload("org.example", 1), payload("org.example", 1, a="3")]),
    "dict-content": lambda: profile({"URL": "https://a.example/", "DeviceAttributes": ["UDID", "1"], "d": {}, "n": 1}),
    "text-content": lambda: profile("3"),
    "no-content": lambda: {"PayloadType": "Configuration", "a": "3"},
    "wrong-types": lambda: profile([payload("com.apple.wifi.managed", 1, AutoJoin="maybe", SSID_STR=5, Password=["a"],
                                            ProxyServerPort="80", EAPClientConfiguration=["a"])],
                                   RemovalDate="tomorrow"),
}


def take(folder, out):
    share, seed = int(os.environ.get("E2E_SHARE") or 2), int(os.environ.get("E2E_SEED") or 1)
    if os.environ.get("E2E_FULL"):
        share = 1
    sources = sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names
                     if name.endswith(".mobileconfig"))
    for number, source in enumerate(sources):
        if number % share == seed % share:
            shutil.copyfile(source, f"{out}/{number:03}.mobileconfig")


def main(command, *arguments):
    os.makedirs(arguments[-1])
    if command == "take":
        take(*arguments)
        return
    for name, make in {"whole": WHOLE, "odd": ODD}[command].items():
        with open(f"{arguments[0]}/{name}.mobileconfig", "wb") as file:
            plistlib.dump(make(), file)


main(*sys.argv[1:])
