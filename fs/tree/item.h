/*
 * Items: the inode table and the directories' lists. Internal to this room.
 *
 * The table owns every item. An item is freed when it is neither linked, nor held, nor open. A directory's
 * list keeps document order; its hash finds names. For a directory of the profile, list and names are
 * filled from the nodes when it is first used (dir_load), and kept in step with them afterwards by whoever
 * changes either: a node's `user` is its item as long as the item shows it.
 *
 * A dict of many keys has no items but of what was looked up, and made, in any order (dir_reach); all else that is
 * listed of it is latent (latent.h). What is made in it comes last. Only what needs all items, or their order in the
 * list, loads it: dir_load().
 */
#ifndef TREE_ITEM_H
#define TREE_ITEM_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "fs/tree/inodes.h"
#include "fs/tree/latent.h"
#include "fs/tree/said.h"
#include "fs/tree/tree.h"
#include "plist/base/hash.h"
#include "plist/base/slots.h"
#include "plist/node.h"

enum item_kind {
	ITEM_DIR,         /* a container shown as a directory */
	ITEM_KEY,         /* a value shown as a file */
	ITEM_SCRATCH,     /* a file in memory; also what is left of an unlinked file that is open */
	ITEM_LINK,        /* a symbolic link, in memory */
	ITEM_TYPES,       /* the .types of a directory */
	ITEM_CONTROL_DIR, /* .profilefs */
	ITEM_CONTROL,     /* a file in it */
	ITEM_FOLDER,      /* a folder of profiles (collection.h) */
	ITEM_PROFILE      /* a profile in it: what is in that is in a tree of its own */
};

enum dir_shape {
	SHAPE_DICT,    /* names are keys */
	SHAPE_ARRAY,   /* names are 00, 01, ... */
	SHAPE_PAYLOADS /* names are payload types */
};

/* What is being written to a file and not committed yet. */
struct stage {
	struct buf bytes;
	size_t sequence;  /* bytes before this were written in order from the start, or stood there for an append */
	size_t judged;    /* bytes of `sequence` that need no second look (whole lines, whole characters) */
	bool written;     /* false: only truncated so far */
	bool grows;       /* the first `shown` bytes are the item's `content`, in its memory: nothing was changed in
			   * them yet, and they go back when the stage is dropped */
	size_t shown;
};

/* A name that was removed in this mount: what it had, for when it is made again. */
struct ghost {
	char *name;
	struct node *node;       /* removed, still in its parent */
	bool dir;                /* it was a directory */
	struct ghost *children;  /* of a directory */
	struct said *said;
	UT_hash_handle hh;
};

struct dir {
	enum dir_shape shape;
	bool loaded;             /* all that its node has is shown, in its order */
	struct slots names;      /* the linked items, by name */
	struct item *first, *last;
	size_t count;
	struct latent *latent;   /* its entries that are listed and have no item; NULL: none, or not listed yet */
	struct ghost *ghosts;
	struct said *said;       /* what .types said of names */
	struct buf types_unread; /* lines of .types that were not understood */
	struct item *types;      /* the .types item, once it was looked at */
	uint64_t types_ino;      /* kept for it: lower than those of the entries, as cp(1) and tar(1) copy in that
				  * order; 0: none, or it was used */
	bool types_shown;        /* it was seen or written: shown even when nothing needs it any more */
	bool types_hidden;       /* it was removed, and nothing was made here since */
	bool types_listed;       /* it was in the last listing */
	uint64_t types_looked;   /* how many touches the tree had seen when that was last true, and one; 0: there was no
				  * listing */
	bool unlisted;           /* made in this mount and not listed since: .types is not there until it is written */
};

/* What few items have: made when it is first needed (item_rare()). Files whose bytes are kept here alone have it from
 * the beginning: ITEM_SCRATCH, ITEM_LINK, ITEM_TYPES. */
