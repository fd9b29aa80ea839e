/*
 * Secrets in messages: whatever is wrong with a value, or with the file around it, no message shows the value of a key
 * that the schema calls sensitive, or that is called like a secret where no schema knows it.
 */
#include "tests/unit/schema_tree.h"

#include "plist/schema/secret.h"

#define SECRET "hunter2"

#define PLIST(inside) "<plist><dict><key>Password</key>" inside "</dict></plist>"

/* --- names ---------------------------------------------------------------------------------------------- */

static void names_that_speak_of_a_secret_are_known(void **state)
{
	static const char *const names[] = {
		"Password",
		"UserPassword",
		"password2",
		"passwd",
		"PASSPHRASE",
		"SharedSecret",
		"client_secret",
		"AuthToken",
		"APIToken",
		"Challenge",
		"PIN",
		"UserPIN",
		"user_pin",
		"User PIN",
		"PinCode",
		"SIMPin",
		"PSK",
		"WiFiPSK",
		"PrivateKey",
		"License Key",
		"keys",
		"Credentials",
		"AdminPwd",
		"OTP",
		"userPass",
		"PASS",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!secret_is_named(names[i], strlen(names[i])))
			fail_msg("%s", names[i]);
}

static void other_names_are_not_taken_for_secrets(void **state)
{
	static const char *const names[] = {
		"",
		"ServerURL",
		"Spinning",
		"Pinned",
		"Keyboard",
		"Monkey",
		"Bypass",
		"Passed",
		"Optional",
		"SSID_STR",
		"Spin",
		"KEYBOARD",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (secret_is_named(names[i], strlen(names[i])))
			fail_msg("%s", names[i]);
}

/* --- reading -------------------------------------------------------------------------------------------- */

static void what_is_malformed_is_not_shown(void **state)
{
	static const char *const sources[] = {
		PLIST("<integer>" SECRET "</integer>"),
		PLIST("<integer>0123" SECRET "</integer>"),
		PLIST("<real>" SECRET "</real>"),
		PLIST("<date>" SECRET "</date>"),
		PLIST("<data>" SECRET "!</data>"),
		PLIST("<true>" SECRET "</true>"),
		PLIST("<string>a&" SECRET ";</string>"),
		PLIST("<string>a&" SECRET "</string>"),
		PLIST("<string>a<" SECRET "></string>"),
		PLIST("<string>a<" SECRET "/></string>"),
		PLIST("<string>a</" SECRET "></string>"),
		PLIST("<string>" SECRET "\1</string>"),
		PLIST("<string>" SECRET "\xff</string>"),
		PLIST("<string>" SECRET "<string></string>"),
		PLIST("<string>" SECRET "</integer>"),
		PLIST("<string>" SECRET),
		PLIST(SECRET),
		"<!DOCTYPE plist SYSTEM 'x'>" PLIST("<string>a&" SECRET ";</string>"),
		"<!DOCTYPE plist [<!ENTITY a '<" SECRET "/>'>]>" PLIST("<string>&a;</string>"),
		"<!DOCTYPE plist [<!ENTITY a SYSTEM '" SECRET "'>]>" PLIST("<string>&a;</string>"),
	};
	struct error err;
	struct doc doc;
	char shown[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		if (doc_read(&doc, "p", sources[i], strlen(sources[i]), &err) == 0)
			fail_msg("taken: %s", sources[i]);
		error_format(&err, shown, sizeof(shown));
		if (strstr(shown, SECRET) || strstr(shown, "0123"))
			fail_msg("%s\nsays: %s", sources[i], shown);
	}
}

/* --- writing -------------------------------------------------------------------------------------------- */

#define KEPT "PayloadContent/org.kept"
#define STRANGE "PayloadContent/org.strange"

/* Of sensitive keys, also of what stands in them, and of keys that nobody declared. */
static const char kept_schema[] = "payload org.kept\n"
				  "  Allowed string sensitive values=a,b\n"
				  "  Bounded integer sensitive range=1..2\n"
				  "  Flag boolean sensitive\n"
				  "  Lines array unique sensitive\n"
				  "    - string length=..9\n"
				  "  Any array unique sensitive\n"
				  "  Inside dict sensitive\n"
				  "    Name string length=..9\n"
				  "  Open dict sensitive\n"
				  "  Ports dict\n"
				  "    * integer range=1..2\n"
				  "  When date sensitive\n"
				  "rule org.kept page=x\n"
				  "  ! warn values Bounded=1 because=\"two is odd\"\n";

/* Numbers are read as numbers, so what is written there is refused. */
static const char kept_profile[] = PROFILE(
	PAYLOAD("org.kept", "1",
		"<key>Allowed</key><string>a</string><key>Bounded</key><integer>1</integer><key>Flag</key><true/>"
		"<key>Lines</key><array><string>x</string></array><key>When</key><date>2026-01-01T00:00:00Z</date>"
		"<key>Any</key><array><integer>1</integer></array>"
		"<key>Inside</key><dict><key>Name</key><string>x</string></dict>"
		"<key>Open</key><dict><key>x</key><integer>1</integer></dict>"
		"<key>Ports</key><dict><key>Token</key><integer>1</integer></dict>")
		PAYLOAD("org.strange", "2",
			"<key>Password</key><integer>1</integer><key>PIN</key><true/><key>Tokens</key><array>"
			"<integer>1</integer></array>"
			"<key>Secrets</key><array><array><integer>1</integer></array></array>"
			"<key>When</key><dict><key>KeyDate</key><date>2026-01-01T00:00:00Z</date></dict>"));

static const char *const kept_files[] = {
	KEPT "/Allowed",
	KEPT "/Bounded",
	KEPT "/Flag",
	KEPT "/Lines",
	KEPT "/When",
	KEPT "/Any",
	KEPT "/Inside/Name",
	KEPT "/Open/x",
	KEPT "/Ports/Token",
	STRANGE "/Password",
	STRANGE "/PIN",
	STRANGE "/Tokens",
	STRANGE "/Secrets/00",
	STRANGE "/When/KeyDate",
};

/* Each is refused somewhere. */
static const char *const kept_texts[] = {
	SECRET,
	SECRET "\n",
	SECRET "\001\n",
	SECRET "\n" SECRET "\n",
	"1\n" SECRET "\n" SECRET "\n",
	"987654\n",
	"987654\n987654\n",
	"99999999999999999999987654\n",
	"9.87654\n",
	"2026-01-01T98:76:54Z " SECRET "\n",
};

static void assert_hidden(const char *said)
{
	static const char *const parts[] = { SECRET, "hunter", "987654", "87654" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strstr(said, parts[i]))
			fail_msg("it is said: %s", said);
}

static void assert_nothing_said(void)
{
	static const char *const files[] = { ".profilefs/problems", ".profilefs/last-error", ".profilefs/status" };
	char line[4096];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		BUF_AUTO said = BUF_INIT;

		read_file(files[i], &said);
		assert_hidden(buf_text(&said));
	}
	for (size_t i = 0; i < mounted.reported.count; i++) {
		error_format(&mounted.reported.list[i], line, sizeof(line));
		assert_hidden(line);
	}
	problems_free(&mounted.reported);
}

