#!/usr/bin/env python3
"""Makes files and exploded trees that mean harm. They are made when they are needed: some have megabytes.

    hostile.py files FOLDER   one file for each, and a line for each: its name, and what it comes to
    hostile.py trees FOLDER   exploded trees
    hostile.py NAME           one of the files, on standard output
"""
import base64
import os
import struct
import sys

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
PLIST = b'<plist version="1.0">'
END = b'</plist>\n'


def xml(body, doctype=b''):
    return HEAD + doctype + PLIST + body + END


def profile(key, value):
    """A profile whose only unusual key is this one."""
    return xml(b'<dict><key>PayloadType</key><string>Configuration</string>'
               b'<key>PayloadVersion</key><integer>1</integer>'
               b'<key>PayloadIdentifier</key><string>org.example</string>'
               b'<key>PayloadUUID</key><string>11111111-2222-3333-4444-555555555555</string>'
               b'<key>' + key + b'</key>' + value + b'</dict>')


# --- XML ----------------------------------------------------------------------------------------------


def entity_bomb():
    entities = b''.join(b'<!ENTITY e%d "%s">' % (i, b'&e%d;' % (i - 1) * 10) for i in range(1, 12))
    return xml(b'<string>&e11;</string>', b'<!DOCTYPE plist [<!ENTITY e0 "lol">' + entities + b']>')


def entity_quadratic():
    return xml(b'<string>' + b'&a;' * 20000 + b'</string>',
               b'<!DOCTYPE plist [<!ENTITY a "' + b'a' * 20000 + b'">]>')


def parameter_entities():
    entities = b''.join(b'<!ENTITY %% p%d "%s">' % (i, b'%%p%d;' % (i - 1) * 10) for i in range(1, 12))
    return xml(b'<dict/>', b'<!DOCTYPE plist [<!ENTITY % p0 "x">' + entities + b' %p11;]>')


def entity_of_a_file():
    return xml(b'<string>&f;</string>', b'<!DOCTYPE plist [<!ENTITY f SYSTEM "file:///etc/passwd">]>')


def deep_xml():
    return xml(b'<array>' * 100000 + b'</array>' * 100000)


def deep_xml_open():
    return xml(b'<dict><key>a</key>' * 100000)


def deep_tags():
    return xml(b'<x>' * 200000)


