/* Renaming: the commit point of every tool that replaces a file instead of writing into it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/commit.h"
#include "fs/tree/make.h"
#include "fs/tree/marks.h"
#include "fs/tree/collection_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"
#include "fs/tree/rename_exchange.h"
#include "fs/tree/expectation.h"
#include "fs/tree/stage.h"
#include "fs/tree/types.h"
#include "plist/schema/check.h"

/* One rename, its names looked up. */
struct rename {
	struct item *source;
	struct item *dir;      /* where it goes */
	const char *name;      /* what it will be called there, canonical */
	struct item *target;   /* what has that name now, or NULL */
	enum entry_kind kind;  /* what the name means */
	struct entry entry;    /* of that name, before anything was changed */
};

/* mv(1) takes EINVAL for a directory moved into itself. */
static int as_rename_error(int result)
{
	return result == -EINVAL ? -EPERM : result;
}

/* Puts the source item under its new name. A file's bytes are the same there, and so is its time. */
static int relink(struct tree *tree, const struct rename *r, struct item *before)
{
	struct item *source = r->source, *old_dir = source->parent;
	int result;

	source->held++;
	item_unlink(tree, source);
	result = item_link_hashed(r->dir, before, r->name, r->entry.hash, source);
	item_touch(tree, old_dir);
	item_touch(tree, r->dir);
	if (item_is_dir(source)) {
		item_touch(tree, source);
		allowed_forget(tree);
	} else {
		item_recount(tree, source);
	}
	item_drop(tree, source, 1);
	return result;
}

/* What had the name is gone; who has it open still reads it. */
static void unlink_target(struct tree *tree, struct item *target)
{
	if (target)
		item_unlink(tree, target);
}

/* --- to a scratch name ------------------------------------------------------------------------------ */

static int copy_types_to_scratch(struct tree *tree, const struct rename *r)
{
	struct item *scratch = item_new(tree, ITEM_SCRATCH);
	int result;

	if (!scratch)
		return -ENOMEM;
	types_read(tree, r->source, &scratch->rare->content);
	unlink_target(tree, r->target);
	result = item_link(tree, r->dir, NULL, r->name, scratch);
	if (result < 0) {
		item_settle(tree, scratch);
		return result;
	}
	types_hide(tree, r->source->parent);
	item_touch(tree, r->dir);
	return 0;
}

static int rename_to_scratch(struct tree *tree, const struct rename *r)
{
	int result = 0;

	if (r->source->kind == ITEM_TYPES)
		return copy_types_to_scratch(tree, r);
	if (r->source->kind == ITEM_KEY)
		result = make_ghost(tree, r->source);
	if (result < 0)
		return result;
	unlink_target(tree, r->target);
	return relink(tree, r, NULL);
}

/* --- to .types -------------------------------------------------------------------------------------- */

static int rename_to_types(struct tree *tree, const struct rename *r)
{
	struct item *source = r->source, *old = r->dir->dir->types, *old_dir = source->parent;

	if (source->kind != ITEM_SCRATCH)
		return refuse_text(tree, r->dir, r->name, EPERM, "only a scratch file can become a .types file");
	source->held++;
	item_unlink(tree, source);
	source->held--;
	source->kind = ITEM_TYPES;
	source->parent = r->dir;
	item_set_name(source, NAME_OF_TYPES); /* fits in the item: needs no memory */
	r->dir->dir->types = source;
	if (old) {
		old->parent = NULL;
		old->kind = ITEM_SCRATCH;
		item_settle(tree, old);
	}
	types_apply(tree, source);
	item_touch(tree, old_dir);
	item_touch(tree, r->dir);
	return 0;
}

/* --- to a key's name -------------------------------------------------------------------------------- */

static bool is_of_types(const struct node *node, const struct meaning *meaning)
{
	const struct node *child = node->type == NODE_ARRAY ? node_first(node) : NULL;
	size_t i;

	if (node->type != meaning->type)
		return false;
	for (i = 0; i < meaning->line_count && child; i++, child = node_next(child))
		if (child->type != meaning->lines[i].type)
			return false;
	return i == meaning->line_count && !child;
}

