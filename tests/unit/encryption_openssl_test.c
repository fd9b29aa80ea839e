/* Encrypted content goes to and fro between the real openssl command and us, in every form that either makes. */
#include "tests/unit/encrypting.h"

#include <errno.h>

#include <openssl/cms.h>

#define ALL_CERTS "rsa.crt oaep.crt ec.crt p384.crt"

static const char *const names[] = { "rsa", "oaep", "ec", "p384" };
static const size_t name_count = sizeof(names) / sizeof(names[0]);

static struct buf content;

/* ------------------------------------------------------------------ helpers */

/* What `openssl cms -encrypt` makes of the file "plain" with these arguments. */
static void command_makes(const char *arguments, struct buf *cipher)
{
	kit_must("openssl cms -encrypt -binary -outform DER -in plain -out cipher %s", arguments);
	buf_clear(cipher);
	kit_read("cipher", cipher);
}

static void we_decrypt(const struct buf *cipher, const char *name)
{
	char key[32], cert[32];

	snprintf(key, sizeof(key), "%s.key", name);
	snprintf(cert, sizeof(cert), "%s.crt", name);
	decrypts(cipher, key, cert, &content);
	decrypts(cipher, key, "", &content);
}

static void command_decrypts(const struct buf *cipher, const char *name)
{
	BUF_AUTO plain = BUF_INIT;

	kit_write("ours", cipher->data, cipher->len);
	kit_must("openssl cms -decrypt -binary -inform DER -in ours -out back -inkey %s.key -recip %s.crt", name,
		 name);
	kit_read("back", &plain);
	assert_true(buf_equals(&plain, content.data, content.len));
}

static X509 *read_cert(const char *name)
{
	FILE *file = fopen(kit_path(name), "rb");
	X509 *cert;

	assert_non_null(file);
	cert = PEM_read_X509(file, NULL, NULL, NULL);
	assert_int_equal(fclose(file), 0);
	assert_non_null(cert);
	return cert;
}

/* Has openssl name every part of the structure, in the file "print". */
static void print(const struct buf *cipher)
{
	kit_write("ours", cipher->data, cipher->len);
	kit_must("openssl cms -cmsout -print -noout -inform DER -in ours > print");
}

static bool print_says(const char *words)
{
	BUF_AUTO text = BUF_INIT;

	kit_read("print", &text);
	return strstr(buf_text(&text), words) != NULL;
}

static void assert_notes(const struct problems *notes, size_t count, const char *words)
{
	assert_int_equal(notes->count, count);
	if (!count)
		return;
	assert_int_equal(notes->list[0].severity, SEVERITY_NOTE);
	if (!strstr(notes->list[0].text, words))
		fail_msg("'%s' does not say '%s'", notes->list[0].text, words);
}

/* Opens with `name`'s key, encrypts again; all of `readers` can read it, and openssl says `words` of it in "print". */
static void renews(const struct buf *cipher, const char *name, const char *readers, const char *words,
		   const char *note)
{
	struct problems notes = PROBLEMS_INIT;
	char key[32], list[64], *rest = NULL, *reader;
	struct encryption *encryption;
	BUF_AUTO again = BUF_INIT;

	snprintf(key, sizeof(key), "%s.key", name);
	snprintf(list, sizeof(list), "%s", readers);
	encryption = opens_to(cipher, key, ALL_CERTS, &content);
	renew(encryption, &content, &again, &notes);
	assert_notes(&notes, note ? 1 : 0, note);
	encryption_free(encryption);
	for (reader = strtok_r(list, " ", &rest); reader; reader = strtok_r(NULL, " ", &rest))
		command_decrypts(&again, reader);
	print(&again);
	assert_true(print_says("aes-256-cbc"));
	assert_true(print_says(words));
	problems_free(&notes);
}

/* ------------------------------------------------------------------ theirs */

