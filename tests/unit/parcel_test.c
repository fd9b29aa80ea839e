/* Parcels: profiles that are unwrapped, wrapped and put back as a whole. */
#include "tests/unit/folder.h"

#include <sys/xattr.h>

#include "fs/tree/parcel.h"

#define PROFILE "p/wifi.mobileconfig"
#define XML "<?xml version=\"1.0\"?>\r\n<plist version=\"1.0\">\n<dict/>\r\n</plist>"

static int begin(void **state)
{
	if (folder_open(state) < 0 || mkdir(path_of("run"), 0700) < 0 || mkdir(path_of("p"), 0755) < 0)
		return -1;
	put_text(PROFILE, XML);
	return setenv("XDG_RUNTIME_DIR", path_of("run"), 1);
}

static int end(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

static struct parcel open_parcel(const char *name, bool in_place)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct parcel parcel;

	if (parcel_open(&parcel, path_of(name), in_place, false, &notes, &err) < 0)
		fail_msg("%s: %s", err.file, err.text);
	assert_int_equal(notes.count, 0);
	return parcel;
}

/* It must not open; the error is the answer. */
static struct error refused(const char *name, bool in_place)
{
	struct error err = ERROR_INIT;
	struct parcel parcel;

	assert_int_equal(parcel_open(&parcel, path_of(name), in_place, false, NULL, &err), -1);
	assert_int_not_equal(err.code, 0);
	assert_string_equal(err.file, path_of(name));
	assert_int_equal(parcel.place.dir, -1);
	assert_int_equal(parcel.lock.fd, -1);
	return err;
}

static int put_back(struct parcel *parcel, const char *text, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;

	buf_add_text(&bytes, text);
	return parcel_put_back(parcel, 0777, &bytes, NULL, err);
}

static int put_at(const struct parcel *parcel, const char *output, mode_t at_most, const char *text)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err;

	buf_add_text(&bytes, text);
	return parcel_put_at(parcel, output, at_most, &bytes, &err);
}

/* --- unwrapped -------------------------------------------------------------------------------------- */

static void a_plain_profile_is_its_own_content(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, true);

	(void)state;
	assert_false(parcel_is_signed(&parcel));
	assert_true(buf_equals(&parcel.content, XML, strlen(XML)));
	assert_true(buf_equals(&parcel.bytes, XML, strlen(XML)));
	parcel_close(&parcel);
}

/* A key, its certificate, and PROFILE signed. */
static void make_signed(void)
{
	if (run_in_folder("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 "
			  "-subj /CN=signer -addext keyUsage=critical,digitalSignature "
			  "-keyout key.pem -out cert.pem") != 0) {
		print_message("no openssl command\n");
		skip();
	}
	assert_int_equal(run_in_folder("openssl cms -sign -binary -nodetach -outform DER -md sha384 -signer cert.pem "
				       "-inkey key.pem -in " PROFILE " -out signed && mv signed " PROFILE),
			 0);
}

/* Changes a byte of the content. */
static void tamper(void)
{
	assert_int_equal(run_in_folder("sed -i 's/<dict/<dicT/' " PROFILE), 0);
}

static struct signer *open_signer(void)
{
	const char *key = path_of("key.pem"), *cert = path_of("cert.pem");
	const struct signer_files files = { .keys = { &key, 1 }, .certs = { &cert, 1 } };
	struct problems notes = PROBLEMS_INIT;
	struct signer *signer;
	struct error err;

	if (signer_open(&files, &signer, &notes, &err) < 0)
		fail_msg("%s", err.text);
	problems_free(&notes);
	return signer;
}

static void what_is_signed_is_unwrapped_and_wrapped_again_like_it(void **state)
{
	const struct seal_options options = { 0 };
	BUF_AUTO sealed = BUF_INIT;
	struct parcel parcel;
	struct signer *signer;
	struct error err;

	(void)state;
	make_signed();
	signer = open_signer();
	parcel = open_parcel(PROFILE, true);
	assert_true(parcel_is_signed(&parcel));
	assert_true(buf_equals(&parcel.content, XML, strlen(XML)));
	assert_int_equal(parcel_wrap(&parcel, signer, &options, &parcel.content, &sealed, NULL, &err), 0);
	assert_int_equal(parcel_put_back(&parcel, 0777, &sealed, NULL, &err), 0);
	parcel_close(&parcel);
	signer_free(signer);
	put_text("expected", XML);
	assert_int_equal(run_in_folder("openssl cms -verify -inform DER -purpose any -CAfile cert.pem -in " PROFILE
				       " -out got && cmp got expected"),
			 0);
	assert_int_equal(run_in_folder("openssl cms -cmsout -print -inform DER -in " PROFILE " | grep -q sha384"), 0);
}

