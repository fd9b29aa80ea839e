/*
 * reconcile() when memory ends, at any of its allocations: it is reported, and what is there by then is a sound tree,
 * from which the same call gets there once there is memory again.
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
#include "plist/fingerprint.c"
#include "plist/align.c"
#include "plist/alike.c"
#include "plist/reconcile.c"
#include "plist/reconcile_array.c"
/* clang-format on */
#undef malloc
#undef calloc
#undef realloc

#include "plist/doc.h"

static const char FROM[] = "<plist><dict>"
			   "<key>gone</key><true/><key>same</key><array><true/></array><key>type</key><dict/>"
			   "<key>value</key><string>1</string><key>data</key><data>$USERNAME</data>"
			   "<key>list</key><array>"
			   "<dict><key>PayloadUUID</key><string>U1</string></dict>"
			   "<string>a</string><string>b</string><string>c</string><string>d</string>"
			   "<dict><key>PayloadIdentifier</key><string>I</string></dict>"
			   "</array></dict></plist>";

static const char WANTED[] = "<plist><dict>"
			     "<key>same</key><array><true/></array><key>type</key><array><dict/></array>"
			     "<key>value</key><string>2</string><key>data</key><data>JFVTRVJOQU1F</data>"
			     "<key>new</key><dict><key>k</key><dict/></dict><key>list</key><array>"
			     "<string>d</string><string>e</string><string>b</string>"
			     "<dict><key>PayloadUUID</key><string>U1</string><key>k</key><true/></dict>"
			     "<dict><key>PayloadIdentifier</key><string>I</string><key>k</key><true/></dict>"
			     "</array></dict></plist>";

static void read_text(struct doc *doc, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(doc_read(doc, "test", text, strlen(text), &err), 0);
}

static void memory_may_end_at_any_time(void **state)
{
	struct doc wanted;
	unsigned failed = 0;
	int result = -1;

	(void)state;
	read_text(&wanted, WANTED);
	for (long n = 0; result < 0; n++) {
		struct error err = ERROR_INIT;
		struct doc doc;

		read_text(&doc, FROM);
		allowed = n;
		result = reconcile(doc.root, wanted.root, &err);
		allowed = -1;
		if (result < 0) {
			assert_int_equal(err.code, ENOMEM);
			failed++;
		}
		err = ERROR_INIT;
		assert_int_equal(reconcile(doc.root, wanted.root, &err), 0);
		assert_true(node_equal(doc.root, wanted.root, false));
		doc_free(&doc);
	}
	assert_true(failed > 20);
	doc_free(&wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_may_end_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
