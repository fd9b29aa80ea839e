#include "plist/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies text into a fixed field; what is cut ends in "...", never inside a UTF-8 character. */
static void copy_cut(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len < size) {
		memcpy(to, text, len + 1);
		return;
	}
	if (size < 4) {
		to[0] = '\0';
		return;
	}
	for (len = size - 4; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80; len--)
		;
	memcpy(to, text, len);
	memcpy(to + len, "...", 4);
}

__attribute__((format(printf, 4, 0)))
static void set_text(struct error *err, int code, const char *rule, const char *format, va_list args)
{
	char text[sizeof(err->text) + 1];

	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	*err = ERROR_INIT;
	err->code = code;
	err->rule = rule;
	copy_cut(err->text, sizeof(err->text), text);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(err, code, NULL, format, args);
	va_end(args);
	return -1;
}

int error_set_args(struct error *err, int code, const char *format, va_list args)
{
	set_text(err, code, NULL, format, args);
	return -1;
}

int error_rule(struct error *err, const char *rule, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(err, EINVAL, rule, format, args);
	va_end(args);
	return -1;
}

int error_system(struct error *err, int code, const char *format, ...)
{
	char text[sizeof(err->text) + 1];
	size_t used;
	va_list args;

	va_start(args, format);
	set_text(err, code, NULL, format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(text, sizeof(text), ": %s", strerror(code));
	copy_cut(err->text + used, sizeof(err->text) - used, text);
	return -1;
}

int error_memory(struct error *err)
{
	return error_set(err, ENOMEM, "out of memory: free some, or give a smaller profile");
}

void error_in_file(struct error *err, const char *file)
{
	if (!err->file[0] && file)
		copy_cut(err->file, sizeof(err->file), file);
}

void error_in_key(struct error *err, const char *key)
{
	if (!err->key[0] && key)
		copy_cut(err->key, sizeof(err->key), key);
}

void error_at(struct error *err, unsigned long line, unsigned long column)
{
	err->line = line;
	err->column = column;
}

static const char *severity_word(enum severity severity)
{
	static const char *const words[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};

	return words[severity];
}

/* Appends a formatted piece at `*used`, which never passes size - 1. */
__attribute__((format(printf, 4, 5)))
static void append(char *out, size_t size, size_t *used, const char *format, ...)
{
	va_list args;
	int wanted;

	va_start(args, format);
	wanted = vsnprintf(out + *used, size - *used, format, args);
	va_end(args);
	if (wanted > 0)
		*used += (size_t)wanted < size - *used ? (size_t)wanted : size - *used - 1;
}

/* A problem is one line: control characters in quoted values become spaces. */
static void flatten(char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < 0x20 || *line == 0x7f)
			*line = ' ';
}

void error_format(const struct error *err, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	if (err->file[0] && err->line)
		append(out, size, &used, "%s:%lu:%lu: ", err->file, err->line, err->column ? err->column : 1);
	else if (err->file[0])
		append(out, size, &used, "%s: ", err->file);
	append(out, size, &used, "%s: ", severity_word(err->severity));
	if (err->key[0])
		append(out, size, &used, "%s: ", err->key);
	append(out, size, &used, "%s", err->text);
	if (err->rule)
		append(out, size, &used, " [%s]", err->rule);
	flatten(out);
}

int error_exit_status(const struct error *err)
{
	return err->rule ? 1 : 2;
}

void problems_add(struct problems *list, const struct error *problem)
{
	struct error *grown;

	if (!list)
		return;
	/* It is full when the count is a power of two, and then doubles. */
	if ((list->count & (list->count - 1)) == 0) {
		grown = realloc(list->list, (list->count ? list->count * 2 : 1) * sizeof(*grown));
		if (!grown) {
			list->lost++;
			return;
		}
		list->list = grown;
	}
	list->list[list->count++] = *problem;
}

void problems_say(struct problems *list, enum severity severity, const char *rule, const char *key,
		  const char *format, ...)
{
	struct error problem;
	va_list args;

	va_start(args, format);
	set_text(&problem, EINVAL, rule, format, args);
	va_end(args);
	problem.severity = severity;
	error_in_key(&problem, key);
	problems_add(list, &problem);
}

void problems_move(struct problems *from, struct problems *to, const char *file)
{
	size_t i;

	for (i = 0; i < from->count; i++) {
		error_in_file(&from->list[i], file);
		problems_add(to, &from->list[i]);
	}
	if (to)
		to->lost += from->lost;
	problems_free(from);
}

size_t problems_count(const struct problems *list, enum severity at_least)
{
	size_t i, count = 0;

	for (i = 0; i < list->count; i++)
		count += list->list[i].severity >= at_least;
	return count;
}

void problems_free(struct problems *list)
{
	free(list->list);
	*list = PROBLEMS_INIT;
}
