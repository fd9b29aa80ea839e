/* Opening a signer: every form of key and passphrase, and every way in which they do not fit. */
#include "tests/unit/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>

#include "sign/envelope.h"
#include "sign/signer.h"

#define SECRET "sesame opens"

/* Opens the files, given by their names in the folder, and frees the signer. 0, or -1 with `err`. */
static int try_files(const char *key, const char *cert, const char *chain, const char *passin,
		     struct problems *notes, struct error *err)
{
	const char *key_path = key ? kit_path(key) : NULL, *cert_path = cert ? kit_path(cert) : NULL;
	const char *chain_path = chain ? kit_path(chain) : NULL;
	struct signer_files files = {
		.keys = ONE(key_path),
		.certs = ONE(cert_path),
		.chains = ONE(chain_path),
		.passins = ONE(passin),
	};
	struct signer *signer = NULL;
	int result;

	result = signer_open(&files, &signer, notes, err);
	assert_true((result == 0) == (signer != NULL));
	signer_free(signer);
	return result;
}

static void opens(const char *key, const char *cert, const char *chain, const char *passin)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;

	if (try_files(key, cert, chain, passin, &notes, &err))
		fail_msg("%s: %s", key, err.text);
	assert_int_equal(notes.count, 0);
	problems_free(&notes);
}

/* It must fail, name `file`, and say `words`. */
static void fails(const char *key, const char *cert, const char *chain, const char *passin, const char *file,
		  const char *words)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(try_files(key, cert, chain, passin, &notes, &err), -1);
	assert_int_not_equal(err.code, 0);
	assert_null(err.rule);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_string_equal(err.file, file ? kit_path(file) : "");
	assert_null(strstr(err.text, SECRET));
	problems_free(&notes);
}

/* ------------------------------------------------------------------ forms of keys */

static void a_pkcs8_key_in_pem_is_opened(void **state)
{
	(void)state;
	opens("rsa.key", "rsa.crt", NULL, NULL);
	opens("ec.key", "ec.crt", NULL, NULL);
}

static void an_rsa_pss_key_is_opened(void **state)
{
	(void)state;
	opens("pss.key", "pss.crt", NULL, NULL);
}

static void traditional_pem_and_der_keys_are_opened(void **state)
{
	(void)state;
	kit_must("openssl rsa -in rsa.key -traditional -out trad.key && openssl ec -in ec.key -out "
		 "ectrad.key && openssl pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out rsa.der && "
		 "openssl x509 -in rsa.crt -outform DER -out rsacrt.der");
	opens("trad.key", "rsa.crt", NULL, NULL);
	opens("ectrad.key", "ec.crt", NULL, NULL);
	opens("rsa.der", "rsacrt.der", NULL, NULL);
}

static void a_key_after_its_curve_parameters_is_opened(void **state)
{
	(void)state;
	kit_must("openssl ecparam -name prime256v1 -out params.pem && openssl ec -in ec.key >> params.pem");
	opens("params.pem", "ec.crt", NULL, NULL);
}

static void encrypted_keys_are_opened_with_their_passphrase(void **state)
{
	(void)state;
	kit_must("openssl pkcs8 -topk8 -in rsa.key -passout 'pass:" SECRET "' -outform DER "
		 "-out enc.der && openssl rsa -in rsa.key -traditional -aes128 "
		 "-passout 'pass:" SECRET "' -out enctrad.key");
	opens("enc.key", "rsa.crt", NULL, "pass:" SECRET);
	opens("enc.der", "rsa.crt", NULL, "pass:" SECRET);
	opens("enctrad.key", "rsa.crt", NULL, "pass:" SECRET);
}

static void a_pkcs12_bundle_needs_no_certificate_beside_it(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -certfile inter.crt "
		 "-passout 'pass:" SECRET "' -out rsa.p12");
	opens("rsa.p12", NULL, NULL, "pass:" SECRET);
	opens("rsa.p12", "rsa.crt", "inter.crt", "pass:" SECRET);
	opens("rsa.key", "rsa.p12", NULL, "pass:" SECRET);
}

static void a_pkcs12_bundle_with_an_empty_passphrase_asks_for_none(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -passout pass: -out empty.p12");
	opens("empty.p12", NULL, NULL, "pass:");
	opens("empty.p12", NULL, NULL, NULL);
}

