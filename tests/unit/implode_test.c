/* Imploding a tree: what the profile is, what of the base stays, who signs, and what is refused. */
#include "tests/unit/folder.h"

#include "fs/tree/implode.h"
#include "plist/schema/schema.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
	     "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" " \
	     "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n"

/* As new ones are laid out. */
#define NEW(name) \
	HEAD "<dict>\n\t<key>PayloadDisplayName</key>\n\t<string>" name "</string>\n" \
	     "\t<key>PayloadType</key>\n\t<string>Configuration</string>\n</dict>\n</plist>\n"

/* The same values. */
#define BASE(name) \
	"<plist version='1.0'>\r\n<dict><!-- kept -->\r\n" \
	" <key>PayloadType</key><string><![CDATA[Configuration]]></string>\r\n" \
	" <key>PayloadDisplayName</key><string>" name "</string>\r\n</dict></plist>"

static struct schema *schema;
static struct implode_options options;
static struct implosion implosion;
static struct problems notes;
static struct error err;
static struct buf said; /* "PATH severity rule" a line, of what was reported */

static int begin(void **state)
{
	schema = schema_open(NULL, &err);
	if (!schema || folder_open(state) < 0 || mkdir(path_of("run"), 0700) < 0)
		return -1;
	options = (struct implode_options){ .checks = { .schema = schema }, .check = CHECK_OFF };
	err = ERROR_INIT;
	assert_int_equal(run_in_folder("mkdir -m 755 t && cd t && echo Office >PayloadDisplayName && "
				       "echo Configuration >PayloadType"),
			 0);
	return setenv("XDG_RUNTIME_DIR", path_of("run"), 1);
}

static int end(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	problems_free(&notes);
	buf_free(&said);
	schema_free(schema);
	return folder_close(state);
}

static void take_problem(void *context, const char *file, const struct error *problem)
{
	static const char *const severities[] = { "note", "warning", "error" };
	const char *top = path_of("t");

	(void)context;
	assert_int_equal(strncmp(file, top, strlen(top)), 0);
	buf_add_format(&said, "%s %s %s\n", file[strlen(top)] ? file + strlen(top) + 1 : ".",
		       severities[problem->severity], problem->rule ? problem->rule : "-");
}

static int make(const char *base, const char *output)
{
	buf_clear(&said);
	return implosion_make(&implosion, path_of("t"), base ? path_of(base) : NULL, path_of(output), &options,
			      take_problem, NULL, &notes, &err);
}

static void implode(const char *base, const char *output)
{
	if (make(base, output) < 0 || implosion_put(&implosion, &notes, &err) < 0)
		fail_msg("%s: %s", err.file, err.text);
	implosion_end(&implosion);
}

/* Nothing may come of it. */
static void refuse(const char *base, const char *output, int code, const char *words)
{
	assert_int_equal(make(base, output), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void rename_to(const char *name)
{
	assert_int_equal(run_in_folder("echo %s >t/PayloadDisplayName", name), 0);
}

static void assert_untouched(const char *name, const struct stat *before)
{
	struct stat after = look_at(name);

	assert_int_equal(after.st_ino, before->st_ino);
	assert_int_equal(after.st_ctim.tv_nsec, before->st_ctim.tv_nsec);
}

/* --- content ---------------------------------------------------------------------------------------- */

static void without_a_base_it_is_laid_out_as_new(void **state)
{
	(void)state;
	implode(NULL, "out");
	assert_content("out", NEW("Office"));
	assert_int_equal(entries_in(""), 3);
}

static void what_does_not_differ_is_the_base_to_the_byte(void **state)
{
	(void)state;
	put_text("base", BASE("Office"));
	implode("base", "out");
	assert_content("out", BASE("Office"));
}

static void an_edit_changes_only_that_of_the_base(void **state)
{
	(void)state;
	put_text("base", BASE("Office"));
	rename_to("Home");
	implode("base", "out");
	assert_content("out", BASE("Home"));
	assert_content("base", BASE("Office"));
}

static void another_encoding_stays_where_nothing_differs_and_is_a_note_else(void **state)
{
	(void)state;
	put_text("utf8", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" BASE("Office"));
	if (run_in_folder("iconv -f UTF-8 -t UTF-16 utf8 >base") != 0)
		skip();
	implode("base", "out");
	assert_int_equal(run_in_folder("cmp base out"), 0);
	assert_int_equal(notes.count, 0);
	rename_to("Home");
	implode("base", "out");
	assert_content("out", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" BASE("Home"));
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.list[0].text, "UTF-16"));
}

static void the_format_is_the_base_s_or_the_one_asked_for(void **state)
{
	BUF_AUTO binary = BUF_INIT, again = BUF_INIT;

	(void)state;
	options.format = FORMAT_BINARY;
	implode(NULL, "binary");
	get_bytes("binary", &binary);
	assert_memory_equal(binary.data, "bplist00", 8);
	options.format = FORMAT_KEEP;
	implode("binary", "again");
	get_bytes("again", &again);
	assert_true(buf_equals(&again, binary.data, binary.len));
	rename_to("Home");
	implode("binary", "again");
	get_bytes("again", &again);
	assert_memory_equal(again.data, "bplist00", 8);
	options.format = FORMAT_XML;
	implode("binary", "xml");
	assert_content("xml", NEW("Home"));
}

/* --- damage and errors ------------------------------------------------------------------------------ */

static void a_damaged_tree_is_refused_with_all_that_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("cd t && echo many >PayloadVersion && ln -s x link && mkfifo pipe && "
				       "mkdir PayloadContent && touch PayloadContent/stray"),
			 0);
	refuse(NULL, "out", EINVAL, "4 problems");
	assert_string_equal(err.rule, "not-a-profile");
	assert_string_equal(err.file, path_of("t"));
	assert_string_equal(buf_text(&said), "PayloadContent/stray error not-a-plist\n"
					     "PayloadVersion error wrong-type\n"
					     "link error not-a-plist\npipe error not-a-plist\n");
	assert_false(is_there("out"));
}