struct rare {
	struct stage *stage;
	struct buf content;      /* scratch bytes, link target, .types as written; a key's bytes as they were written */
	size_t counted;          /* bytes that scratch.h counts for it */
	struct error *refusal;   /* the last one, for user.profilefs.error */
	struct member *member;   /* ITEM_PROFILE */
	unsigned numbered;       /* a payload: up to which number its name with ".2", ".3", ... was given to others when
				  * the directory was filled; 0: none was */
	int control;             /* which file of .profilefs */
};

/* With its last byte, what of a name is in the item itself. */
#define SHORT_NAME 24

/* More lookups than the kernel makes in a hundred years. */
#define HELD_BITS 48
#define HELD_MOST (((uint64_t)1 << HELD_BITS) - 1)

/* There are as many as there are keys that somebody looked at: it is small, and whatever few have is in `rare`. The
 * name is read and set by functions: item_name(). */
struct item {
	uint64_t ino;
	uint64_t held : HELD_BITS;    /* by lookups of the kernel, which are told one by one, by listings, ... */
	enum item_kind kind : 8;
	bool named : 1;
	bool long_named : 1;     /* `own_name.text`, not `own_name.here` */
	bool as_written : 1;     /* a key's file shows its `content`, not the text of its node */
	bool made : 1;           /* a payload made, or made again, in this mount: a save completes it; a folder of
				  * profiles made in this mount */
	enum node_type elements : 4; /* of an array that is a file: the type of all its elements, until commit() forgets
				  * it; 0: not known */
	union {
		char here[SHORT_NAME];
		char *text;
	} own_name;
	uint32_t hash;           /* of the name */
	unsigned opens;
	struct item *parent;     /* NULL: not linked */
	struct item *prev, *next;
	struct node *node;       /* ITEM_DIR, ITEM_KEY; NULL: a key that has no value yet */
	struct dir *dir;         /* of a directory, but ITEM_PROFILE */
	struct rare *rare;
	int64_t seconds;         /* item_mtime() */
	uint32_t nanoseconds;
	uint32_t holder;         /* who was given its attributes, may keep them, and has not written to it since: who
				  * writes knows that they changed. 0: nobody; HOLDERS_MANY */
};

struct schema_key;

/* The directory whose key was asked for last, and what it was after so many commits: see allowed_dir(). */
struct asked_dir {
	const struct item *dir; /* NULL: none */
	uint64_t commits;
	const struct schema_key *key;
};

struct tree {
	struct profile *profile;
	struct tree_surroundings surroundings;
	uint64_t touches;        /* how often item_touch() was called */
	uid_t uid;               /* whose files all are */
	gid_t gid;
	struct inodes inodes;
	struct latents latents;
	uint64_t first_ino;      /* the root's, less one: trees of one mount have numbers of their own */
	uint64_t last_ino;
	struct collection *collection; /* it is the tree of the folders of this one; NULL: a profile's */
	struct opened *opened;   /* of a profile that is one of a collection; NULL: of one by itself */
	bool begun_empty;        /* a profile made by mkdir: it gets what every profile has when somebody lists it, when
				  * another process than its maker looks into it, or at the save; so that cp -r makes in
				  * it what it copies, and mkdir(1) leaves a whole profile */
	uint64_t maker;          /* tree_surroundings.caller of that mkdir */
	bool sealed;             /* nothing may be changed in it, and the kernel does not know */
	struct item *root, *control;
	struct handle *handles;  /* the open files */
	size_t *scratch;         /* what scratch.h counted: `own_scratch`, or that of the folder it is in */
	size_t own_scratch;
	size_t few;              /* a dict of more keys shows the keys that are looked up one by one: dir_reach() */
	size_t values;           /* what census.h counted; 0: nothing yet */
	struct {
		bool matters;
		uint64_t commits;    /* how many there were when that was found out, and one; 0: it was not */
	} release;               /* see types_release.h */
	struct asked_dir asked;
	struct timespec last_time;
	struct error last_error;
	struct problems also;    /* what else was wrong, when a save was refused for more than `last_error` */
	struct unreported *unreported;
	struct baseline *baseline;
	char *mountpoint;
	pid_t pid;
};