static void wrapping_without_a_signer_gives_the_content(void **state)
{
	BUF_AUTO plain = BUF_INIT;
	struct parcel parcel;
	struct error err;

	(void)state;
	make_signed();
	parcel = open_parcel(PROFILE, true);
	buf_add_text(&plain, "before");
	assert_int_equal(parcel_wrap(&parcel, NULL, NULL, &parcel.content, &plain, NULL, &err), 0);
	assert_string_equal(plain.data, "before" XML);
	parcel_close(&parcel);
}

static void of_two_envelopes_only_the_outer_one_is_taken_off(void **state)
{
	const struct seal_options options = { 0 };
	BUF_AUTO twice = BUF_INIT, once = BUF_INIT;
	struct parcel parcel;
	struct signer *signer;
	struct error err;

	(void)state;
	make_signed();
	signer = open_signer();
	parcel = open_parcel(PROFILE, true);
	assert_int_equal(parcel_wrap(&parcel, signer, &options, &parcel.bytes, &twice, NULL, &err), 0);
	buf_assign(&once, parcel.bytes.data, parcel.bytes.len);
	parcel_close(&parcel);
	signer_free(signer);
	put_bytes(PROFILE, twice.data, twice.len);
	parcel = open_parcel(PROFILE, true);
	buf_clear(&twice);
	assert_int_equal(parcel_wrap(&parcel, NULL, NULL, &parcel.content, &twice, NULL, &err), 0);
	assert_true(buf_equals(&twice, once.data, once.len));
	parcel_close(&parcel);
}

static void a_signature_that_does_not_fit_is_refused_unless_forced(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	struct parcel parcel;
	struct error err;

	(void)state;
	make_signed();
	tamper();
	err = refused(PROFILE, true);
	assert_string_equal(err.rule, "bad-signature");
	assert_non_null(strstr(err.text, "--force"));
	assert_int_equal(parcel_open(&parcel, path_of(PROFILE), true, true, &notes, &err), 0);
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
	assert_string_equal(notes.list[0].rule, "bad-signature");
	problems_free(&notes);
	parcel_close(&parcel);
}

/* --- in place --------------------------------------------------------------------------------------- */

static void it_is_replaced_with_mode_and_attributes_kept(void **state)
{
	struct parcel parcel;
	struct error err;
	char value[16] = "";
	bool attributes;

	(void)state;
	assert_int_equal(chmod(path_of(PROFILE), 0640), 0);
	attributes = setxattr(path_of(PROFILE), "user.origin", "here", 4, 0) == 0;
	parcel = open_parcel(PROFILE, true);
	assert_int_equal(put_back(&parcel, "new", &err), 0);
	assert_content(PROFILE, "new");
	assert_int_equal(look_at(PROFILE).st_mode & 07777, 0640);
	if (attributes)
		assert_int_equal(getxattr(path_of(PROFILE), "user.origin", value, sizeof(value)), 4);
	assert_int_equal(put_back(&parcel, "newer", &err), 0);
	assert_content(PROFILE, "newer");
	assert_int_equal(entries_in("p"), 1);
	parcel_close(&parcel);
}

static struct problems put_limited(mode_t mode)
{
	const struct buf bytes = { .data = (char *)"secret", .len = 6 };
	struct problems notes = PROBLEMS_INIT;
	struct parcel parcel;
	struct error err;

	put_text(PROFILE, XML);
	assert_int_equal(chmod(path_of(PROFILE), mode), 0);
	parcel = open_parcel(PROFILE, true);
	assert_int_equal(parcel_put_back(&parcel, 0600, &bytes, &notes, &err), 0);
	parcel_close(&parcel);
	assert_content(PROFILE, "secret");
	return notes;
}

