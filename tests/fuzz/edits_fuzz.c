/*
 * A document and edits of it (fuzz_edits.h): it is written as it is then, in either format, and read
 * as the same values, in XML by libplist, too.
 */
#include "tests/fuzz/fuzz_edits.h"

#include <errno.h>

#include <plist/plist.h>

#include "plist/bplist.h"
#include "plist/doc.h"

static bool is_value(const char *bytes, size_t len, const struct node *node)
{
	return scalar_is(&node->value, bytes, len);
}

/* Of what libplist gives as it is: how many there are, texts, booleans and data. */
static bool is_alike(const struct node *node, plist_t other)
{
	uint64_t len = 0;
	uint8_t truth = 0;
	const char *bytes = NULL;

	if (!other)
		return false;
	if (node_is_placeholder(node))
		return true;
	switch (node->type) {
	case NODE_STRING:
		bytes = plist_get_string_ptr(other, &len);
		return PLIST_IS_STRING(other) && is_value(bytes, len, node);
	case NODE_DATA:
		bytes = plist_get_data_ptr(other, &len);
		return PLIST_IS_DATA(other) && is_value(bytes, len, node);
	case NODE_BOOLEAN:
		plist_get_bool_val(other, &truth);
		return PLIST_IS_BOOLEAN(other) && (truth != 0) == node_is_text(node, "true");
	case NODE_DICT:
		return PLIST_IS_DICT(other) && plist_dict_get_size(other) == node_count(node);
	case NODE_ARRAY:
		return PLIST_IS_ARRAY(other) && plist_array_get_size(other) == node_count(node);
	default:
		return true;
	}
}

static void must_be_alike(const struct node *node, plist_t other)
{
	uint32_t i = 0;

	must(is_alike(node, other));
	for (struct node *child = node_first(node); child; child = node_next(child), i++)
		must_be_alike(child, node->type == NODE_DICT ? plist_dict_get_item(other, child->key) :
							       plist_array_get_item(other, i));
}

/* libplist takes no placeholder for a number, and a NUL for the end of a key. */
static bool libplist_can_read(const struct node *node)
{
	if (node_is_placeholder(node))
		return false;
	for (struct node *child = node_first(node); child; child = node_next(child))
		if (!libplist_can_read(child))
			return false;
	return true;
}

/* It takes less than we do: no byte order mark, for one. What it does not read before, it does not read after. */
static bool libplist_reads(const struct buf *text)
{
	plist_t other = NULL;

	plist_from_xml(text->data, (uint32_t)text->len, &other);
	plist_free(other);
	return other;
}

static void must_be_written(const struct doc *doc, enum doc_format format)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc back;
	plist_t other = NULL;

	if (doc_write(doc, format, &out, &err) < 0) {
		must_be_said(err);
		if (err.code == EIO)
			fprintf(stderr, "%s: %s\n", err.key, err.text);
		must(err.code != EIO);
		must(out.len == 0);
		return;
	}
	must(doc_read(&back, "written", out.data, out.len, &err) == 0);
	must(bplist_equal(back.root, doc->root));
	doc_free(&back);
	if (format != DOC_XML || doc->format != DOC_XML || !libplist_reads(&doc->source) ||
	    !libplist_can_read(doc->root))
		return;
	plist_from_xml(out.data, (uint32_t)out.len, &other);
	must_be_alike(doc->root, other);
	plist_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part rest = whole_input(data, size), text = next_part(&rest);
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "input", text.text, text.len, &err) < 0)
		return 0;
	if (!doc.duplicate.code && !node_is_scalar(doc.root->type)) {
		apply_edits(doc.root, rest);
		must_be_written(&doc, DOC_XML);
		must_be_written(&doc, DOC_BINARY);
	}
	doc_free(&doc);
	return 0;
}
