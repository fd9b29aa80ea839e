/* Memory that is taken from the system at once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "plist/base/heap.h"

#define PIECE  112
#define PIECES 4096

static void *pieces[PIECES];

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* True if small blocks come from the heap of the C library, and not from that of a tool that watches us. */
static bool is_our_heap(void)
{
	void *block = malloc(PIECE);
	uintptr_t at = (uintptr_t)block, end = (uintptr_t)sbrk(0);

	free(block);
	return at < end && end - at < (uintptr_t)1 << 24;
}

/* True if the system can do it: Linux can since 5.14. */
static bool can_take_at_once(void)
{
#ifdef MADV_POPULATE_WRITE
	long page = sysconf(_SC_PAGESIZE);
	void *map = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool can = madvise(map, (size_t)page, MADV_POPULATE_WRITE) == 0;

	munmap(map, (size_t)page);
	return can;
#else
	return false;
#endif
}

/* How often the system has to give a page while the pieces are allocated. */
static long faults_of_pieces(void)
{
	long before = faults();

	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = calloc(1, PIECE);
		assert_non_null(pieces[i]);
	}
	return faults() - before;
}

static void what_is_expected_needs_no_page_any_more(void **state)
{
	long pages = (long)PIECES * PIECE / sysconf(_SC_PAGESIZE);

	(void)state;
	if (!is_our_heap() || !can_take_at_once())
		skip();
	memset(pieces, 1, sizeof(pieces));
	heap_expect((size_t)PIECES * (PIECE + 2 * sizeof(void *)));
	assert_in_range(faults_of_pieces(), 0, pages / 4);
	for (size_t i = 0; i < PIECES; i++)
		free(pieces[i]);
}

static void nothing_and_more_than_there_is_do_no_harm(void **state)
{
	long before = faults();

	(void)state;
	heap_expect(0);
	heap_expect(SIZE_MAX);
	heap_expect(SIZE_MAX / 2);
	assert_in_range(faults() - before, 0, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_expected_needs_no_page_any_more),
		cmocka_unit_test(nothing_and_more_than_there_is_do_no_harm),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
