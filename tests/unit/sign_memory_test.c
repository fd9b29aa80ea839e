/*
 * Signatures when memory ends inside OpenSSL: whatever it answers then, it is told as that, and never as a verdict.
 *
 * The module that watches is compiled into the test, with an allocator that fails at the wanted call.
 */
#include "tests/unit/sealing.h"

#include <errno.h>

#include "sign/trust.h"
#include "sign/verdict.h"

/* How many more allocations succeed before one fails; -1: all succeed. */
static long allowed = -1;
static bool all_after; /* those after it fail too */

static bool is_refused(void)
{
	if (allowed != 0) {
		allowed -= allowed > 0;
		return false;
	}
	if (!all_after)
		allowed = -1;
	return true;
}

static void *scarce_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

static void *scarce_realloc(void *memory, size_t size)
{
	return is_refused() ? NULL : realloc(memory, size);
}

#define malloc scarce_malloc
#define realloc scarce_realloc
#include "sign/memory.c"
#undef malloc
#undef realloc

/* What each try works on; opened before memory is scarce. */
static struct buf bytes;
static struct envelope *envelope;
static struct signer *signer;
static struct buf verdict_before;

/* 0 if it came to what it comes to with all the memory there is; -1 if it was told that there is not enough. */
typedef int attempt(void);

static int out_of_memory(const struct error *err)
{
	if (err->code != ENOMEM)
		fail_msg("'%s' was said instead of that memory ran out", err->text);
	return -1;
}

static int open_signed(void)
{
	struct envelope *opened = NULL;
	BUF_AUTO content = BUF_INIT;
	struct error err = ERROR_INIT;

	if (envelope_open("x", bytes.data, bytes.len, &opened, &content, &err)) {
		assert_null(opened);
		assert_int_equal(content.len, 0);
		return out_of_memory(&err);
	}
	if (!envelope_intact(opened, &err))
		fail_msg("'%s' was said of what is intact", err.text);
	assert_string_equal(buf_text(&content), XML);
	envelope_free(opened);
	return 0;
}

static int reach_verdict(void)
{
	const struct trust_files files = { .cafile = kit_path("ca.crt") };
	struct trust *trust = NULL;
	struct error err = ERROR_INIT;
	BUF_AUTO text = BUF_INIT;
	struct verdict verdict;
	int result = trust_open(&files, &trust, &err);

	if (!result)
		result = verdict_reach(envelope, trust, &verdict, &err);
	trust_free(trust);
	if (result)
		return out_of_memory(&err);
	assert_true(verdict_trusted(&verdict));
	verdict_text(&verdict, &text);
	verdict_free(&verdict);
	if (!verdict_before.len)
		buf_add(&verdict_before, text.data, text.len);
	assert_string_equal(buf_text(&text), buf_text(&verdict_before));
	return 0;
}

static int seal_again(void)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	BUF_AUTO sealed = BUF_INIT;
	int result = envelope_seal(envelope, signer, NULL, XML, strlen(XML), &sealed, &notes, &err);

	assert_true(result || notes.count == 0);
	problems_free(&notes);
	if (!result)
		return 0;
	assert_int_equal(sealed.len, 0);
	return out_of_memory(&err);
}

/* Lets one allocation after the other fail, each with E2E_FULL=1, else some. There are a thousand at least. */
static void starve(attempt *try, bool all)
{
	const char *full = getenv("E2E_FULL");
	long n = 0, step = full && strcmp(full, "1") == 0 ? 1 : 7;

	all_after = all;
	assert_int_equal(try(), 0);
	do {
		allowed = n;
		n += step;
		try();
	} while (allowed <= 0 && n < 100000);
	allowed = -1;
	assert_in_range(n, 500, 99999); /* OpenSSL 3.5 is content with less than 3.0 */
	assert_int_equal(try(), 0);
}

static void starve_with(const char *name, attempt *try)
{
	BUF_AUTO content = BUF_INIT;

	sign_with_openssl(name, "-certfile inter.crt", "signed");
	kit_read("signed", &bytes);
	envelope = open_file("signed", &content);
	signer = open_signer(name);
	starve(try, false);
	starve(try, true);
	signer_free(signer);
	envelope_free(envelope);
	buf_free(&bytes);
	buf_free(&verdict_before);
}

static void what_is_intact_is_never_said_not_to_be(void **state)
{
	(void)state;
	starve_with("ec", open_signed);
}

static void no_fact_and_no_trust_is_told_wrongly(void **state)
{
	(void)state;
	starve_with("ec", reach_verdict);
}

/* RSA-PSS is not tried: OpenSSL 3.0 itself crashes. */
static void what_is_sealed_is_whole_or_nothing(void **state)
{
	(void)state;
	starve_with("ec", seal_again);
}

static int watch_and_make_identities(void **state)
{
	memory_watch();
	return make_identities(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_intact_is_never_said_not_to_be),
		cmocka_unit_test(no_fact_and_no_trust_is_told_wrongly),
		cmocka_unit_test(what_is_sealed_is_whole_or_nothing),
	};

	return cmocka_run_group_tests(tests, watch_and_make_identities, remove_identities);
}
