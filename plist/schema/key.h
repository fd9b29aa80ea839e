/*
 * Keys as the schema's makers see them: lists of children, kept in two orders. Nothing here is freed by itself:
 * all of it lives in the arena that is given.
 */
#ifndef SCHEMA_KEY_H
#define SCHEMA_KEY_H

#include "plist/schema/arena.h"
#include "plist/schema/schema.h"

/* A key of any type about which nothing is said. NULL: out of memory. */
struct schema_key *key_any(struct arena *arena);

/* Gives a dict these keys (the list is copied), whose names differ, in place of those it has. 0, or -1: out of
 * memory, nothing changed. */
int key_set_children(struct schema_key *dict, struct schema_key *const *list, size_t count, struct arena *arena);

/* The key of its own that a dict has under that name, or NULL. */
struct schema_key *key_find(const struct schema_key *dict, const char *name, size_t len);

/* Takes away what only a dict has, and what only an array has. */
void key_clear_dict(struct schema_key *key);
void key_clear_array(struct schema_key *key);

/* What is in a sensitive key is sensitive, too. */
void key_hide_below(struct schema_key *key);

/* Makes `into` allow whatever `from` allows as well (as two descriptions of one thing, of which either may be
 * right); `from` is used up. 0, or -1: out of memory. */
int key_unite(struct schema_key *into, struct schema_key *from, struct arena *arena);

#endif
