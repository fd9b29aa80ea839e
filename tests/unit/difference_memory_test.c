/*
 * difference_find() when memory ends, at any of its allocations: it is reported, and nothing is left behind.
 *
 * All that it stands on is compiled into the test, with an allocator that fails at the wanted call.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many more allocations succeed before all fail; -1: all succeed. */
static long allowed = -1;

static bool is_refused(void)
{
	if (allowed > 0) {
		allowed--;
		return false;
	}
	return allowed == 0;
}

static void *scarce_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : calloc(count, size);
}

static void *scarce_realloc(void *old, size_t size)
{
	return is_refused() ? NULL : realloc(old, size);
}

#define calloc  scarce_calloc
#define realloc scarce_realloc
/* clang-format off: in the order in which they stand on each other */
#include "plist/fingerprint.c"
#include "plist/align.c"
#include "plist/alike.c"
#include "plist/pairing.c"
#include "plist/difference.c"
/* clang-format on */
#undef calloc
#undef realloc

#include "plist/doc.h"

#define PAYLOAD(uuid, type, value) \
	"<dict><key>PayloadUUID</key><string>" uuid "</string><key>PayloadType</key><string>" type "</string>" \
	"<key>v</key><string>" value "</string></dict>"

static const char BEFORE[] = "<plist><dict><key>list</key><array>" PAYLOAD("1", "a", "1") PAYLOAD("2", "a", "1")
	"<string>a</string><string>b</string>" PAYLOAD("3", "b", "1") "</array></dict></plist>";
static const char AFTER[] = "<plist><dict><key>list</key><array>" PAYLOAD("2", "a", "2") "<string>b</string>"
	"<string>a</string>" PAYLOAD("1", "a", "1") PAYLOAD("4", "b", "1") "</array></dict></plist>";

static int count(void *context, const struct difference *difference, struct error *err)
{
	size_t *found = context;

	(void)difference;
	(void)err;
	(*found)++;
	return 0;
}

static void read_text(struct doc *doc, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(doc_read(doc, "test", text, strlen(text), &err), 0);
}

static void memory_may_end_at_any_time(void **state)
{
	struct doc before, after;
	size_t wanted = 0, failed = 0;
	struct error err;
	int result = -1;

	(void)state;
	read_text(&before, BEFORE);
	read_text(&after, AFTER);
	assert_int_equal(difference_find(before.root, after.root, count, &wanted, &err), 0);
	for (long n = 0; result < 0; n++) {
		size_t found = 0;

		err = ERROR_INIT;
		allowed = n;
		result = difference_find(before.root, after.root, count, &found, &err);
		allowed = -1;
		if (result == 0) {
			assert_int_equal(found, wanted);
		} else {
			assert_int_equal(err.code, ENOMEM);
			failed++;
		}
	}
	assert_true(failed > 10);
	doc_free(&before);
	doc_free(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_may_end_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
