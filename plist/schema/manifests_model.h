/*
 * A manifest in memory: the subkeys of one file of ProfileManifests, as a tree, between reading and writing.
 *
 * The plist stays what it is: a `manifest_key` says only what a subkey is for (a key, any other key, an element,
 * or something for editors that no profile has) and points to the dict that it is written in. Keys and clauses
 * live in the manifest's arena, nodes in its document; both belong to manifests.c, which frees them when the
 * section is written.
 *
 * What a pfm_ key of the wrong plist type is, is an error with its line and column: manifest_value() and its kin
 * say it in one way. They return 1: there, 0: not there, -1: error.
 */
#ifndef SCHEMA_MANIFESTS_MODEL_H
#define SCHEMA_MANIFESTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/node.h"
#include "plist/schema/arena.h"

#define MANIFEST_KEYS_MAX ((size_t)16384)     /* subkeys of a file, at all levels; the largest known has some 1,200 */
#define MANIFEST_DEPTH_MAX 64u                /* levels of subkeys; the deepest known has nine */
#define MANIFEST_LINE_MAX ((size_t)60 * 1024) /* bytes that are said of one key */

enum manifest_role {
	MANIFEST_KEY,     /* a key of a dict, or the manifest itself */
	MANIFEST_OTHERS,  /* what any other key of a dict is */
	MANIFEST_ITEM,    /* what an element of an array is */
	MANIFEST_LEFT_OUT /* no key of a payload's own: for an editor, or of all payloads, or said already */
};

/* What one demand of a manifest's says, as a line of our language without indentation. */
struct manifest_clause {
	const char *text;
	struct manifest_clause *next;
};

struct manifest_key {
	const struct node *node; /* the dict with the pfm_ keys */
	const char *name;        /* of a MANIFEST_KEY and MANIFEST_LEFT_OUT; "" for what has none */
	const char *type;        /* in our words: "string", "dict", "any", ... */
	enum manifest_role role;
	struct manifest_key *parent, *next, *first, *last;
	size_t count;                    /* children */
	struct manifest_clause *clauses; /* of a dict: what must hold of its keys together, in order */
	struct manifest_clause **clauses_end;
};

struct manifest {
	const char *file; /* in messages */
	const struct doc *doc;
	struct arena *arena;
	struct manifest_key root;
	unsigned platforms;       /* those the payload is for: bits 1u << PLATFORM_IOS and so on */
	size_t keys;              /* how many were read */
	size_t conditions, steps; /* how many were read, and how much was looked at for them */
	struct error *err;
};

/* --- manifests_model.c ------------------------------------------------------------------------------- */

/* Says what is wrong at a node, with its place in the file. Returns -1. */
int manifest_error(struct manifest *manifest, const struct node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The value of a pfm_ key, which must be of that type. */
int manifest_value(struct manifest *manifest, const struct node *dict, const char *key, enum node_type type,
		   const struct node **value);

/* A boolean that is true. */
int manifest_flag(struct manifest *manifest, const struct node *dict, const char *key);

/* A text that our language can hold; one that it cannot, or that is empty, counts as not there. */
int manifest_text(struct manifest *manifest, const struct node *dict, const char *key, const char **text);

/* The value as a C string, as long as the arena is there. NULL: out of memory, which is said. */
const char *manifest_string(struct manifest *manifest, const struct node *value);

/* True if the scalar's text can be written in our language: no data, no control characters, no placeholder. */
bool manifest_plain(const struct node *scalar);

/* Reads the subkeys of `root` (whose node is set) and of all below it. 0 or -1. */
int manifest_read_keys(struct manifest *manifest, struct manifest_key *root);

/* --- manifests_conditions.c --------------------------------------------------------------------------- */

/* Turns every pfm_exclude and pfm_conditionals below the root into clauses of the dict that has both what they
 * are about and what they depend on. What clauses cannot say is left out. 0 or -1. */
int manifest_read_conditions(struct manifest *manifest);

/* --- manifests_platforms.c ---------------------------------------------------------------------------- */

/* Reads which platforms the payload is for. 0 or -1. */
int manifest_read_platforms(struct manifest *manifest);

/* Appends " macOS(10.13 deprecated=12.0)" and so on: what is said of a key, or of the root. 0 or -1. */
int manifest_write_platforms(struct manifest *manifest, const struct manifest_key *key, struct buf *out);

/* --- manifests_keys.c --------------------------------------------------------------------------------- */

/* Appends the section: its head, its keys, its clauses. 0 or -1. */
int manifest_write(struct manifest *manifest, const char *domain, struct buf *out);

/* --- manifests_values.c ------------------------------------------------------------------------------- */

/* Appends what is said of a key's value: values, range, length, items, format, default. 0 or -1. */
int manifest_write_values(struct manifest *manifest, const struct manifest_key *key, struct buf *out);

/* True if the text of a node is a value of the key. Editors convert some values, and then a manifest has what is
 * typed in, not what a profile has: that says nothing of the key. */
bool manifest_is_value(const struct manifest_key *key, const struct node *node);

/* The default that is written for a key, or NULL. */
const struct node *manifest_default(const struct manifest_key *key);

#endif
