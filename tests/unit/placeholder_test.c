/* Placeholders: what is one, what begins one, what only looks like one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "plist/placeholder.h"

static const char *const PLACEHOLDERS[] = {
	"$USERNAME", "$SERIALNUMBER", "$UDID", "$ASSET_TAG", "$PROFILEIDENTIFIER", "$EXTENSIONATTRIBUTE_7",
	"$EXTENSIONATTRIBUTE_1234", "$FLEET_VAR_NDES_SCEP_CHALLENGE", "$FLEET_SECRET_A", "$FLEET_VAR_9_",
	"${FLEET_VAR_PORT}", "${FLEET_SECRET_X1}", "${a.b:c-d_E}", "{{x}}", "{{ device.name }}",
	"{{\xc3\xa9}}", "%SerialNumber%", "%HardwareUUID%", "%AD_Domain%", "%AD_DomainNameDNS%",
	"%short_name%", "%UDID%",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A copy that ends where the text does, so that reading past it is found out. */
static char *exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

static bool begins(const char *text, size_t len)
{
	char *copy = exact(text, len);
	bool result = placeholder_prefix(copy, len);

	free(copy);
	return result;
}

static void the_forms_of_every_vendor_are_placeholders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(PLACEHOLDERS); i++) {
		size_t len = strlen(PLACEHOLDERS[i]);
		char *copy = exact(PLACEHOLDERS[i], len);

		if (!placeholder_whole(copy, len) || placeholder_at(copy, len) != len)
			fail_msg("%s is none", PLACEHOLDERS[i]);
		free(copy);
	}
}

static void every_beginning_of_a_placeholder_begins_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(PLACEHOLDERS); i++)
		for (size_t len = 0; len <= strlen(PLACEHOLDERS[i]); len++)
			if (!begins(PLACEHOLDERS[i], len))
				fail_msg("%.*s begins none", (int)len, PLACEHOLDERS[i]);
}

static void what_is_not_in_the_list_is_no_placeholder(void **state)
{
	static const char *const OTHERS[] = {
		"", "$", "%", "{", "{{", "{{}}", "{{a}", "{{a}b}", "{{a{b}}", "{{a\nb}}", "${}", "${a b}",
		"${a", "$HOME", "$username", "$USERNAME_2", "$USERNAMEx", "$SITE", "$EXTENSIONATTRIBUTE_",
		"$EXTENSIONATTRIBUTE_x", "$EXTENSIONATTRIBUTE_1a", "$FLEET_VAR_", "$FLEET_VAR_a",
		"%serialnumber%", "%SerialNumber", "%%", "100%", "%AD_%", "{{\x01}}", "{{\xff}}",
		"USERNAME", "$$",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(OTHERS); i++)
		if (placeholder_at(OTHERS[i], strlen(OTHERS[i])) ||
		    placeholder_whole(OTHERS[i], strlen(OTHERS[i])))
			fail_msg("'%s' is one", OTHERS[i]);
}

static void what_cannot_become_one_is_told_early(void **state)
{
	static const char *const OTHERS[] = {
		"a", "$X", "$USERNAMEX", "$USERNAME ", "$FLEET_VAR_a", "$FLEET_VAR_A ", "%x", "%UDID%%",
		"{a", "{{}", "{{{", "{{a}b", "{{a}}b", "{{\xff", "{{\x01", "${}", "${a ", "${a}b", "5",
		"$EXTENSIONATTRIBUTE_a",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(OTHERS); i++)
		if (begins(OTHERS[i], strlen(OTHERS[i])))
			fail_msg("'%s' begins one", OTHERS[i]);
	assert_true(begins("{{\xc3", 3));
	assert_true(begins("$EXTENSION", 10));
}

static void the_length_is_that_of_the_placeholder_alone(void **state)
{
	(void)state;
	assert_int_equal(placeholder_at("$USERNAME@example.com", 21), 9);
	assert_int_equal(placeholder_at("%email%%email%", 14), 7);
	assert_int_equal(placeholder_at("{{a}}}", 6), 5);
	assert_int_equal(placeholder_at("$FLEET_VAR_Ab", 13), 12);
	assert_int_equal(placeholder_at(" $USERNAME", 10), 0);
	assert_false(placeholder_whole("$USERNAME ", 10));
	assert_false(placeholder_whole("$USERNAME$USERNAME", 18));
}

static void one_is_found_anywhere_in_a_text(void **state)
{
	static const char DEEP[] = "{{{{{{ $ % ${ $USERNAM %UDID% }}";

	(void)state;
	assert_true(placeholder_inside("https://$SITENAME.example.com", 29));
	assert_true(placeholder_inside("a{{b}}", 6));
	assert_true(placeholder_inside(DEEP, sizeof(DEEP) - 1));
	assert_false(placeholder_inside("costs $5, or 20% of {it}", 24));
	assert_false(placeholder_inside("", 0));
	assert_false(placeholder_inside("{{a", 3));
}

static void random_bytes_are_judged_without_contradiction(void **state)
{
	static const char ALPHABET[] = "${}%{}USERNAME_FLEET_VAR_UDID7a.\n\xc3\xa9\xff";
	char text[24];

	(void)state;
	srandom(1);
	for (unsigned round = 0; round < 300000; round++) {
		size_t len = (size_t)random() % sizeof(text);
		char *copy;

		for (size_t i = 0; i < len; i++)
			text[i] = ALPHABET[(size_t)random() % (sizeof(ALPHABET) - 1)];
		copy = exact(text, len);
		assert_true(placeholder_at(copy, len) <= len);
		if (placeholder_whole(copy, len)) {
			assert_true(placeholder_inside(copy, len));
			for (size_t part = 0; part <= len; part++)
				assert_true(begins(copy, part));
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_of_every_vendor_are_placeholders),
		cmocka_unit_test(every_beginning_of_a_placeholder_begins_one),
		cmocka_unit_test(what_is_not_in_the_list_is_no_placeholder),
		cmocka_unit_test(what_cannot_become_one_is_told_early),
		cmocka_unit_test(the_length_is_that_of_the_placeholder_alone),
		cmocka_unit_test(one_is_found_anywhere_in_a_text),
		cmocka_unit_test(random_bytes_are_judged_without_contradiction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
