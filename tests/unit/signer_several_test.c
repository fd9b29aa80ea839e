/* Opening several keys at once: each finds its certificate, its passphrase, and no key counts twice. */
#include "tests/unit/signing.h"

#include "sign/internal.h"
#include "sign/signer.h"

#define SECRET "sesame opens"

/* A list of files in the folder, as many as are not NULL. */
#define FILES(...) list_of((const char *[]){ __VA_ARGS__, NULL })

static struct strings list_of(const char **names)
{
	static const char *texts[16][4];
	static unsigned int next;
	const char **list = texts[next++ % 16];
	struct strings strings = { .at = list };

	while (names[strings.count] && strings.count < 4) {
		list[strings.count] = strdup(kit_path(names[strings.count]));
		assert_non_null(list[strings.count++]);
	}
	return strings;
}

static void forget(struct strings *strings)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		free((char *)strings->at[i]);
}

static int try_files(struct signer_files files, struct signer **signer, struct error *err)
{
	int result = signer_open(&files, signer, NULL, err);

	forget(&files.keys);
	forget(&files.certs);
	forget(&files.chains);
	return result;
}

/* The identities are those whose certificates are called `names`, in this order, and the chain has `chain`. */
static void opens(struct signer_files files, const char *const *names, size_t count, int chain)
{
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;
	size_t i;

	if (try_files(files, &signer, &err))
		fail_msg("%s: %s", err.file, err.text);
	assert_int_equal(signer->count, count);
	for (i = 0; i < count; i++) {
		X509_NAME *subject = X509_get_subject_name(signer->identities[i].cert);
		char name[64];

		X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof(name));
		assert_string_equal(name, names[i]);
		assert_int_equal(X509_check_private_key(signer->identities[i].cert, signer->identities[i].key), 1);
	}
	assert_int_equal(sk_X509_num(signer->chain), chain);
	signer_free(signer);
}

static void fails(struct signer_files files, const char *file, const char *words)
{
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(try_files(files, &signer, &err), -1);
	assert_null(signer);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_string_equal(err.file, file ? kit_path(file) : "");
}

static const char *const rsa_ec[] = { "rsa", "ec" };

static void certificates_are_found_in_any_order(void **state)
{
	(void)state;
	opens((struct signer_files){ .keys = FILES("rsa.key", "ec.key"), .certs = FILES("rsa.crt", "ec.crt") }, rsa_ec,
	      2, 0);
	opens((struct signer_files){ .keys = FILES("rsa.key", "ec.key"), .certs = FILES("ec.crt", "rsa.crt") }, rsa_ec,
	      2, 0);
}

static void one_file_may_hold_the_certificates_of_all_keys(void **state)
{
	(void)state;
	kit_must("cat ca.crt ec.crt rsa.crt > all.crt");
	opens((struct signer_files){ .keys = FILES("rsa.key", "ec.key"), .certs = FILES("all.crt") }, rsa_ec, 2, 1);
}

static void a_key_with_its_certificate_stands_beside_one_without(void **state)
{
	(void)state;
	kit_must("cat rsa.key rsa.crt ca.crt > rsa.pem");
	opens((struct signer_files){ .keys = FILES("rsa.pem", "ec.key"), .certs = FILES("ec.crt") }, rsa_ec, 2, 1);
}

static void no_identity_is_in_the_chain_and_nothing_is_there_twice(void **state)
{
	(void)state;
	kit_must("cat ca.crt ec.crt rsa.crt > all.crt");
	opens((struct signer_files){ .keys = FILES("rsa.key", "ec.key"),
				     .certs = FILES("rsa.crt", "ec.crt"),
				     .chains = FILES("all.crt", "ca.crt") },
	      rsa_ec, 2, 1);
}

static void the_same_key_twice_is_refused(void **state)
{
	(void)state;
	kit_must("openssl pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out rsa.der");
	fails((struct signer_files){ .keys = FILES("rsa.key", "rsa.der"), .certs = FILES("rsa.crt") }, "rsa.der",
	      "the same key");
}

static void a_key_without_its_certificate_is_told(void **state)
{
	(void)state;
	fails((struct signer_files){ .keys = FILES("rsa.key", "ec.key"), .certs = FILES("rsa.crt") }, "rsa.crt",
	      "is not the one of the key in ");
	fails((struct signer_files){ .keys = FILES("rsa.key", "ec.key"), .certs = FILES("rsa.crt", "ca.crt") },
	      "ec.key", "none of the certificates");
}

static void a_file_whose_certificates_belong_to_no_key_is_told(void **state)
{
	(void)state;
	fails((struct signer_files){ .keys = FILES("rsa.key"), .certs = FILES("rsa.crt", "ec.crt") }, "ec.crt",
	      "is not the one of any key");
}

