/* Nodes to binary plists; what bplist.c says about libplist's versions holds here, too. */
#include "plist/bplist.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plist/bplist_lib.h"
#include "plist/value.h"

static plist_t steal(plist_t *plist)
{
	plist_t stolen = *plist;

	*plist = NULL;
	return stolen;
}

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

	buf_add_format(&xml, "<plist version=\"1.0\"><%s>", tag);
	buf_add(&xml, node->value.at, node->value.len);
	buf_add_format(&xml, "</%s></plist>", tag);
	if (buf_ok(&xml))
		plist_from_xml(xml.data, (uint32_t)xml.len, &plist);
	return made(plist, err);
}

static plist_t make_string(const struct node *node, struct error *err)
{
	BUF_AUTO room = BUF_INIT;
	const char *text = node_text(node, &room);

	if (memchr(node->value.at, '\0', node->value.len))
		return cannot_hold(node, err, "a string with a NUL in it cannot be written");
	return made(text ? plist_new_string(text) : NULL, err);
}

static plist_t make_integer(const struct node *node, struct error *err)
{
	if (!value_fits_64(node->value.at, node->value.len))
		return cannot_hold(node, err,
				   "a binary property list holds integers of 64 bits, and this is larger");
	return make_from_xml(node, "integer", err);
}

static plist_t make_real(const struct node *node, struct error *err)
{
	BUF_AUTO room = BUF_INIT;
	const char *text = node_text(node, &room);

	return made(text ? plist_new_real(strtod(text, NULL)) : NULL, err);
}

static plist_t make_boolean(const struct node *node, struct error *err)
{
	return made(plist_new_bool(node_is_text(node, "true")), err);
}

static plist_t make_date(const struct node *node, struct error *err)
{
	return make_from_xml(node, "date", err);
}

static plist_t make_data(const struct node *node, struct error *err)
{
	BUF_AUTO room = BUF_INIT;
	const void *bytes = scalar_bytes(&node->value, &room); /* of char or uint8_t, by version */

	return made(bytes ? plist_new_data(bytes, node->value.len) : NULL, err);
}

static plist_t make_array(const struct node *array, plist_t twin, struct error *err)
{
	PLIST_AUTO plist = made(plist_new_array(), err);
	TWINS_AUTO twins;

	twins_begin(&twins, twin);
	for (struct node *child = node_first_link(array); plist && child; child = child->next) {
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
	for (struct node *child = node_first_link(dict); plist && child; child = child->next) {
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

	if (!dict->uid || node_count(dict) != 1 || !value || value->type != NODE_INTEGER ||
	    node_is_placeholder(value))
		return false;
	*number = 0;
	for (size_t i = 0; i < value->value.len; i++) {
		unsigned digit = (unsigned)(value->value.at[i] - '0');

		*number = *number * 10 + digit;
		if (digit > 9 || *number > UINT32_MAX)
			return false;
	}
	return true;
}

static plist_t make_scalar(const struct node *node, struct error *err)
{
	static plist_t (*const MAKERS[NODE_TYPE_COUNT])(const struct node *, struct error *) = {
		[NODE_STRING] = make_string,   [NODE_INTEGER] = make_integer, [NODE_REAL] = make_real,
		[NODE_BOOLEAN] = make_boolean, [NODE_DATE] = make_date,       [NODE_DATA] = make_data,
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
	if (doc->format == DOC_BINARY && doc->source.len && bplist_parse(&doc->source, &source, err))
		return -1;
	plist = make(doc->root, source, err);
	if (!plist)
		return -1;
	plist_to_bin(plist, &bytes, &len);
	if (!bytes)
		return error_memory(err);
	buf_add(out, bytes, len);
	explicit_bzero(bytes, len);
	free(bytes);
	return buf_ok(out) ? 0 : error_memory(err);
}

/* --- comparing ---------------------------------------------------------------------------------------- */

static bool same_real(const struct node *a, const struct node *b)
{
	BUF_AUTO a_room = BUF_INIT, b_room = BUF_INIT;
	const char *a_text = node_text(a, &a_room), *b_text = node_text(b, &b_room);
	double x, y;

	if (!a_text || !b_text)
		return false;
	x = strtod(a_text, NULL);
	y = strtod(b_text, NULL);
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
		if (a->type == NODE_DICT &&
		    (x->key_len != y->key_len || memcmp(x->key, y->key, x->key_len) != 0))
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