/* tree_new() for one of several trees in a mount: `number` tells them apart, 0 is the one that is mounted. */
struct tree *tree_new_numbered(struct profile *profile, const struct tree_surroundings *surroundings, uint32_t number);

/* True for every kind of directory. */
bool item_is_dir(const struct item *item);

/* Makes an item and puts it into the table, not linked. NULL: out of memory. */
struct item *item_new(struct tree *tree, enum item_kind kind);

/* An inode number that no item has yet, for item_new_as(): once. */
uint64_t item_reserve(struct tree *tree);
struct item *item_new_as(struct tree *tree, enum item_kind kind, uint64_t ino);

/* So many at once: the first of them, as the tree counts them (without `first_ino`). */
uint64_t item_reserve_many(struct tree *tree, uint64_t count);

/* Gives it a name (copied) in the place of the one that it had. 0 or -ENOMEM: then it has none. */
int item_set_name(struct item *item, const char *name);

/* Its name; NULL: it has none, as the root, and what is not linked any more. */
static inline const char *item_name(const struct item *item)
{
	return !item->named ? NULL : item->long_named ? item->own_name.text : item->own_name.here;
}

/* What few have. NULL: out of memory. */
struct rare *item_rare(struct item *item);

/* Frees that if nothing is in it. */
void item_spare(struct item *item);

/* What is being written to it, or NULL; the bytes that are its own, or none; the last refusal, or NULL. */
static inline struct stage *item_stage(const struct item *item)
{
	return item->rare ? item->rare->stage : NULL;
}

static inline const struct buf *item_content(const struct item *item)
{
	static const struct buf none;

	return item->rare ? &item->rare->content : &none;
}

static inline struct error *item_refusal(const struct item *item)
{
	return item->rare ? item->rare->refusal : NULL;
}

/* Wipes those bytes. */
void item_forget_content(struct item *item);

struct timespec item_mtime(const struct item *item);
void item_set_mtime(struct item *item, struct timespec time);

/* Links it into a directory under a name (copied), before `before` or at the end. 0 or -ENOMEM. */
int item_link(struct tree *tree, struct item *dir, struct item *before, const char *name, struct item *item);

/* The same, and item_child(), where the name's hash is known: hash_of() its bytes. */
int item_link_hashed(struct item *dir, struct item *before, const char *name, uint32_t hash, struct item *item);
struct item *item_child_hashed(const struct item *dir, const char *name, uint32_t hash);

/* The item of an inode number, if it was made; what is latent stays so. NULL: there is none. */
struct item *item_made(const struct tree *tree, uint64_t ino);

/* tree_hold() and tree_drop() of an item that is there. */
void item_hold(struct item *item);
void item_drop(struct tree *tree, struct item *item, uint64_t count);

/* All items one after another, in the order in which they came; `last` begins at 0. NULL: there are no more. Items may
 * come and go meanwhile. */
struct item *item_next(const struct tree *tree, uint64_t *last);

/* Moves a linked item to another place in its directory's list: before `before`, or to the end. */
void item_reorder(struct item *item, struct item *before);

/* Moves an item that shows a node to where the node stands in the document. */
void item_follow_node(struct item *item);

/* Takes it out of its directory; frees it if nobody holds it. */
void item_unlink(struct tree *tree, struct item *item);

/* Frees it if it is neither linked, nor held, nor open. */
void item_settle(struct tree *tree, struct item *item);

/* Frees all items, or what is left of open files: the end of the tree. A mount may end without a release. */
void items_free(struct tree *tree);
void handles_free(struct tree *tree);

/* The linked item of a name, or NULL. The directory must be loaded, or the name reached. */
struct item *item_child(const struct item *dir, const char *name);

/* Content changed: a time strictly later than any before, and the kernel's copy of the attributes is void. */
void item_touch(struct tree *tree, struct item *item);

/* Only how it is held, or what it is called, did: its time stays. */
void item_recount(struct tree *tree, struct item *item);

/* Attributes changed: whoever has them is told. */
void item_tell(struct tree *tree, struct item *item);