static void damage_cannot_be_turned_off(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("ln -s x t/link"), 0);
	assert_int_equal(rule_level_set(&options.checks.levels, "not-a-plist", RULE_OFF, &err), 0);
	refuse(NULL, "out", EINVAL, "1 problem");
}

static void what_cannot_be_read_is_no_fault_of_the_profile(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("rm -r t"), 0);
	refuse(NULL, "out", ENOENT, "cannot be read");
	assert_null(err.rule);
}

static void errors_are_warnings_unless_they_are_to_be_strict(void **state)
{
	static const char missing[] = ". %s missing-key\n";
	BUF_AUTO expected = BUF_INIT;
	size_t count;

	(void)state;
	options.check = CHECK_WARN;
	implode(NULL, "out");
	buf_add_format(&expected, missing, "warning");
	count = 0;
	for (const char *at = buf_text(&said); (at = strstr(at, buf_text(&expected))); at++)
		count++;
	assert_int_equal(count, 4); /* PayloadContent, PayloadIdentifier, PayloadUUID, PayloadVersion */
	options.check = CHECK_STRICT;
	refuse(NULL, "out", EINVAL, "4 new errors");
	assert_non_null(strstr(buf_text(&said), ". error missing-key\n"));
	assert_content("out", NEW("Office"));
	options.check = CHECK_OFF;
	implode(NULL, "out");
	assert_string_equal(buf_text(&said), "");
}

static void errors_that_the_base_had_are_no_news(void **state)
{
	(void)state;
	options.check = CHECK_STRICT;
	put_text("base", BASE("Office"));
	implode("base", "out");
	rename_to("Home");
	implode("base", "out");
	assert_string_equal(buf_text(&said), "");
	assert_int_equal(run_in_folder("echo 2 >t/PayloadVersion"), 0);
	refuse("base", "out", EINVAL, "1 new error");
	assert_string_equal(buf_text(&said), "PayloadVersion error not-allowed-value\n");
}

static void a_rule_that_is_off_is_not_broken(void **state)
{
	(void)state;
	options.check = CHECK_STRICT;
	assert_int_equal(rule_level_set(&options.checks.levels, "missing-key", RULE_OFF, &err), 0);
	implode(NULL, "out");
	assert_content("out", NEW("Office"));
}

/* How many keys were said to be unknown. */
static void count_unknown(size_t warnings, size_t errors)
{
	size_t found[2] = { 0 };
	const char *at;

	for (at = buf_text(&said); (at = strstr(at, " unknown-key\n")); at++)
		found[strncmp(at - strlen("error"), "error", strlen("error")) == 0]++;
	assert_int_equal(found[0], warnings);
	assert_int_equal(found[1], errors);
}

static void keys_that_neither_base_nor_schema_has_are_told(void **state)
{
	(void)state;
	options.check = CHECK_WARN;
	assert_int_equal(run_in_folder("echo x >t/README.md && echo x >t/.hidden"), 0);
	implode(NULL, "out");
	count_unknown(1, 0);
	assert_non_null(strstr(buf_text(&said), "README.md warning unknown-key\n"));
	rename_to("Home");
	implode("out", "out");
	count_unknown(0, 0);
	options.check = CHECK_STRICT;
	assert_int_equal(run_in_folder("mkdir t/scripts && echo x >t/scripts/a.sh"), 0);
	refuse("out", "other", EINVAL, "1 new error");
	assert_string_equal(buf_text(&said), "scripts error unknown-key\n");
	assert_int_equal(rule_level_set(&options.checks.levels, "unknown-key", RULE_WARNING, &err), 0);
	implode("out", "other");
	assert_string_equal(buf_text(&said), "scripts warning unknown-key\n");
	options.check = CHECK_OFF;
	implode(NULL, "other");
	count_unknown(0, 0);
}

