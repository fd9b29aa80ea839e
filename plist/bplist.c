/*
 * Binary plists to nodes and back, through libplist 2.2 to 2.7.
 *
 * What is the same in all of these versions, and so what is used: integers and dates pass through XML in
 * both directions (the getters and setters changed meaning, and dates outside 1932 to 2069 are wrong in
 * them); strings are taken with their length; dictionaries are only ever added to. A real number's text is
 * the shortest that reads back to the same number.
 */
#include "plist/bplist.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/value.h"

#define UID_KEY "CF$UID"

static void release(plist_t *plist)
{
	plist_free(*plist);
}

/* A libplist tree that is freed at the end of its scope. */
#define PLIST_AUTO __attribute__((cleanup(release))) plist_t

static plist_t steal(plist_t *plist)
{
	plist_t stolen = *plist;

	*plist = NULL;
	return stolen;
}

/* Numbers are written with a point here, whatever the user's locale is; libplist's, too. */
struct numbers {
	locale_t c, before;
};

static int numbers_begin(struct numbers *numbers, struct error *err)
{
	numbers->c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	if (!numbers->c)
		return error_memory(err);
	numbers->before = uselocale(numbers->c);
	return 0;
}

static void numbers_end(struct numbers *numbers)
{
	if (!numbers->c)
		return;
	uselocale(numbers->before);
	freelocale(numbers->c);
}

#define NUMBERS_AUTO __attribute__((cleanup(numbers_end))) struct numbers

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
	void (*add_text)(plist_t from, struct buf *out);                           /* of a scalar */
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
				  "the binary property list holds a value of a kind that profiles do not have");
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

static int parse_binary(const struct buf *source, plist_t *out, struct error *err)
{
	*out = NULL;
	plist_from_bin(source->data, (uint32_t)source->len, out);
	if (!*out)
		return error_rule(err, "not-a-plist", "libplist cannot read this binary property list");
	return 0;
}

