/* A program of its own: OpenSSL wakes once in a process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "sign/envelope.h"

/* OpenSSL takes other functions for its memory until it has used the ones that it has. */
static bool openssl_sleeps(void)
{
	CRYPTO_malloc_fn allocate;
	CRYPTO_realloc_fn resize;
	CRYPTO_free_fn release;

	CRYPTO_get_mem_functions(&allocate, &resize, &release);
	return CRYPTO_set_mem_functions(allocate, resize, release) == 1;
}

static void what_is_plain_does_not_wake_openssl(void **state)
{
	static const char plist[] = "<plist version=\"1.0\"><dict/></plist>";
	struct envelope *envelope;
	BUF_AUTO content = BUF_INIT;
	struct error err;

	(void)state;
	assert_int_equal(envelope_open("a.mobileconfig", plist, strlen(plist), &envelope, &content, &err), 0);
	assert_int_equal(envelope_form(envelope), ENVELOPE_PLAIN);
	envelope_free(envelope);
	assert_true(openssl_sleeps());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_plain_does_not_wake_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