static void an_old_pkcs12_bundle_encrypted_with_rc2_is_opened(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -legacy -inkey rsa.key -in rsa.crt "
		 "-passout 'pass:" SECRET "' -out old.p12");
	opens("old.p12", NULL, NULL, "pass:" SECRET);
	fails("old.p12", NULL, NULL, "pass:wrong", "old.p12", "passphrase does not open it");
}

static void key_and_certificate_may_share_a_file(void **state)
{
	(void)state;
	kit_must("cat inter.crt rsa.key rsa.crt > both.pem && cat enc.key rsa.crt > encboth.pem");
	opens("both.pem", NULL, NULL, NULL);
	opens("encboth.pem", NULL, NULL, "pass:" SECRET);
}

static void a_file_of_certificates_does_not_ask_for_the_passphrase_of_a_key_beside_them(void **state)
{
	(void)state;
	kit_must("cat enc.key rsa.crt > encboth.pem");
	opens("rsa.key", "encboth.pem", "encboth.pem", NULL);
}

static void windows_text_with_other_text_around_is_opened(void **state)
{
	(void)state;
	kit_must("{ printf '\\357\\273\\277'; sed 's/$/\\r/' rsa.key; echo 'Bag Attributes'; cat rsa.crt; echo end; } "
		 "> windows.pem");
	opens("windows.pem", NULL, NULL, NULL);
	kit_must("{ echo 'The key of the signer:'; cat enc.key; echo; cat rsa.crt; } > around.pem");
	opens("around.pem", NULL, NULL, "pass:" SECRET);
}

static void the_certificate_is_found_wherever_it_stands_in_the_file(void **state)
{
	(void)state;
	kit_must("cat inter.crt ca.crt rsa.crt > mixed.pem");
	opens("rsa.key", "mixed.pem", NULL, NULL);
}

/* ------------------------------------------------------------------ the passphrase */

static void the_passphrase_comes_from_the_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("PROFILEFS_TEST_SECRET", SECRET, 1), 0);
	opens("enc.key", "rsa.crt", NULL, "env:PROFILEFS_TEST_SECRET");
	assert_int_equal(unsetenv("PROFILEFS_TEST_SECRET"), 0);
	fails("enc.key", "rsa.crt", NULL, "env:PROFILEFS_TEST_SECRET", NULL, "no environment variable");
}

static void the_passphrase_is_the_first_line_of_a_file(void **state)
{
	static const char *const contents[] = { SECRET, SECRET "\n", SECRET "\r\n",
						SECRET "\nsecond line\n" };
	char passin[300];
	size_t i;

	(void)state;
	snprintf(passin, sizeof(passin), "file:%s", kit_path("secret"));
	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		kit_write_text("secret", contents[i]);
		opens("enc.key", "rsa.crt", NULL, passin);
	}
	kit_write_text("secret", "");
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "empty");
	assert_int_equal(unlink(kit_path("secret")), 0);
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "No such file");
}

static void the_passphrase_is_one_line_of_a_descriptor_and_the_next_line_stays_there(void **state)
{
	char passin[32], rest[16] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], SECRET "\nrest", strlen(SECRET) + 5), strlen(SECRET) + 5);
	snprintf(passin, sizeof(passin), "fd:%d", ends[0]);
	opens("enc.key", "rsa.crt", NULL, passin);
	assert_int_equal(read(ends[0], rest, sizeof(rest) - 1), 4);
	assert_string_equal(rest, "rest");
	close(ends[0]);
	close(ends[1]);
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "Bad file descriptor");
	fails("enc.key", "rsa.crt", NULL, "fd:x", NULL, "number of an open file descriptor");
	fails("enc.key", "rsa.crt", NULL, "fd:-1", NULL, "number of an open file descriptor");
}

static void the_passphrase_comes_from_standard_input(void **state)
{
	int ends[2], before = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], SECRET "\n", strlen(SECRET) + 1), strlen(SECRET) + 1);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	opens("enc.key", "rsa.crt", NULL, "stdin");
	if (before >= 0)
		dup2(before, STDIN_FILENO);
	close(before);
	close(ends[0]);
	close(ends[1]);
}

static void an_unknown_form_of_passin_is_refused_without_quoting_it(void **state)
{
	(void)state;
	fails("enc.key", "rsa.crt", NULL, SECRET, NULL, "passin= must be pass:TEXT");
	fails("enc.key", "rsa.crt", NULL, "stdin" SECRET, NULL, "passin= must be pass:TEXT");
}