static void payloads_made_by_hand_are_noted_and_in_the_profile(void **state)
{
	BUF_AUTO bytes = BUF_INIT;

	(void)state;
	assert_int_equal(run_in_folder("mkdir -p t/PayloadContent/com.apple.dock && echo id >t/PayloadIdentifier"), 0);
	implode(NULL, "out");
	assert_string_equal(buf_text(&said), "PayloadContent/com.apple.dock note -\n");
	get_bytes("out", &bytes);
	assert_non_null(strstr(buf_text(&bytes), "<string>com.apple.dock</string>"));
	implode(NULL, "again");
	assert_int_equal(run_in_folder("cmp out again"), 0);
}

static void a_doubled_uuid_is_an_error_that_stays(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("cd t && mkdir -p PayloadContent/a && cd PayloadContent/a && "
				       "echo a >PayloadType && echo 1 >PayloadVersion && echo u >PayloadUUID && "
				       "echo i >PayloadIdentifier"),
			 0);
	options.check = CHECK_OFF;
	implode(NULL, "base");
	assert_int_equal(run_in_folder("cp -r t/PayloadContent/a t/PayloadContent/a.2"), 0);
	options.check = CHECK_STRICT;
	refuse("base", "out", EINVAL, "2 new errors");
	assert_string_equal(buf_text(&said), "PayloadContent/a.2/PayloadUUID error duplicate-uuid\n"
					     "PayloadContent/a.2/PayloadIdentifier error duplicate-identifier\n");
}

static void a_base_that_is_no_profile_is_refused(void **state)
{
	(void)state;
	put_text("base", "<plist><array/></plist>");
	refuse("base", "out", EINVAL, "dict");
	assert_string_equal(err.file, path_of("base"));
	put_text("base", "<plist><dict><key>a</key><true/><key>a</key><true/></dict></plist>");
	refuse("base", "out", EINVAL, "a");
	assert_string_equal(err.rule, "duplicate-key");
	refuse("none", "out", ENOENT, "cannot be opened");
	assert_false(is_there("out"));
}

/* --- signatures ------------------------------------------------------------------------------------- */

static void make_key(void)
{
	if (run_in_folder("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 "
			  "-subj /CN=signer -addext keyUsage=critical,digitalSignature "
			  "-keyout key.pem -out cert.pem") != 0) {
		print_message("no openssl command\n");
		skip();
	}
}

static void sign(const char *name)
{
	assert_int_equal(run_in_folder("openssl cms -sign -binary -nodetach -outform DER -md sha384 -signer cert.pem "
				       "-inkey key.pem -in %s -out signed && mv signed %s",
				       name, name),
			 0);
}

static void open_signer(void)
{
	const char *key = path_of("key.pem"), *cert = path_of("cert.pem");
	const struct signer_files files = { .keys = { &key, 1 }, .certs = { &cert, 1 } };
	struct signer *signer;

	if (signer_open(&files, &signer, &notes, &err) < 0)
		fail_msg("%s", err.text);
	options.signer = signer;
}

static void assert_signed(const char *name, const char *plist)
{
	put_text("expected", plist);
	assert_int_equal(run_in_folder("openssl cms -verify -inform DER -purpose any -CAfile cert.pem -in %s "
				       "-out got && cmp got expected",
				       name),
			 0);
}

static void a_signed_base_that_was_edited_needs_a_key(void **state)
{
	(void)state;
	make_key();
	put_text("base", BASE("Office"));
	sign("base");
	implode("base", "out");
	assert_int_equal(run_in_folder("cmp base out && rm out"), 0);
	rename_to("Home");
	refuse("base", "out", EROFS, "--key=FILE");
	assert_string_equal(err.file, path_of("base"));
	assert_false(is_there("out"));
	options.unsign = true;
	implode("base", "out");
	assert_content("out", BASE("Home"));
}

static void it_is_signed_like_the_base(void **state)
{
	(void)state;
	make_key();
	put_text("base", BASE("Office"));
	sign("base");
	open_signer();
	implode("base", "out");
	assert_int_equal(run_in_folder("cmp base out"), 0);
	rename_to("Home");
	implode("base", "out");
	signer_free((struct signer *)options.signer);
	assert_signed("out", BASE("Home"));
	assert_int_equal(run_in_folder("openssl cms -cmsout -print -inform DER -in out | grep -q sha384"), 0);
}

