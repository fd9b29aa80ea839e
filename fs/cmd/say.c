#include "fs/cmd/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/log.h"

#define PROGRAM "profilefs"

/* More than anybody reads is said, and not kept. */
#define RECORD_MAX ((size_t)256 << 10)

static bool in_background;
static struct buf *recorded;
static enum severity recorded_severity;
static bool news_only;
static bool waiting_shown;

void say_waiting(const char *text)
{
	if (in_background || (!*text && !waiting_shown) || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K%s", text);
	fflush(stderr);
	waiting_shown = *text != '\0';
}

/* Keeps a line in the record. False: it stood there already. */
static bool record(enum severity severity, const char *line)
{
	if (!recorded || severity > recorded_severity)
		return true;
	if (strstr(buf_text(recorded), line))
		return false;
	if (recorded->len < RECORD_MAX)
		buf_add_format(recorded, "%s\n", line);
	return true;
}

static void put_line(enum severity severity, const char *line)
{
	bool is_news = record(severity, line);

	if (news_only && !is_news)
		return;
	say_waiting("");
	if (in_background)
		log_line(severity, line);
	else
		fprintf(stderr, "%s\n", line);
}

void say_problem(const struct error *problem)
{
	struct error shown = *problem;
	char line[sizeof(shown.file) + sizeof(shown.key) + sizeof(shown.text) + 128];

	error_in_file(&shown, PROGRAM);
	error_format(&shown, line, sizeof(line));
	put_line(shown.severity, line);
}

void say_problems(const struct problems *problems)
{
	size_t i;

	for (i = 0; i < problems->count; i++)
		say_problem(&problems->list[i]);
	if (problems->lost)
		say_note("%zu more problems are not shown: there was no memory for them", problems->lost);
}

void say_note(const char *format, ...)
{
	struct error note;
	va_list args;

	va_start(args, format);
	error_set_args(&note, EINVAL, format, args);
	va_end(args);
	note.severity = SEVERITY_NOTE;
	say_problem(&note);
}

void say_line(const char *line)
{
	put_line(SEVERITY_NOTE, line);
}

int say_misuse(const char *command, const char *format, ...)
{
	struct error err;
	char text[sizeof(err.text)];
	bool asks;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	asks = *text && text[strlen(text) - 1] == '?';
	error_set(&err, EINVAL, "%s%ssee `%s%s%s --help`%s", text, asks ? " (" : "; ", PROGRAM, command ? " " : "",
		  command ? command : "", asks ? ")" : "");
	return say_error(&err);
}

int say_error(const struct error *err)
{
	say_problem(err);
	return error_exit_status(err);
}

void say_in_background(void)
{
	in_background = true;
}

void say_record(struct buf *lines, enum severity at_most)
{
	recorded = lines;
	recorded_severity = at_most;
	news_only = false;
}

void say_news_only(bool only)
{
	news_only = only;
}

int say_output(const void *bytes, size_t len, struct error *err)
{
	const char *next = bytes;

	say_waiting("");
	while (len > 0) {
		ssize_t written = write(STDOUT_FILENO, next, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return error_system(err, errno, "cannot write to the standard output");
		next += written;
		len -= (size_t)written;
	}
	return 0;
}

int say_help(const char *text)
{
	struct error err;

	return say_output(text, strlen(text), &err) < 0 ? say_error(&err) : 0;
}
