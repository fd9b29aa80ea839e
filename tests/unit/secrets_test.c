/*
 * Secrets in memory: when a profile, a tree or a signer is freed, nothing that was in it is left anywhere in the
 * process. The whole of its memory that can be written is searched: heap, stacks, data of the libraries.
 *
 * The secrets are never spelt here: letters are computed one by one, where they are needed and when they are looked
 * for, so that the search does not find itself. It looks for pieces, as malloc(3) writes into what is freed.
 */
#include "tests/unit/mounted_tree.h"

#include "fs/tree/parcel.h"
#include "fs/tree/save.h"
#include "plist/doc.h"
#include "plist/encrypted.h"

#define WIFI "PayloadContent/com.apple.wifi.managed/"
#define PEM "PayloadContent/com.apple.security.pkcs12/"
#define SCRATCH "PayloadContent/com.apple.wifi.managed/.Password.swp"

#define LENGTH 48 /* a multiple of three: base64 of it has no padding */
#define PIECE 8

/* Each is another text. */
enum secret { STRING,
	      DATA,
	      WRITTEN,
	      REFUSED,
	      SCRATCHED,
	      REMOVED,
	      REPLACED,
	      PASSPHRASE,
	      SECRETS };

static char letter(enum secret secret, size_t at)
{
	uint32_t mixed = ((uint32_t)secret + 1) * 2654435761u + (uint32_t)at * 40503u;

	mixed ^= mixed >> 15;
	mixed *= 2246822519u;
	mixed ^= mixed >> 13;
	return (char)('a' + mixed % 26);
}

/* One digit of the secret in base64. */
static char base64_digit(enum secret secret, size_t at)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t first = at / 4 * 3;
	uint32_t bits = (uint32_t)letter(secret, first) << 16 | (uint32_t)letter(secret, first + 1) << 8 |
			(uint32_t)letter(secret, first + 2);

	return digits[bits >> (18 - 6 * (at % 4)) & 63];
}

static void add_secret(struct buf *out, enum secret secret)
{
	for (size_t i = 0; i < LENGTH; i++)
		buf_add_char(out, letter(secret, i));
}

static void add_base64(struct buf *out, enum secret secret)
{
	for (size_t i = 0; i < LENGTH / 3 * 4; i++)
		buf_add_char(out, base64_digit(secret, i));
}

/* --- the search ----------------------------------------------------------------------------------------- */

typedef char spelling(enum secret secret, size_t at);

struct mapping {
	const char *start, *end;
	char what[256];
};

static bool is_piece(const char *at, spelling *spell, enum secret secret, size_t from)
{
	for (size_t i = 0; i < PIECE; i++)
		if (at[i] != spell(secret, from + i))
			return false;
	return true;
}

static size_t find_piece(const struct mapping *mapping, spelling *spell, enum secret secret, size_t from)
{
	const char *at = mapping->start, *last = mapping->end - PIECE;
	char first = spell(secret, from);
	size_t found = 0;

	for (; at <= last && (at = memchr(at, first, (size_t)(last - at) + 1)); at++) {
		if (!is_piece(at, spell, secret, from))
			continue;
		print_message("secret %d from its character %zu on is at %p: %s", (int)secret, from, (const void *)at,
			      mapping->what);
		found++;
	}
	return found;
}

static size_t find_in(const struct mapping *mapping)
{
	size_t found = 0;

	for (int secret = 0; secret < SECRETS; secret++) {
		for (size_t from = 0; from + PIECE <= LENGTH; from += PIECE)
			found += find_piece(mapping, letter, secret, from);
		for (size_t from = 0; from + PIECE <= LENGTH / 3 * 4; from += PIECE)
			found += find_piece(mapping, base64_digit, secret, from);
	}
	return found;
}

/* Tools that keep what was freed, to find uses of it. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif

static bool is_watched(void)
{
#if defined(WATCHED)
	return true;
#else
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded && strstr(preloaded, "vgpreload"); /* valgrind */
#endif
}

static bool parse_mapping(struct mapping *mapping)
{
	void *start, *end;
	char rights[8];

	if (sscanf(mapping->what, "%p-%p %7s", &start, &end, rights) != 3 || strncmp(rights, "rw", 2) != 0)
		return false;
	mapping->start = start;
	mapping->end = end;
	return true;
}

/* How many pieces of secrets there are in this process; -1: it cannot be known. */
static long count_secrets(void)
{
	FILE *maps = is_watched() ? NULL : fopen("/proc/self/maps", "r");
	struct mapping mapping;
	long found = 0;

	if (!maps)
		return -1;
	while (fgets(mapping.what, sizeof(mapping.what), maps))
		if (parse_mapping(&mapping))
			found += (long)find_in(&mapping);
	fclose(maps);
	return found;
}

