#include "fs/tree/types_words.h"

#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/commit.h"
#include "fs/tree/expectation.h"
#include "fs/tree/text.h"
#include "plist/placeholder.h"
#include "plist/value.h"

void words_of_array(const struct node *array, struct buf *out)
{
	const struct node *child, *first = node_first(array);
	bool uniform = true;

	buf_add_text(out, "array");
	for (child = first; child; child = node_next(child))
		uniform = uniform && child->type == first->type;
	for (child = first; child; child = uniform ? NULL : node_next(child))
		buf_add_format(out, " %s", node_type_name(child->type));
}

static bool is_payload_content(const struct node *node)
{
	return node->parent && !node->parent->parent && node->key && strcmp(node->key, "PayloadContent") == 0;
}

bool words_are_payloads(const struct node *node)
{
	return node->type == NODE_ARRAY && is_payload_content(node);
}

enum node_type words_dir_type(const struct node *node, const struct schema_key *key)
{
	enum node_type type = allowed_container_type(key);

	if (type != NODE_TYPE_COUNT)
		return type;
	return is_payload_content(node) ? NODE_ARRAY : NODE_DICT;
}

/* What a text is read as where nothing was said. */
static void expect_unsaid(const struct tree *tree, const struct schema_key *key, struct expectation *expectation)
{
	expectation_of_key(tree, key, expectation);
	expectation->expect.strict = false;
	expectation->expect.secret = true;
}

struct node *words_read(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	struct expectation expectation;
	BUF_AUTO text = BUF_INIT;
	struct meaning meaning;
	struct error ignored;
	struct node *read;

	expect_unsaid(tree, key, &expectation);
	text_of_node(node, &text);
	if (!buf_ok(&text) || text_parse(&expectation.expect, buf_text(&text), text.len, &meaning, &ignored) < 0)
		return NULL;
	read = commit_node(&meaning);
	meaning_free(&meaning);
	return read;
}

/* True for a value whose text is its bytes, with or without a newline behind them that does not count. */
static bool is_own_text(const struct node *node)
{
	size_t len = node->value.len;

	return node_is_scalar(node->type) && node->type != NODE_DATA &&
	       (len == 0 || node->value.at[len - 1] != '\n');
}

/* The same as below for such a value, which is read where it is. */
static bool own_text_tells_itself(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	struct expectation expectation;
	struct meaning meaning;
	struct error ignored;
	bool same;

	expect_unsaid(tree, key, &expectation);
	if (text_parse(&expectation.expect, node->value.at, node->value.len, &meaning, &ignored) < 0)
		return false;
	same = meaning.type == node->type && meaning.len == node->value.len;
	meaning_free(&meaning);
	return same;
}

/* True if the bytes do not begin as those of a placeholder do. */
static bool is_no_placeholder(const struct scalar *data)
{
	struct scalar_pieces pieces;
	const char *bytes;
	size_t len;
	bool begins;

	scalar_pieces_begin(&pieces, data);
	pieces.left = data->len < SCALAR_PIECE ? data->len : SCALAR_PIECE;
	len = scalar_pieces_next(&pieces, &bytes);
	begins = placeholder_prefix(bytes, len);
	scalar_pieces_next(&pieces, &bytes);
	return !begins;
}

/* The same where data belongs: any bytes are read as data there, but those of a placeholder. */
static bool data_tells_itself(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	struct expectation expectation;

	expect_unsaid(tree, key, &expectation);
	return expectation.expect.type == NODE_DATA && !node_is_placeholder(node) && is_no_placeholder(&node->value);
}

/* No integer of so many bytes is too large for a binary property list. */
#define FITS_64 18

/* True for a string, boolean or integer that looks like one, where one may stand: its bytes are read so whatever else
 * may stand there. (The text of an XML source was checked when it was read.) */
static bool looks_like_itself(const struct node *node, const struct schema_key *key)
{
	const struct scalar *value = &node->value;

	if (node->type != NODE_STRING && node->type != NODE_BOOLEAN &&
	    (node->type != NODE_INTEGER || value->len > FITS_64))
		return false;
	if (key && !(key->types & TYPE_BIT(node->type)))
		return false;
	return (value->held == HELD_SOURCE ? value_infer_text : value_infer)(value->at, value->len) == node->type;
}

/* True if the bytes that a value shows would be read as the value that it is. */
static bool tells_itself(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	struct node *read;
	bool same;

	if (looks_like_itself(node, key))
		return true;
	if (is_own_text(node))
		return own_text_tells_itself(tree, node, key);
	if (node->type == NODE_DATA && data_tells_itself(tree, node, key))
		return true;
	read = words_read(tree, node, key);
	same = read && node_equal(read, node, true);
	node_free(read);
	return same;
}

/* True if the array's elements would be of that type each, whatever is written there next. */
static bool is_said_by_schema(const struct tree *tree, const struct schema_key *key)
{
	struct expectation expectation;

	expectation_of_key(tree, key, &expectation);
	return expectation.expect.type == NODE_ARRAY && expectation.expect.item_count == 1;
}

void words_whole(const struct node *node, bool dir, struct buf *out)
{
	if (!dir && node->type == NODE_ARRAY)
		words_of_array(node, out);
	else
		buf_add_text(out, node_type_name(node->type));
	if (dir && node_count(node) == 0)
		buf_add_text(out, " empty");
}

bool words_are_needed(const struct tree *tree, const struct node *node, bool dir, const struct schema_key *key)
{
	if (dir)
		return node->type != words_dir_type(node, key) || !node_count(node);
	if (node->type == NODE_ARRAY && !is_said_by_schema(tree, key))
		return true;
	return !tells_itself(tree, node, key);
}
