/* Changes that were written down, made again. Everything is checked: nothing here trusts the bytes. */
#include "fs/tree/change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/change_flags.h"
#include "plist/value.h"

struct replay {
	struct doc *doc;
	struct node **nodes; /* by number, less one; NULL: it is no more */
	size_t room;
	uint32_t last;
	struct made *made;   /* what was put in or brought back */
	size_t made_count;
};

struct made {
	uint32_t number;
	char *name; /* NULL: nothing was said of it */
};

/* --- which node has which number -------------------------------------------------------------------- */

static int make_room(struct replay *replay)
{
	size_t room = replay->room ? replay->room : 256;
	struct node **grown;

	while (room < replay->last)
		room *= 2;
	if (room == replay->room)
		return 0;
	grown = realloc(replay->nodes, room * sizeof(struct node *));
	if (!grown)
		return -1;
	memset(grown + replay->room, 0, (room - replay->room) * sizeof(struct node *));
	replay->nodes = grown;
	replay->room = room;
	return 0;
}

/* Enters a node and all below it, removed ones too: they may come back. */
static void enter(struct replay *replay, struct node *node)
{
	struct node *child;

	if (node->number)
		replay->nodes[node->number - 1] = node;
	for (child = node_first_link(node); child; child = child->next)
		enter(replay, child);
}

/* Before something below may be freed. */
static void leave(struct replay *replay, const struct node *node)
{
	const struct node *child;

	for (child = node_first_link(node); child; child = child->next) {
		if (child->number)
			replay->nodes[child->number - 1] = NULL;
		leave(replay, child);
	}
}

static struct node *find(const struct replay *replay, uint32_t number)
{
	return number && number <= replay->last ? replay->nodes[number - 1] : NULL;
}

struct replay *replay_new(struct doc *doc)
{
	struct replay *replay = calloc(1, sizeof(*replay));

	if (!replay)
		return NULL;
	replay->doc = doc;
	replay->last = change_number_all(doc->root);
	if (make_room(replay) < 0) {
		replay_free(replay);
		return NULL;
	}
	enter(replay, doc->root);
	return replay;
}

uint32_t replay_last(const struct replay *replay)
{
	return replay->last;
}

struct node *replay_made(const struct replay *replay, size_t *position, const char **name)
{
	struct node *node;

	while (*position < replay->made_count) {
		*name = replay->made[*position].name;
		node = find(replay, replay->made[(*position)++].number);
		if (node && !node->removed)
			return node;
	}
	return NULL;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	while (replay->made_count > 0)
		free(replay->made[--replay->made_count].name);
	free(replay->nodes);
	free(replay->made);
	free(replay);
}

/* --- bytes ------------------------------------------------------------------------------------------ */

/* What is left of a record. After a piece that is not there, `failed` stays true and all pieces are empty. */
struct bytes {
	const char *at;
	size_t left;
	bool failed;
};

static const char *take(struct bytes *bytes, size_t len)
{
	const char *at = bytes->at;

	if (bytes->failed || len > bytes->left) {
		bytes->failed = true;
		return NULL;
	}
	bytes->at += len;
	bytes->left -= len;
	return at;
}

static unsigned take_byte(struct bytes *bytes)
{
	const char *at = take(bytes, 1);

	return at ? (unsigned char)*at : 0;
}

