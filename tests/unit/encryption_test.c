/* Encrypting for recipients, decrypting, encrypting again; the wrong key, and hostile bytes. */
#include "tests/unit/encrypting.h"

#include <errno.h>

#include <openssl/cms.h>

#include "sign/encryption_internal.h"

static struct buf content;

/* ------------------------------------------------------------------ there and back */

static void every_recipient_decrypts_with_the_certificate_or_without(void **state)
{
	static const char *const names[] = { "rsa", "ec", "p384" };
	BUF_AUTO cipher = BUF_INIT;
	char key[32], cert[32];
	size_t i;

	(void)state;
	make_for("rsa.crt ec.crt p384.crt", &content, &cipher);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(key, sizeof(key), "%s.key", names[i]);
		snprintf(cert, sizeof(cert), "%s.crt", names[i]);
		decrypts(&cipher, key, cert, &content);
		decrypts(&cipher, key, "", &content);
		decrypts(&cipher, key, "rsa.crt ec.crt p384.crt", &content);
	}
}

static void content_of_any_length_comes_back(void **state)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 4095, 4096, 4097, 3u << 20 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		BUF_AUTO plain = BUF_INIT;
		BUF_AUTO cipher = BUF_INIT;

		buf_resize(&plain, lengths[i]);
		make_for("ec.crt", &plain, &cipher);
		decrypts(&cipher, "ec.key", "ec.crt", &plain);
	}
}

static void the_key_may_stand_in_one_file_with_its_certificate(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	kit_must("cat rsa.crt rsa.key > both.pem && openssl pkcs12 -export -inkey rsa.key -in rsa.crt "
		 "-passout pass: -out rsa.p12");
	make_for("both.pem", &content, &cipher);
	decrypts(&cipher, "both.pem", "", &content);
	decrypts(&cipher, "rsa.p12", "", &content);
	refuses(&cipher, "ec.key", "ec.crt", EACCES, "not encrypted for the key of CN=ec");
}

static void the_bytes_are_definite_der_and_no_two_are_alike(void **state)
{
	BUF_AUTO one = BUF_INIT, other = BUF_INIT;
	const unsigned char *at;
	CMS_ContentInfo *cms;
	unsigned char *der = NULL;
	int len;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &one);
	make_for("rsa.crt ec.crt", &content, &other);
	assert_false(buf_equals(&one, other.data, other.len));
	at = (const unsigned char *)one.data;
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)one.len);
	assert_non_null(cms);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0 && buf_equals(&one, der, (size_t)len));
	assert_int_not_equal((unsigned char)one.data[1], 0x80);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
}

static void the_encrypted_bytes_are_appended(void **state)
{
	struct recipients *recipients = open_recipients("ec.crt");
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	(void)state;
	buf_add_text(&out, "before");
	assert_int_equal(encryption_make(recipients, "x", 1, &out, &err), 0);
	assert_memory_equal(out.data, "before\x30", 7);
	recipients_free(recipients);
}

/* ------------------------------------------------------------------ the wrong key */

static void a_key_that_is_no_recipients_is_told_who_they_are(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &cipher);
	refuses(&cipher, "rsa2.key", "rsa2.crt", EACCES, "not encrypted for the key of CN=rsa2");
	refuses(&cipher, "rsa2.key", "rsa2.crt", EACCES, "issuer CN=ca, serial number ");
	refuses(&cipher, "rsa2.key", "rsa2.crt rsa.crt", EACCES, "CN=rsa;");
	refuses(&cipher, "ec2.key", "ec2.crt", EACCES, "not encrypted for the key of CN=ec2");
}

