/*
 * Binary plists to nodes, through libplist 2.2 to 2.7. The way back is in bplist_write.c.
 *
 * What is the same in all of these versions, and so what is used: integers and dates pass through XML in
 * both directions (the getters and setters changed meaning, and dates outside 1932 to 2069 are wrong in
 * them); strings are taken with their length; dictionaries are only ever added to. A real number's text is
 * the shortest that reads back to the same number.
 */
#include "plist/bplist.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/bplist_lib.h"
#include "plist/value.h"

/* Overwrites a value in libplist's own memory, as libplist does not when it frees it. NULL: nothing is there. */
static void wipe_bytes(const void *bytes, uint64_t len)
{
	if (bytes)
		explicit_bzero((void *)bytes, (size_t)len);
}

static void wipe(plist_t plist);

static void wipe_dict(plist_t dict)
{
	plist_dict_iter iter = NULL;
	plist_t value;

	plist_dict_new_iter(dict, &iter);
	if (!iter)
		return;
	do {
		value = NULL;
		plist_dict_next_item(dict, iter, NULL, &value);
		wipe(value);
	} while (value);
	free(iter);
}

static void wipe_array(plist_t array)
{
	plist_array_iter iter = NULL;
	plist_t value;

	plist_array_new_iter(array, &iter);
	if (!iter)
		return;
	do {
		value = NULL;
		plist_array_next_item(array, iter, &value);
		wipe(value);
	} while (value);
	free(iter);
}

/* Texts and data; numbers and dates are too short to be found. */
static void wipe(plist_t plist)
{
	plist_type type = plist ? plist_get_node_type(plist) : PLIST_NONE;
	const void *bytes = NULL;
	uint64_t len = 0;

	if (type == PLIST_DICT)
		wipe_dict(plist);
	else if (type == PLIST_ARRAY)
		wipe_array(plist);
	else if (type == PLIST_STRING)
		bytes = plist_get_string_ptr(plist, &len);
	else if (type == PLIST_DATA)
		bytes = plist_get_data_ptr(plist, &len);
	wipe_bytes(bytes, len);
}

void bplist_release(plist_t *plist)
{
	wipe(*plist);
	plist_free(*plist);
}

int numbers_begin(struct numbers *numbers, struct error *err)
{
	numbers->c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	if (!numbers->c)
		return error_memory(err);
	numbers->before = uselocale(numbers->c);
	return 0;
}

void numbers_end(struct numbers *numbers)
{
	if (!numbers->c)
		return;
	uselocale(numbers->before);
	freelocale(numbers->c);
}

int bplist_parse(const struct buf *source, plist_t *out, struct error *err)
{
	*out = NULL;
	plist_from_bin(source->data, (uint32_t)source->len, out);
	if (!*out)
		return error_rule(err, "not-a-plist", "libplist cannot read this binary property list");
	return 0;
}

/* --- reading ------------------------------------------------------------------------------------------ */

struct reading {
	struct doc *doc;
	const char *name;
	struct error *err;
};

static int read_node(struct reading *reading, plist_t from, struct node **out);

/* What libplist writes between the tags of a scalar. */
static void add_xml_text(plist_t scalar, const char *tag, struct buf *out)
{
	char *xml = NULL, *text;
	uint32_t len = 0;

	plist_to_xml(scalar, &xml, &len);
	text = xml ? strstr(xml, tag) : NULL;
	if (text) {
		text += strlen(tag);
		buf_add(out, text, strcspn(text, "<"));
	}
	if (xml)
		explicit_bzero(xml, len);
	free(xml);
}

static void add_integer(plist_t from, struct buf *out)
{
	add_xml_text(from, "<integer>", out);
}

/* libplist does not fill a year up to four digits. */
static void add_date(plist_t from, struct buf *out)
{
	BUF_AUTO text = BUF_INIT;

	add_xml_text(from, "<date>", &text);
	for (size_t len = text.len; len < strlen("0001-01-01T00:00:00Z"); len++)
		buf_add_char(out, '0');
	buf_add(out, text.data, text.len);
	out->failed = out->failed || text.failed;
}

static void add_boolean(plist_t from, struct buf *out)
{
	uint8_t value = 0;

	plist_get_bool_val(from, &value);
	buf_add_text(out, value ? "true" : "false");
}

static void add_string(plist_t from, struct buf *out)
{
	uint64_t len = 0;
	const char *text = plist_get_string_ptr(from, &len);

	buf_add(out, text, text ? (size_t)len : 0);
}

static void add_data(plist_t from, struct buf *out)
{
	uint64_t len = 0;
	const void *bytes = plist_get_data_ptr(from, &len); /* to char or uint8_t, by version */

	buf_add(out, bytes, bytes ? (size_t)len : 0);
}

/* Any decimal of 15 digits survives a double, so no shorter one is missed by beginning there, except
 * among the subnormal numbers, which have fewer. */