static void what_openssl_encrypts_with_any_cipher_we_decrypt(void **state)
{
	static const char *const ciphers[] = { "des3", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm",
					       "aes-256-gcm" };
	BUF_AUTO cipher = BUF_INIT;
	char arguments[256];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		snprintf(arguments, sizeof(arguments), "-%s " ALL_CERTS, ciphers[i]);
		command_makes(arguments, &cipher);
		for (j = 0; j < name_count; j++)
			we_decrypt(&cipher, names[j]);
	}
}

static void indefinite_lengths_are_read_and_refused_when_cut_short(void **state)
{
	struct decryptor *decryptor = open_decryptor("ec.key", "ec.crt");
	struct encryption *encryption;
	struct error err = ERROR_INIT;
	BUF_AUTO cipher = BUF_INIT, plain = BUF_INIT;
	size_t i;

	(void)state;
	command_makes("-stream -aes-256-cbc " ALL_CERTS, &cipher);
	assert_int_equal((unsigned char)cipher.data[1], 0x80);
	for (i = 0; i < name_count; i++)
		we_decrypt(&cipher, names[i]);
	for (i = 0; i < cipher.len; i++)
		assert_int_equal(encryption_open(cipher.data, i, decryptor, &encryption, &plain, &err), -1);
	buf_add_char(&cipher, '\0');
	refuses(&cipher, "ec.key", "ec.crt", EINVAL, "1 byte follows");
	decryptor_free(decryptor);
}

static void recipients_named_by_key_id_are_found(void **state)
{
	BUF_AUTO cipher = BUF_INIT;
	size_t i;

	(void)state;
	command_makes("-keyid -aes-256-cbc " ALL_CERTS, &cipher);
	for (i = 0; i < name_count; i++)
		we_decrypt(&cipher, names[i]);
	refuses(&cipher, "other.key", "other.crt", EACCES, "key id ");
	renews(&cipher, "p384", "rsa oaep ec p384", "d.subjectKeyIdentifier", NULL);
	assert_true(print_says("d.rKeyId"));
	assert_false(print_says("issuerAndSerialNumber"));
}

/* ------------------------------------------------------------------ how keys are wrapped */

/* The encoded algorithm that wraps the key for the RSA recipient `name`. */
static void add_wrap(CMS_ContentInfo *cms, const char *name, struct buf *out)
{
	STACK_OF(CMS_RecipientInfo) *infos = CMS_get0_RecipientInfos(cms);
	X509 *cert = read_cert(name);
	int i;

	for (i = 0; i < sk_CMS_RecipientInfo_num(infos); i++) {
		CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
		unsigned char *der = NULL;
		X509_ALGOR *algorithm;
		int len;

		if (CMS_RecipientInfo_ktri_cert_cmp(info, cert) != 0)
			continue;
		assert_int_equal(CMS_RecipientInfo_ktri_get0_algs(info, NULL, NULL, &algorithm), 1);
		len = i2d_X509_ALGOR(algorithm, &der);
		assert_true(len > 0);
		buf_add(out, der, (size_t)len);
		OPENSSL_free(der);
	}
	X509_free(cert);
}

static void list_wraps(const struct buf *cipher, struct buf *out)
{
	const unsigned char *at = (const unsigned char *)cipher->data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)cipher->len);

	assert_non_null(cms);
	add_wrap(cms, "oaep.crt", out);
	add_wrap(cms, "rsa.crt", out);
	CMS_ContentInfo_free(cms);
}

/* What renews() left in "ours" wraps its keys exactly as `cipher` does. */
static void assert_same_wraps(const struct buf *cipher)
{
	BUF_AUTO ours = BUF_INIT, before = BUF_INIT, after = BUF_INIT;

	kit_read("ours", &ours);
	list_wraps(cipher, &before);
	list_wraps(&ours, &after);
	assert_true(before.len > 0);
	assert_true(buf_equals(&after, before.data, before.len));
}