static void a_wrong_key_without_its_certificate_never_gives_the_content(void **state)
{
	BUF_AUTO cipher = BUF_INIT, rsa_only = BUF_INIT;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &cipher);
	make_for("rsa.crt", &content, &rsa_only);
	refuses(&cipher, "rsa2.key", "", EACCES, "opens it for none of the recipients");
	refuses(&cipher, "ec2.key", "", EACCES, "opens it for none of the recipients");
	refuses(&cipher, "p384.key", "", EACCES, "opens it for none of the recipients");
	refuses(&rsa_only, "ec.key", "", EACCES, "none of the recipients can have this key");
}

static void a_key_is_not_tried_on_recipients_whose_certificates_are_known(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	make_for("rsa.crt", &content, &cipher);
	refuses(&cipher, "rsa2.key", "rsa.crt", EACCES, "none of the recipients can have this key");
}

static void whom_it_is_for_can_be_seen_without_a_key(void **state)
{
	BUF_AUTO cipher = BUF_INIT, who = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t i;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &cipher);
	assert_int_equal(encryption_peek(cipher.data, cipher.len, &who, &err), 0);
	assert_memory_equal(who.data, "issuer CN=ca, serial number ", 28);
	assert_non_null(strstr(who.data, "\nissuer CN=ca, serial number "));
	buf_clear(&who);
	for (i = 0; i < cipher.len; i++) {
		assert_int_equal(encryption_peek(cipher.data, i, &who, &err), -1);
		assert_string_equal(err.rule, "not-a-profile");
	}
	assert_int_equal(who.len, 0);
}

static void who_is_named_and_no_recipient_is_a_stranger(void **state)
{
	struct decryptor *decryptor = open_decryptor("rsa.key", "rsa.crt ec.crt rsa2.crt ca.crt ec2.crt");
	BUF_AUTO cipher = BUF_INIT, who = BUF_INIT;
	struct encryption *encryption;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "rsa.crt ec.crt", &content);
	encryption_strangers(encryption, decryptor, &who);
	assert_string_equal(buf_text(&who), "CN=rsa2\nCN=ec2\n");
	encryption_free(encryption);
	decryptor_free(decryptor);
}

static void a_renewed_certificate_needs_the_old_one_beside_it(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	make_for("rsa.crt", &content, &cipher);
	kit_must("openssl req -x509 -new -key rsa.key -subj /CN=renewed -out renewed.crt");
	refuses(&cipher, "rsa.key", "renewed.crt", EACCES, "for a renewed certificate the old one too");
	decrypts(&cipher, "rsa.key", "renewed.crt rsa.crt", &content);
	decrypts(&cipher, "rsa.key", "", &content);
}

/* The same issuer and serial number, another key. */
static void a_content_key_that_does_not_fit_the_key_is_an_error(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	kit_must("for n in 1 2; do openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=twin -set_serial 7 "
		 "-keyout twin$n.key -out twin$n.crt || exit 1; done");
	make_for("twin1.crt", &content, &cipher);
	decrypts(&cipher, "twin1.key", "twin1.crt", &content);
	refuses(&cipher, "twin2.key", "twin2.crt", EINVAL, "does not open what was encrypted for it");
}

/* ------------------------------------------------------------------ hostile bytes */

/* Where the bytes lie that CBC lets anybody change: the initialization vector and the encrypted content. */
struct soft {
	size_t iv, content;
};

static struct soft find_soft(const struct buf *cipher, size_t plain_len)
{
	static const unsigned char name[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a, 0x04, 0x10 };
	const char *at = memmem(cipher->data, cipher->len, name, sizeof(name));
	struct soft soft;

	assert_non_null(at);
	soft.iv = (size_t)(at - cipher->data) + sizeof(name);
	soft.content = cipher->len - (plain_len / 16 + 1) * 16;
	return soft;
}

static bool is_soft(const struct soft *soft, size_t at)
{
	return (at >= soft->iv && at < soft->iv + 16) || at >= soft->content;
}

