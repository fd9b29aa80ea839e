#include "sign/openssl_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

#include "sign/memory.h"

/* Most of the time there is nothing in it, which is faster to see than to wipe. */
static void empty_queue(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
}

void openssl_begin(void)
{
	empty_queue();
	memory_forget();
}

int openssl_end(int result, struct error *err)
{
	empty_queue();
	return memory_failed() ? error_memory(err) : result;
}

bool openssl_failed_with(int library, int reason)
{
	unsigned long newest = ERR_peek_last_error();

	return ERR_GET_LIB(newest) == library && ERR_GET_REASON(newest) == reason;
}

/* Empties the queue. True if memory ran out, also when no entry says so; `*newest` is the last one that has a
 * reason in words (NULL: none has). */
static bool drain(const char **newest)
{
	bool memory = memory_failed();
	unsigned long code;

	*newest = NULL;
	while ((code = ERR_get_error()) != 0) {
		const char *reason = ERR_SYSTEM_ERROR(code) ? NULL : ERR_reason_error_string(code);

		if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
			memory = true;
		if (reason)
			*newest = reason;
	}
	return memory;
}

int openssl_error(struct error *err, const char *rule, const char *format, ...)
{
	char text[sizeof(err->text)];
	const char *reason;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (drain(&reason))
		return error_memory(err);
	if (rule && reason)
		return error_rule(err, rule, "%s: %s", text, reason);
	if (rule)
		return error_rule(err, rule, "%s", text);
	if (reason)
		return error_set(err, EIO, "%s: %s", text, reason);
	return error_set(err, EIO, "%s", text);
}