/* The tree's time: never the same twice, never backwards. */
struct timespec tree_now(struct tree *tree);

/* Path from the root, as messages show it; `name` (may be NULL) is a child that need not be there. */
void item_path(const struct item *item, const char *name, struct buf *out);

/* --- directories ------------------------------------------------------------------------------------ */

/* Gives an item the form of a directory for `node`. 0 or -ENOMEM. */
int dir_make(struct item *item, struct node *node, enum dir_shape shape);

/* Fills it from its node, once. 0 or -ENOMEM. */
int dir_load(struct tree *tree, struct item *dir);

/* Sees to it that the item of a name is there, if the directory has one: of a dict of many keys it makes that one
 * alone, if it can, all others it loads. 0 or -ENOMEM. */
int dir_reach(struct tree *tree, struct item *dir, const char *name);

/* The inode number of what is latent under that name. False: nothing is. */
bool dir_find_latent(const struct item *dir, const char *name, uint64_t *ino);

/* Before something is made in it, or moved there, under a name that was reached: all is loaded but a dict of many
 * keys. */
int dir_open_up(struct tree *tree, struct item *dir);

/* Sees to it that all of it can be gone through: with items, or latent (dir_walk). 0 or -ENOMEM. */
int dir_fill(struct tree *tree, struct item *dir);

/* True if it was, and whoever changed something since has shown it. */
bool dir_is_filled(const struct item *dir);

/* Going through all of a directory that was filled, in the order in which it is listed. */
struct dir_walk {
	const struct item *dir;
	bool by_nodes;     /* a dict whose entries are latent: first its nodes, then what has none */
	struct node *node; /* the next one of those */
	struct item *item; /* the next one in the list */
	struct item sketch;
};

struct dir_walk dir_walk(const struct item *dir);

/* The next item, or the sketch of one that is latent, which is good until the next step; NULL: that was all. */
const struct item *dir_walk_next(struct dir_walk *walk);

/* Something stands in its node that nobody has shown: it is shown when the directory is filled again. */
void dir_unfill(struct item *dir);

/* Makes an item of that inode number (0: the next) for a node of a dict and links it last, under a name, or under that
 * of its key. 0 or -ENOMEM. */
int dir_show_as(struct tree *tree, struct item *dir, const char *name, struct node *node, uint64_t ino,
		struct item **item);
int dir_show_node(struct tree *tree, struct item *dir, struct node *node, uint64_t ino);

/* Makes an item for `node` and links it under `name`, before `before` or last. 0 or -ENOMEM. */
int dir_show(struct tree *tree, struct item *dir, struct item *before, const char *name, struct node *node,
	     struct item **item);

/* The same for a container that is to be a directory, also where it could be a file of lines. */
int dir_show_dir(struct tree *tree, struct item *dir, struct item *before, const char *name, struct node *node,
		 struct item **item);

/* The shape that a container's directory has in `parent` under that key. */
enum dir_shape dir_shape_of(const struct item *parent, const struct node *node);

/* Appends a name for a payload of that type that is free in `dir`, which is being filled. 0 or -ENOMEM. */
int dir_payload_name(const struct item *dir, const struct node *payload, size_t position, struct buf *name);

/* The item of the first node after `node` that is shown; NULL: none, or its directory's list has no order. */
struct item *dir_next_shown(const struct node *node);

/* The item that an element of this index must stand before; NULL: last. */
struct item *dir_place_for_index(const struct item *dir, uint32_t index);

/* The item under the spelling `name`, which in an array may be another number's spelling; NULL: none. */
struct item *dir_find(const struct item *dir, const char *name);

void dir_free(struct dir *dir);

struct ghost *ghost_find(const struct item *dir, const char *name);
/* Remembers a removed name. NULL: out of memory. */
struct ghost *ghost_add(struct item *dir, const char *name, struct node *node);
/* Takes it out of the directory; the caller frees it with ghost_free(). */
void ghost_take(struct item *dir, struct ghost *ghost);
void ghost_free(struct ghost *ghost);
void ghosts_free(struct ghost *ghosts);

#endif