static void a_passphrase_of_1024_bytes_is_taken_and_a_longer_one_refused(void **state)
{
	char passin[5 + 1025 + 1] = "pass:";

	(void)state;
	memset(passin + 5, 'x', 1025);
	fails("enc.key", "rsa.crt", NULL, passin, NULL, "longer than 1024 bytes");
	passin[5 + 1024] = '\0';
	fails("enc.key", "rsa.crt", NULL, passin, "enc.key", "passphrase does not open it");
}

static void a_wrong_passphrase_is_told_as_such(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -passout 'pass:" SECRET "' "
		 "-out rsa.p12 && openssl rsa -in rsa.key -traditional -aes128 "
		 "-passout 'pass:" SECRET "' -out enctrad.key");
	fails("enc.key", "rsa.crt", NULL, "pass:wrong", "enc.key", "passphrase does not open it");
	fails("enc.key", "rsa.crt", NULL, "pass:", "enc.key", "passphrase does not open it");
	fails("enctrad.key", "rsa.crt", NULL, "pass:wrong", "enctrad.key", "passphrase does not open it");
	fails("rsa.p12", NULL, NULL, "pass:wrong", "rsa.p12", "passphrase does not open it");
}

/* Runs in a child: opens the encrypted key with no passin; the status says how that went. */
static void open_in_child(void)
{
	struct signer_files files = { .keys = ONE(kit_path("enc.key")), .certs = ONE(kit_path("rsa.crt")) };
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;

	if (signer_open(&files, &signer, NULL, &err) == 0)
		_exit(0);
	if (strstr(err.text, "no terminal") && strstr(err.text, "passin="))
		_exit(3);
	if (strstr(err.text, "passphrase does not open it"))
		_exit(4);
	_exit(5);
}

static void with_no_passphrase_and_no_terminal_the_message_asks_for_passin(void **state)
{
	pid_t child = fork();
	int status = 0;

	(void)state;
	assert_int_not_equal(child, -1);
	if (child == 0) {
		setsid();
		open_in_child();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
}

/* Lets a child ask on a terminal of its own, and answers. What the terminal showed goes to `shown`. */
static int ask_on_terminal(const char *answer, struct buf *shown)
{
	int terminal, status = 0;
	bool answered = false;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);
	char bytes[256];
	ssize_t got;

	assert_int_not_equal(child, -1);
	if (child == 0)
		open_in_child();
	while ((got = read(terminal, bytes, sizeof(bytes))) > 0) {
		buf_add(shown, bytes, (size_t)got);
		if (!answered && strstr(buf_text(shown), "enc.key: ")) {
			assert_int_equal(write(terminal, answer, strlen(answer)), strlen(answer));
			answered = true;
		}
	}
	close(terminal);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void the_terminal_is_asked_and_does_not_show_the_answer(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	int status = ask_on_terminal(SECRET "\n", &shown);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_non_null(strstr(buf_text(&shown), "Passphrase for "));
	assert_null(strstr(buf_text(&shown), SECRET));
}

static void a_wrong_answer_on_the_terminal_is_a_wrong_passphrase(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	int status = ask_on_terminal("wrong\n", &shown);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 4);
}

static void an_interrupt_at_the_prompt_ends_the_program(void **state)
{
	BUF_AUTO shown = BUF_INIT;
	int status = ask_on_terminal("half\003", &shown);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
}

/* ------------------------------------------------------------------ what does not fit */

static void a_file_that_is_not_there_is_told_as_such(void **state)
{
	(void)state;
	fails("none.key", "rsa.crt", NULL, NULL, "none.key", "No such file");
	fails("rsa.key", "none.crt", NULL, NULL, "none.crt", "No such file");
	fails("rsa.key", "rsa.crt", "none.crt", NULL, "none.crt", "No such file");
	fails(NULL, NULL, NULL, NULL, NULL, "key=");
}

static void a_store_that_openssl_does_not_have_is_told_as_such(void **state)
{
	struct signer_files files = { .keys = ONE("nosuchstore:object=x") };
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(signer_open(&files, &signer, NULL, &err), -1);
	assert_non_null(strstr(err.text, "no such file"));
	assert_string_equal(err.file, "nosuchstore:object=x");
}

static void a_file_without_a_key_is_told_as_such(void **state)
{
	(void)state;
	kit_write_text("text", "not a key\n");
	kit_write_text("nothing", "");
	kit_must("openssl pkey -in rsa.key -pubout -out public.pem");
	fails("text", "rsa.crt", NULL, NULL, "text", "holds no private key");
	fails("nothing", "rsa.crt", NULL, NULL, "nothing", "holds no private key");
	fails("rsa.crt", "rsa.crt", NULL, NULL, "rsa.crt", "a certificate and no private key");
	fails("public.pem", "rsa.crt", NULL, NULL, "public.pem", "public key only");
}

