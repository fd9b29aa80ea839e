/*
 * Where each section of a schema's texts stands, found without reading what is in them.
 *
 * Texts are added one after the other, in the order of their layers; then the index is sorted into groups: all
 * sections about one thing, in the order in which they were added. Texts are borrowed and must outlive the index.
 * Of what is built in the index is there already (schema_ready.h), and only which groups there are is looked up.
 */
#ifndef SCHEMA_SCHEMA_INDEX_H
#define SCHEMA_SCHEMA_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"
#include "plist/schema/arena.h"
#include "plist/schema/language.h"

enum layer {
	LAYER_FACTS,
	LAYER_FALLBACK, /* what is built in, where the user's facts are silent */
	LAYER_MANIFESTS,
	LAYER_RULES,
	LAYER_COUNT
};

enum subject { SUBJECT_PAYLOAD,
	       SUBJECT_PROFILE,
	       SUBJECT_COMMON };

/* How many sections there may be of one subject (they are united, or applied one after the other), and in all:
 * far more than any schema has. */
#define SECTIONS_MAX 256
#define ALL_SECTIONS_MAX 20000

struct section {
	enum subject subject;
	const char *type; /* of a payload; else "" */
	bool rule;
	enum layer layer;
	size_t order; /* in which it was added */
	struct section_text text;
};

struct group {
	size_t first, count;    /* of its sections in the index */
	struct schema_key *key; /* what was read from them; NULL: not asked for yet */
};

struct schema_index {
	struct section *sections; /* NULL: those of schema_ready.h */
	size_t count, size;
	struct group *groups;
	size_t group_count;
	bool has_facts;      /* a section of the facts that is no rule */
	const char *release; /* of the facts; NULL: they do not say */
};

/* Finds the sections of a text. Names are copied into `arena`. 0 or -1 with file and line: a line that is in no
 * section, or begins an unknown one. */
int index_add(struct schema_index *index, const struct section_text *text, enum layer layer, struct arena *arena,
	      struct error *err);

/* Sorts what was added. Groups live in `arena`. 0, or -1: out of memory, or too many sections of one subject. */
int index_finish(struct schema_index *index, struct arena *arena, struct error *err);

/* Makes an empty index that of what is built in, and nothing else. 0, or -1: out of memory. */
int index_use_ready(struct schema_index *index, struct arena *arena, struct error *err);

/* The `i`th section of a group. */
struct section index_section(const struct schema_index *index, const struct group *group, size_t i);

/* The sections about one thing, or NULL. Not before index_finish() or index_use_ready(). */
struct group *index_find(const struct schema_index *index, enum subject subject, const char *type, size_t len);

void index_free(struct schema_index *index);

#endif
