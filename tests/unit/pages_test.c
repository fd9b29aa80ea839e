/* Memory that is taken from the system at once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "plist/base/pages.h"

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
	pages_expect((size_t)PIECES * (PIECE + 2 * sizeof(void *)));
	assert_in_range(faults_of_pieces(), 0, pages / 4);
	for (size_t i = 0; i < PIECES; i++)
		free(pieces[i]);
}

static void nothing_and_more_than_there_is_do_no_harm(void **state)
{
	long before = faults();

	(void)state;
	pages_expect(0);
	pages_expect(SIZE_MAX);
	pages_expect(SIZE_MAX / 2);
	assert_in_range(faults() - before, 0, 1024);
}

/* --- large pages ------------------------------------------------------------------------------------ */

/* True if the system may give large pages for what begins a mapping (proc_pid_smaps(5)). */
static bool is_large(const void *map)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	char line[512], begin[32];
	bool here = false, large = false;

	assert_non_null(file);
	snprintf(begin, sizeof(begin), "%lx-", (unsigned long)(uintptr_t)map);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, begin, strlen(begin)) == 0)
			here = true;
		if (!here || strncmp(line, "VmFlags:", 8) != 0)
			continue;
		large = strstr(line, " hg") != NULL;
		break;
	}
	fclose(file);
	return large;
}

/* A mapping that no other is joined with. */
static char *map_alone(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(map != MAP_FAILED);
	assert_int_equal(mprotect(map + page, size, PROT_READ | PROT_WRITE), 0);
	return map + page;
}

static void only_what_is_large_may_have_large_pages(void **state)
{
	static const size_t large = (size_t)32 << 20, small = (size_t)1 << 20;
	char *at = map_alone(large), *other = map_alone(small);
	bool can = false;

	(void)state;
#ifdef MADV_HUGEPAGE
	can = madvise(other, small, MADV_HUGEPAGE) == 0 && madvise(other, small, MADV_NOHUGEPAGE) == 0;
#endif
	if (!can || access("/proc/self/smaps", R_OK) < 0)
		skip();
	pages_large(at, large);
	pages_large(other, small);
	assert_true(is_large(at));
	assert_false(is_large(other));
	at[0] = at[large - 1] = 'x';
	munmap(at, large);
	munmap(other, small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_expected_needs_no_page_any_more),
		cmocka_unit_test(nothing_and_more_than_there_is_do_no_harm),
		cmocka_unit_test(only_what_is_large_may_have_large_pages),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
