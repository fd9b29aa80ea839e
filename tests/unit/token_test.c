/* Tokens whose module misbehaves: what it answers is measured, and every failure has its own message. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>
#include <errno.h>

#include "sign/cryptoki.h"
#include "sign/token.h"

static const struct passphrase pin = { .known = true, .option = "passin", .len = 4, .text = "1234" };

#define ENDLESS (~0UL) /* CK_UNAVAILABLE_INFORMATION */

/* A function's place in a module's list, counted from 1 as PKCS #11 lists them. */
#define ASSERT_PLACE(function, number) \
	_Static_assert(offsetof(struct ck_functions, function) == (number) * sizeof(void *), #function)

ASSERT_PLACE(initialize, 1);
ASSERT_PLACE(get_slot_list, 5);
ASSERT_PLACE(get_token_info, 7);
ASSERT_PLACE(open_session, 13);
ASSERT_PLACE(login, 19);
ASSERT_PLACE(get_attributes, 25);
ASSERT_PLACE(find_final, 29);
_Static_assert(offsetof(struct ck_token_info, flags) == 96, "the four texts");
_Static_assert(offsetof(struct ck_token_info, hardware) == 96 + 11 * sizeof(long), "the flags and ten numbers");
_Static_assert(sizeof(struct ck_attribute) == 3 * sizeof(long), "an attribute");

/* ------------------------------------------------------------------ a module */

/* What it answers; every test begins with a good one: a token "prof" with one object. */
static struct {
	unsigned long slots;   /* how many it says there are */
	unsigned long objects; /* how many it has */
	unsigned long said;    /* how many more it says it handed out */
	unsigned long length;  /* what it says of an attribute's length; 0: the truth */
	unsigned long second;  /* the same when the bytes are asked for */
	unsigned long login, begun;
	unsigned long flags, flags_after;
	const char *label;
	int handed, initialized, finalized, sessions, logins;
} module;

static unsigned long initialize(void *args)
{
	assert_non_null(args);
	module.initialized++;
	return module.begun;
}

static unsigned long finalize(void *reserved)
{
	assert_null(reserved);
	module.finalized++;
	return CKR_OK;
}

static unsigned long get_slot_list(unsigned char present, unsigned long *slots, unsigned long *count)
{
	unsigned long i;

	assert_int_equal(present, 1);
	for (i = 0; slots && i < *count && i < module.slots; i++)
		slots[i] = i;
	*count = module.slots;
	return CKR_OK;
}

static unsigned long get_token_info(unsigned long slot, struct ck_token_info *info)
{
	memset(info->label, ' ', offsetof(struct ck_token_info, flags));
	memcpy(info->label, module.label, strlen(module.label));
	info->serial[0] = (unsigned char)('1' + slot);
	info->flags = module.logins ? module.flags_after : module.flags;
	return CKR_OK;
}

static unsigned long open_session(unsigned long slot, unsigned long flags, void *application, void *notify,
				  unsigned long *session)
{
	(void)slot;
	assert_int_equal(flags, CKF_SERIAL_SESSION);
	assert_true(!application && !notify);
	*session = 7;
	module.sessions++;
	return CKR_OK;
}

static unsigned long close_session(unsigned long session)
{
	assert_int_equal(session, 7);
	module.sessions--;
	return CKR_OK;
}

static unsigned long log_in(unsigned long session, unsigned long user, const char *given, unsigned long len)
{
	assert_int_equal(session, 7);
	assert_int_equal(user, CKU_USER);
	assert_int_equal(len, 4);
	assert_memory_equal(given, "1234", len);
	module.logins++;
	return module.login;
}

static unsigned long get_attributes(unsigned long session, unsigned long object, struct ck_attribute *attribute,
				    unsigned long count)
{
	(void)session;
	(void)object;
	assert_int_equal(count, 1);
	if (attribute->value) {
		memset(attribute->value, 'x', attribute->len);
		attribute->len = module.second ? module.second : attribute->len;
	} else {
		attribute->len = module.length ? module.length : 3;
	}
	return CKR_OK;
}

static unsigned long find_init(unsigned long session, struct ck_attribute *attributes, unsigned long count)
{
	(void)session;
	assert_non_null(attributes);
	assert_in_range(count, 1, 3);
	module.handed = 0;
	return CKR_OK;
}

static unsigned long find(unsigned long session, unsigned long *objects, unsigned long room, unsigned long *count)
{
	(void)session;
	for (*count = 0; *count < room && (unsigned long)module.handed < module.objects; ++*count)
		objects[*count] = (unsigned long)++module.handed;
	*count += module.said;
	return CKR_OK;
}

static unsigned long find_final(unsigned long session)
{
	(void)session;
	return CKR_OK;
}

static const struct ck_functions functions = {
	.initialize = initialize,
	.finalize = finalize,
	.get_slot_list = get_slot_list,
	.get_token_info = get_token_info,
	.open_session = open_session,
	.close_session = close_session,
	.login = log_in,
	.get_attributes = get_attributes,
	.find_init = find_init,
	.find = find,
	.find_final = find_final,
};

static int good_module(void **state)
{
	(void)state;
	memset(&module, 0, sizeof(module));
	module.slots = module.objects = 1;
	module.label = "prof";
	module.flags = module.flags_after = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED;
	return 0;
}

static struct token *opened(void)
{
	struct pkcs11_uri any = { .token = BUF_INIT };
	struct error err = ERROR_INIT;
	struct token *token;

	if (token_open_in(&functions, &any, &token, &err))
		fail_msg("%s", err.text);
	return token;
}

static void does_not_open(const char *words)
{
	struct pkcs11_uri any = { .token = BUF_INIT };
	struct error err = ERROR_INIT;
	struct token *token;

	assert_int_equal(token_open_in(&functions, &any, &token, &err), -1);
	assert_null(token);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(module.sessions, 0);
	assert_int_equal(module.finalized, module.begun == CKR_OK ? 1 : 0);
}

/* ------------------------------------------------------------------ opening */

static void what_is_opened_is_closed_and_ended(void **state)
{
	struct token *token = opened();

	(void)state;
	assert_string_equal(token_label(token), "prof");
	assert_string_equal(token_serial(token), "1");
	assert_int_equal(module.sessions, 1);
	token_close(token);
	assert_int_equal(module.sessions, 0);
	assert_int_equal(module.finalized, 1);
}

static void a_module_that_another_had_begun_is_not_ended(void **state)
{
	(void)state;
	module.begun = CKR_CRYPTOKI_ALREADY_INITIALIZED;
	token_close(opened());
	assert_int_equal(module.finalized, 0);
}

static void a_module_that_does_not_begin_is_told(void **state)
{
	(void)state;
	module.begun = CKR_GENERAL_ERROR;
	does_not_open("could not be started (PKCS#11 error 0x5)");
}

static void a_number_of_slots_that_is_a_lie_is_not_believed(void **state)
{
	(void)state;
	module.slots = ENDLESS;
	does_not_open("could not list the tokens");
	module.finalized = 0;
	module.slots = 100000;
	does_not_open("could not list the tokens");
}

static void no_token_and_several_are_told(void **state)
{
	(void)state;
	module.slots = 0;
	does_not_open("there is no token");
	module.finalized = 0;
	module.slots = 2;
	does_not_open("2 tokens fit the URI (serial numbers '1', '2')");
	module.finalized = 0;
	module.slots = 1;
	module.flags = 0;
	does_not_open("there is no token");
}

static void a_label_without_an_end_is_taken_whole(void **state)
{
	struct token *token;

	(void)state;
	module.label = "0123456789abcdef0123456789abcdef";
	token = opened();
	assert_string_equal(token_raw_label(token), module.label);
	token_close(token);
}

/* ------------------------------------------------------------------ the PIN */

static void the_pin_is_tried_once_and_what_came_of_it_is_told(void **state)
{
	static const struct {
		unsigned long answer, flags;
		int code;
		const char *words;
	} cases[] = {
		{ CKR_PIN_INCORRECT, 0, EACCES, "the PIN does not open the token 'prof': give the right one (passin)" },
		{ CKR_PIN_INCORRECT, CKF_USER_PIN_FINAL_TRY, EACCES, "(one more wrong PIN locks it)" },
		{ CKR_PIN_INCORRECT, CKF_USER_PIN_LOCKED, EACCES, "(it is locked now)" },
		{ CKR_PIN_LEN_RANGE, 0, EACCES, "the PIN does not open" },
		{ CKR_PIN_LOCKED, 0, EPERM, "is locked after too many wrong ones" },
		{ CKR_USER_PIN_NOT_INITIALIZED, 0, EPERM, "has no PIN that is good" },
		{ CKR_GENERAL_ERROR, 0, EIO, "could not log in (PKCS#11 error 0x5)" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;
		struct token *token;

		good_module(state);
		module.login = cases[i].answer;
		module.flags_after |= cases[i].flags;
		token = opened();
		assert_int_equal(token_login(token, &pin, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		if (!strstr(err.text, cases[i].words))
			fail_msg("'%s' does not say '%s'", err.text, cases[i].words);
		assert_int_equal(module.logins, 1);
		token_close(token);
	}
}

static void a_locked_token_is_not_tried(void **state)
{
	struct error err = ERROR_INIT;
	struct token *token;

	(void)state;
	module.flags |= CKF_USER_PIN_LOCKED;
	token = opened();
	assert_int_equal(token_login(token, &pin, &err), -1);
	assert_int_equal(module.logins, 0);
	token_close(token);
}

/* ------------------------------------------------------------------ objects */

/* The object that is found first; `count` of them must be found. */
static void finds(unsigned long count, size_t label, size_t value)
{
	struct token_objects objects = { .count = 0 };
	struct token *token = opened();
	struct error err = ERROR_INIT;

	if (token_find(token, TOKEN_CERTIFICATE, NULL, NULL, &objects, &err))
		fail_msg("%s", err.text);
	assert_int_equal(objects.count, count);
	if (count) {
		assert_int_equal(objects.list[0].label.len, label);
		assert_int_equal(objects.list[0].id.len, label);
		assert_int_equal(objects.list[0].value.len, value);
	}
	token_objects_free(&objects);
	token_close(token);
}

static void objects_are_found_with_their_attributes(void **state)
{
	(void)state;
	finds(1, 3, 3);
	module.objects = 0;
	finds(0, 0, 0);
	module.objects = 40;
	finds(40, 3, 3);
}

static void more_objects_than_a_token_has_are_left_out(void **state)
{
	(void)state;
	module.objects = 100000;
	finds(4096, 3, 3);
}

static void an_attribute_that_is_not_there_is_empty(void **state)
{
	(void)state;
	module.length = ENDLESS;
	finds(1, 0, 0);
	module.length = 1ul << 30;
	finds(1, 0, 0);
}

static void an_attribute_that_grows_while_it_is_read_is_empty(void **state)
{
	(void)state;
	module.second = 4000;
	finds(1, 0, 0);
	module.second = ENDLESS;
	finds(1, 0, 0);
	module.second = 2;
	finds(1, 2, 2);
}

static void a_number_of_objects_that_is_a_lie_is_not_believed(void **state)
{
	static const unsigned long lies[] = { 5000, ENDLESS - 1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct token_objects objects = { .count = 0 };
		struct token *token = opened();
		struct error err = ERROR_INIT;

		module.said = lies[i];
		assert_int_equal(token_find(token, TOKEN_PRIVATE_KEY, NULL, NULL, &objects, &err), -1);
		assert_non_null(strstr(err.text, "could not look for objects"));
		token_objects_free(&objects);
		token_close(token);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, good_module)
	const struct CMUnitTest tests[] = {
		TEST(what_is_opened_is_closed_and_ended),
		TEST(a_module_that_another_had_begun_is_not_ended),
		TEST(a_module_that_does_not_begin_is_told),
		TEST(a_number_of_slots_that_is_a_lie_is_not_believed),
		TEST(no_token_and_several_are_told),
		TEST(a_label_without_an_end_is_taken_whole),
		TEST(the_pin_is_tried_once_and_what_came_of_it_is_told),
		TEST(a_locked_token_is_not_tried),
		TEST(objects_are_found_with_their_attributes),
		TEST(more_objects_than_a_token_has_are_left_out),
		TEST(an_attribute_that_is_not_there_is_empty),
		TEST(an_attribute_that_grows_while_it_is_read_is_empty),
		TEST(a_number_of_objects_that_is_a_lie_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