static void assert_nothing_left(void)
{
	long found = count_secrets();

	if (found < 0) {
		print_message("the memory of this process cannot be searched\n");
		skip();
	}
	assert_int_equal(found, 0);
}

/* --- a profile with secrets ----------------------------------------------------------------------------- */

static void add_head(struct buf *out, const char *type, const char *uuid)
{
	buf_add_format(out, "<key>PayloadIdentifier</key><string>id.%s</string>"
			    "<key>PayloadType</key><string>%s</string>"
			    "<key>PayloadUUID</key><string>00000000-0000-4000-8000-00000000000%s</string>"
			    "<key>PayloadVersion</key><integer>1</integer>\n",
		       uuid, type, uuid);
}

/* stdio would keep a copy. */
static void put_unbuffered(const char *name, const struct buf *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(file_write_all(fd, text->data, text->len), 0);
	assert_int_equal(close(fd), 0);
}

static void put_profile(const char *name)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_text(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n");
	add_head(&text, "Configuration", "1");
	buf_add_text(&text, "<key>PayloadContent</key><array>\n<dict>");
	add_head(&text, "com.apple.wifi.managed", "2");
	buf_add_text(&text, "<key>SSID_STR</key><string>Office</string><key>EncryptionType</key><string>WPA2</string>\n"
			    "<key>Password</key><string>");
	add_secret(&text, STRING);
	buf_add_text(&text, "</string>\n<key>ProxyPassword</key><string>");
	add_secret(&text, REMOVED);
	buf_add_text(&text, "</string>\n</dict>\n<dict>");
	add_head(&text, "com.apple.security.pkcs12", "3");
	buf_add_text(&text, "<key>PayloadContent</key>\n<data>\n");
	add_base64(&text, DATA);
	buf_add_text(&text, "\n</data></dict>\n</array>\n</dict>\n</plist>\n");
	put_unbuffered(name, &text);
}

/* --- what is done with it ------------------------------------------------------------------------------- */

static int put_secret(const char *path, int flags, enum secret secret, const char *end)
{
	BUF_AUTO text = BUF_INIT;

	add_secret(&text, secret);
	buf_add_text(&text, end);
	return write_file(path, flags, text.data, text.len);
}

static void look_at_all(void)
{
	static const char *const paths[] = { WIFI "Password", WIFI "ProxyPassword", PEM "PayloadContent",
					     ".profilefs/profile", ".profilefs/problems", ".profilefs/status" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		BUF_AUTO content = BUF_INIT;

		read_file(paths[i], &content);
		assert_true(content.len > 0 || strstr(paths[i], "problems"));
	}
}

static void work(void)
{
	struct error err = ERROR_INIT;
	struct problems notes = PROBLEMS_INIT;

	look_at_all();
	assert_int_equal(put_secret(WIFI "Password", O_WRONLY | O_TRUNC, WRITTEN, "\n"), 0);
	assert_int_equal(put_secret(WIFI "Password", O_WRONLY | O_TRUNC, REFUSED, "\001\n"), -EINVAL);
	assert_int_equal(put_secret(SCRATCH, O_WRONLY | O_CREAT, SCRATCHED, "\n"), 0);
	assert_int_equal(move(SCRATCH, WIFI "Password"), 0);
	look_at_all();
	assert_int_equal(remove_file(WIFI "ProxyPassword"), 0);
	assert_int_equal(put_secret(PEM "PayloadContent", O_WRONLY | O_TRUNC, REPLACED, ""), 0);
	assert_int_equal(profile_save(&mounted.profile, NULL, &notes, &err), SAVE_DONE);
	problems_free(&notes);
	assert_int_equal(put_secret(WIFI "Password", O_WRONLY | O_TRUNC, WRITTEN, "\n"), 0);
	assert_int_equal(profile_keep_beside(&mounted.profile, SAVE_INVALID, &notes, &err), 0);
	problems_free(&notes);
}

static void work_and_free(const char *name, struct profile_options options)
{
	tree_begin_with(name, &options);
	work();
	tree_end();
	assert_nothing_left();
}

static int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	return setenv("XDG_RUNTIME_DIR", folder, 1);
}