def references():
    return profile(b'PayloadDescription', b'<string>' + b'&amp;' * (1024 * 1024 // 5) + b'</string>')


def many_keys():
    return xml(b'<dict>' + b''.join(b'<key>k%06d</key><true/>' % i for i in range(30000)) + b'</dict>')


def many_elements():
    return profile(b'A', b'<array>' + b'<true/>' * 50000 + b'</array>')


def many_dicts():
    return profile(b'PayloadContent', b'<array>' + b'<dict/>' * 5000 + b'</array>')


def alike_payloads():
    """As many payloads of one type as fit a few megabytes: each needs a name of its own."""
    return profile(b'PayloadContent', b'<array>' + b'<dict><key>PayloadType</key><string>a</string></dict>' * 2000
                   + b'</array>')


def attributes():
    return xml(b'<dict ' + b' '.join(b'a%d="1"' % i for i in range(20000)) + b'/>')


def long_tag():
    return xml(b'<' + b'a' * 1000000 + b'/>')


def long_comment():
    return xml(b'<!--' + b'-a' * 1000000 + b'--><dict/>')


def unfinished_comment():
    return xml(b'<!--' + b'a' * 1000000)


def long_number():
    return profile(b'A', b'<integer>' + b'9' * 1000000 + b'</integer>')


def long_real():
    return profile(b'A', b'<real>0.' + b'9' * 1000000 + b'</real>')


def long_key():
    return profile(b'k' * 1000000, b'<true/>')


def many_long_keys():
    """Names that are cut, and alike up to there."""
    return xml(b'<dict>' + b''.join(b'<key>%s%06d</key><true/>' % (b'k' * 300, i) for i in range(1000)) + b'</dict>')


def nul_in_xml():
    return profile(b'A', b'<string>a\0b</string>')


def nul_in_key():
    return profile(b'a\0b', b'<true/>')


def nul_by_reference():
    return profile(b'A', b'<string>&#0;</string>')


def overlong_utf8():
    return profile(b'A', b'<string>\xc0\xaf\xe0\x80\xaf</string>')


def surrogates_in_utf8():
    return profile(b'A', b'<string>\xed\xa0\x80\xed\xb0\x80</string>')


def surrogate_by_reference():
    return profile(b'A', b'<string>&#xD800;</string>')


def half_utf16():
    text = '<?xml version="1.0" encoding="UTF-16"?><plist><string>a\ud800b</string></plist>'
    return b'\xff\xfe' + text.encode('utf-16-le', 'surrogatepass')


def unknown_encoding():
    return b'<?xml version="1.0" encoding="x-harm"?>' + PLIST + b'<dict/>' + END


def large_base64():
    return profile(b'A', b'<data>' + base64.b64encode(b'\0' * 600000) + b'</data>')


def broken_base64():
    return profile(b'A', b'<data>' + b'QUJD' * 200000 + b'Q</data>')


def spaces_in_base64():
    return profile(b'A', b'<data>' + b' \n' * 400000 + b'QUJD</data>')


def key_of_slashes():
    return xml(b'<dict><key>../../../../etc/passwd</key><string>x</string><key>..</key><true/><key>.</key><true/>'
               b'<key></key><true/><key>/</key><true/></dict>')


def types_lines():
    return profile(b'.types', b'<string>%s</string>' % (b'a integer\n' * 50000))


# --- binary -------------------------------------------------------------------------------------------


def binary(objects, references=2, root=0):
    """Objects as bytes; what they refer to is in them already, `references` bytes each."""
    body, offsets = b'bplist00', []
    for one in objects:
        offsets.append(len(body))
        body += one
    table = b''.join(struct.pack('>I', at) for at in offsets)
    return body + table + bytes(6) + struct.pack('>BBQQQ', 4, references, len(objects), root, len(body))


def size_of(kind, count):
    return bytes([kind << 4 | count]) if count < 15 else bytes([kind << 4 | 15, 0x12]) + struct.pack('>I', count)


def array(members, references=2):
    form = {1: '>B', 2: '>H', 4: '>I'}[references]
    return size_of(0xA, len(members)) + b''.join(struct.pack(form, i) for i in members)


def binary_bomb():
    levels = 40
    return binary([array([i + 1, i + 1], 1) for i in range(levels)] + [b'\x09'], 1)


def binary_wide_bomb():
    return binary([array([i + 1] * 60000) for i in range(5)] + [b'\x09'])


def binary_text_bomb():
    text = size_of(0x5, 1000000) + b'a' * 1000000
    return binary([array([1] * 60000), text])


def deep_binary():
    return binary([array([i + 1], 4) for i in range(100000)] + [b'\x09'], 4)


def binary_cycle():
    return binary([array([1]), array([2]), array([0])])


def binary_self():
    return binary([array([0])])


def binary_self_as_key():
    return binary([b'\xd1\x00\x00\x00\x00'])


def binary_many_keys():
    count = 20000
    keys = [size_of(0x5, 6) + b'%06d' % i for i in range(count)]
    refs = b''.join(struct.pack('>H', i) for i in [*range(2, count + 2), *[1] * count])
    return binary([size_of(0xD, count) + refs, b'\x09'] + keys)


def binary_nul():
    return binary([b'\xd1\x00\x01\x00\x02', b'\x53a\0b', b'\x09'])


def binary_huge_count():
    return binary([b'\xaf\x13' + b'\x7f' + b'\xff' * 7])


def binary_huge_table():
    body = b'bplist00\x08'
    return body + bytes(6) + struct.pack('>BBQQQ', 8, 8, 2**63, 0, 9)


# --- something else -----------------------------------------------------------------------------------


def length(size):
    """Of DER, the definite form."""
    if size < 128:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([0x80 | len(digits)]) + digits


def der(tag, *parts):
    content = b''.join(parts)
    return bytes([tag]) + length(len(content)) + content


def signed_around(content):
    """A CMS that nobody signed."""
    data = der(0x06, bytes.fromhex('2a864886f70d010701'))
    inner = der(0x30, der(0x02, b'\x01'), der(0x31),
                der(0x30, data, der(0xA0, der(0x04, content))), der(0x31))
    return der(0x30, der(0x06, bytes.fromhex('2a864886f70d010702')), der(0xA0, inner))


def deep_in_der():
    return signed_around(deep_xml())


def deep_in_pem():
    text = base64.b64encode(signed_around(deep_xml()))
    lines = b'\n'.join(text[i:i + 64] for i in range(0, len(text), 64))
    return b'-----BEGIN CMS-----\n' + lines + b'\n-----END CMS-----\n'


def bomb_in_der():
    return signed_around(binary_bomb())


def deep_der():
    return b'\x30\x80' * 500000


def pem_without_end():
    return b'-----BEGIN CMS-----\n' + (b'A' * 64 + b'\n') * 30000


def pem_many():
    return b'-----BEGIN CMS-----\n-----END CMS-----\n' * 50000


def zip_file():
    return b'PK\x03\x04' + bytes(26)


def png_file():
    return b'\x89PNG\r\n\x1a\n' + bytes(64)


def gzip_file():
    return b'\x1f\x8b\x08' + bytes(64)


def empty():
    return b''


def spaces():
    return b' ' * 1000000


def zeros():
    return bytes(1000000)


def newlines():
    return b'\n' * 1000000


# --- schema -------------------------------------------------------------------------------------------


def yaml_anchors():
    lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    lines += [f'a{i}: &a{i} [' + ', '.join([f'*a{i - 1}'] * 10) + ']' for i in range(1, 12)]
    return ('title: x\npayload:\n  payloadtype: com.example.bomb\n' + '\n'.join(lines) +
            '\npayloadkeys: *a11\n').encode()


def yaml_deep():
    return b'payloadkeys: ' + b'[' * 500000


def yaml_deep_blocks():
    return b''.join(b' ' * i + b'a:\n' for i in range(1000))


def yaml_huge():
    return b'payload:\n  payloadtype: com.example\npayloadkeys:\n' + b'- key: a\n  type: <string>\n' * 350000


def schema_deep():
    return b'payload com.example\n' + b''.join(b'  ' * i + b'a dict\n' for i in range(1, 1000))


def schema_huge():
    return b'payload com.example\n' + b''.join(b'  k%d string\n' % i for i in range(100000))


def schema_long_line():
    return b'payload com.example\n  a string values ' + b'a,' * 100000 + b'\n'


def schema_pattern():
    return b'payload com.example\n  a string format="' + b'(' * 30000 + b'a' + b')' * 30000 + b'"\n'


def past_the_limit():
    """Nothing is wrong with it, but that it is larger than a profile may be by default."""
    return (b'<plist version="1.0"><!--' + b' ' * (65 << 20) + b'-->'
            b'<dict><key>PayloadDisplayName</key><string>all of it</string></dict></plist>')


# --- exploded trees -----------------------------------------------------------------------------------


def put(path, content=b''):
    with open(path, 'wb') as out:
        out.write(content)


def tree(folder, name):
    """The beginning of one; its path."""
    path = os.path.join(folder, name)
    os.mkdir(path)
    for key, value in (('PayloadType', 'Configuration'), ('PayloadVersion', '1'), ('PayloadIdentifier', 'org.example'),
                       ('PayloadUUID', '11111111-2222-3333-4444-555555555555')):
        put(os.path.join(path, key), value.encode() + b'\n')
    return path


def trees(folder):
    path = tree(folder, 'long-names')
    for i in range(300):
        put(f'{path}/{"n" * 249}{i:06}', b'x\n')
    path = tree(folder, 'many-files')
    os.mkdir(f'{path}/D')
    for i in range(1000):
        put(f'{path}/D/k{i}', b'1\n')
    path = tree(folder, 'deep')
    below = os.open(path, os.O_RDONLY)
    for _ in range(600):
        os.mkdir('d', dir_fd=below)
        inner = os.open('d', os.O_RDONLY, dir_fd=below)
        os.close(below)
        below = inner
    os.close(below)
    path = tree(folder, 'fifos')
    for name in ('Fifo', '.types', 'PayloadContent'):
        os.mkfifo(f'{path}/{name}')
    path = tree(folder, 'links')
    for name, target in (('Zero', '/dev/zero'), ('.types', '/dev/zero'), ('Loop', 'Loop'), ('Up', '..'),
                         ('PayloadContent', '/')):
        os.symlink(target, f'{path}/{name}')
    path = tree(folder, 'sparse')
    for name in ('A', '.types'):
        put(f'{path}/{name}')
        os.truncate(f'{path}/{name}', 1 << 40)
    path = tree(folder, 'types-of-nothing')
    put(f'{path}/.types', b''.join(b'a%d integer\n' % i for i in range(20000)))
    path = tree(folder, 'types-not-understood')
    put(f'{path}/.types', b''.join(b'a%d colour\n' % i for i in range(20000)))
    path = tree(folder, 'types-in-one-line')
    put(f'{path}/.types', b'x' * 1000000)
    path = tree(folder, 'types-repeated')
    put(f'{path}/.types', b'a integer\n' * 100000)
    path = tree(folder, 'numbers')
    os.mkdir(f'{path}/A')
    for name in ('00', '4294967295', '4294967296', '99999999999999999999', '-1', '0x'):
        put(f'{path}/A/{name}', b'x\n')
    put(f'{path}/.types', b'A array\n')
    path = tree(folder, 'binary-text')
    put(f'{path}/PayloadDescription', b'a\0b\xff\xfe\xc0\xaf')


# --- the whole ----------------------------------------------------------------------------------------

# The status of `profilefs check`, or 0 where `profilefs cat` gives all of it: nothing is wrong with a plist that is only
# large; past a limit is 2, all else is 1.
FINE = ('alike_payloads attributes binary_many_keys key_of_slashes large_base64 long_comment long_number long_real '
        'many_dicts many_elements many_keys many_long_keys references spaces_in_base64 types_lines').split()
TOO_LARGE = 'binary_bomb bomb_in_der binary_text_bomb binary_wide_bomb long_key'.split()
FILES = {make.__name__: make for make in (
    entity_bomb, entity_quadratic, parameter_entities, entity_of_a_file, deep_xml, deep_xml_open, deep_tags, references,
    many_keys, many_elements, many_dicts, alike_payloads, attributes, long_tag, long_comment, unfinished_comment,
    long_number, long_real, long_key, many_long_keys, nul_in_xml, nul_in_key, nul_by_reference, overlong_utf8,
    surrogates_in_utf8, surrogate_by_reference, half_utf16, unknown_encoding, large_base64, broken_base64,
    spaces_in_base64, key_of_slashes, types_lines, binary_bomb, binary_wide_bomb, binary_text_bomb, deep_binary,
    binary_cycle, binary_self, binary_self_as_key, binary_many_keys, binary_nul, binary_huge_count, binary_huge_table,
    deep_in_der, deep_in_pem, bomb_in_der, deep_der, pem_without_end, pem_many, zip_file, png_file, gzip_file, empty,
    spaces, zeros, newlines)}
OTHERS = {make.__name__: make for make in (
    yaml_anchors, yaml_deep, yaml_deep_blocks, yaml_huge, schema_deep, schema_huge, schema_long_line, schema_pattern,
    past_the_limit)}


def main():
    if sys.argv[1] == 'files':
        for name, make in FILES.items():
            put(os.path.join(sys.argv[2], name), make())
            print(name, 0 if name in FINE else 2 if name in TOO_LARGE else 1)
    elif sys.argv[1] == 'trees':
        trees(sys.argv[2])
    else:
        sys.stdout.buffer.write({**FILES, **OTHERS}[sys.argv[1]]())


if __name__ == '__main__':
    main()