/* Opens it with a bit turned. What comes out is nothing, the content, or what CBC allows to be made of it. */
static void try_flipped(struct buf *cipher, size_t at, unsigned int bits, const struct decryptor *decryptor,
			const struct buf *plain, const struct soft *soft, size_t *changed)
{
	struct encryption *encryption = NULL;
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	int result;

	cipher->data[at] = (char)((unsigned char)cipher->data[at] ^ bits);
	result = encryption_open(cipher->data, cipher->len, decryptor, &encryption, &out, &err);
	cipher->data[at] = (char)((unsigned char)cipher->data[at] ^ bits);
	assert_true((result == 0) == (encryption != NULL));
	encryption_free(encryption);
	if (result) {
		assert_int_not_equal(err.code, 0);
		assert_int_equal(out.len, 0);
		return;
	}
	if (buf_equals(&out, plain->data, plain->len)) {
		assert_false(is_soft(soft, at));
		return;
	}
	if (!is_soft(soft, at))
		fail_msg("byte %zu of %zu, bits %02x: other content", at, cipher->len, bits);
	++*changed;
}

static void flip_all(const char *name, const char *certs, const unsigned int *patterns, size_t count)
{
	char key[32], cert[32];
	struct decryptor *decryptor;
	BUF_AUTO plain = BUF_INIT;
	BUF_AUTO cipher = BUF_INIT;
	struct soft soft;
	size_t i, j, changed = 0;

	snprintf(key, sizeof(key), "%s.key", name);
	snprintf(cert, sizeof(cert), "%s.crt", name);
	buf_add_text(&plain, "forty bytes of content, more or less....");
	make_for(cert, &plain, &cipher);
	soft = find_soft(&cipher, plain.len);
	decryptor = open_decryptor(key, certs);
	for (i = 0; i < cipher.len; i++)
		for (j = 0; j < count; j++)
			try_flipped(&cipher, i, patterns[j], decryptor, &plain, &soft, &changed);
	assert_true(changed >= 32 * count);
	decryptor_free(decryptor);
}

static void a_flipped_bit_changes_nothing_but_what_cbc_allows(void **state)
{
	static const unsigned int bits[] = { 1, 2, 4, 8, 16, 32, 64, 128, 255 };

	(void)state;
	flip_all("ec", "ec.crt", bits, 9);
	flip_all("ec", "", bits, 1);
	flip_all("rsa", "rsa.crt", bits, 1);
	flip_all("rsa", "", bits + 8, 1);
}

/* With one bit of its name turned, AES-256-CBC is AES-256-OFB, in which every key and every byte give something. */
static void a_cipher_without_padding_is_refused(void **state)
{
	BUF_AUTO cipher = BUF_INIT;
	struct soft soft;

	(void)state;
	make_for("ec.crt", &content, &cipher);
	soft = find_soft(&cipher, content.len);
	assert_int_equal(cipher.data[soft.iv - 3], 0x2a);
	cipher.data[soft.iv - 3] = 0x2b;
	refuses(&cipher, "ec.key", "ec.crt", EINVAL, "AES or 3DES in CBC mode");
}

/* What was encrypted with AES-128 says that it was AES-256: the key that comes out is too short. No random one is taken
 * in its place, as it would be for a sender who might be listening. */
static void a_key_of_the_wrong_length_is_told(void **state)
{
	static const char *const names[] = { "rsa", "ec" };
	char key[32], cert[32];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		BUF_AUTO cipher = BUF_INIT;
		char *at;

		snprintf(key, sizeof(key), "%s.key", names[i]);
		snprintf(cert, sizeof(cert), "%s.crt", names[i]);
		kit_must("openssl cms -encrypt -aes-128-cbc -binary -in ca.crt -outform DER -out short %s", cert);
		kit_read("short", &cipher);
		at = memmem(cipher.data, cipher.len, "\x60\x86\x48\x01\x65\x03\x04\x01\x02\x04\x10", 11);
		assert_non_null(at);
		at[8] = 0x2a;
		refuses(&cipher, key, cert, EINVAL, "key and cipher do not fit");
		/* A wrong RSA key looks like that, too, from OpenSSL 3.2 on. */
		if (i == 0 && OpenSSL_version_num() >= 0x30200000L)
			refuses(&cipher, key, "", EACCES, "opens it for none of the recipients");
		else
			refuses(&cipher, key, "", EINVAL, "key and cipher do not fit");
	}
}

