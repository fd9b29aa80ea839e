#!/usr/bin/env python3
"""Encrypted profiles for the end-to-end tests, put together without the program.

  covered.py take PROFILE             the array PayloadContent of the example profile, as a plist of its own
  covered.py cover PROFILE CIPHER     the profile with CIPHER as EncryptedPayloadContent in the array's place
  covered.py cipher PROFILE           the bytes of EncryptedPayloadContent
"""
import base64
import plistlib
import sys

BEGIN = "\t<key>PayloadContent</key>\n"
END = "\n\t</array>\n"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
"""


def split(text):
    begin = text.index(BEGIN)
    end = text.index(END) + len(END)
    return text[:begin], text[begin + len(BEGIN):end], text[end:]


def take(profile):
    _, array, _ = split(open(profile).read())
    sys.stdout.write(HEAD + array + "</plist>\n")


def cover(profile, cipher):
    before, _, after = split(open(profile).read())
    data = base64.b64encode(open(cipher, "rb").read()).decode()
    lines = "".join("\t" + data[i:i + 68] + "\n" for i in range(0, len(data), 68))
    sys.stdout.write(before + "\t<key>EncryptedPayloadContent</key>\n\t<data>\n" + lines + "\t</data>\n"
                     "\t<!-- Ask before you open it -->\n\t<key>IsEncrypted</key>\n\t<true/>\n" + after)


def cipher(profile):
    sys.stdout.buffer.write(plistlib.load(open(profile, "rb"))["EncryptedPayloadContent"])


{"take": take, "cover": cover, "cipher": cipher}[sys.argv[1]](*sys.argv[2:])
