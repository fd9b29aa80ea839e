/*
 * Profiles made by lot, for property tests of trees: every type, every character that XML allows, and keys that are
 * anything but names of files.
 *
 * random_profile() gives a document of its own, to be freed with node_free(); random_seed() says which.
 */
#ifndef TESTS_RANDOM_PROFILE_H
#define TESTS_RANDOM_PROFILE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/node.h"
#include "tests/unit/random.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define ANY(list)   ((list)[random_below(COUNT(list))])

static const char *const random_strings[] = {
	"a", "text", "3", "-5", "007", "0", "true", "false", "YES", "0.5", "1e3", "nan", "2026-01-31T12:00:00Z", " ",
	"  ", "\n", "\n\n", "\r", "\r\n", "\t", "#", "'\"", "<&>", "]]>", "\x7f", "\xc2\x80", "\xc2\x85", "\xc3\xa9",
	"e\xcc\x81", "\xe2\x80\xa8", "\xef\xbf\xbd", "\xef\xbb\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbd",
	"$FLEET_VAR_X", "$USERNAME", "%SerialNumber%", "{{x}}", "${X}", "%", "%20", "/", ".types", "AAEC",
	"a line\nand another", "\\",
};

static const char *const random_numbers[] = {
	"0", "1", "-1", "42", "-5", "65535", "-9223372036854775808", "18446744073709551615",
	"123456789012345678901234567890", "$FLEET_VAR_PORT", "{{port}}",
};

static const char *const random_reals[] = {
	"0", "5", "-5", "0.1", "-2.5e3", "1e400", "nan", "inf", "-inf", "-0.0", "3.0", "42", "$FLEET_VAR_RATIO",
};

static const char *const random_dates[] = {
	"2026-01-31T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z",
	"$FLEET_VAR_WHEN",
};

/* What keys are made of: what names encode, what reads as scratch, what other files and elements are called. */
static const char *const random_key_parts[] = {
	"a", "B", "Key", "k", "/", "%", "%2F", "%-", ".", "..", "~", ".bak", ".orig", ".rej", ".save", ".tmp", "#",
	"4913", ".types", ".profilefs", ".o123456", "sedAb12Cd", "00", "01", "7", " ", "\t", "\n", "\r", "\x7f",
	"\xc2\x85", "\xc3\xa9", "\xc3\x89", "\xf0\x9f\x98\x80", "-2", ".2", "\\", ":", "*", "PayloadContent", "con",
	"string",
	"0123456789012345678901234567890123456789012345678901234567890123456789",
	"\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8\xe2\x80\xa8",
};

/* Keys that Apple's schema has a type for; the values made here are of any. */
static const char *const random_known_keys[] = {
	"SSID_STR", "HIDDEN_NETWORK", "AutoJoin", "ProxyServerPort", "EAPClientConfiguration", "AcceptEAPTypes",
	"TLSTrustedCertificates", "MCCAndMNCs", "ServerCapabilities", "AccessRights", "ServerURL", "PayloadCertificate",
	"ListenRanges", "Parents", "PayloadContent", "Password", "KeyUsage", "SubjectAltName", "Subject", "DNSSettings",
	"ServerAddresses", "ProhibitDisablement", "PayloadDescription", "Rules", "Challenge", "Enabled", "allowCamera",
};

static const char *const random_payload_types[] = {
	"com.apple.wifi.managed", "com.apple.mdm", "com.apple.security.pem", "com.apple.security.scep",
	"com.apple.AssetCache.managed", "com.apple.dnsSettings.managed", "com.apple.applicationaccess",
	"com.google.Chrome", "org.example", "org.example.2", "#odd#", "a/b", ".x", "x~", "00", "with blank", "\xc3\xa9",
};

static const char *const random_root_keys[] = {
	"PayloadDisplayName", "PayloadRemovalDisallowed", "PayloadScope", "RemovalDate", "DurationUntilRemoval",
	"ConsentText", "PayloadExpirationDate", "TargetDeviceType", "EncryptedPayloadContent", "HasRemovalPasscode",
};

static inline struct node *random_node(enum node_type type, const char *bytes, size_t len)
{
	struct node *node = node_new(type);

	assert_non_null(node);
	assert_int_equal(node_set(node, type, bytes, len), 0);
	return node;
}

static inline struct node *random_string(void)
{
	struct node *node;
	BUF_AUTO text = BUF_INIT;

	random_text(random_strings, COUNT(random_strings), random_below(3) ? 3 : 9, &text);
	node = random_node(NODE_STRING, buf_text(&text), text.len);
	return node;
}

/* Data is any bytes, and now and then text. */
static inline struct node *random_data(void)
{
	char bytes[24];
	size_t i, len = random_below(sizeof(bytes));

	if (random_below(3) == 0)
		return random_node(NODE_DATA, "hello\n", random_below(7));
	for (i = 0; i < len; i++)
		bytes[i] = (char)random_below(256);
	return random_node(NODE_DATA, bytes, len);
}