static void others_may_not_look_at_what_is_its_owner_s_alone(void **state)
{
	struct problems notes = put_limited(0600);

	(void)state;
	assert_int_equal(notes.count, 0);
	notes = put_limited(0754);
	assert_int_equal(look_at(PROFILE).st_mode & 07777, 0700);
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.list[0].text, "754"));
	problems_free(&notes);
}

/* 0: as it should be. */
static int refuses_to_pass_the_limit_of_files(void)
{
	const struct rlimit limit = { .rlim_cur = 4, .rlim_max = 4 };
	const struct buf bytes = { .data = (char *)"secret", .len = 6 };
	struct error err = ERROR_INIT;
	struct parcel parcel;

	if (parcel_open(&parcel, path_of(PROFILE), false, false, NULL, &err) < 0)
		return 1;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 2;
	if (parcel_put_at(&parcel, path_of("a"), 0600, &bytes, &err) == 0 || err.code != EFBIG)
		return 3;
	return is_there("a") || entries_in("") != 2 ? 4 : 0;
}

/* The signal that is sent for it would leave a temporary file. */
static void a_file_beyond_the_user_s_limit_is_an_error_and_leaves_nothing(void **state)
{
	(void)state;
	assert_int_equal(chmod(path_of(""), 0777), 0);
	assert_int_equal(as_ordinary_user(refuses_to_pass_the_limit_of_files), 0);
}

static void the_same_bytes_are_not_written(void **state)
{
	struct stat before = look_at(PROFILE), after;
	struct parcel parcel = open_parcel(PROFILE, true);
	struct error err;

	(void)state;
	assert_int_equal(put_back(&parcel, XML, &err), 0);
	parcel_close(&parcel);
	after = look_at(PROFILE);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
}

static void a_link_is_followed_and_stays(void **state)
{
	struct parcel parcel;
	struct error err;

	(void)state;
	assert_int_equal(symlink(PROFILE, path_of("link")), 0);
	parcel = open_parcel("link", true);
	assert_int_equal(put_back(&parcel, "new", &err), 0);
	parcel_close(&parcel);
	assert_true(S_ISLNK(look_at("link").st_mode));
	assert_content(PROFILE, "new");
}

static void assert_stale(struct parcel *parcel, const char *words)
{
	struct error err = ERROR_INIT;

	assert_int_equal(put_back(parcel, "new", &err), -1);
	assert_int_equal(err.code, ESTALE);
	assert_string_equal(err.file, path_of(PROFILE));
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void what_somebody_else_did_meanwhile_stays(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, true);

	(void)state;
	put_text(PROFILE, "theirs");
	assert_stale(&parcel, "somebody changed the file since it was read");
	assert_content(PROFILE, "theirs");
	assert_int_equal(unlink(path_of(PROFILE)), 0);
	assert_stale(&parcel, "somebody removed the file");
	assert_false(is_there(PROFILE));
	assert_int_equal(mkdir(path_of(PROFILE), 0755), 0);
	assert_stale(&parcel, "somebody put something else");
	assert_int_equal(entries_in("p"), 1);
	parcel_close(&parcel);
}

static void one_that_is_open_in_place_is_refused_to_another(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, true), reader;
	struct error err = refused(PROFILE, true);

	(void)state;
	assert_int_equal(err.code, EBUSY);
	assert_non_null(strstr(err.text, "mounted already"));
	assert_non_null(strstr(err.text, "another file"));
	reader = open_parcel(PROFILE, false);
	parcel_close(&reader);
	parcel_close(&parcel);
	parcel = open_parcel(PROFILE, true);
	parcel_close(&parcel);
}

/* 0: as it should be. */
static int refuses_a_folder_that_may_not_be_written(void)
{
	struct error err = ERROR_INIT;
	struct parcel parcel;

	if (chmod(path_of("p"), 0555) < 0 ||
	    parcel_open(&parcel, path_of(PROFILE), true, false, NULL, &err) == 0)
		return 1;
	if (err.code != EACCES || !strstr(err.text, "directory"))
		return 2;
	return parcel_open(&parcel, path_of(PROFILE), false, false, NULL, &err) < 0 ? 3 : 0;
}