static void keys_wrapped_with_oaep_are_opened_and_stay_so(void **state)
{
	static const char *const ways[] = {
		"",
		"-keyopt rsa_oaep_md:sha256",
		"-keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1",
		"-keyopt rsa_oaep_md:sha512 -keyopt rsa_mgf1_md:sha256 -keyopt rsa_oaep_label:0102",
	};
	BUF_AUTO cipher = BUF_INIT;
	char arguments[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		snprintf(arguments, sizeof(arguments),
			 "-aes-256-cbc -recip oaep.crt -keyopt rsa_padding_mode:oaep %s -recip rsa.crt", ways[i]);
		command_makes(arguments, &cipher);
		we_decrypt(&cipher, "oaep");
		we_decrypt(&cipher, "rsa");
		renews(&cipher, i % 2 ? "rsa" : "oaep", "oaep rsa", "rsaesOaep", NULL);
		assert_same_wraps(&cipher);
	}
}

static void agreed_keys_are_opened_whatever_the_digest_and_keep_it(void **state)
{
	static const char *const digests[] = { "sha1", "sha224", "sha256", "sha384", "sha512" };
	BUF_AUTO cipher = BUF_INIT;
	char arguments[256], scheme[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		snprintf(arguments, sizeof(arguments), "-aes-256-cbc -recip ec.crt -keyopt ecdh_kdf_md:%s", digests[i]);
		snprintf(scheme, sizeof(scheme), "dhSinglePass-stdDH-%skdf-scheme", digests[i]);
		command_makes(arguments, &cipher);
		we_decrypt(&cipher, "ec");
		renews(&cipher, "ec", "ec", scheme, NULL);
	}
	command_makes("-aes-256-cbc -recip ec.crt -keyopt ecdh_cofactor_mode:1 -keyopt ecdh_kdf_md:sha256", &cipher);
	we_decrypt(&cipher, "ec");
	renews(&cipher, "ec", "ec", "dhSinglePass-cofactorDH-sha256kdf-scheme", NULL);
}

/* ------------------------------------------------------------------ again */

static void another_cipher_becomes_aes_256_and_that_is_said(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	command_makes("-des3 " ALL_CERTS, &cipher);
	renews(&cipher, "rsa", "rsa oaep ec p384", "issuerAndSerialNumber", "encrypted with DES-EDE3-CBC;");
	command_makes("-aes-128-cbc " ALL_CERTS, &cipher);
	renews(&cipher, "ec", "rsa oaep ec p384", "issuerAndSerialNumber", "encrypted with AES-128-CBC;");
	command_makes("-aes-256-gcm " ALL_CERTS, &cipher);
	renews(&cipher, "ec", "rsa oaep ec p384", "pkcs7-envelopedData", "AuthEnvelopedData");
}

static void a_changed_authenticated_content_is_refused(void **state)
{
	BUF_AUTO cipher = BUF_INIT;
	char *last;

	(void)state;
	command_makes("-aes-256-gcm ec.crt", &cipher);
	last = &cipher.data[cipher.len - 1];
	*last = (char)(*last ^ 1);
	refuses(&cipher, "ec.key", "ec.crt", EINVAL, "damaged");
}

static void a_password_or_a_shared_key_beside_it_cannot_be_renewed(void **state)
{
	static const char *const ways[][2] = {
		{ "-aes-256-cbc -pwri_password sesame rsa.crt", "it is for: a password" },
		{ "-aes-256-cbc -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid C0FEE0 rsa.crt",
		  "it is for: a shared key, id C0FEE0" },
	};
	BUF_AUTO cipher = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct error why = ERROR_INIT;
		struct encryption *encryption;

		command_makes(ways[i][0], &cipher);
		we_decrypt(&cipher, "rsa");
		encryption = opens_to(&cipher, "rsa.key", "rsa.crt", &content);
		assert_false(encryption_renewable(encryption, &why));
		if (!strstr(why.text, ways[i][1]))
			fail_msg("'%s' does not say '%s'", why.text, ways[i][1]);
		assert_null(strstr(why.text, "sesame"));
		encryption_free(encryption);
	}
}

/* ------------------------------------------------------------------ ours */