static inline struct node *random_scalar(void)
{
	const char *text;

	switch (random_below(8)) {
	case 0:
		text = ANY(random_numbers);
		return random_node(NODE_INTEGER, text, strlen(text));
	case 1:
		text = ANY(random_reals);
		return random_node(NODE_REAL, text, strlen(text));
	case 2:
		text = random_below(2) ? "true" : "false";
		return random_node(NODE_BOOLEAN, text, strlen(text));
	case 3:
		text = ANY(random_dates);
		return random_node(NODE_DATE, text, strlen(text));
	case 4:
		return random_data();
	default:
		return random_string();
	}
}

static inline void random_key(struct buf *key)
{
	if (random_below(3) == 0)
		buf_add_text(key, ANY(random_known_keys));
	else
		random_text(random_key_parts, COUNT(random_key_parts), random_below(8) ? 4 : 12, key);
}

/* Adds a value that the dict or array owns from now on; one of a key that is there is dropped. */
static inline void random_add(struct node *container, struct node *value, const char *key, size_t key_len)
{
	if (container->type == NODE_DICT && node_find(container, key, key_len))
		node_free(value);
	else
		assert_int_equal(node_insert(container, NULL, value, container->type == NODE_DICT ? key : NULL,
					     key_len), 0);
}

static inline struct node *random_value(unsigned depth);

static inline void random_fill(struct node *container, unsigned depth, unsigned most)
{
	unsigned left;

	for (left = random_below(most + 1); left > 0; left--) {
		BUF_AUTO key = BUF_INIT;

		random_key(&key);
		random_add(container, random_value(depth), buf_text(&key), key.len);
	}
}

/* An array of scalars, mostly of one type: a file of lines, if no element has a newline. */
static inline struct node *random_list(void)
{
	struct node *array = node_new(NODE_ARRAY), *first = random_scalar(), *next;
	unsigned left;

	assert_non_null(array);
	for (left = random_below(5); left > 0; left--) {
		next = random_below(4) ? node_copy(first, false) : random_scalar();
		assert_non_null(next);
		random_add(array, next, NULL, 0);
	}
	node_free(first);
	return array;
}

static inline struct node *random_value(unsigned depth)
{
	unsigned kind = random_below(10);
	struct node *container;

	if (kind < 6 || depth == 0)
		return random_scalar();
	if (kind < 8)
		return random_list();
	container = node_new(kind == 8 ? NODE_DICT : NODE_ARRAY);
	assert_non_null(container);
	random_fill(container, depth - 1, 3);
	return container;
}

/* A payload that lacks nothing, so that no save has anything to add. */
static inline struct node *random_payload(unsigned number)
{
	struct node *payload = node_new(NODE_DICT);
	const char *type = ANY(random_payload_types);
	char uuid[64];

	assert_non_null(payload);
	snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012u", number);
	random_add(payload, random_node(NODE_STRING, type, strlen(type)), "PayloadType", strlen("PayloadType"));
	random_add(payload, random_node(NODE_STRING, uuid, strlen(uuid)), "PayloadUUID", strlen("PayloadUUID"));
	random_add(payload, random_node(NODE_STRING, uuid + 24, 12), "PayloadIdentifier", strlen("PayloadIdentifier"));
	random_add(payload, random_node(NODE_INTEGER, "1", 1), "PayloadVersion", strlen("PayloadVersion"));
	random_fill(payload, 2, 3);
	return payload;
}

/* The payloads: mostly an array, of profiles of an older kind a dict; or no container at all. */
static inline struct node *random_payloads(void)
{
	bool dict = random_below(10) == 0;
	struct node *payloads = node_new(dict ? NODE_DICT : NODE_ARRAY);
	unsigned left;

	assert_non_null(payloads);
	if (dict) {
		random_fill(payloads, 2, 4);
		return payloads;
	}
	for (left = random_below(random_below(4) ? 2 : 5); left > 0; left--)
		random_add(payloads, random_payload(left), NULL, 0);
	return payloads;
}

/* So deep that paths are long. */
static inline void random_well(struct node *dict)
{
	unsigned left;
	struct node *next;

	for (left = random_below(60); left > 0; left--) {
		next = node_new(random_below(3) ? NODE_DICT : NODE_ARRAY);
		assert_non_null(next);
		assert_int_equal(node_insert(dict, NULL, next, dict->type == NODE_DICT ? "k" : NULL,
					     dict->type == NODE_DICT ? 1 : 0), 0);
		dict = next;
	}
}

static inline struct node *random_profile(void)
{
	struct node *root = node_new(NODE_DICT), *well;
	const char *key;
	unsigned left;

	assert_non_null(root);
	random_add(root, random_node(NODE_STRING, "Configuration", 13), "PayloadType", strlen("PayloadType"));
	random_add(root, random_below(20) ? random_payloads() : random_scalar(), "PayloadContent",
		   strlen("PayloadContent"));
	for (left = random_below(3); left > 0; left--) {
		key = ANY(random_root_keys);
		random_add(root, random_value(1), key, strlen(key));
	}
	random_fill(root, 3, 3);
	if (random_below(60) == 0) {
		well = node_new(NODE_DICT);
		assert_non_null(well);
		random_well(well);
		random_add(root, well, "well", strlen("well"));
	}
	return root;
}

#endif