static uint32_t take_number(struct bytes *bytes)
{
	const unsigned char *at = (const unsigned char *)take(bytes, 4);

	return at ? (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24 : 0;
}

static const char *take_bytes(struct bytes *bytes, size_t *len)
{
	const char *at;

	*len = take_number(bytes);
	at = take(bytes, *len);
	if (!at)
		*len = 0;
	return at ? at : "";
}

/* A value of a scalar: no other could have been committed. A string of a binary property list may hold anything. */
static const char *take_value(struct bytes *bytes, enum node_type type, size_t *len)
{
	const char *at = take_bytes(bytes, len);
	struct error ignored;

	if (!node_is_scalar(type) ||
	    (type != NODE_DATA && type != NODE_STRING && value_check(type, at, *len, true, &ignored) < 0))
		bytes->failed = true;
	return at;
}

static const char *take_key(struct bytes *bytes, size_t *len)
{
	*len = 0;
	return take_byte(bytes) ? take_bytes(bytes, len) : NULL;
}

static enum node_type take_type(struct bytes *bytes)
{
	unsigned type = take_byte(bytes);

	if (type >= NODE_TYPE_COUNT)
		bytes->failed = true;
	return type < NODE_TYPE_COUNT ? (enum node_type)type : NODE_STRING;
}

/* --- what a change says ----------------------------------------------------------------------------- */

/* A node that is about to be changed: it must be what it was when the change was written. NULL: it is not. */
static struct node *take_target(struct replay *replay, struct bytes *bytes)
{
	struct node *node = find(replay, take_number(bytes));
	enum node_type type = take_type(bytes);
	size_t len;
	const char *key = take_key(bytes, &len);

	if (bytes->failed || !node || node->type != type || !node->key != !key)
		return NULL;
	return !key || (node->key_len == len && memcmp(node->key, key, len) == 0) ? node : NULL;
}

static bool take_place(struct replay *replay, struct bytes *bytes, struct change *change)
{
	uint32_t before;

	change->parent = find(replay, take_number(bytes));
	before = take_number(bytes);
	change->before = find(replay, before);
	if (bytes->failed || !change->parent || node_is_scalar(change->parent->type))
		return false;
	return !before || (change->before && change->before->parent == change->parent);
}

/* A dict takes a key that is not there, an array none. */
static bool key_fits(const struct change *change)
{
	if (change->parent->type == NODE_ARRAY)
		return !change->key;
	return change->key && !node_find(change->parent, change->key, change->key_len);
}

static int take_lines(struct bytes *bytes, struct meaning *meaning)
{
	size_t i;

	meaning->line_count = take_number(bytes);
	if (meaning->line_count > bytes->left / 5) {
		bytes->failed = true;
		meaning->line_count = 0;
	}
	meaning->lines = calloc(meaning->line_count + 1, sizeof(*meaning->lines));
	if (!meaning->lines)
		return -1;
	for (i = 0; i < meaning->line_count; i++) {
		meaning->lines[i].type = take_type(bytes);
		meaning->lines[i].bytes = take_value(bytes, meaning->lines[i].type, &meaning->lines[i].len);
	}
	return 0;
}

/* 0 or -1: out of memory. To be freed with meaning_free(). */
static int take_meaning(struct bytes *bytes, struct meaning *meaning)
{
	*meaning = (struct meaning){ .type = take_type(bytes) };
	meaning->literal = take_byte(bytes) != 0;
	if (meaning->type == NODE_ARRAY)
		return take_lines(bytes, meaning);
	meaning->bytes = take_value(bytes, meaning->type, &meaning->len);
	return 0;
}

static struct node *take_tree(struct bytes *bytes, unsigned depth);

static bool is_uid(const struct node *node)
{
	const struct node *number = node->type == NODE_DICT && node_count(node) == 1 ? node_get(node, "CF$UID") : NULL;

	return number && number->type == NODE_INTEGER;
}

static int take_children(struct bytes *bytes, struct node *node, unsigned depth)
{
	uint32_t count = take_number(bytes);
	struct node *child;
	const char *key;
	size_t len;

	for (; count > 0 && !bytes->failed; count--) {
		key = take_key(bytes, &len);
		if ((node->type == NODE_DICT) != (key != NULL) || (key && node_find(node, key, len)))
			bytes->failed = true;
		child = take_tree(bytes, depth + 1);
		if (!child)
			return -1;
		if (bytes->failed || node_insert(node, NULL, child, key, len) < 0) {
			node_free(child);
			return bytes->failed ? 0 : -1;
		}
	}
	return 0;
}

/* A node and all below it. NULL: out of memory. */
static struct node *take_tree(struct bytes *bytes, unsigned depth)
{
	enum node_type type = take_type(bytes);
	unsigned flags = take_byte(bytes);
	struct node *node = node_new(type);
	const char *text;
	size_t len;
	int result;

	if (!node)
		return NULL;
	if (depth > DOC_DEPTH_MAX)
		bytes->failed = true;
	if (node_is_scalar(type)) {
		text = take_value(bytes, type, &len);
		result = node_set(node, type, text, len);
		node->value.placeholder = node->value.placeholder && (flags & CHANGE_IS_PLACEHOLDER);
	} else {
		result = take_children(bytes, node, depth);
		node->uid = (flags & CHANGE_IS_UID) && is_uid(node);
	}
	if (result == 0)
		return node;
	node_free(node);
	return NULL;
}

/* --- making them ------------------------------------------------------------------------------------ */

enum step { STEP_DONE, STEP_UNFIT, STEP_MEMORY };

static bool is_below(const struct node *node, const struct node *above)
{
	for (; node; node = node->parent)
		if (node == above)
			return true;
	return false;
}

static int remember_made(struct replay *replay, const struct node *node)
{
	struct made *grown;

	if ((replay->made_count & (replay->made_count - 1)) == 0) {
		grown = realloc(replay->made, (replay->made_count ? replay->made_count * 2 : 1) * sizeof(*grown));
		if (!grown)
			return -1;
		replay->made = grown;
	}
	replay->made[replay->made_count++] = (struct made){ node->number, NULL };
	return 0;
}

static enum step make(struct replay *replay, struct change *change)
{
	leave(replay, change->node);
	if (commit_apply(change) < 0)
		return STEP_MEMORY;
	change_number_new(change, &replay->last);
	if (make_room(replay) < 0)
		return STEP_MEMORY;
	enter(replay, change->node);
	if (change->kind != CHANGE_INSERT && change->kind != CHANGE_REVIVE && change->kind != CHANGE_MOVE)
		return STEP_DONE;
	return remember_made(replay, change->node) == 0 ? STEP_DONE : STEP_MEMORY;
}

static enum step insert(struct replay *replay, struct bytes *bytes)
{
	struct change change = { .kind = CHANGE_INSERT };
	bool fits = take_place(replay, bytes, &change);
	enum step step = STEP_UNFIT;

	change.key = take_key(bytes, &change.key_len);
	if (!fits || !key_fits(&change))
		return STEP_UNFIT;
	change.node = take_tree(bytes, 0);
	if (!change.node)
		return STEP_MEMORY;
	if (!bytes->failed)
		step = make(replay, &change);
	if (!change.node->parent)
		node_free(change.node);
	return step;
}

static enum step set(struct replay *replay, struct bytes *bytes)
{
	struct change change = { .kind = CHANGE_VALUE, .node = take_target(replay, bytes) };
	struct meaning meaning;
	enum step step = STEP_UNFIT;

	if (!change.node)
		return STEP_UNFIT;
	change.meaning = &meaning;
	if (take_meaning(bytes, &meaning) < 0)
		return STEP_MEMORY;
	if (!bytes->failed && change.node->parent)
		step = make(replay, &change);
	meaning_free(&meaning);
	return step;
}

/* The same for a value of which a part was written down. */
static enum step set_part(struct replay *replay, struct bytes *bytes)
{
	struct meaning meaning = { 0 };
	struct change change = { .kind = CHANGE_VALUE, .node = take_target(replay, bytes), .meaning = &meaning };
	const struct scalar *old = change.node ? &change.node->value : NULL;
	BUF_AUTO room = BUF_INIT, value = BUF_INIT;
	const char *part, *was;
	size_t head, tail, len;

	meaning.literal = take_byte(bytes) != 0;
	head = take_number(bytes);
	tail = take_number(bytes);
	part = take_bytes(bytes, &len);
	if (!old || bytes->failed || !change.node->parent || (old->type != NODE_STRING && old->type != NODE_DATA) ||
	    head > old->len || tail > old->len - head)
		return STEP_UNFIT;
	was = scalar_bytes(old, &room);
	if (!was)
		return STEP_MEMORY;
	buf_add(&value, was, head);
	buf_add(&value, part, len);
	buf_add(&value, was + (old->len - tail), tail);
	if (!buf_ok(&value))
		return STEP_MEMORY;
	meaning.type = old->type;
	meaning.bytes = buf_text(&value);
	meaning.len = value.len;
	return make(replay, &change);
}

static enum step contain(struct replay *replay, struct bytes *bytes)
{
	struct change change = { .kind = CHANGE_CONTAINER, .node = take_target(replay, bytes) };

	change.type = take_type(bytes);
	if (!change.node || bytes->failed || node_is_scalar(change.type) || !change.node->parent)
		return STEP_UNFIT;
	return make(replay, &change);
}

static enum step move(struct replay *replay, struct bytes *bytes)
{
	struct change change = { .kind = CHANGE_MOVE, .node = take_target(replay, bytes) };

	if (!change.node || !take_place(replay, bytes, &change))
		return STEP_UNFIT;
	change.key = take_key(bytes, &change.key_len);
	if (bytes->failed || !change.node->parent || change.before == change.node || change.node->removed ||
	    is_below(change.parent, change.node))
		return STEP_UNFIT;
	if (change.parent->type == NODE_ARRAY ? change.key != NULL : !change.key)
		return STEP_UNFIT;
	if (change.key && node_find(change.parent, change.key, change.key_len) &&
	    node_find(change.parent, change.key, change.key_len) != change.node)
		return STEP_UNFIT;
	return make(replay, &change);
}

/* Taken away, or brought back. */
static enum step toggle(struct replay *replay, struct bytes *bytes, enum change_kind kind)
{
	struct change change = { .kind = kind, .node = take_target(replay, bytes) };
	struct node *node = change.node;

	if (!node || !node->parent || node->removed != (kind == CHANGE_REVIVE))
		return STEP_UNFIT;
	if (kind == CHANGE_REVIVE && node->key && node_find(node->parent, node->key, node->key_len))
		return STEP_UNFIT;
	return make(replay, &change);
}

/* The last time that it was made is what counts. */
static struct made *find_made(struct replay *replay, uint32_t number)
{
	size_t i;

	for (i = replay->made_count; i > 0; i--)
		if (replay->made[i - 1].number == number)
			return &replay->made[i - 1];
	return NULL;
}

static enum step call(struct replay *replay, struct bytes *bytes)
{
	const struct node *node = take_target(replay, bytes);
	size_t len;
	const char *name = take_key(bytes, &len);
	struct made *made;

	if (!node || bytes->failed || !name)
		return STEP_UNFIT;
	made = find_made(replay, node->number);
	if (!made) {
		if (remember_made(replay, node) < 0)
			return STEP_MEMORY;
		made = &replay->made[replay->made_count - 1];
	}
	free(made->name);
	made->name = strndup(name, len);
	return made->name ? STEP_DONE : STEP_MEMORY;
}

static enum step change_once(struct replay *replay, struct bytes *bytes)
{
	unsigned kind = take_byte(bytes);

	switch (kind) {
	case CHANGE_VALUE:
		return set(replay, bytes);
	case CHANGE_PART:
		return set_part(replay, bytes);
	case CHANGE_CONTAINER:
		return contain(replay, bytes);
	case CHANGE_INSERT:
		return insert(replay, bytes);
	case CHANGE_MOVE:
		return move(replay, bytes);
	case CHANGE_REMOVE:
	case CHANGE_REVIVE:
		return toggle(replay, bytes, (enum change_kind)kind);
	case CHANGE_NAME:
		return call(replay, bytes);
	default:
		return STEP_UNFIT;
	}
}

int replay_changes(struct replay *replay, const char *body, size_t len, struct error *err)
{
	struct bytes bytes = { body, len, false };
	enum step step = STEP_DONE;

	while (bytes.left && step == STEP_DONE)
		step = change_once(replay, &bytes);
	if (step == STEP_DONE)
		return 0;
	if (step == STEP_MEMORY)
		return error_memory(err);
	return error_set(err, EINVAL, "an edit in the journal does not fit the profile");
}
