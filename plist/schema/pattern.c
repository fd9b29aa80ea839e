#include "plist/schema/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/*
 * Steps that one match may take, and memory (in KiB) it may use: far beyond what any expression that is
 * meant well needs for a text of a megabyte, and far from what a user would notice.
 */
#define STEPS_MAX 2000000
#define MEMORY_MAX (64 * 1024)

/* How much of an expression a message shows. */
#define SHOWN_MAX 120

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data; /* of the match that is going on; keeps PCRE2's memory between matches */
	pcre2_match_context *context;
	bool anchored; /* a match can only begin at the first byte */
};

/* --- compiling ------------------------------------------------------------------------------------------ */

/* Which character the byte at `offset` belongs to, from 1. */
static size_t character_at(const char *text, size_t offset)
{
	size_t count = 1;

	for (size_t i = 0; i < offset && text[i]; i++)
		count += ((unsigned char)text[i + 1] & 0xc0) != 0x80;
	return count;
}

static int refuse(const char *expression, int code, size_t offset, struct error *err)
{
	char reason[160];
	size_t len = strlen(expression), shown = len;

	if (code == PCRE2_ERROR_HEAP_FAILED)
		return error_memory(err);
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason)) < 0)
		strcpy(reason, "it cannot be read");
	if (len > SHOWN_MAX)
		for (shown = SHOWN_MAX; shown > 0 && ((unsigned char)expression[shown] & 0xc0) == 0x80; shown--)
			;
	return error_set(err, EINVAL,
			 "'%.*s%s' is not a regular expression (PCRE2): %s, at character %zu", (int)shown,
			 expression, shown < len ? "..." : "", reason, character_at(expression, offset));
}

/* Lines end as they do in Apple's files and on every system profilefs runs on, however PCRE2 was built. */
static int compile(struct pattern *pattern, const char *expression, struct error *err)
{
	const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE offset = 0;
	int code = 0;

	if (!context)
		return error_memory(err);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pattern->code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, options, &code, &offset, context);
	pcre2_compile_context_free(context);
	return pattern->code ? 0 : refuse(expression, code, offset, err);
}

static int prepare(struct pattern *pattern, struct error *err)
{
	uint32_t options = 0;

	pattern->data = pcre2_match_data_create(1, NULL);
	pattern->context = pcre2_match_context_create(NULL);
	if (!pattern->data || !pattern->context)
		return error_memory(err);
	pcre2_set_match_limit(pattern->context, STEPS_MAX);
	pcre2_set_heap_limit(pattern->context, MEMORY_MAX);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_ALLOPTIONS, &options);
	pattern->anchored = (options & PCRE2_ANCHORED) != 0;
	return 0;
}

struct pattern *pattern_new(const char *expression, struct error *err)
{
	struct pattern *pattern = calloc(1, sizeof(*pattern));

	if (!pattern) {
		error_memory(err);
		return NULL;
	}
	if (compile(pattern, expression, err) == 0 && prepare(pattern, err) == 0)
		return pattern;
	pattern_free(pattern);
	return NULL;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_context_free(pattern->context);
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	free(pattern);
}

/* --- matching ------------------------------------------------------------------------------------------- */

static int match(const struct pattern *pattern, const char *text, size_t len, uint32_t options)
{
	return pcre2_match(pattern->code, (PCRE2_SPTR)text, len, 0, options, pattern->data, pattern->context);
}

bool pattern_matches(const struct pattern *pattern, const char *text, size_t len)
{
	return match(pattern, text, len, 0) >= 0;
}

/* True if the only thing wrong with the text is that its last character lacks bytes. */
static bool is_cut(int result)
{
	return result <= PCRE2_ERROR_UTF8_ERR1 && result >= PCRE2_ERROR_UTF8_ERR5;
}

static bool is_no_text(int result)
{
	return result <= PCRE2_ERROR_UTF8_ERR1 && result >= PCRE2_ERROR_UTF8_ERR21;
}

/*
 * What can come of a text that does not match. A hard partial match stops wherever more text could make a
 * difference, also in a look-ahead, at `$` or at \b: so if there is none, no match that begins in the text
 * is possible. One that begins after it is, unless the expression is anchored.
 */
static enum verdict future(const struct pattern *pattern, const char *text, size_t len)
{
	if (!len || !pattern->anchored)
		return VERDICT_MAYBE;
	return match(pattern, text, len, PCRE2_PARTIAL_HARD) == PCRE2_ERROR_NOMATCH ? VERDICT_NEVER : VERDICT_MAYBE;
}

enum verdict pattern_prefix(const struct pattern *pattern, const char *text, size_t len)
{
	int result = match(pattern, text, len, 0);

	if (result >= 0)
		return VERDICT_VALID;
	if (is_cut(result))
		return future(pattern, text, pcre2_get_startchar(pattern->data));
	if (is_no_text(result))
		return VERDICT_NEVER;
	return future(pattern, text, len);
}