/* How many are refused. */
static size_t write_everywhere(void)
{
	size_t refused = 0;

	for (size_t file = 0; file < sizeof(kept_files) / sizeof(*kept_files); file++) {
		for (size_t text = 0; text < sizeof(kept_texts) / sizeof(*kept_texts); text++) {
			BUF_AUTO error = BUF_INIT;

			refused += put(kept_files[file], kept_texts[text]) == -EINVAL;
			if (at(kept_files[file]))
				tree_getxattr(mounted.tree, at(kept_files[file]), "user.profilefs.error", &error);
			assert_hidden(buf_text(&error));
			assert_nothing_said();
		}
	}
	return refused;
}

static void retype_everything(void)
{
	static const char *const types[] = { "integer", "boolean", "date", "real", "array integer", "string" };

	for (size_t file = 0; file < sizeof(kept_files) / sizeof(*kept_files); file++) {
		for (size_t type = 0; type < sizeof(types) / sizeof(*types); type++) {
			if (at(kept_files[file]))
				set_type(kept_files[file], types[type]);
			assert_nothing_said();
		}
	}
}

static void rename_over_everything(void)
{
	for (size_t file = 0; file < sizeof(kept_files) / sizeof(*kept_files); file++) {
		assert_int_equal(put(KEPT "/.scratch", SECRET "\n987654\n"), 0);
		move(KEPT "/.scratch", kept_files[file]);
		assert_nothing_said();
	}
}

static void a_write_shows_no_secret_in(struct profile_options options, size_t refused_at_least)
{
	size_t refused;

	put_text("kept.schema", kept_schema);
	options.schema = path_of("kept.schema");
	begin_with(options, kept_profile);
	refused = write_everywhere();
	if (refused < refused_at_least)
		fail_msg("only %zu were refused", refused);
	rename_over_everything();
	retype_everything();
	write_everywhere();
	tree_finish(mounted.tree);
	assert_nothing_said();
}

static void a_refusal_shows_no_secret(void **state)
{
	(void)state;
	a_write_shows_no_secret_in((struct profile_options){ 0 }, 60);
}

static void a_refusal_shows_no_secret_where_the_schema_is_only_a_warning(void **state)
{
	(void)state;
	a_write_shows_no_secret_in((struct profile_options){ .check = CHECK_WARN }, 30);
}

static void a_refusal_shows_no_secret_where_nothing_is_checked(void **state)
{
	(void)state;
	a_write_shows_no_secret_in((struct profile_options){ .check = CHECK_OFF }, 30);
}

static void a_refusal_shows_no_secret_that_a_binary_plist_cannot_hold(void **state)
{
	(void)state;
	a_write_shows_no_secret_in((struct profile_options){ .format = FORMAT_BINARY }, 60);
}

static void what_is_no_secret_is_shown(void **state)
{
	(void)state;
	begin(PROFILE(PAYLOAD("org.strange", "2", "<key>Port</key><integer>1</integer>")));
	assert_refuses(STRANGE "/Port", "sixty\n", "'sixty' is not an integer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_speak_of_a_secret_are_known),
		cmocka_unit_test(other_names_are_not_taken_for_secrets),
		cmocka_unit_test(what_is_malformed_is_not_shown),
		TEST(a_refusal_shows_no_secret),
		TEST(a_refusal_shows_no_secret_where_the_schema_is_only_a_warning),
		TEST(a_refusal_shows_no_secret_where_nothing_is_checked),
		TEST(a_refusal_shows_no_secret_that_a_binary_plist_cannot_hold),
		TEST(what_is_no_secret_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
