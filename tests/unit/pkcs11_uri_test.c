/* pkcs11: URIs: what they name, and that no PIN in them is ever shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "sign/pkcs11.h"
#include "sign/pkcs11_uri.h"

static void parses(const char *text, struct pkcs11_uri *uri)
{
	struct error err = ERROR_INIT;

	if (pkcs11_uri_parse(text, uri, &err))
		fail_msg("%s: %s", text, err.text);
}

/* It must say `words`, and nothing of what follows an '='. */
static void refuses(const char *text, const char *words)
{
	struct error err = ERROR_INIT;
	struct pkcs11_uri uri;

	assert_int_equal(pkcs11_uri_parse(text, &uri, &err), -1);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_null(strstr(err.text, "s3cret"));
	pkcs11_uri_free(&uri);
}

static void every_attribute_finds_its_place(void **state)
{
	struct pkcs11_uri uri;

	(void)state;
	parses("pkcs11:token=My%20token;manufacturer=m;model=o;serial=1f;object=%c3%a9;id=%A1%00;type=private"
	       "?pin-value=12%2634&pin-source=file:/x&module-path=/m.so",
	       &uri);
	assert_string_equal(buf_text(&uri.token), "My token");
	assert_string_equal(buf_text(&uri.manufacturer), "m");
	assert_string_equal(buf_text(&uri.model), "o");
	assert_string_equal(buf_text(&uri.serial), "1f");
	assert_string_equal(buf_text(&uri.object), "\xc3\xa9");
	assert_true(buf_equals(&uri.id, "\xa1\0", 2));
	assert_string_equal(buf_text(&uri.type), "private");
	assert_string_equal(buf_text(&uri.pin_value), "12&34");
	assert_string_equal(buf_text(&uri.pin_source), "file:/x");
	assert_string_equal(buf_text(&uri.module), "/m.so");
	pkcs11_uri_free(&uri);
}

static void an_empty_uri_names_anything(void **state)
{
	struct pkcs11_uri uri;

	(void)state;
	parses("pkcs11:", &uri);
	assert_int_equal(uri.token.len + uri.object.len + uri.id.len + uri.pin_value.len, 0);
	pkcs11_uri_free(&uri);
	parses("pkcs11:object=a;?", &uri);
	assert_string_equal(buf_text(&uri.object), "a");
	pkcs11_uri_free(&uri);
}

static void what_is_not_known_is_refused_by_its_name(void **state)
{
	(void)state;
	refuses("pkcs11:slot-id=3", "'slot-id'");
	refuses("pkcs11:label=x", "'label'");
	refuses("pkcs11:object", "'object'");
	refuses("pkcs11:object=a;object=b", "'object' twice");
	refuses("pkcs11:pin-value=s3cret", "'pin-value' of the pkcs11: URI stands before its '?' and belongs after it");
	refuses("pkcs11:?object=a", "'object' of the pkcs11: URI stands after its '?' and belongs before it");
}

/* A variable of a script that was not set must not mean any key. */
static void empty_values_are_refused(void **state)
{
	(void)state;
	refuses("pkcs11:object=", "'object' of the pkcs11: URI is empty");
	refuses("pkcs11:object=;object=a", "'object' of the pkcs11: URI is empty");
	refuses("pkcs11:object=a?pin-value=", "'pin-value' of the pkcs11: URI is empty");
}

static void a_nul_is_refused_where_it_would_end_the_text(void **state)
{
	(void)state;
	refuses("pkcs11:object=a?pin-value=s3cret%00", "'pin-value' of the pkcs11: URI has a NUL");
	refuses("pkcs11:object=a?module-path=/m.so%00x", "'module-path'");
	refuses("pkcs11:object=a?pin-source=%00", "'pin-source'");
}

static void badly_encoded_values_are_refused(void **state)
{
	(void)state;
	refuses("pkcs11:object=%zz", "badly encoded");
	refuses("pkcs11:object=%4", "badly encoded");
	refuses("pkcs11:object=%", "badly encoded");
	refuses("pkcs11:object=a?pin-value=s3cret%", "badly encoded");
}

static void the_end_of_a_pin_that_was_not_encoded_is_not_shown(void **state)
{
	(void)state;
	refuses("pkcs11:object=a?pin-value=x&s3cret", "%26");
	refuses("pkcs11:object=a?pin-value=x&s3cret=y", "%26");
}

static void a_shown_uri_ends_before_its_query(void **state)
{
	BUF_AUTO shown = BUF_INIT;

	(void)state;
	pkcs11_shown("pkcs11:token=a;object=b?pin-value=s3cret", &shown);
	assert_string_equal(buf_text(&shown), "pkcs11:token=a;object=b");
}

static void a_pin_before_the_query_is_not_shown_either(void **state)
{
	BUF_AUTO shown = BUF_INIT;

	(void)state;
	pkcs11_shown("pkcs11:token=a;Pin-Value=s3cret;object=b", &shown);
	assert_string_equal(buf_text(&shown), "pkcs11:token=a;");
}

static void the_scheme_may_be_in_any_case(void **state)
{
	struct pkcs11_uri uri;

	(void)state;
	assert_true(pkcs11_is_uri("PKCS11:object=a"));
	assert_false(pkcs11_is_uri("pkcs11.key"));
	parses("Pkcs11:object=a", &uri);
	assert_string_equal(buf_text(&uri.object), "a");
	pkcs11_uri_free(&uri);
}

static void what_is_written_is_read_back(void **state)
{
	static const char bytes[] = "a b;c?d&e=%/\xff\n";
	BUF_AUTO text = BUF_INIT;
	struct pkcs11_uri uri;

	(void)state;
	pkcs11_uri_add(&text, "token", bytes, sizeof(bytes));
	pkcs11_uri_add(&text, "id", "\xa1", 1);
	assert_null(strpbrk(buf_text(&text) + strlen("pkcs11:token="), "?& \n"));
	parses(buf_text(&text), &uri);
	assert_true(buf_equals(&uri.token, bytes, sizeof(bytes)));
	assert_true(buf_equals(&uri.id, "\xa1", 1));
	pkcs11_uri_free(&uri);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attribute_finds_its_place),
		cmocka_unit_test(an_empty_uri_names_anything),
		cmocka_unit_test(what_is_not_known_is_refused_by_its_name),
		cmocka_unit_test(empty_values_are_refused),
		cmocka_unit_test(a_nul_is_refused_where_it_would_end_the_text),
		cmocka_unit_test(badly_encoded_values_are_refused),
		cmocka_unit_test(the_end_of_a_pin_that_was_not_encoded_is_not_shown),
		cmocka_unit_test(a_shown_uri_ends_before_its_query),
		cmocka_unit_test(a_pin_before_the_query_is_not_shown_either),
		cmocka_unit_test(the_scheme_may_be_in_any_case),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