static void add_real(plist_t from, struct buf *out)
{
	char text[40];
	double value = 0;

	plist_get_real_val(from, &value);
	if (isnan(value)) {
		buf_add_text(out, "nan");
		return;
	}
	for (int digits = isnormal(value) ? 15 : 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_add_text(out, text);
}

/* A value from a binary plist is never a placeholder, whatever it spells. */
static int set_text(struct node *node, const struct buf *text, struct error *err)
{
	if (!buf_ok(text) || node_set(node, node->type, buf_text(text), text->len))
		return error_memory(err);
	node->value.placeholder = false;
	return 0;
}

/* Puts a finished child into its container; frees it on failure. */
static int place(struct reading *reading, struct node *parent, struct node *child, const char *key)
{
	bool duplicate = false;

	if (node_append_source(parent, child, key, key ? strlen(key) : 0, &duplicate)) {
		node_free(child);
		return error_memory(reading->err);
	}
	if (duplicate && !reading->doc->duplicate.code) {
		BUF_AUTO path = BUF_INIT;

		doc_path(child, &path);
		error_rule(&reading->doc->duplicate, "duplicate-key",
			   "the dict has this key twice, and readers disagree on which one counts");
		error_in_key(&reading->doc->duplicate, buf_text(&path));
		error_in_file(&reading->doc->duplicate, reading->name);
	}
	return 0;
}

static int read_dict(struct reading *reading, plist_t from, struct node *dict)
{
	plist_dict_iter iter = NULL;
	int result = 0;

	plist_dict_new_iter(from, &iter);
	if (!iter)
		return error_memory(reading->err);
	while (!result) {
		struct node *child;
		plist_t value = NULL;
		char *key = NULL;

		plist_dict_next_item(from, iter, &key, &value);
		if (!value || !key) {
			free(key);
			break;
		}
		result = read_node(reading, value, &child);
		if (!result)
			result = place(reading, dict, child, key);
		free(key);
	}
	free(iter);
	return result;
}

static int read_array(struct reading *reading, plist_t from, struct node *array)
{
	plist_array_iter iter = NULL;
	int result = 0;

	plist_array_new_iter(from, &iter);
	if (!iter)
		return error_memory(reading->err);
	while (!result) {
		struct node *child;
		plist_t value = NULL;

		plist_array_next_item(from, iter, &value);
		if (!value)
			break;
		result = read_node(reading, value, &child);
		if (!result)
			result = place(reading, array, child, NULL);
	}
	free(iter);
	return result;
}

static int read_uid(struct reading *reading, plist_t from, struct node *dict)
{
	BUF_AUTO text = BUF_INIT;
	struct node *number;
	uint64_t value = 0;

	plist_get_uid_val(from, &value);
	buf_add_format(&text, "%llu", (unsigned long long)value);
	number = node_new(NODE_INTEGER);
	if (!number)
		return error_memory(reading->err);
	if (set_text(number, &text, reading->err)) {
		node_free(number);
		return -1;
	}
	dict->uid = true;
	return place(reading, dict, number, UID_KEY);
}

/* In libplist 2.2 PLIST_UINT is the integer's type itself, later another name for it. */
static const struct kind {
	plist_type from;
	enum node_type type;
	void (*add_text)(plist_t from, struct buf *out);                            /* of a scalar */
	int (*read)(struct reading *reading, plist_t from, struct node *container); /* of any other */
} KINDS[] = {
	{ PLIST_DICT, NODE_DICT, NULL, read_dict },
	{ PLIST_ARRAY, NODE_ARRAY, NULL, read_array },
	{ PLIST_UID, NODE_DICT, NULL, read_uid },
	{ PLIST_STRING, NODE_STRING, add_string, NULL },
	{ PLIST_UINT, NODE_INTEGER, add_integer, NULL },
	{ PLIST_REAL, NODE_REAL, add_real, NULL },
	{ PLIST_BOOLEAN, NODE_BOOLEAN, add_boolean, NULL },
	{ PLIST_DATE, NODE_DATE, add_date, NULL },
	{ PLIST_DATA, NODE_DATA, add_data, NULL },
};

static const struct kind *kind_of(plist_t from)
{
	plist_type type = plist_get_node_type(from);

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		if (KINDS[i].from == type)
			return &KINDS[i];
	}
	return NULL;
}

static int read_scalar(struct reading *reading, const struct kind *kind, plist_t from, struct node *node)
{
	BUF_AUTO text = BUF_INIT;

	kind->add_text(from, &text);
	if (node->type != NODE_STRING && node->type != NODE_DATA &&
	    value_check(node->type, buf_text(&text), text.len, false, reading->err))
		return -1;
	return set_text(node, &text, reading->err);
}

static int read_node(struct reading *reading, plist_t from, struct node **out)
{
	const struct kind *kind = kind_of(from);
	struct node *node;
	int result;

	if (!kind)
		return error_rule(reading->err, "not-a-plist",
				  "the binary property list holds a kind of value that profiles do not have");
	node = node_new(kind->type);
	if (!node)
		return error_memory(reading->err);
	result = kind->read ? kind->read(reading, from, node) : read_scalar(reading, kind, from, node);
	if (result) {
		node_free(node);
		return -1;
	}
	*out = node;
	return 0;
}

static int read_source(struct doc *doc, const char *name, struct error *err)
{
	struct reading reading = { .doc = doc, .name = name, .err = err };
	PLIST_AUTO from = NULL;
	NUMBERS_AUTO numbers = { 0 };

	if (bplist_check(doc->source.data, doc->source.len, err))
		return -1;
	if (numbers_begin(&numbers, err) || bplist_parse(&doc->source, &from, err))
		return -1;
	if (read_node(&reading, from, &doc->root))
		return -1;
	doc->root->placed = true; /* it has no range of the source to show that it came from there */
	return 0;
}

int bplist_read(struct doc *doc, const char *name, struct error *err)
{
	doc->format = DOC_BINARY;
	doc->root = NULL;
	if (!read_source(doc, name, err))
		return 0;
	error_in_file(err, name);
	return -1;
}
