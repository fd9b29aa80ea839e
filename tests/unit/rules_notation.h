/*
 * Profiles in a short notation, for tests of the rules.
 *
 * Keys and values, separated by blanks. A value is 'text', a number (42, -1, 0.5), + (true), - (false), ~32 (data
 * of so many bytes), { KEY VALUE ... } or [ VALUE ... ]. ca and id in the place of a text are the PayloadUUIDs of a
 * certificate and of an identity that every profile made here has. ^ in a key is a blank.
 *
 * Who makes a node frees it with node_free().
 */
#ifndef TESTS_UNIT_RULES_NOTATION_H
#define TESTS_UNIT_RULES_NOTATION_H

#include <stdlib.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/node.h"

#define CA_UUID "11111111-1111-1111-1111-111111111111"
#define ID_UUID "22222222-2222-2222-2222-222222222222"

static inline struct node *read_value(const char **at);

static inline void skip_blanks(const char **at)
{
	*at += strspn(*at, " ");
}

static inline struct node *read_scalar(enum node_type type, const char *bytes, size_t len)
{
	struct node *node = node_new(type);

	assert_non_null(node);
	assert_int_equal(node_set(node, type, bytes, len), 0);
	return node;
}

static inline struct node *read_text(const char **at)
{
	const char *start = ++*at;
	size_t len = strcspn(start, "'");

	assert_int_equal(start[len], '\'');
	*at = start + len + 1;
	return read_scalar(NODE_STRING, start, len);
}

static inline struct node *read_data(const char **at)
{
	static const char zeros[64];
	char *end;
	size_t len = strtoul(*at + 1, &end, 10);

	assert_true(len <= sizeof(zeros));
	*at = end;
	return read_scalar(NODE_DATA, zeros, len);
}

static inline struct node *read_word(const char **at)
{
	const char *word = *at;
	size_t len = strcspn(word, " ");

	*at += len;
	if (len == 1 && *word == '+')
		return read_scalar(NODE_BOOLEAN, "true", 4);
	if (len == 1 && *word == '-')
		return read_scalar(NODE_BOOLEAN, "false", 5);
	if (strncmp(word, "ca", len) == 0)
		return read_scalar(NODE_STRING, CA_UUID, strlen(CA_UUID));
	if (strncmp(word, "id", len) == 0)
		return read_scalar(NODE_STRING, ID_UUID, strlen(ID_UUID));
	return read_scalar(strcspn(word, ".") < len ? NODE_REAL : NODE_INTEGER, word, len);
}

static inline void read_keys(struct node *dict, const char **at)
{
	char key[128], *p;
	size_t len;

	for (skip_blanks(at); **at && **at != '}'; skip_blanks(at)) {
		len = strcspn(*at, " ");
		assert_true(len < sizeof(key));
		memcpy(key, *at, len);
		key[len] = '\0';
		for (p = key; (p = strchr(p, '^')); p++)
			*p = ' ';
		*at += len;
		assert_int_equal(node_insert(dict, NULL, read_value(at), key, len), 0);
	}
}

static inline struct node *read_dict(const char **at)
{
	struct node *dict = node_new(NODE_DICT);

	assert_non_null(dict);
	++*at;
	read_keys(dict, at);
	assert_int_equal(*(*at)++, '}');
	return dict;
}

static inline struct node *read_array(const char **at)
{
	struct node *array = node_new(NODE_ARRAY);

	assert_non_null(array);
	++*at;
	for (skip_blanks(at); **at != ']'; skip_blanks(at))
		assert_int_equal(node_insert(array, NULL, read_value(at), NULL, 0), 0);
	++*at;
	return array;
}

static inline struct node *read_value(const char **at)
{
	skip_blanks(at);
	if (**at == '\'')
		return read_text(at);
	if (**at == '~')
		return read_data(at);
	if (**at == '{')
		return read_dict(at);
	return **at == '[' ? read_array(at) : read_word(at);
}

static inline struct node *dict_of(const char *notation)
{
	struct node *dict = node_new(NODE_DICT);

	assert_non_null(dict);
	read_keys(dict, &notation);
	assert_int_equal(*notation, '\0');
	return dict;
}

/* Adds a payload of that type, with what every payload has. */
static inline void add_payload(struct node *profile, const char *type, const char *uuid, const char *keys)
{
	BUF_AUTO notation = BUF_INIT;

	buf_add_format(&notation,
		       "PayloadType '%s' PayloadVersion 1 PayloadUUID '%s' PayloadIdentifier 'org.example.%s' %s",
		       type, uuid, uuid, keys);
	assert_true(buf_ok(&notation));
	assert_int_equal(node_insert(node_get(profile, "PayloadContent"), NULL, dict_of(buf_text(&notation)), NULL, 0),
			 0);
}

/* A profile with that payload, and a certificate and an identity that it may refer to. */
static inline struct node *profile_of(const char *type, const char *keys)
{
	struct node *profile = dict_of("PayloadType 'Configuration' PayloadVersion 1 PayloadUUID 'P' "
				       "PayloadIdentifier 'org.example' PayloadContent [ ]");

	add_payload(profile, type, "X", keys);
	add_payload(profile, "com.apple.security.root", CA_UUID, "PayloadContent ~3");
	add_payload(profile, "com.apple.security.pkcs12", ID_UUID, "PayloadContent ~3");
	return profile;
}

#endif