static void a_folder_that_may_not_be_written_is_refused_before_anything_is_done(void **state)
{
	(void)state;
	assert_int_equal(as_ordinary_user(refuses_a_folder_that_may_not_be_written), 0);
}

static void what_is_no_regular_file_is_not_replaced(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path_of("p/fifo"), 0600), 0);
	assert_int_equal(refused("p/fifo", true).code, EINVAL);
	assert_int_equal(refused("p", true).code, EISDIR);
	assert_int_equal(refused("p/none", true).code, ENOENT);
	assert_int_equal(refused("p/none", false).code, ENOENT);
}

/* --- elsewhere -------------------------------------------------------------------------------------- */

static void a_new_output_has_the_profile_s_mode_and_no_more_than_is_allowed(void **state)
{
	struct parcel parcel;

	(void)state;
	assert_int_equal(chmod(path_of(PROFILE), 0640), 0);
	parcel = open_parcel(PROFILE, false);
	assert_int_equal(put_at(&parcel, path_of("p/a"), 0777, "a"), 0);
	assert_int_equal(look_at("p/a").st_mode & 07777, 0640);
	assert_int_equal(put_at(&parcel, path_of("p/b"), 0600, "b"), 0);
	assert_int_equal(look_at("p/b").st_mode & 07777, 0600);
	parcel_close(&parcel);
	assert_int_equal(chmod(path_of(PROFILE), 0444), 0);
	parcel = open_parcel(PROFILE, false);
	assert_int_equal(put_at(&parcel, path_of("p/c"), 0600, "c"), 0);
	assert_int_equal(look_at("p/c").st_mode & 07777, 0400);
	parcel_close(&parcel);
	assert_content(PROFILE, XML);
	assert_content("p/b", "b");
}

static void an_output_that_is_there_keeps_its_mode(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, false);

	(void)state;
	put_text("p/a", "old");
	assert_int_equal(chmod(path_of("p/a"), 0604), 0);
	assert_int_equal(put_at(&parcel, path_of("p/a"), 0600, "new"), 0);
	assert_int_equal(look_at("p/a").st_mode & 07777, 0604);
	assert_content("p/a", "new");
	parcel_close(&parcel);
}

static void an_output_that_has_the_bytes_is_not_written(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, false);
	struct stat before, after;

	(void)state;
	put_text("p/a", "same");
	before = look_at("p/a");
	assert_int_equal(put_at(&parcel, path_of("p/a"), 0600, "same"), 0);
	after = look_at("p/a");
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
	parcel_close(&parcel);
}

static void a_parcel_of_nothing_puts_what_is_new(void **state)
{
	struct parcel parcel;
	struct error err;

	(void)state;
	assert_int_equal(parcel_new(&parcel, "new", &err), 0);
	assert_false(parcel_is_signed(&parcel));
	assert_int_equal(parcel.content.len, 0);
	assert_int_equal(put_at(&parcel, path_of("p/a"), 0777, "a"), 0);
	assert_int_equal(look_at("p/a").st_mode & 07777, 0644);
	parcel.found.st_mode = S_IFREG | 0600;
	assert_int_equal(put_at(&parcel, path_of("p/b"), 0777, "b"), 0);
	assert_int_equal(look_at("p/b").st_mode & 07777, 0600);
	parcel_close(&parcel);
}

/* What reading the property list in a profile with these bytes comes to; "": all is well. */
static const char *reading(const char *bytes)
{
	struct parcel parcel;
	struct error err = ERROR_INIT;
	struct doc doc;

	put_text("p/a", bytes);
	parcel = open_parcel("p/a", false);
	if (parcel_read(&parcel, &doc, &err) == 0)
		doc_free(&doc);
	else
		assert_string_equal(err.file, path_of("p/a"));
	parcel_close(&parcel);
	return err.rule ? err.rule : "";
}

static void only_a_dict_without_a_key_twice_is_read(void **state)
{
	(void)state;
	assert_string_equal(reading(XML), "");
	assert_string_equal(reading("<plist><array/></plist>"), "not-a-profile");
	assert_string_equal(reading("<plist><dict><key>a</key><true/><key>a</key><true/></dict></plist>"),
			    "duplicate-key");
	assert_string_equal(reading("no plist"), "not-a-plist");
}

