/*
 * Text in aligned columns. A table owns its cells; table_free() it. Memory that runs out shows in the buffer that
 * it is written to.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"

#define TABLE_COLUMNS_MAX 8

struct table {
	size_t columns;   /* at most TABLE_COLUMNS_MAX */
	bool headed;      /* the first row names the columns: one with nothing below its name is left out */
	struct buf cells; /* row by row, each with a NUL behind it */
	size_t count;
};

/* Adds the next cell, "" for nothing. */
void table_add(struct table *table, const char *text);

/* Appends the rows, each with a newline and no blanks at its end. */
void table_write(const struct table *table, struct buf *out);

void table_free(struct table *table);

#endif