static int end(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

/* --- tests ---------------------------------------------------------------------------------------------- */

static void the_search_finds_a_secret_that_is_there(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	assert_nothing_left();
	add_secret(&text, WRITTEN);
	add_base64(&text, DATA);
	assert_true(count_secrets() >= 2 * LENGTH / PIECE);
	buf_free(&text);
	assert_nothing_left();
}

static void nothing_of_a_plain_profile_is_left(void **state)
{
	(void)state;
	put_profile("p.mobileconfig");
	assert_nothing_left();
	work_and_free("p.mobileconfig", (struct profile_options){ 0 });
}

/* The same profile as a binary plist. */
static void make_binary(const char *from, const char *name)
{
	BUF_AUTO bytes = BUF_INIT, binary = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	if (file_read_path(path_of(from), 1 << 20, &bytes, &err) < 0 ||
	    doc_read(&doc, from, bytes.data, bytes.len, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(doc_write(&doc, DOC_BINARY, &binary, &err), 0);
	doc_free(&doc);
	put_unbuffered(name, &binary);
}

static void nothing_of_a_binary_profile_is_left(void **state)
{
	(void)state;
	put_profile("xml");
	make_binary("xml", "p.mobileconfig");
	assert_nothing_left();
	work_and_free("p.mobileconfig", (struct profile_options){ 0 });
}

/* key.pem with the passphrase, cert.pem. False: there is no openssl command. */
static bool make_key(void)
{
	BUF_AUTO passphrase = BUF_INIT;

	add_secret(&passphrase, PASSPHRASE);
	put_unbuffered("passphrase", &passphrase);
	return run_in_folder("openssl req -x509 -newkey rsa:2048 -passout file:passphrase -days 10 -subj /CN=signer "
			     "-addext keyUsage=critical,digitalSignature,keyEncipherment "
			     "-keyout key.pem -out cert.pem") == 0;
}

#define KEY_OR_SKIP() \
	do { \
		if (!make_key()) { \
			print_message("no openssl command\n"); \
			skip(); \
		} \
	} while (0)

/* Signs with a passphrase that is said in an option. */
static void nothing_of_a_signed_profile_is_left(void **state)
{
	const char *key = path_of("key.pem"), *cert = path_of("cert.pem"), *given;
	struct profile_options options;
	BUF_AUTO passphrase = BUF_INIT;

	(void)state;
	KEY_OR_SKIP();
	buf_add_text(&passphrase, "pass:");
	add_secret(&passphrase, PASSPHRASE);
	given = buf_text(&passphrase);
	put_profile("xml");
	assert_int_equal(run_in_folder("openssl cms -sign -binary -nodetach -outform DER "
				       "-signer cert.pem -inkey key.pem "
				       "-passin file:passphrase -in xml -out p.mobileconfig"),
			 0);
	options = (struct profile_options){ .signer = { .keys = { &key, 1 } } };
	options.signer.certs = (struct strings){ &cert, 1 };
	options.signer.passins = (struct strings){ &given, 1 };
	tree_begin_with("p.mobileconfig", &options);
	work();
	tree_end();
	buf_free(&passphrase);
	assert_nothing_left();
}

static void encrypt_profile(const char *from, const char *cert, const char *name)
{
	BUF_AUTO bytes = BUF_INIT, payloads = BUF_INIT, cipher = BUF_INIT, covered = BUF_INIT;
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct recipients *recipients = NULL;
	struct doc doc;

	if (file_read_path(path_of(from), 1 << 20, &bytes, &err) < 0 ||
	    doc_read(&doc, from, bytes.data, bytes.len, &err) < 0 || encrypted_take(&doc, &payloads, &err) < 0 ||
	    recipients_open(&(struct strings){ &cert, 1 }, NULL, &recipients, &notes, &err) < 0 ||
	    encryption_make(recipients, payloads.data, payloads.len, &cipher, &err) < 0 ||
	    encrypted_cover(&doc, cipher.data, cipher.len, &covered, &err) < 0)
		fail_msg("%s", err.text);
	doc_free(&doc);
	recipients_free(recipients);
	problems_free(&notes);
	put_unbuffered(name, &covered);
}

static void nothing_of_an_encrypted_profile_is_left(void **state)
{
	const char *key = path_of("key.pem"), *cert = path_of("cert.pem"), *given;
	BUF_AUTO passphrase = BUF_INIT;

	(void)state;
	KEY_OR_SKIP();
	buf_add_text(&passphrase, "pass:");
	add_secret(&passphrase, PASSPHRASE);
	given = buf_text(&passphrase);
	put_profile("xml");
	encrypt_profile("xml", cert, "p.mobileconfig");
	tree_begin_with("p.mobileconfig", &(struct profile_options){
						  .decrypt = { .key = key, .passin = given, .certs = { &cert, 1 } } });
	work();
	tree_end();
	buf_free(&passphrase);
	assert_nothing_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_search_finds_a_secret_that_is_there, begin, end),
		cmocka_unit_test_setup_teardown(nothing_of_a_plain_profile_is_left, begin, end),
		cmocka_unit_test_setup_teardown(nothing_of_a_binary_profile_is_left, begin, end),
		cmocka_unit_test_setup_teardown(nothing_of_a_signed_profile_is_left, begin, end),
		cmocka_unit_test_setup_teardown(nothing_of_an_encrypted_profile_is_left, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