static int read_source(struct doc *doc, const char *name, struct error *err)
{
	struct reading reading = { .doc = doc, .name = name, .err = err };
	PLIST_AUTO from = NULL;
	NUMBERS_AUTO numbers = { 0 };

	if (bplist_check(doc->source.data, doc->source.len, err))
		return -1;
	if (numbers_begin(&numbers, err) || parse_binary(&doc->source, &from, err))
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

/* --- writing ------------------------------------------------------------------------------------------ */

/*
 * The source's own value for a node that came from it. Only dates need it: binary plists count fractions
 * of a second, which the text of a date cannot show, and a date that was not edited must keep them.
 */
struct twins {
	plist_t container;
	void *iter;
};

static void twins_begin(struct twins *twins, plist_t container)
{
	*twins = (struct twins){ .container = container };
	if (!container)
		return;
	if (plist_get_node_type(container) == PLIST_DICT)
		plist_dict_new_iter(container, &twins->iter);
	else if (plist_get_node_type(container) == PLIST_ARRAY)
		plist_array_new_iter(container, &twins->iter);
}

static plist_t twins_next(struct twins *twins)
{
	plist_t value = NULL;

	if (!twins->iter)
		return NULL;
	if (plist_get_node_type(twins->container) == PLIST_DICT)
		plist_dict_next_item(twins->container, twins->iter, NULL, &value);
	else
		plist_array_next_item(twins->container, twins->iter, &value);
	return value;
}

static void twins_end(struct twins *twins)
{
	free(twins->iter);
}

#define TWINS_AUTO __attribute__((cleanup(twins_end))) struct twins

static plist_t make(const struct node *node, plist_t twin, struct error *err);

static plist_t cannot_hold(const struct node *node, struct error *err, const char *what)
{
	BUF_AUTO path = BUF_INIT;

	error_rule(err, "wrong-type", "%s; save it as XML (format=xml)", what);
	doc_path(node, &path);
	error_in_key(err, buf_text(&path));
	return NULL;
}

static plist_t made(plist_t plist, struct error *err)
{
	if (!plist)
		error_memory(err);
	return plist;
}

/* Has libplist read a scalar as XML. */
static plist_t make_from_xml(const struct node *node, const char *tag, struct error *err)
{
	BUF_AUTO xml = BUF_INIT;
	plist_t plist = NULL;

	buf_add_format(&xml, "<plist version=\"1.0\"><%s>%s</%s></plist>", tag, node_text(node), tag);
	if (buf_ok(&xml))
		plist_from_xml(xml.data, (uint32_t)xml.len, &plist);
	return made(plist, err);
}

static plist_t make_string(const struct node *node, struct error *err)
{
	if (memchr(node->value.bytes, '\0', node->value.len))
		return cannot_hold(node, err, "a string with a NUL in it cannot be written");
	return made(plist_new_string(node_text(node)), err);
}

static plist_t make_integer(const struct node *node, struct error *err)
{
	if (!value_fits_64(node_text(node), node->value.len))
		return cannot_hold(node, err, "a binary property list holds integers of 64 bits, and this is larger");
	return make_from_xml(node, "integer", err);
}

static plist_t make_real(const struct node *node, struct error *err)
{
	return made(plist_new_real(strtod(node_text(node), NULL)), err);
}

static plist_t make_boolean(const struct node *node, struct error *err)
{
	return made(plist_new_bool(strcmp(node_text(node), "true") == 0), err);
}

static plist_t make_date(const struct node *node, struct error *err)
{
	return make_from_xml(node, "date", err);
}

static plist_t make_data(const struct node *node, struct error *err)
{
	const void *bytes = node_text(node); /* of char or uint8_t, by version */

	return made(plist_new_data(bytes, node->value.len), err);
}

static plist_t make_array(const struct node *array, plist_t twin, struct error *err)
{
	PLIST_AUTO plist = made(plist_new_array(), err);
	TWINS_AUTO twins;

	twins_begin(&twins, twin);
	for (struct node *child = array->first; plist && child; child = child->next) {
		plist_t item, its_twin = child->placed ? twins_next(&twins) : NULL;

		if (child->removed)
			continue;
		item = make(child, its_twin, err);
		if (!item)
			return NULL;
		plist_array_append_item(plist, item);
	}
	return steal(&plist);
}

static plist_t make_dict(const struct node *dict, plist_t twin, struct error *err)
{
	PLIST_AUTO plist = made(plist_new_dict(), err);
	TWINS_AUTO twins;

	twins_begin(&twins, twin);
	for (struct node *child = dict->first; plist && child; child = child->next) {
		plist_t item, its_twin = child->placed ? twins_next(&twins) : NULL;

		if (child->removed || child->shadowed)
			continue;
		if (memchr(child->key, '\0', child->key_len))
			return cannot_hold(child, err, "a key with a NUL in it cannot be written");
		item = make(child, its_twin, err);
		if (!item)
			return NULL;
		plist_dict_set_item(plist, child->key, item);
	}
	return steal(&plist);
}

/* The number of a UID that is still one: edited into something else, it is written as the dict it became. */
static bool is_uid(const struct node *dict, uint64_t *number)
{
	const struct node *value = node_get(dict, UID_KEY);
	char *end;

	if (!dict->uid || dict->count != 1 || !value || value->type != NODE_INTEGER || node_is_placeholder(value))
		return false;
	errno = 0;
	*number = strtoull(node_text(value), &end, 10);
	return node_text(value)[0] != '-' && *end == '\0' && errno == 0 && *number <= UINT32_MAX;
}

static plist_t make_scalar(const struct node *node, struct error *err)
{
	static plist_t (*const MAKERS[NODE_TYPE_COUNT])(const struct node *, struct error *) = {
		[NODE_STRING] = make_string, [NODE_INTEGER] = make_integer, [NODE_REAL] = make_real,
		[NODE_BOOLEAN] = make_boolean, [NODE_DATE] = make_date, [NODE_DATA] = make_data,
	};

	if (node_is_placeholder(node))
		return cannot_hold(node, err, "a binary property list holds placeholders in strings only");
	return MAKERS[node->type](node, err);
}

static plist_t make(const struct node *node, plist_t twin, struct error *err)
{
	uint64_t number;

	if (node->type == NODE_ARRAY)
		return make_array(node, twin, err);
	if (node->type == NODE_DICT && is_uid(node, &number))
		return made(plist_new_uid(number), err);
	if (node->type == NODE_DICT)
		return make_dict(node, twin, err);
	if (node->type == NODE_DATE && !node->changed && twin && plist_get_node_type(twin) == PLIST_DATE)
		return made(plist_copy(twin), err);
	return make_scalar(node, err);
}

int bplist_write(const struct doc *doc, struct buf *out, struct error *err)
{
	PLIST_AUTO source = NULL;
	PLIST_AUTO plist = NULL;
	NUMBERS_AUTO numbers = { 0 };
	char *bytes = NULL;
	uint32_t len = 0;

	if (numbers_begin(&numbers, err))
		return -1;
	if (doc->format == DOC_BINARY && doc->source.len && parse_binary(&doc->source, &source, err))
		return -1;
	plist = make(doc->root, source, err);
	if (!plist)
		return -1;
	plist_to_bin(plist, &bytes, &len);
	if (bytes)
		buf_add(out, bytes, len);
	free(bytes);
	return bytes && buf_ok(out) ? 0 : error_memory(err);
}

/* --- comparing ---------------------------------------------------------------------------------------- */

static bool same_real(const struct node *a, const struct node *b)
{
	double x = strtod(node_text(a), NULL), y = strtod(node_text(b), NULL);

	return x == y || (isnan(x) && isnan(y));
}

static bool same(const struct node *a, const struct node *b)
{
	const struct node *x, *y;

	if (a->type == NODE_REAL && b->type == NODE_REAL)
		return same_real(a, b);
	if (a->type != b->type || node_is_scalar(a->type))
		return node_equal(a, b, true);
	for (x = node_first(a), y = node_first(b); x && y; x = node_next(x), y = node_next(y)) {
		if (a->type == NODE_DICT && (x->key_len != y->key_len || memcmp(x->key, y->key, x->key_len) != 0))
			return false;
		if (!same(x, y))
			return false;
	}
	return !x && !y;
}

bool bplist_equal(const struct node *a, const struct node *b)
{
	NUMBERS_AUTO numbers = { 0 };
	struct error ignored = ERROR_INIT;

	return numbers_begin(&numbers, &ignored) == 0 && same(a, b);
}