static void bytes_that_are_cut_short_at_any_length_are_refused(void **state)
{
	struct decryptor *decryptor = open_decryptor("ec.key", "ec.crt");
	struct encryption *encryption;
	struct error err = ERROR_INIT;
	BUF_AUTO plain = BUF_INIT;
	BUF_AUTO cipher = BUF_INIT;
	size_t i;

	(void)state;
	make_for("ec.crt", &content, &cipher);
	for (i = 0; i < cipher.len; i++) {
		char *cut = malloc(i + 1);

		assert_non_null(cut);
		memcpy(cut, cipher.data, i);
		assert_int_equal(encryption_open(cut, i, decryptor, &encryption, &plain, &err), -1);
		assert_null(encryption);
		free(cut);
	}
	assert_int_equal(plain.len, 0);
	decryptor_free(decryptor);
}

static void bytes_after_the_end_are_refused(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	make_for("ec.crt", &content, &cipher);
	buf_add_char(&cipher, '\0');
	refuses(&cipher, "ec.key", "ec.crt", EINVAL, "1 byte follows the end of the encrypted content");
}

static void what_is_no_enveloped_data_is_refused(void **state)
{
	BUF_AUTO text = BUF_INIT, signed_data = BUF_INIT;

	(void)state;
	buf_add_text(&text, "bplist00");
	refuses(&text, "ec.key", "ec.crt", EINVAL, "no CMS (EnvelopedData)");
	kit_must("openssl cms -sign -nodetach -binary -in ec.crt -signer ec.crt -inkey ec.key -outform DER "
		 "-out signed");
	kit_read("signed", &signed_data);
	refuses(&signed_data, "ec.key", "ec.crt", EINVAL, "of the type pkcs7-signedData");
}

/* ------------------------------------------------------------------ again */

static void a_renewed_content_is_for_the_same_recipients(void **state)
{
	BUF_AUTO cipher = BUF_INIT, again = BUF_INIT, edited = BUF_INIT;
	struct problems notes = PROBLEMS_INIT;
	struct error why = ERROR_INIT;
	struct encryption *encryption;

	(void)state;
	make_for("rsa.crt ec.crt p384.crt", &content, &cipher);
	encryption = opens_to(&cipher, "ec.key", "rsa.crt ec.crt p384.crt", &content);
	assert_true(encryption_renewable(encryption, &why));
	buf_add_text(&edited, "edited");
	buf_add_text(&again, "kept");
	renew(encryption, &edited, &again, &notes);
	assert_int_equal(notes.count, 0);
	assert_memory_equal(again.data, "kept", 4);
	memmove(again.data, again.data + 4, again.len - 4);
	buf_resize(&again, again.len - 4);
	decrypts(&again, "rsa.key", "rsa.crt", &edited);
	decrypts(&again, "p384.key", "p384.crt", &edited);
	encryption_free(encryption);
	encryption = opens_to(&again, "ec.key", "rsa.crt ec.crt p384.crt", &edited);
	assert_int_equal(count_recipients(encryption), 3);
	encryption_free(encryption);
}

static void without_a_recipients_certificate_it_cannot_be_renewed(void **state)
{
	BUF_AUTO cipher = BUF_INIT, out = BUF_INIT, who = BUF_INIT;
	struct error why = ERROR_INIT;
	struct encryption *encryption;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "rsa.crt", &content);
	assert_false(encryption_renewable(encryption, &why));
	assert_non_null(strstr(why.text, "they are: issuer CN=ca, serial number "));
	assert_null(strstr(why.text, "CN=rsa"));
	why = ERROR_INIT;
	assert_int_equal(encryption_renew(encryption, true, "x", 1, &out, NULL, &why), -1);
	assert_int_equal(why.code, EACCES);
	assert_int_equal(out.len, 0);
	encryption_describe(encryption, &who);
	assert_non_null(strstr(buf_text(&who), "CN=rsa\n"));
	assert_non_null(strstr(buf_text(&who), "issuer CN=ca, serial number "));
	encryption_free(encryption);
}

