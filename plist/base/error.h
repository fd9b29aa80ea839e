/*
 * One error object, carried from the depth where something went wrong to the user's terminal.
 *
 * An `error` is plain memory: it owns nothing, needs no allocation (so it can report that there is no
 * memory) and may be copied. Text that does not fit is cut, visibly, with "...".
 *
 * Convention of the whole program: a function that can fail takes a `struct error *` last, returns 0 or
 * -1 (or NULL), and has filled the error in exactly when it failed. Nothing below fs/cmd prints.
 *
 * Printed form, one line, as compilers print it:
 *
 *     FILE:LINE:COL: error: KEY: what is wrong, what is allowed [rule]
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

struct error {
	enum severity severity;
	int code;              /* what a system call would answer (errno.h); never 0 once it is set */
	const char *rule;      /* the rule that was broken (a static string), or NULL: not the profile's fault */
	unsigned long line;    /* from 1; 0: not known */
	unsigned long column;  /* from 1, in characters; 0: not known */
	char file[512];        /* "" : not about a file */
	char key[1024];        /* path of the key inside the profile; "" : none */
	char text[1024];       /* what is wrong, what is allowed or what to do next */
};

#define ERROR_INIT ((struct error){ .severity = SEVERITY_ERROR })

/* Says what went wrong. `code` is an errno value. Clears what stood in the error before. Returns -1. */
int error_set(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with the arguments as a list. */
int error_set_args(struct error *err, int code, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/* The same for a rule of the design's list ("not-a-plist", "wrong-type", ...): the profile or the text
 * given is wrong, not the machine. The code is EINVAL. `rule` must be a static string. Returns -1. */
int error_rule(struct error *err, const char *rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Like error_set, with ": " and the text of `code` (strerror) added: for failed system calls. Returns -1. */
int error_system(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Out of memory. Returns -1. */
int error_memory(struct error *err);

/* Add where it is; both leave what is set already alone, so that the depth that knows best wins. */
void error_in_file(struct error *err, const char *file);
void error_in_key(struct error *err, const char *key);

/* Where in the file; overwrites. */
void error_at(struct error *err, unsigned long line, unsigned long column);

/* Writes the printed form, without a newline, to `out` (`size` bytes, always terminated). */
void error_format(const struct error *err, char *out, size_t size);

/* The exit status for a command that ends with this error: 1 if the profile is at fault, else 2. */
int error_exit_status(const struct error *err);

/*
 * A list of problems and notes: what should be said and did not stop the work. Adding never fails: when
 * memory ends, the problem is counted in `lost` and that is said at the end.
 */
struct problems {
	struct error *list;
	size_t count;
	size_t lost;
};

#define PROBLEMS_INIT ((struct problems){ 0 })

/* Copies `problem` into the list. NULL list: does nothing. */
void problems_add(struct problems *list, const struct error *problem);

/* Adds a problem made of a severity, a rule (or NULL), a key (or NULL) and a text. */
void problems_say(struct problems *list, enum severity severity, const char *rule, const char *key,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds all of `from` to `to` and empties `from`; they are about `file` (may be NULL) unless they name one. */
void problems_move(struct problems *from, struct problems *to, const char *file);

/* How many of at least this severity. */
size_t problems_count(const struct problems *list, enum severity at_least);

void problems_free(struct problems *list);

#endif
