/*
 * merge() when memory ends, at any of its allocations: it is reported, nothing leaks, and no conflict is reported that
 * is not marked.
 *
 * What it stands on is compiled into the test, with an allocator that fails at the wanted call.
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

static void *scarce_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

static void *scarce_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : calloc(count, size);
}

static void *scarce_realloc(void *old, size_t size)
{
	return is_refused() ? NULL : realloc(old, size);
}

#define malloc scarce_malloc
#define calloc scarce_calloc
#define realloc scarce_realloc
/* clang-format off: uthash must come with what node_index.c says of it */
#include "plist/node_index.c"
#include "plist/node.c"
#include "plist/alike.c"
#include "plist/pairing.c"
#include "plist/merge.c"
#include "plist/merge_mark.c"
#include "plist/merge_list.c"
#include "plist/merge_doubt.c"
#include "plist/merge_array.c"
/* clang-format on */
#undef malloc
#undef calloc
#undef realloc

#include "plist/doc.h"

#define VERSION(keys, list, payloads) \
	"<plist><dict>" keys "<key>list</key><array>" list "</array>" \
	"<key>PayloadContent</key><array>" payloads "</array></dict></plist>"
#define KEY(key, value) "<key>" key "</key><string>" value "</string>"
#define PAYLOAD(id, keys) "<dict>" KEY("PayloadUUID", id) KEY("PayloadType", "t") keys "</dict>"

static const char BASE[] = VERSION(KEY("a", "1") KEY("b", "1"), "<string>x</string>",
				   PAYLOAD("1", KEY("a", "1")) PAYLOAD("2", ""));
static const char OURS[] = VERSION(KEY("a", "2") KEY("b", "2"), "<string>x</string><string>y</string>",
				   PAYLOAD("1", KEY("a", "2")) PAYLOAD("3", ""));
static const char THEIRS[] = VERSION(KEY("a", "3") KEY("b", "1") "<key>d</key><dict/>",
				     "<string>x</string><string>z</string>",
				     PAYLOAD("2", KEY("b", "1")) PAYLOAD("3", KEY("c", "1")) PAYLOAD("4", ""));

static void read_text(struct doc *doc, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(doc_read(doc, "test", text, strlen(text), &err), 0);
}

static void count_conflict(void *context, const struct merge_conflict *conflict)
{
	assert_non_null(conflict->base);
	assert_ptr_equal(conflict->base->parent, conflict->dict);
	++*(unsigned *)context;
}

static void memory_may_end_at_any_time(void **state)
{
	struct doc base, theirs;
	unsigned failed = 0, conflicts = 0;
	int result = -1;

	(void)state;
	read_text(&base, BASE);
	read_text(&theirs, THEIRS);
	for (long n = 0; result < 0; n++) {
		struct error err = ERROR_INIT;
		struct doc doc;

		read_text(&doc, OURS);
		allowed = n;
		result = merge(doc.root, base.root, theirs.root, count_conflict, &conflicts, &err);
		allowed = -1;
		if (result < 0) {
			assert_int_equal(err.code, ENOMEM);
			assert_int_equal(conflicts, 0);
			failed++;
		}
		doc_free(&doc);
	}
	assert_true(failed > 100);
	assert_int_equal(conflicts, 3);
	doc_free(&base);
	doc_free(&theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_may_end_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