/* True if the bytes of the source's value may stand under the new name, and mean the same there. */
static bool reads_the_same(struct tree *tree, const struct rename *r)
{
	const struct node *node = r->source->node;
	struct expectation expectation;
	BUF_AUTO text = BUF_INIT;
	struct meaning meaning;
	struct error ignored;
	bool same;

	text_of_node(node, &text);
	if (!buf_ok(&text) || expectation_of(tree, &r->entry, r->source, &expectation) < 0)
		return false;
	expectation.expect.array = NULL; /* its elements are news there */
	same = text_parse(&expectation.expect, buf_text(&text), text.len, &meaning, &ignored) == 0;
	expectation_free(&expectation);
	if (!same)
		return false;
	same = is_of_types(node, &meaning) && place_check(r->dir, r->name, &meaning, &ignored) == 0;
	meaning_free(&meaning);
	return same;
}

/* True if the file can move with its node, type and style: nothing at the new name asks for a type. */
static bool moves_whole(struct tree *tree, const struct rename *r)
{
	const struct said *said = r->entry.said;

	return r->source->kind == ITEM_KEY && r->source->node && !item_stage(r->source) && !r->target &&
	       !r->entry.ghost && (!said || said->type == NODE_TYPE_COUNT) && reads_the_same(tree, r);
}

/* The node that one in a directory stands before; NULL: it is the last. */
static struct node *node_after(const struct item *dir, const struct node *node)
{
	const struct item *next;

	if (!dir->dir->loaded)
		return node_next(node);
	next = dir_next_shown(node);
	return next ? next->node : NULL;
}

/* Moves the source's node to its new place: where it was if it stays in its dict, else last, or where its
 * number says. */
static int move_node(struct tree *tree, const struct entry *entry, struct node *node)
{
	BUF_AUTO room = BUF_INIT;
	struct change change = { .kind = CHANGE_MOVE, .node = node };
	int result = commit_under(entry, &change, &room);

	if (result < 0)
		return result;
	if (change.before == node)
		change.before = node_next(node);
	else if (entry->dir->dir->shape != SHAPE_ARRAY && !entry->ghost && node->parent == change.parent)
		change.before = node_after(entry->dir, node);
	return commit(tree, &change);
}

static int move_file(struct tree *tree, const struct rename *r)
{
	int result = move_node(tree, &r->entry, r->source->node);

	return result < 0 ? as_rename_error(result) : relink(tree, r, dir_next_shown(r->source->node));
}

/* A refused replacement of a key that was removed a moment ago: the key is back as it was. */
static void bring_back(struct tree *tree, const struct rename *r)
{
	const struct entry entry = entry_of(r->dir, r->name);
	struct ghost *ghost = entry.ghost;
	struct item *item;

	if (!ghost || r->target || ghost->children)
		return;
	if (dir_show(tree, r->dir, entry_place(&entry), r->name, ghost->node, &item) < 0)
		return;
	commit_revival(tree, r->dir, r->name, ghost->node);
	item_follow_node(item);
	ghost_take(r->dir, ghost);
	ghost_free(ghost);
	item_touch(tree, r->dir);
}

/* The key has its value, and the source could not be removed, for want of memory: both are there. */
static void leave_both(struct tree *tree, const struct rename *r, struct node *node)
{
	struct item *target = r->target;

	node->user = NULL;
	if (target && target->kind == ITEM_KEY) {
		target->node = node;
		node->user = target;
		target->as_written = false;
		item_touch(tree, target);
	} else {
		dir_unfill(r->dir);
	}
	item_touch(tree, r->dir);
}