static void what_comes_from_a_pipe_makes_an_output_of_the_usual_mode(void **state)
{
	struct parcel parcel;
	struct error err;
	int ends[2];
	char path[32];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], XML, strlen(XML)), strlen(XML));
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(parcel_open(&parcel, path, false, false, NULL, &err), 0);
	close(ends[0]);
	assert_true(buf_equals(&parcel.content, XML, strlen(XML)));
	assert_int_equal(put_at(&parcel, path_of("p/a"), 0777, "a"), 0);
	assert_int_equal(look_at("p/a").st_mode & 07777, 0644);
	assert_int_equal(put_at(&parcel, path_of("p/b"), 0600, "b"), 0);
	assert_int_equal(look_at("p/b").st_mode & 07777, 0600);
	parcel_close(&parcel);
}

static void a_pipe_that_is_the_output_is_written_into(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, false);
	char got[8] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	fd = open(path_of("fifo"), O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(put_at(&parcel, path_of("fifo"), 0777, "new"), 0);
	assert_int_equal(read(fd, got, sizeof(got)), 3);
	assert_string_equal(got, "new");
	close(fd);
	assert_true(S_ISFIFO(look_at("fifo").st_mode));
	parcel_close(&parcel);
}

static void an_output_that_is_mounted_is_refused(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, false), mounted;
	const struct buf bytes = { .data = (char *)"new", .len = 3 };
	struct error err = ERROR_INIT;

	(void)state;
	put_text("p/b", XML);
	mounted = open_parcel("p/b", true);
	assert_int_equal(parcel_put_at(&parcel, path_of("p/b"), 0777, &bytes, &err), -1);
	assert_int_equal(err.code, EBUSY);
	assert_string_equal(err.file, path_of("p/b"));
	assert_content("p/b", XML);
	parcel_close(&mounted);
	assert_int_equal(parcel_put_at(&parcel, path_of("p/b"), 0777, &bytes, &err), 0);
	parcel_close(&parcel);
}

static void an_output_that_names_a_folder_is_refused(void **state)
{
	struct parcel parcel = open_parcel(PROFILE, false);

	(void)state;
	assert_int_equal(put_at(&parcel, path_of("p"), 0777, "new"), -1);
	assert_int_equal(put_at(&parcel, path_of("none/a"), 0777, "new"), -1);
	assert_int_equal(put_at(&parcel, path_of("none/"), 0777, "new"), -1);
	assert_int_equal(entries_in(""), 2);
	parcel_close(&parcel);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_profile_is_its_own_content),
		TEST(what_is_signed_is_unwrapped_and_wrapped_again_like_it),
		TEST(wrapping_without_a_signer_gives_the_content),
		TEST(of_two_envelopes_only_the_outer_one_is_taken_off),
		TEST(a_signature_that_does_not_fit_is_refused_unless_forced),
		TEST(it_is_replaced_with_mode_and_attributes_kept),
		TEST(others_may_not_look_at_what_is_its_owner_s_alone),
		TEST(a_file_beyond_the_user_s_limit_is_an_error_and_leaves_nothing),
		TEST(the_same_bytes_are_not_written),
		TEST(a_link_is_followed_and_stays),
		TEST(what_somebody_else_did_meanwhile_stays),
		TEST(one_that_is_open_in_place_is_refused_to_another),
		TEST(a_folder_that_may_not_be_written_is_refused_before_anything_is_done),
		TEST(what_is_no_regular_file_is_not_replaced),
		TEST(a_new_output_has_the_profile_s_mode_and_no_more_than_is_allowed),
		TEST(an_output_that_is_there_keeps_its_mode),
		TEST(an_output_that_has_the_bytes_is_not_written),
		TEST(a_parcel_of_nothing_puts_what_is_new),
		TEST(only_a_dict_without_a_key_twice_is_read),
		TEST(what_comes_from_a_pipe_makes_an_output_of_the_usual_mode),
		TEST(a_pipe_that_is_the_output_is_written_into),
		TEST(an_output_that_is_mounted_is_refused),
		TEST(an_output_that_names_a_folder_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