static void a_key_alone_decrypts_and_cannot_renew(void **state)
{
	struct error why = ERROR_INIT;
	struct encryption *encryption;
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	make_for("rsa.crt", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "", &content);
	assert_false(encryption_renewable(encryption, &why));
	assert_non_null(strstr(why.text, "certificates are missing"));
	encryption_free(encryption);
}

/* As when the token that it is on was pulled out. */
static void a_key_that_is_gone_proves_nothing_and_what_is_encrypted_is_good_all_the_same(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct encryption *encryption;
	BUF_AUTO cipher = BUF_INIT, again = BUF_INIT;
	EVP_PKEY *key;

	(void)state;
	make_for("rsa.crt ec.crt", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "rsa.crt ec.crt", &content);
	key = encryption->key;
	encryption->key = kit_rsa_key();
	assert_int_equal(encryption_renew(encryption, true, content.data, content.len, &again, &notes, &err), -1);
	assert_int_equal(err.code, EIO);
	assert_null(err.rule);
	assert_non_null(strstr(err.text, "to prove it"));
	assert_int_equal(again.len, 0);
	assert_int_equal(encryption_renew(encryption, false, content.data, content.len, &again, &notes, &err), 0);
	decrypts(&again, "rsa.key", "rsa.crt", &content);
	decrypts(&again, "ec.key", "ec.crt", &content);
	EVP_PKEY_free(encryption->key);
	encryption->key = key;
	encryption_free(encryption);
	problems_free(&notes);
}

static void an_encryption_outlives_its_decryptor(void **state)
{
	BUF_AUTO cipher = BUF_INIT, again = BUF_INIT;
	struct encryption *encryption;

	(void)state;
	make_for("rsa.crt", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "rsa.crt", &content);
	renew(encryption, &content, &again, NULL);
	encryption_free(encryption);
	decrypts(&again, "rsa.key", "rsa.crt", &content);
}

/* ------------------------------------------------------------------ several keys in one agreement */

static CMS_ContentInfo *read_cms(const struct buf *cipher)
{
	const unsigned char *at = (const unsigned char *)cipher->data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)cipher->len);

	assert_non_null(cms);
	return cms;
}

static STACK_OF(CMS_RecipientEncryptedKey) *first_keys(CMS_ContentInfo *cms)
{
	return CMS_RecipientInfo_kari_get0_reks(sk_CMS_RecipientInfo_value(CMS_get0_RecipientInfos(cms), 0));
}