/* The source's bytes become the value of the key. `holder` has the key's node for the time between. */
static int put_under_name(struct tree *tree, const struct rename *r, const char *bytes, size_t len)
{
	const struct entry entry = entry_of(r->dir, r->name);
	struct item holder = { .kind = ITEM_KEY };
	struct item *source = r->source, *target = r->target;
	int result;

	if (target && target->kind == ITEM_KEY) {
		if (target->opens && file_keep_bytes(target) < 0)
			return -ENOMEM;
		holder.node = target->node;
	}
	result = value_put(tree, &entry, &holder, bytes, len);
	if (result < 0) {
		bring_back(tree, r);
		return as_rename_error(result);
	}
	if (source->kind == ITEM_KEY && (result = make_ghost(tree, source)) < 0) {
		leave_both(tree, r, holder.node);
		return result;
	}
	if (target && target->kind == ITEM_KEY) {
		target->node = NULL;
		file_become_scratch(target);
	}
	source->kind = ITEM_KEY;
	source->node = holder.node;
	source->node->user = source;
	unlink_target(tree, target);
	item_touch(tree, source);
	return relink(tree, r, dir_next_shown(source->node));
}

static int put_source(struct tree *tree, const struct rename *r)
{
	BUF_AUTO made = BUF_INIT, copy = BUF_INIT;
	const char *bytes;
	size_t len;
	int result;

	if (item_bytes(r->source, &made, &bytes, &len) < 0)
		return -ENOMEM;
	buf_add(&copy, bytes, len);
	if (!buf_ok(&copy))
		return -ENOMEM;
	result = put_under_name(tree, r, buf_text(&copy), copy.len);
	if (result < 0)
		return result;
	item_remember(r->source, buf_text(&copy), copy.len);
	unreported_settle(tree, r->source);
	return 0;
}

/* True for a mark of a conflict that becomes its key. */
static bool takes_place(const struct rename *r)
{
	return r->source->node && !item_stage(r->source) && r->source->parent == r->dir &&
	       mark_is_of(item_name(r->source), r->name);
}

/* Says of the key what the mark is. */
static int say_type(struct tree *tree, const struct rename *r, struct said *said)
{
	const struct entry entry = entry_of(r->dir, r->name);
	BUF_AUTO words = BUF_INIT;
	struct error err;

	types_describe(r->source, &words);
	if (!buf_ok(&words) || said_parse(said, buf_text(&words), words.len) < 0)
		return -ENOMEM;
	if (allowed_check_said(tree, &entry, said, &err) < 0)
		return refuse(tree, r->dir, r->name, &err, EPERM);
	return 0;
}

/* What was said of the types of a mark and its key has had its time. */
static void forget_said(struct item *dir, const char *mark, const char *key)
{
	struct said *of_mark = said_find(dir->dir->said, mark), *of_key = said_find(dir->dir->said, key);

	if (of_mark)
		said_forget_type(of_mark);
	if (of_key)
		said_forget_type(of_key);
}

/* The key's value is the mark's, of the mark's type, whatever it was, or was until it was removed. */
static int put_mark(struct tree *tree, const struct rename *r)
{
	struct said *said = said_make(&r->dir->dir->said, r->name), before = { .type = NODE_TYPE_COUNT };
	char *mark = strdup(item_name(r->source));
	int result = -ENOMEM;

	if (said && mark) {
		said_move_type(&before, said);
		result = say_type(tree, r, said);
		if (result == 0)
			result = put_source(tree, r);
		said_move_type(said, &before);
	}
	if (result == 0)
		forget_said(r->dir, mark, r->name);
	free(mark);
	return result;
}

static int rename_to_key(struct tree *tree, const struct rename *r)
{
	if (r->target && r->target->kind == ITEM_DIR)
		return -EISDIR;
	if (r->source->kind == ITEM_TYPES || r->dir->dir->shape == SHAPE_PAYLOADS)
		return refuse_text(tree, r->dir, r->name, EPERM, "this file cannot become a key here");
	if (r->source->kind == ITEM_LINK) {
		if (r->target && r->target->kind == ITEM_KEY)
			return refuse_text(tree, r->dir, r->name, EPERM, "a symbolic link cannot replace a key");
		unlink_target(tree, r->target);
		return relink(tree, r, NULL);
	}
	if (moves_whole(tree, r))
		return move_file(tree, r);
	return takes_place(r) ? put_mark(tree, r) : put_source(tree, r);
}