static void with_a_key_a_plain_base_or_none_is_signed(void **state)
{
	(void)state;
	make_key();
	open_signer();
	put_text("base", BASE("Office"));
	implode("base", "out");
	assert_signed("out", BASE("Office"));
	implode(NULL, "new");
	signer_free((struct signer *)options.signer);
	assert_signed("new", NEW("Office"));
}

static void what_is_signed_is_not_replaced_by_something_plain(void **state)
{
	struct stat before;

	(void)state;
	make_key();
	put_text("out", BASE("Office"));
	sign("out");
	before = look_at("out");
	refuse(NULL, "out", EROFS, "--unsign");
	assert_string_equal(err.file, path_of("out"));
	put_text("base", BASE("Office"));
	refuse("base", "out", EROFS, "--key=FILE");
	assert_untouched("out", &before);
	options.unsign = true;
	implode(NULL, "out");
	assert_content("out", NEW("Office"));
}

/* --- where it goes ---------------------------------------------------------------------------------- */

static void the_base_itself_is_changed_in_place(void **state)
{
	struct stat before;

	(void)state;
	put_text("base", BASE("Office"));
	assert_int_equal(symlink("base", path_of("link")), 0);
	before = look_at("base");
	implode("base", "link");
	assert_untouched("base", &before);
	assert_int_equal(chmod(path_of("base"), 0604), 0);
	rename_to("Home");
	implode("link", "base");
	assert_content("base", BASE("Home"));
	assert_int_equal(look_at("base").st_mode & 07777, 0604);
	assert_true(S_ISLNK(look_at("link").st_mode));
}

static void what_somebody_else_did_to_the_base_meanwhile_stays(void **state)
{
	(void)state;
	put_text("base", BASE("Office"));
	rename_to("Home");
	assert_int_equal(make("base", "base"), 0);
	put_text("base", "theirs");
	assert_int_equal(implosion_put(&implosion, &notes, &err), -1);
	assert_int_equal(err.code, ESTALE);
	implosion_end(&implosion);
	assert_content("base", "theirs");
}

static void the_same_bytes_are_not_written(void **state)
{
	struct stat before;

	(void)state;
	implode(NULL, "out");
	before = look_at("out");
	implode(NULL, "out");
	assert_untouched("out", &before);
}

static void a_new_profile_shows_others_what_the_tree_does(void **state)
{
	static const mode_t modes[][2] = { { 0755, 0644 }, { 0700, 0600 }, { 0750, 0640 }, { 0711, 0600 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(path_of("t"), modes[i][0]), 0);
		implode(NULL, "out");
		assert_int_equal(look_at("out").st_mode & 07777, modes[i][1]);
		assert_int_equal(unlink(path_of("out")), 0);
	}
	assert_int_equal(chmod(path_of("t"), 0755), 0);
	umask(027);
	implode(NULL, "out");
	assert_int_equal(look_at("out").st_mode & 07777, 0640);
}

static void a_new_profile_has_the_mode_of_its_base(void **state)
{
	(void)state;
	put_text("base", BASE("Office"));
	assert_int_equal(chmod(path_of("base"), 0600), 0);
	implode("base", "out");
	assert_int_equal(look_at("out").st_mode & 07777, 0600);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_base_it_is_laid_out_as_new),
		TEST(what_does_not_differ_is_the_base_to_the_byte),
		TEST(an_edit_changes_only_that_of_the_base),
		TEST(another_encoding_stays_where_nothing_differs_and_is_a_note_else),
		TEST(the_format_is_the_base_s_or_the_one_asked_for),
		TEST(a_damaged_tree_is_refused_with_all_that_is_wrong),
		TEST(damage_cannot_be_turned_off),
		TEST(what_cannot_be_read_is_no_fault_of_the_profile),
		TEST(errors_are_warnings_unless_they_are_to_be_strict),
		TEST(errors_that_the_base_had_are_no_news),
		TEST(a_rule_that_is_off_is_not_broken),
		TEST(keys_that_neither_base_nor_schema_has_are_told),
		TEST(payloads_made_by_hand_are_noted_and_in_the_profile),
		TEST(a_doubled_uuid_is_an_error_that_stays),
		TEST(a_base_that_is_no_profile_is_refused),
		TEST(a_signed_base_that_was_edited_needs_a_key),
		TEST(it_is_signed_like_the_base),
		TEST(with_a_key_a_plain_base_or_none_is_signed),
		TEST(what_is_signed_is_not_replaced_by_something_plain),
		TEST(the_base_itself_is_changed_in_place),
		TEST(what_somebody_else_did_to_the_base_meanwhile_stays),
		TEST(the_same_bytes_are_not_written),
		TEST(a_new_profile_shows_others_what_the_tree_does),
		TEST(a_new_profile_has_the_mode_of_its_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
