#include "fs/cmd/check_result.h"

#include <stdlib.h>
#include <string.h>

/* Texts are offsets: the buffer moves as it grows. `text` tells which of two was added first. */
struct check_entry {
	enum severity severity;
	int code;
	const char *rule;
	unsigned long line, column;
	size_t file, key, text;
};

static const char *text_at(const struct check_result *result, size_t offset)
{
	return buf_text(&result->texts) + offset;
}

/* Most problems of a result are of one file: its name is kept once. */
static size_t add_file(struct check_result *result, const char *file)
{
	const struct check_entry *last = result->count ? &result->list[result->count - 1] : NULL;
	size_t offset = result->texts.len;

	if (last && strcmp(text_at(result, last->file), file) == 0)
		return last->file;
	buf_add(&result->texts, file, strlen(file) + 1);
	return offset;
}

static size_t add_text(struct check_result *result, const char *text)
{
	size_t offset = result->texts.len;

	buf_add(&result->texts, text, strlen(text) + 1);
	return offset;
}

static struct check_entry *next_entry(struct check_result *result)
{
	size_t size = result->size ? result->size * 2 : 8;
	struct check_entry *grown;

	if (result->count == result->size) {
		grown = realloc(result->list, size * sizeof(*grown));
		if (!grown)
			return NULL;
		result->list = grown;
		result->size = size;
	}
	return &result->list[result->count];
}

void check_result_add(struct check_result *result, const char *file, const struct error *problem)
{
	struct check_entry *entry;

	result->errors += problem->rule && problem->severity == SEVERITY_ERROR;
	result->warnings += problem->severity == SEVERITY_WARNING;
	if (result->count >= CHECK_RESULT_MAX && problem->rule) {
		result->unlisted++;
		return;
	}
	entry = next_entry(result);
	if (!entry) {
		result->failed = true;
		return;
	}
	entry->severity = problem->severity;
	entry->code = problem->code;
	entry->rule = problem->rule;
	entry->line = problem->line;
	entry->column = problem->column;
	entry->file = add_file(result, file);
	entry->key = add_text(result, problem->key);
	entry->text = add_text(result, problem->text);
	if (buf_ok(&result->texts))
		result->count++;
	else
		result->failed = true;
}

static int by_number(unsigned long a, unsigned long b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b, void *context)
{
	const struct check_entry *x = a, *y = b;
	int order = x->file == y->file ? 0 : strcmp(text_at(context, x->file), text_at(context, y->file));

	if (!order)
		order = by_number(x->line, y->line);
	if (!order)
		order = by_number(x->column, y->column);
	return order ? order : by_number(x->text, y->text);
}

void check_result_sort(struct check_result *result)
{
	if (result->count)
		qsort_r(result->list, result->count, sizeof(*result->list), by_place, result);
}

const char *check_result_at(const struct check_result *result, size_t place, struct error *problem)
{
	const struct check_entry *entry = &result->list[place];

	error_set(problem, entry->code, "%s", text_at(result, entry->text));
	problem->severity = entry->severity;
	problem->rule = entry->rule;
	error_in_key(problem, text_at(result, entry->key));
	error_at(problem, entry->line, entry->column);
	return text_at(result, entry->file);
}

size_t check_result_weight(const struct check_result *result)
{
	return result->size * sizeof(*result->list) + result->texts.size;
}

void check_result_free(struct check_result *result)
{
	free(result->list);
	buf_free(&result->texts);
	*result = (struct check_result){ 0 };
}
