#include "fs/cmd/table.h"

#include <string.h>

/* A cell wider than this pushes the rest of its row aside, and not that of all others. */
#define WIDTH_MAX 48

struct shape {
	size_t widths[TABLE_COLUMNS_MAX]; /* in characters */
	bool used[TABLE_COLUMNS_MAX];
};

void table_add(struct table *table, const char *text)
{
	buf_add(&table->cells, text, strlen(text) + 1);
	table->count++;
}

/* Characters, not bytes, of UTF-8. */
static size_t width(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static void measure(const struct table *table, struct shape *shape)
{
	const char *cell = buf_text(&table->cells);
	size_t i, column, wide;

	*shape = (struct shape){ 0 };
	for (i = 0; i < table->count; i++, cell += strlen(cell) + 1) {
		column = i % table->columns;
		wide = width(cell);
		if (wide > shape->widths[column] && wide <= WIDTH_MAX)
			shape->widths[column] = wide;
		if (wide && (!table->headed || i >= table->columns))
			shape->used[column] = true;
	}
}

static void pad(size_t count, struct buf *out)
{
	while (count-- > 0)
		buf_add_char(out, ' ');
}

/* Blanks are owed until something follows them. Returns the first cell of the next row. */
static const char *write_row(const struct table *table, const struct shape *shape, const char *cell,
			     struct buf *out)
{
	size_t column, wide, owed = 0;

	for (column = 0; column < table->columns; column++, cell += strlen(cell) + 1) {
		if (!shape->used[column])
			continue;
		wide = width(cell);
		if (wide) {
			pad(owed, out);
			buf_add_text(out, cell);
			owed = 0;
		}
		owed += 2 + (shape->widths[column] > wide ? shape->widths[column] - wide : 0);
	}
	buf_add_char(out, '\n');
	return cell;
}

void table_write(const struct table *table, struct buf *out)
{
	const char *cell = buf_text(&table->cells);
	struct shape shape;
	size_t row;

	if (!buf_ok(&table->cells)) {
		out->failed = true;
		return;
	}
	measure(table, &shape);
	for (row = 0; row < table->count / table->columns; row++)
		cell = write_row(table, &shape, cell, out);
}

void table_free(struct table *table)
{
	buf_free(&table->cells);
	table->count = 0;
}
