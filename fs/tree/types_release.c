#include "fs/tree/types_release.h"

#include <stdio.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"
#include "fs/tree/text.h"
#include "fs/tree/types.h"
#include "fs/tree/types_words.h"

#define PAYLOAD_TYPE "PayloadType"

/* How many are named where only a schema that we do not have could tell which are concerned. */
#define NAMED_MAX 3

/* --- two schemas side by side ----------------------------------------------------------------------- */

/* What the schema in use says of a value, and what another one does. */
struct keys {
	const struct schema_key *ours, *other;
};

/* A look at every value that another schema reads otherwise. */
struct look {
	struct tree *tree;
	struct schema *other; /* NULL: none at all */
	bool (*is_said)(const struct look *look, const struct node *node, const struct schema_key *ours);
	/* `read`: what the other one reads, without children if it is a container; false: that was enough. */
	bool (*take)(struct look *look, const struct node *node, const struct node *read);
	struct problems *problems;
	const char *release, *in_use;
	size_t count;
	struct buf named;
};

static struct schema *schema_of(const struct tree *tree)
{
	return tree->profile->checks.schema;
}

static const struct schema_key *payload_key(struct schema *schema, const struct node *payload)
{
	const struct node *type = payload->type == NODE_DICT ? node_get(payload, PAYLOAD_TYPE) : NULL;
	const struct schema_key *found = NULL;

	if (!schema)
		return NULL;
	if (type && type->type == NODE_STRING)
		found = schema_payload(schema, type->value.at, type->value.len);
	return found ? found : schema_any_payload(schema);
}

/* What a schema says of a child, if `key` is what it says of the container. */
static const struct schema_key *child_key(struct schema *schema, const struct schema_key *key,
					  const struct node *child)
{
	const struct node *container = child->parent;

	if (words_are_payloads(container))
		return payload_key(schema, child);
	if (!key || !schema_allows_type(key, container->type))
		return NULL;
	if (container->type == NODE_ARRAY)
		return schema_item(key);
	return schema_child(key, child->key, child->key_len);
}

/* As the tree shows it, or would if it were looked into. */
static bool is_dir(const struct node *node, const struct schema_key *key)
{
	const struct item *item = node_item(node);

	if (item)
		return item->kind == ITEM_DIR;
	return !text_is_file(node) || words_are_payloads(node) || (node->type == NODE_ARRAY && !allowed_lines_of(key));
}

/* What the other schema reads, if that is something else; NULL: it is not. */
static struct node *read_otherwise(const struct look *look, const struct node *node, const struct keys *keys)
{
	struct node *read;

	if (is_dir(node, keys->ours))
		read = words_dir_type(node, keys->other) == node->type ?
			       NULL : node_new(words_dir_type(node, keys->other));
	else
		read = words_read(look->tree, node, keys->other);
	if (!read || !node_equal(read, node, true))
		return read;
	node_free(read);
	return NULL;
}

static bool look_into(struct look *look, const struct node *container, const struct keys *keys);

/* True if that was not enough yet. */
static bool look_at(struct look *look, const struct node *node, const struct keys *keys)
{
	struct node *read = read_otherwise(look, node, keys);
	bool go_on = true, found = read && !look->is_said(look, node, keys->ours);

	if (found)
		go_on = look->take(look, node, read);
	node_free(read);
	/* Of what is in another container nothing can be compared. */
	if (!go_on || found || !is_dir(node, keys->ours))
		return go_on;
	return look_into(look, node, keys);
}

static bool look_into(struct look *look, const struct node *container, const struct keys *keys)
{
	const struct node *child;
	struct keys below;

	for (child = node_first(container); child; child = node_next(child)) {
		below.ours = child_key(schema_of(look->tree), keys->ours, child);
		below.other = child_key(look->other, keys->other, child);
		if (!look_at(look, child, &below))
			return false;
	}
	return true;
}

static void look_at_all(struct look *look)
{
	struct schema *ours = schema_of(look->tree);
	struct keys keys = { ours ? schema_profile(ours) : NULL, look->other ? schema_profile(look->other) : NULL };

	look_into(look, look->tree->profile->doc.root, &keys);
}

/* --- whether it matters ----------------------------------------------------------------------------- */

/* What .types shows. */
static bool is_shown(const struct look *look, const struct node *node, const struct schema_key *ours)
{
	return words_needed(look->tree, node, is_dir(node, ours), ours);
}

static bool take_first(struct look *look, const struct node *node, const struct node *read)
{
	(void)node;
	(void)read;
	look->count++;
	return false;
}

bool release_matters(struct tree *tree)
{
	struct look look = { .tree = tree, .is_said = is_shown, .take = take_first };
	uint64_t now = tree->profile->commits + 1;

	if (tree->release.commits != now) {
		look_at_all(&look);
		tree->release.matters = look.count > 0;
		tree->release.commits = now;
	}
	return tree->release.matters;
}

static void add_release(struct schema *schema, struct buf *out)
{
	const char *release = schema ? schema_release(schema) : "";

	said_add_release(release, strlen(release), out);
}

void release_in_use(const struct tree *tree, struct buf *out)
{
	add_release(schema_of(tree), out);
}

/* --- problems --------------------------------------------------------------------------------------- */

