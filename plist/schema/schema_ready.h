/*
 * The index of what is built in, made with the program (scripts/index-schema): what index_add() and index_finish()
 * would find in mdm.schema as facts and rules.schema as rules. It holds numbers where a pointer would have to be
 * relocated at each start.
 */
#ifndef SCHEMA_SCHEMA_READY_H
#define SCHEMA_SCHEMA_READY_H

#include <stddef.h>
#include <stdint.h>

struct ready_section {
	uint32_t start, len, line; /* in its text */
	uint16_t type;             /* where it begins in schema_ready_names; sections of one type share it */
	uint8_t subject;           /* enum subject */
	uint8_t text;              /* 0: mdm.schema, 1: rules.schema */
	uint8_t rule;
};

struct schema_ready {
	size_t count, group_count;
	const char release[64];
};

/* Sorted as index_finish() sorts. */
extern const struct ready_section schema_ready_list[];
extern const char schema_ready_names[];
extern const struct schema_ready schema_ready;

extern const char schema_text_mdm[];
extern const char schema_text_rules[];

#endif