static void what_we_encrypt_openssl_decrypts_for_every_recipient(void **state)
{
	BUF_AUTO cipher = BUF_INIT;
	size_t i;

	(void)state;
	make_for(ALL_CERTS, &content, &cipher);
	for (i = 0; i < name_count; i++)
		command_decrypts(&cipher, names[i]);
	print(&cipher);
	assert_true(print_says("aes-256-cbc"));
	assert_int_not_equal(kit_run("openssl cms -decrypt -inform DER -in ours -inkey other.key -recip other.crt"), 0);
}

/* ------------------------------------------------------------------ the folder */

static int make_identities(void **state)
{
	static const struct cert_options both = { .usage = "keyEncipherment,keyAgreement,digitalSignature" };
	struct identity made[5];
	size_t i;

	(void)state;
	kit_open();
	made[0] = kit_identity("rsa", kit_rsa_key(), NULL, &both);
	made[1] = kit_identity("oaep", kit_rsa_key(), NULL, &both);
	made[2] = kit_identity("ec", EVP_EC_gen("P-256"), NULL, &both);
	made[3] = kit_identity("p384", EVP_EC_gen("P-384"), NULL, &both);
	made[4] = kit_identity("other", kit_rsa_key(), NULL, &both);
	for (i = 0; i < 5; i++)
		kit_identity_free(&made[i]);
	fill_content(&content);
	kit_write("plain", content.data, content.len);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	buf_free(&content);
	kit_close();
	return 0;
}

/* ------------------------------------------------------------------ how many */

/* Encrypted so often for rsa.crt, then for oaep.crt, by openssl's library: its command takes no thousand. It sorts
 * them, and the one with the longer name comes last. */
static void library_makes(size_t count, struct buf *cipher)
{
	X509 *certs[] = { read_cert("rsa.crt"), read_cert("oaep.crt") };
	BIO *plain = BIO_new_mem_buf(content.data, (int)content.len);
	CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, EVP_aes_128_cbc(), CMS_BINARY | CMS_PARTIAL);
	unsigned char *der = NULL;
	size_t i;
	int len;

	assert_true(plain && cms);
	for (i = 0; i <= count; i++)
		assert_non_null(CMS_add1_recipient_cert(cms, certs[i == count], 0));
	assert_int_equal(CMS_final(cms, plain, NULL, CMS_BINARY), 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	buf_clear(cipher);
	buf_add(cipher, der, (size_t)len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(plain);
	X509_free(certs[0]);
	X509_free(certs[1]);
}

static void a_thousand_recipients_are_read_and_not_one_more(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	library_makes(999, &cipher);
	decrypts(&cipher, "oaep.key", "oaep.crt", &content);
	library_makes(1000, &cipher);
	refuses(&cipher, "oaep.key", "oaep.crt", EINVAL, "1001 recipients, more than the 1000");
}

static void a_key_without_certificate_is_tried_for_so_many_recipients(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	library_makes(99, &cipher);
	decrypts(&cipher, "oaep.key", "", &content);
	library_makes(100, &cipher);
	refuses(&cipher, "oaep.key", "", EACCES, "give the key's certificate too");
	decrypts(&cipher, "oaep.key", "oaep.crt", &content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_encrypts_with_any_cipher_we_decrypt),
		cmocka_unit_test(indefinite_lengths_are_read_and_refused_when_cut_short),
		cmocka_unit_test(recipients_named_by_key_id_are_found),
		cmocka_unit_test(keys_wrapped_with_oaep_are_opened_and_stay_so),
		cmocka_unit_test(agreed_keys_are_opened_whatever_the_digest_and_keep_it),
		cmocka_unit_test(another_cipher_becomes_aes_256_and_that_is_said),
		cmocka_unit_test(a_changed_authenticated_content_is_refused),
		cmocka_unit_test(a_password_or_a_shared_key_beside_it_cannot_be_renewed),
		cmocka_unit_test(what_we_encrypt_openssl_decrypts_for_every_recipient),
		cmocka_unit_test(a_thousand_recipients_are_read_and_not_one_more),
		cmocka_unit_test(a_key_without_certificate_is_tried_for_so_many_recipients),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