static void a_file_without_a_certificate_is_told_as_such(void **state)
{
	(void)state;
	kit_write_text("text", "not a certificate\n");
	fails("rsa.key", NULL, NULL, NULL, "rsa.key", "no certificate: give the key's certificate as cert=");
	fails("rsa.key", "text", NULL, NULL, "text", "holds no certificate");
	fails("rsa.key", "rsa.key", NULL, NULL, "rsa.key", "holds no certificate");
	fails("rsa.key", "rsa.crt", "text", NULL, "text", "holds no certificate");
}

static void a_certificate_of_another_key_is_refused(void **state)
{
	(void)state;
	fails("rsa.key", "ec.crt", NULL, NULL, "ec.crt", "is not the one of the key");
	fails("ec.key", "inter.crt", NULL, NULL, "inter.crt", "CN=inter");
}

static void a_certificate_that_must_not_sign_is_refused(void **state)
{
	(void)state;
	fails("crypt.key", "crypt.crt", NULL, NULL, "crypt.crt", "digitalSignature");
}

static void a_key_that_cannot_sign_cms_is_refused(void **state)
{
	(void)state;
	fails("ed.key", "ed.crt", NULL, NULL, "ed.key", "ED25519 cannot sign");
	kit_must("openssl genpkey -algorithm X25519 -out x.key");
	fails("x.key", "rsa.crt", NULL, NULL, "x.key", "X25519 cannot sign");
}

static void a_key_that_is_too_weak_is_refused(void **state)
{
	struct identity weak = kit_identity("weak", EVP_RSA_gen(512), NULL, NULL);

	(void)state;
	kit_identity_free(&weak);
	fails("weak.key", "weak.crt", NULL, NULL, "weak.key", "512 bits is too weak");
}

static void a_pkcs11_uri_is_shown_without_its_pin(void **state)
{
	struct signer_files files = { .keys = ONE("pkcs11:object=x?module-path=/nowhere&pin-value=" SECRET) };
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(signer_open(&files, &signer, NULL, &err), -1);
	assert_string_equal(err.file, "pkcs11:object=x");
	assert_non_null(strstr(err.text, "module /nowhere cannot be loaded"));
	assert_null(strstr(err.text, SECRET));
}

static void dates_are_warnings(void **state)
{
	static const struct {
		const char *key, *cert, *words;
	} cases[] = {
		{ "expired.key", "expired.crt", "(CN=expired) expired on " },
		{ "early.key", "early.crt", "(CN=early) is not valid before " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct problems notes = PROBLEMS_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(try_files(cases[i].key, cases[i].cert, NULL, NULL, &notes, &err), 0);
		assert_int_equal(notes.count, 1);
		assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
		assert_string_equal(notes.list[0].rule, SIGNER_RULE_EXPIRED);
		assert_non_null(strstr(notes.list[0].text, cases[i].words));
		assert_string_equal(notes.list[0].file, kit_path(cases[i].cert));
		problems_free(&notes);
	}
}

static void a_damaged_key_or_bundle_never_crashes(void **state)
{
	static const char *const files[] = { "enc.key", "rsa.p12", "rsa.der" };
	size_t f, i;

	(void)state;
	kit_must("openssl pkcs12 -export -inkey ec.key -in ec.crt -passout 'pass:" SECRET "' "
		 "-out rsa.p12 && openssl pkcs8 -topk8 -nocrypt -in ec.key -outform DER -out rsa.der");
	for (f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
		BUF_AUTO bytes = BUF_INIT;

		kit_read(files[f], &bytes);
		for (i = 0; i < bytes.len; i += 1 + bytes.len / 40) {
			struct error err = ERROR_INIT;

			kit_write("cut", bytes.data, i);
			assert_int_equal(try_files("cut", "rsa.crt", NULL, "pass:" SECRET, NULL, &err), -1);
			bytes.data[i] = (char)~bytes.data[i];
			kit_write("flipped", bytes.data, bytes.len);
			bytes.data[i] = (char)~bytes.data[i];
			(void)try_files("flipped", "rsa.crt", NULL, "pass:" SECRET, NULL, &err);
		}
	}
}

static void freeing_no_signer_is_fine(void **state)
{
	(void)state;
	signer_free(NULL);
}

static int make_identities(void **state)
{
	static const struct cert_options ca = { .ca = true };
	static const struct cert_options crypt = { .usage = "critical,keyEncipherment" };
	static const struct cert_options expired = { .from_day = -20, .to_day = -10 };
	static const struct cert_options early = { .from_day = 10, .to_day = 20 };
	struct identity root, inter, rest[7];
	size_t i, count = 0;

	(void)state;
	kit_open();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	inter = kit_identity("inter", EVP_EC_gen("P-256"), &root, &ca);
	rest[count++] = kit_identity("rsa", EVP_RSA_gen(2048), &inter, NULL);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &inter, NULL);
	rest[count++] = kit_identity("pss", kit_rsa_pss_key(), &inter, NULL);
	rest[count++] = kit_identity("ed", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &inter, NULL);
	rest[count++] = kit_identity("crypt", EVP_EC_gen("P-256"), &inter, &crypt);
	rest[count++] = kit_identity("expired", EVP_EC_gen("P-256"), &inter, &expired);
	rest[count++] = kit_identity("early", EVP_EC_gen("P-256"), &inter, &early);
	for (i = 0; i < count; i++)
		kit_identity_free(&rest[i]);
	kit_identity_free(&root);
	kit_identity_free(&inter);
	return kit_run("openssl pkcs8 -topk8 -in rsa.key -passout 'pass:" SECRET "' -out enc.key");
}

