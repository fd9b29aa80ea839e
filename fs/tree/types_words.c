#include "fs/tree/types_words.h"

#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/commit.h"
#include "fs/tree/expectation.h"
#include "fs/tree/text.h"

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

struct node *words_read(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	struct expectation expectation;
	BUF_AUTO text = BUF_INIT;
	struct meaning meaning;
	struct error ignored;
	struct node *read;

	expectation_of_key(tree, key, &expectation);
	expectation.expect.strict = false;
	expectation.expect.secret = true;
	text_of_node(node, &text);
	if (!buf_ok(&text) || text_parse(&expectation.expect, buf_text(&text), text.len, &meaning, &ignored) < 0)
		return NULL;
	read = commit_node(&meaning);
	meaning_free(&meaning);
	return read;
}

/* True if the bytes that a value shows would be read as the value that it is. */
static bool tells_itself(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	struct node *read = words_read(tree, node, key);
	bool same = read && node_equal(read, node, true);

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

void words_needed(const struct tree *tree, const struct node *node, bool dir, const struct schema_key *key,
		  struct buf *out)
{
	bool told;

	if (dir)
		told = node->type == words_dir_type(node, key) && node_count(node);
	else
		told = (node->type != NODE_ARRAY || is_said_by_schema(tree, key)) && tells_itself(tree, node, key);
	if (!told)
		words_whole(node, dir, out);
}