/* The encrypted key of `other` stands before that of `cipher` in one RecipientInfo; only the latter fits it. */
static void join_agreements(struct buf *cipher, const struct buf *other)
{
	CMS_ContentInfo *one = read_cms(cipher), *two = read_cms(other);
	CMS_RecipientEncryptedKey *moved;
	unsigned char *der = NULL;
	int len;

	moved = sk_CMS_RecipientEncryptedKey_pop(first_keys(two));
	assert_int_equal(sk_CMS_RecipientEncryptedKey_unshift(first_keys(one), moved), 2);
	len = i2d_CMS_ContentInfo(one, &der);
	assert_true(len > 0);
	buf_assign(cipher, der, (size_t)len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(one);
	CMS_ContentInfo_free(two);
}

static void one_agreement_may_hold_the_keys_of_several_recipients(void **state)
{
	BUF_AUTO cipher = BUF_INIT, other = BUF_INIT, again = BUF_INIT, who = BUF_INIT;
	struct encryption *encryption;

	(void)state;
	make_for("ec.crt", &content, &cipher);
	make_for("ec2.crt", &content, &other);
	join_agreements(&cipher, &other);
	decrypts(&cipher, "ec.key", "", &content);
	refuses(&cipher, "ec2.key", "ec2.crt", EINVAL, "does not open what was encrypted for it");
	encryption = opens_to(&cipher, "ec.key", "ec.crt ec2.crt", &content);
	encryption_describe(encryption, &who);
	assert_string_equal(buf_text(&who), "CN=ec2\nCN=ec\n");
	renew(encryption, &content, &again, NULL);
	encryption_free(encryption);
	decrypts(&again, "ec2.key", "ec2.crt", &content);
	decrypts(&again, "ec.key", "ec.crt", &content);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	recipients_free(NULL);
	decryptor_free(NULL);
	encryption_free(NULL);
}

/* ------------------------------------------------------------------ the folder */

static int make_identities(void **state)
{
	static const struct cert_options ca = { .ca = true };
	static const struct cert_options rsa = { .usage = "critical,keyEncipherment" };
	static const struct cert_options ec = { .usage = "critical,keyAgreement" };
	struct identity root, rest[5];
	size_t i, count = 0;

	(void)state;
	kit_open();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	rest[count++] = kit_identity("rsa", kit_rsa_key(), &root, &rsa);
	rest[count++] = kit_identity("rsa2", kit_rsa_key(), &root, &rsa);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &root, &ec);
	rest[count++] = kit_identity("ec2", EVP_EC_gen("P-256"), &root, &ec);
	rest[count++] = kit_identity("p384", EVP_EC_gen("P-384"), &root, &ec);
	for (i = 0; i < count; i++)
		kit_identity_free(&rest[i]);
	kit_identity_free(&root);
	fill_content(&content);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	buf_free(&content);
	kit_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recipient_decrypts_with_the_certificate_or_without),
		cmocka_unit_test(content_of_any_length_comes_back),
		cmocka_unit_test(the_key_may_stand_in_one_file_with_its_certificate),
		cmocka_unit_test(the_bytes_are_definite_der_and_no_two_are_alike),
		cmocka_unit_test(the_encrypted_bytes_are_appended),
		cmocka_unit_test(a_key_that_is_no_recipients_is_told_who_they_are),
		cmocka_unit_test(a_wrong_key_without_its_certificate_never_gives_the_content),
		cmocka_unit_test(a_key_is_not_tried_on_recipients_whose_certificates_are_known),
		cmocka_unit_test(whom_it_is_for_can_be_seen_without_a_key),
		cmocka_unit_test(who_is_named_and_no_recipient_is_a_stranger),
		cmocka_unit_test(a_renewed_certificate_needs_the_old_one_beside_it),
		cmocka_unit_test(a_content_key_that_does_not_fit_the_key_is_an_error),
		cmocka_unit_test(a_flipped_bit_changes_nothing_but_what_cbc_allows),
		cmocka_unit_test(a_cipher_without_padding_is_refused),
		cmocka_unit_test(a_key_of_the_wrong_length_is_told),
		cmocka_unit_test(bytes_that_are_cut_short_at_any_length_are_refused),
		cmocka_unit_test(bytes_after_the_end_are_refused),
		cmocka_unit_test(what_is_no_enveloped_data_is_refused),
		cmocka_unit_test(a_renewed_content_is_for_the_same_recipients),
		cmocka_unit_test(without_a_recipients_certificate_it_cannot_be_renewed),
		cmocka_unit_test(a_key_alone_decrypts_and_cannot_renew),
		cmocka_unit_test(a_key_that_is_gone_proves_nothing_and_what_is_encrypted_is_good_all_the_same),
		cmocka_unit_test(an_encryption_outlives_its_decryptor),
		cmocka_unit_test(one_agreement_may_hold_the_keys_of_several_recipients),
		cmocka_unit_test(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
