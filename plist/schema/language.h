/*
 * The schema language: one key a line, nested by indentation, made to be read and diffed by people.
 *
 *     release "iOS 18.1, macOS 15.1"
 *
 *     payload com.apple.mdm iOS(4.0 multiple=false) macOS(10.7 userchannel=false) tvOS(9.0)
 *       ServerURL string required format="^https://.*$"
 *       AccessRights integer iOS(userenrollment=ignored)
 *       ServerCapabilities array
 *         - string
 *     payload com.apple.homescreenlayout iOS(9.3 supervised=true)
 *       Dock array as=IconItem
 *         - dict
 *           Type string required values=App,Folder,WebClip
 *           Pages array
 *             - array like=IconItem
 *     rule com.apple.wifi.managed page="WiFi"
 *       Password string length=..64 sensitive
 *       ! need Password when EncryptionType=WEP,WPA unless EAPClientConfiguration
 *
 * Lines. Indentation is two blanks a level, no tabs. `#` at the beginning of a line (after blanks) makes it a
 * comment; there are no others. Empty lines mean nothing. UTF-8, with what XML can hold; CR LF is read too, and a
 * byte order mark. A line has 64 KiB at most, keys are nested 64 levels deep at most.
 *
 * Words are separated by one or more blanks. A word is bare, or "quoted" when it has to hold a blank, a tab, a
 * comma, a quote, a backslash, (, ), =, # at its beginning, or nothing at all; a name also if + or ! is its end
 * (as = could follow). In quotes \" \\ \n \t are escapes. An attribute is a bare word, or NAME=VALUE[,VALUE...];
 * each value may be quoted for itself, and an empty one is "". What stands in quotes is always a name or a text:
 * never a mark like -, nor a word of the language.
 *
 * Sections (no indentation) go to the next one:
 *
 *     release TEXT              what the facts were made from
 *     payload TYPE ATTR...      a payload type's keys
 *     profile ATTR...           the profile's own keys
 *     common ATTR...            the keys of every payload
 *     rule TYPE|profile|common ATTR...   changes to a section that is there (none: the rule is left out)
 *
 * Key lines: NAME TYPE ATTR...
 *
 *     NAME    a key; quoted if it must be, and if it is really called *, - or !
 *             *  any other key          -  every element of an array (one such line)
 *     TYPE    string integer real boolean date data array dict any; several: integer|string
 *
 *     required | optional       optional is what it is if nothing is said
 *     values=V,...              what is allowed, as text; custom: only proposals
 *     range=MIN..MAX            of a number, inclusive; either may be left out
 *     length=MIN..MAX           of a string (characters) or data (bytes)
 *     items=MIN..MAX            of an array
 *     format=REGEX              searched for, so anchors are its own
 *     subtype=WORD              url hostname email ...
 *     default=TEXT
 *     bits=MASK  needs=2:1,...  an integer of flags; which flag needs which
 *     refs=TYPE,...             the PayloadUUID of a payload of one of these types in the same profile
 *     unique                    no two elements are equal
 *     immutable  sensitive
 *     as=NAME  like=NAME        recursion: the children are those of the enclosing key that is called so
 *     page=TEXT                 the page of Apple's that this comes from
 *     help=TEXT                 prose
 *     PLATFORM(VERSION FACT=VALUE ...)   iOS macOS tvOS visionOS watchOS; VERSION: introduced there, n/a: never;
 *                               facts: deprecated removed multiple supervised devicechannel userchannel requiresdep
 *                               userapprovedmdm allowmanualinstall sharedipad sharedipad-devicechannel
 *                               sharedipad-userchannel userenrollment
 *
 * A line, of a section's head too, may go on in lines that are indented by two levels more and consist of
 * PLATFORM(...) only:
 *
 *     payload com.apple.mdm page="MDM"
 *         iOS(4.0 multiple=false userenrollment=allowed)
 *         macOS(10.7 multiple=false)
 *       ServerURL string required
 *
 * What is said has to fit the type: range= is for numbers, length= for strings and data, format= and refs= for
 * strings, bits= and needs= for integers, items= and unique for arrays, as= and like= for dicts and arrays. A key
 * stands once in its dict. A dict below which no key stands takes any, and so does a payload; if a rule gives it
 * keys, it takes those only, unless the rule gives it a `*` too.
 *
 * In a `rule` section a key that is there keeps what the line does not mention: NAME TYPE sets the type (TYPE `=`
 * keeps it), attributes replace those there (of a platform: the facts that are mentioned), `values+=V` adds some,
 * and `no=ATTR,...` takes some away, in the order in which they stand: an attribute, a platform, `keys`, `others`
 * (the `*`), `item` (the `-`), `clauses`. `gone` takes the key itself away. Keys that are not there are added.
 * Clauses are added. A section's page= is the page of all its lines that name no other.
 * Rules hold for facts that they were not written for: a line with TYPE `=` is left out, with what is below it, if
 * the key is not there, and what does not fit the type that the key has is passed over. The keys of `common` can
 * be changed for one payload in its own section.
 *
 * Clauses: `!` lines, of the dictionary whose keys they stand among (clause.h):
 *
 *     ! [warn] need KEY... | forbid KEY... | values KEY=V,... | range KEY=MIN..MAX | length KEY=MIN..MAX
 *              | format KEY=REGEX | items KEY=V,...
 *       [when KEY[=V,...|!=V,...]]... [unless KEY[=V,...|!=V,...]]... [because=TEXT] [page=TEXT]
 *
 * This header is the reading side, as the rest of the room uses it; writing.h is the other.
 */
#ifndef SCHEMA_LANGUAGE_H
#define SCHEMA_LANGUAGE_H

#include <stddef.h>

#include "plist/base/error.h"
#include "plist/schema/schema.h"

struct arena;

/* A piece of a schema's text: borrowed, must outlive what is read from it only while it is read. */
struct section_text {
	const char *name;    /* of the file, in messages */
	const char *text;
	size_t len;
	unsigned long line;  /* the number of its first line */
};

/* `err` is filled in whenever a function here fails: EINVAL with file, line, and where it helps the column, or
 * ENOMEM. */

/* Reads one section (its head line and the lines below it) into keys that live in `arena`. The result is a dict.
 * NULL: an error with file and line (EINVAL), or ENOMEM. Not for `rule` sections. */
struct schema_key *language_read(const struct section_text *section, struct arena *arena, struct error *err);

/* Changes `key`, which language_read() made or a union of such, by a `rule` section. 0 or -1. */
int language_apply(const struct section_text *section, struct schema_key *key, struct arena *arena,
		   struct error *err);

#endif