static int remove_folder(void **state)
{
	(void)state;
	kit_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pkcs8_key_in_pem_is_opened),
		cmocka_unit_test(an_rsa_pss_key_is_opened),
		cmocka_unit_test(traditional_pem_and_der_keys_are_opened),
		cmocka_unit_test(a_key_after_its_curve_parameters_is_opened),
		cmocka_unit_test(encrypted_keys_are_opened_with_their_passphrase),
		cmocka_unit_test(a_pkcs12_bundle_needs_no_certificate_beside_it),
		cmocka_unit_test(a_pkcs12_bundle_with_an_empty_passphrase_asks_for_none),
		cmocka_unit_test(an_old_pkcs12_bundle_encrypted_with_rc2_is_opened),
		cmocka_unit_test(key_and_certificate_may_share_a_file),
		cmocka_unit_test(a_file_of_certificates_does_not_ask_for_the_passphrase_of_a_key_beside_them),
		cmocka_unit_test(windows_text_with_other_text_around_is_opened),
		cmocka_unit_test(the_certificate_is_found_wherever_it_stands_in_the_file),
		cmocka_unit_test(the_passphrase_comes_from_the_environment),
		cmocka_unit_test(the_passphrase_is_the_first_line_of_a_file),
		cmocka_unit_test(the_passphrase_is_one_line_of_a_descriptor_and_the_next_line_stays_there),
		cmocka_unit_test(the_passphrase_comes_from_standard_input),
		cmocka_unit_test(an_unknown_form_of_passin_is_refused_without_quoting_it),
		cmocka_unit_test(a_passphrase_of_1024_bytes_is_taken_and_a_longer_one_refused),
		cmocka_unit_test(a_wrong_passphrase_is_told_as_such),
		cmocka_unit_test(with_no_passphrase_and_no_terminal_the_message_asks_for_passin),
		cmocka_unit_test(the_terminal_is_asked_and_does_not_show_the_answer),
		cmocka_unit_test(a_wrong_answer_on_the_terminal_is_a_wrong_passphrase),
		cmocka_unit_test(an_interrupt_at_the_prompt_ends_the_program),
		cmocka_unit_test(a_file_that_is_not_there_is_told_as_such),
		cmocka_unit_test(a_store_that_openssl_does_not_have_is_told_as_such),
		cmocka_unit_test(a_file_without_a_key_is_told_as_such),
		cmocka_unit_test(a_file_without_a_certificate_is_told_as_such),
		cmocka_unit_test(a_certificate_of_another_key_is_refused),
		cmocka_unit_test(a_certificate_that_must_not_sign_is_refused),
		cmocka_unit_test(a_key_that_cannot_sign_cms_is_refused),
		cmocka_unit_test(a_key_that_is_too_weak_is_refused),
		cmocka_unit_test(a_pkcs11_uri_is_shown_without_its_pin),
		cmocka_unit_test(dates_are_warnings),
		cmocka_unit_test(a_damaged_key_or_bundle_never_crashes),
		cmocka_unit_test(freeing_no_signer_is_fine),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