/* --- directories ------------------------------------------------------------------------------------ */

/* A payload's directory is named by its PayloadType: a new name is a new type. */
static int retype_payload(struct tree *tree, const struct rename *r)
{
	struct node *type = node_get(r->source->node, "PayloadType");
	BUF_AUTO fresh = BUF_INIT;
	struct meaning meaning = { .type = NODE_STRING };
	struct change change = { .kind = CHANGE_VALUE, .node = type, .meaning = &meaning };
	struct item *file;
	int result;

	if (!type || (type->type == NODE_STRING && name_fits_payload(r->name, type->value.at, type->value.len)))
		return 0;
	/* The kernel may have what was listed of it, and is told by its item. */
	if (latent_number(type) && dir_reach(tree, r->source, "PayloadType") < 0)
		return -ENOMEM;
	buf_add(&fresh, "", 0);
	if (name_to_payload_type(r->name, &fresh) < 0)
		return -EINVAL;
	meaning.bytes = buf_text(&fresh);
	meaning.len = fresh.len;
	result = commit(tree, &change);
	file = node_item(type);
	if (file) {
		file->as_written = false;
		item_forget_content(file);
		item_touch(tree, file);
	}
	return result;
}

/* True if the directory's PayloadType, if it has one, is a text that a new name can change. */
static bool has_plain_type(const struct item *dir)
{
	const struct node *type = node_get(dir->node, "PayloadType");

	return !type || node_is_scalar(type->type);
}

/* The path that something in the source's directory would have at its new place. */
static void moved_path(const struct rename *r, const struct node *node, struct buf *path)
{
	BUF_AUTO above = BUF_INIT, whole = BUF_INIT;

	item_path(r->dir, r->name, path);
	check_path(r->source->node, &above);
	check_path(node, &whole);
	if (buf_ok(&above) && buf_ok(&whole) && whole.len >= above.len)
		buf_add_text(path, buf_text(&whole) + above.len);
}

/* Checks that the source's directory may go there, with all that is in it. A payload's new type is judged at the
 * save, and so is what keeps its meaning. */
static int check_content(struct tree *tree, const struct rename *r)
{
	const struct entry now = entry_of_item(r->source);
	const struct schema_key *key = allowed_entry(tree, &r->entry);
	const struct node *culprit;
	BUF_AUTO path = BUF_INIT;
	struct error err;

	if (key == allowed_entry(tree, &now) ||
	    allowed_check_container(tree, key, r->source->node, &culprit, &err) == 0)
		return 0;
	if (err.code == ENOMEM)
		return -ENOMEM;
	moved_path(r, culprit, &path);
	error_in_key(&err, buf_text(&path));
	return refuse(tree, r->dir, r->name, &err, EPERM);
}

/* What must hold before a directory moves. */
static int check_dir(struct tree *tree, const struct rename *r)
{
	const struct node *node = r->source->node;

	if (r->kind != ENTRY_KEY)
		return refuse_text(tree, r->dir, r->name, EPERM, "a directory cannot become an editor's own file");
	if (r->dir->dir->shape == SHAPE_PAYLOADS && node->type != NODE_DICT)
		return refuse_text(tree, r->dir, r->name, EPERM, "a payload is a dictionary, not an array");
	if (r->dir->dir->shape == SHAPE_PAYLOADS && !has_plain_type(r->source))
		return refuse_text(tree, r->dir, r->name, EPERM, "the payload's PayloadType must be a string first");
	if (r->target && r->target->kind != ITEM_DIR)
		return -ENOTDIR;
	if (r->target && !dir_is_empty(tree, r->target))
		return -ENOTEMPTY;
	return check_content(tree, r);
}