/* True if a line of .types says what it is. */
static bool has_line(const struct look *look, const struct node *node, const struct schema_key *ours)
{
	const struct item *item = node_item(node);
	const struct said *said = NULL;

	(void)look;
	(void)ours;
	if (item && item->parent)
		said = said_find(item->parent->dir->said, item_name(item));
	return said && said->type != NODE_TYPE_COUNT;
}

static void add_problem(struct look *look, const struct node *node, struct error *problem)
{
	const struct item *item = node ? node_item(node) : NULL;

	problem->severity = SEVERITY_WARNING;
	if (!rule_severity(&look->tree->profile->checks.levels, problem->rule, &problem->severity))
		return;
	if (item && item->parent)
		refusal_locate(look->tree, item->parent, item_name(item), problem);
	else
		refusal_locate(look->tree, look->tree->root, NAME_OF_TYPES, problem);
	problems_add(look->problems, problem);
}

/* How one says that what is read now is right. */
static void add_way_out(const struct look *look, struct buf *out)
{
	if (*look->in_use)
		buf_add_format(out, "put '. schema %s' in that line's place", look->in_use);
	else
		buf_add_text(out, "take that line out");
}

static void type_words(const struct node *node, bool dir, struct buf *out)
{
	if (node->type == NODE_ARRAY && !dir)
		words_of_array(node, out);
	else
		buf_add_text(out, node_type_name(node->type));
}

/* A schema that we have: what is read otherwise is known. */
static bool take_changed(struct look *look, const struct node *node, const struct node *read)
{
	BUF_AUTO was = BUF_INIT, is = BUF_INIT, line = BUF_INIT, way_out = BUF_INIT;
	const struct item *item = node_item(node);
	bool dir = item && item->kind == ITEM_DIR;
	struct error problem;

	type_words(read, dir, &was);
	type_words(node, dir, &is);
	if (item && item_name(item))
		said_quote_name(item_name(item), &line);
	add_way_out(look, &way_out);
	error_rule(&problem, "changed-type",
		   "the root's .types says '. schema %s', and that schema has %s here; the one in use has %s. Either "
		   "%s, or add '%s %s' to the .types beside this", look->release, buf_text(&was), buf_text(&is),
		   buf_text(&way_out), buf_text(&line), buf_text(&was));
	add_problem(look, node, &problem);
	return true;
}

/* A schema that we do not have: it may have read them as this one does, or not. */
static bool take_concerned(struct look *look, const struct node *node, const struct node *read)
{
	const struct item *item = node_item(node);
	BUF_AUTO path = BUF_INIT;

	(void)read;
	if (look->count++ < NAMED_MAX && item) {
		item_path(item, NULL, &path);
		buf_add_format(&look->named, "%s%s", look->count > 1 ? ", " : "", buf_text(&path));
	}
	return true;
}

static void report_concerned(struct look *look)
{
	BUF_AUTO more = BUF_INIT, way_out = BUF_INIT;
	struct error problem;

	if (look->count > NAMED_MAX)
		buf_add_format(&more, " and %zu more", look->count - NAMED_MAX);
	add_way_out(look, &way_out);
	error_rule(&problem, "changed-type",
		   "it says '. schema %s', and the tree is read with another schema: the types of %s%s come from there "
		   "and may have been others. Look at them, then %s, or explode the profile anew", look->release,
		   buf_text(&look->named), buf_text(&more), buf_text(&way_out));
	add_problem(look, NULL, &problem);
}

/* All items are made, so that each value has its path. */
static int load_all(struct tree *tree, struct item *dir)
{
	struct item *item;
	int result = dir_load(tree, dir);

	for (item = dir->dir->first; item && result == 0; item = item->next)
		if (item->kind == ITEM_DIR)
			result = load_all(tree, item);
	return result;
}

static void compare_release(struct tree *tree, const char *release, const char *in_use, struct schema *built_in,
			    struct problems *problems)
{
	struct look look = { .tree = tree, .is_said = has_line, .problems = problems, .release = release,
			     .in_use = in_use };
	BUF_AUTO known = BUF_INIT;

	add_release(built_in, &known);
	if (strcmp(buf_text(&known), release) == 0) {
		look.other = built_in;
		look.take = take_changed;
		look_at_all(&look);
		return;
	}
	look.take = take_concerned;
	look_at_all(&look);
	if (look.count)
		report_concerned(&look);
	buf_free(&look.named);
}

void release_problems(struct tree *tree, struct problems *problems)
{
	const struct said *said = said_find(tree->root->dir->said, SAID_OF_SCHEMA);
	BUF_AUTO in_use = BUF_INIT;
	struct schema *built_in = NULL;
	struct error err;
	size_t i;

	release_in_use(tree, &in_use);
	for (i = 0; said && i < said->release_count; i++) {
		if (strcmp(said->releases[i], buf_text(&in_use)) == 0)
			continue;
		if (!built_in)
			built_in = schema_open(NULL, &err);
		if (!built_in || load_all(tree, tree->root) < 0) {
			error_memory(&err);
			problems_add(problems, &err);
			break;
		}
		compare_release(tree, said->releases[i], buf_text(&in_use), built_in, problems);
	}
	schema_free(built_in);
}