static void of_several_keys_in_one_file_the_first_counts(void **state)
{
	(void)state;
	kit_must("cat ec.key rsa.key > two.key");
	opens((struct signer_files){ .keys = FILES("two.key"), .certs = FILES("ec.crt") }, rsa_ec + 1, 1, 0);
	fails((struct signer_files){ .keys = FILES("two.key"), .certs = FILES("rsa.crt") }, "rsa.crt",
	      "is not the one of the key");
}

static void of_several_certificates_of_a_key_one_that_is_valid_and_may_sign_is_taken(void **state)
{
	(void)state;
	kit_must("cat old.crt crypt.crt ec.crt > ec.crts");
	opens((struct signer_files){ .keys = FILES("ec.key"), .certs = FILES("ec.crts") }, rsa_ec + 1, 1, 2);
}

static void one_passphrase_opens_all_keys_and_is_read_once(void **state)
{
	char source[32];
	const char *passin = source;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], SECRET "\n", strlen(SECRET) + 1), strlen(SECRET) + 1);
	close(ends[1]);
	snprintf(source, sizeof(source), "fd:%d", ends[0]);
	opens((struct signer_files){ .keys = FILES("rsa.enc", "ec.enc"),
				     .certs = FILES("rsa.crt", "ec.crt"),
				     .passins = ONE(passin) },
	      rsa_ec, 2, 0);
	close(ends[0]);
}

static void each_key_may_have_a_passphrase_of_its_own(void **state)
{
	const char *sources[] = { ("pass:" SECRET), "pass:another", "pass:third" };
	struct strings passins = { .at = sources, .count = 2 };

	(void)state;
	kit_must("openssl pkcs8 -topk8 -in ec.key -passout pass:another -out ec2.enc && "
		 "openssl pkcs12 -export -nokeys -in ec.crt -passout pass:another -out ec2.p12");
	opens((struct signer_files){ .keys = FILES("rsa.enc", "ec2.enc"),
				     .certs = FILES("rsa.crt", "ec2.p12"),
				     .passins = passins },
	      rsa_ec, 2, 0);
	fails((struct signer_files){ .keys = FILES("ec2.enc", "rsa.enc"),
				     .certs = FILES("rsa.crt", "ec.crt"),
				     .passins = passins },
	      "ec2.enc", "passphrase does not open it");
	passins.count = 3;
	fails((struct signer_files){ .keys = FILES("rsa.enc", "ec.enc"),
				     .certs = FILES("rsa.crt", "ec.crt"),
				     .passins = passins },
	      NULL, "3 passphrases (passin) are given for 2 keys");
}

static int make_identities(void **state)
{
	static const struct cert_options authority = { .ca = true };
	static const struct cert_options crypt = { .usage = "critical,keyEncipherment" };
	static const struct cert_options expired = { .from_day = -20, .to_day = -10 };
	struct identity ca, rsa, ec, other;

	(void)state;
	kit_open();
	ca = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &authority);
	rsa = kit_identity("rsa", kit_rsa_key(), &ca, NULL);
	ec = kit_identity("ec", EVP_EC_gen("P-256"), &ca, NULL);
	assert_int_equal(EVP_PKEY_up_ref(ec.key) + EVP_PKEY_up_ref(ec.key), 2);
	other = kit_identity("old", ec.key, &ca, &expired);
	kit_identity_free(&other);
	other = kit_identity("crypt", ec.key, &ca, &crypt);
	kit_identity_free(&other);
	kit_identity_free(&ca);
	kit_identity_free(&rsa);
	kit_identity_free(&ec);
	return kit_run("for key in rsa ec; do openssl pkcs8 -topk8 -in $key.key -passout 'pass:" SECRET "' "
		       "-out $key.enc || exit; done");
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
		cmocka_unit_test(certificates_are_found_in_any_order),
		cmocka_unit_test(one_file_may_hold_the_certificates_of_all_keys),
		cmocka_unit_test(a_key_with_its_certificate_stands_beside_one_without),
		cmocka_unit_test(no_identity_is_in_the_chain_and_nothing_is_there_twice),
		cmocka_unit_test(the_same_key_twice_is_refused),
		cmocka_unit_test(a_key_without_its_certificate_is_told),
		cmocka_unit_test(a_file_whose_certificates_belong_to_no_key_is_told),
		cmocka_unit_test(of_several_keys_in_one_file_the_first_counts),
		cmocka_unit_test(of_several_certificates_of_a_key_one_that_is_valid_and_may_sign_is_taken),
		cmocka_unit_test(one_passphrase_opens_all_keys_and_is_read_once),
		cmocka_unit_test(each_key_may_have_a_passphrase_of_its_own),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