static int rename_dir(struct tree *tree, const struct rename *r)
{
	bool in_payloads = r->dir->dir->shape == SHAPE_PAYLOADS;
	struct entry entry;
	int result = check_dir(tree, r);

	if (result < 0)
		return result;
	if (r->target) {
		result = make_ghost(tree, r->target);
		if (result < 0)
			return result;
		item_unlink(tree, r->target);
	}
	entry = entry_of(r->dir, r->name);
	result = in_payloads ? retype_payload(tree, r) : 0;
	if (result == 0 && !(in_payloads && r->source->parent == r->dir && !entry.ghost))
		result = move_node(tree, &entry, r->source->node);
	if (result == 0 && in_payloads)
		result = commit_payload_name(tree, r->source, r->name);
	if (result < 0)
		return as_rename_error(result);
	if (takes_place(r))
		forget_said(r->dir, item_name(r->source), r->name);
	if (in_payloads && r->source->parent != r->dir)
		r->source->made = true;
	return relink(tree, r, dir_next_shown(r->source->node));
}

/* --- the door --------------------------------------------------------------------------------------- */

static bool is_inside(const struct item *dir, const struct item *outer)
{
	while (dir && dir != outer)
		dir = dir->parent;
	return dir != NULL;
}

static int dispatch(struct tree *tree, const struct rename *r)
{
	if (r->source->kind == ITEM_DIR)
		return rename_dir(tree, r);
	switch (r->kind) {
	case ENTRY_SCRATCH:
		return rename_to_scratch(tree, r);
	case ENTRY_TYPES:
		return rename_to_types(tree, r);
	case ENTRY_KEY:
		return rename_to_key(tree, r);
	}
	return -EINVAL;
}

static bool is_control(const struct item *item)
{
	return item->kind == ITEM_CONTROL || item->kind == ITEM_CONTROL_DIR;
}

/* Looks both names up, and checks what does not depend on the kind of rename. 0 or -errno; 1: nothing to do. */
static int look_up(struct tree *tree, struct rename *r, struct item *from_dir, const char *from, const char *to,
		   unsigned flags)
{
	int result = tree_lookup(tree, from_dir, from, &r->source);

	if (result < 0)
		return result;
	if (is_control(r->source))
		return -EPERM;
	if (is_inside(r->dir, r->source))
		return -EINVAL;
	result = tree_lookup(tree, r->dir, to, &r->target);
	if (result < 0 && result != -ENOENT)
		return result;
	if (r->target == r->source)
		return 1;
	if (r->target ? flags & RENAME_NOREPLACE : flags & RENAME_EXCHANGE)
		return r->target ? -EEXIST : -ENOENT;
	return r->target && is_control(r->target) ? -EPERM : 0;
}

int tree_rename(struct tree *tree, struct item *from_dir, const char *from, struct item *to_dir, const char *to,
		unsigned flags)
{
	BUF_AUTO room = BUF_INIT;
	struct rename r = { .dir = to_dir };
	int result;

	if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	result = refuse_if_sealed(tree, from_dir, from);
	if (result == 0 && from_dir->kind == ITEM_FOLDER)
		return collection_refuse_rename(tree->collection, from_dir, from);
	if (result == 0)
		result = look_up(tree, &r, from_dir, from, to, flags);
	if (result != 0)
		return result < 0 ? result : 0;
	if (flags & RENAME_EXCHANGE)
		return rename_exchange(tree, r.source, r.target);
	result = make_check(tree, to_dir, to, &room, &r.entry, &r.kind);
	if (result == 0 && r.kind == ENTRY_KEY && r.source->kind != ITEM_LINK)
		result = make_check_known(tree, &r.entry);
	if (result < 0)
		return as_rename_error(result);
	r.name = r.entry.name;
	if (r.kind == ENTRY_TYPES)
		r.target = NULL;
	return dispatch(tree, &r);
}
