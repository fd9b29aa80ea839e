/* Locked pieces: there and back, none like another, and nothing that was changed opens. */
#include "tests/unit/encrypting.h"

#include <errno.h>

#include "sign/vault.h"

static struct vault *fresh_vault(void)
{
	struct vault *vault;
	struct error err = ERROR_INIT;

	if (vault_new(&vault, &err) < 0)
		fail_msg("%s", err.text);
	return vault;
}

static void locks(const struct vault *vault, const void *bytes, size_t len, struct buf *out)
{
	struct error err = ERROR_INIT;

	if (vault_lock(vault, bytes, len, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void assert_shut(const struct vault *vault, const void *bytes, size_t len)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;

	buf_add_text(&out, "before");
	assert_int_equal(vault_unlock(vault, bytes, len, &out, &err), -1);
	assert_int_equal(err.code, EACCES);
	assert_true(buf_equals(&out, "before", 6));
}

static void pieces_of_any_length_come_back(void **state)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 4096, 3u << 20 };
	struct vault *vault = fresh_vault();
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		BUF_AUTO plain = BUF_INIT;
		BUF_AUTO locked = BUF_INIT;
		BUF_AUTO again = BUF_INIT;

		buf_resize(&plain, lengths[i]);
		locks(vault, plain.data, plain.len, &locked);
		assert_int_equal(vault_unlock(vault, locked.data, locked.len, &again, &err), 0);
		assert_true(buf_equals(&again, plain.data, plain.len));
	}
	vault_free(vault);
}

static void equal_pieces_are_locked_differently(void **state)
{
	struct vault *vault = fresh_vault();
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;

	(void)state;
	locks(vault, "secret", 6, &one);
	locks(vault, "secret", 6, &two);
	assert_false(buf_equals(&one, two.data, two.len));
	assert_null(memmem(one.data, one.len, "secret", 6));
	vault_free(vault);
}

static void no_changed_bit_and_no_cut_opens(void **state)
{
	struct vault *vault = fresh_vault();
	BUF_AUTO locked = BUF_INIT;
	size_t i;

	(void)state;
	locks(vault, "secret", 6, &locked);
	for (i = 0; i < locked.len * 8; i++) {
		locked.data[i / 8] ^= (char)(1 << i % 8);
		assert_shut(vault, locked.data, locked.len);
		locked.data[i / 8] ^= (char)(1 << i % 8);
	}
	for (i = 0; i < locked.len; i++)
		assert_shut(vault, locked.data, i);
	vault_free(vault);
}

static void another_vault_does_not_open_it(void **state)
{
	struct vault *vault = fresh_vault(), *other = fresh_vault();
	BUF_AUTO locked = BUF_INIT;

	(void)state;
	locks(vault, "secret", 6, &locked);
	assert_shut(other, locked.data, locked.len);
	vault_free(vault);
	vault_free(other);
}

/* --- the key, encrypted for others ------------------------------------------------------------------ */

/* What is encrypted for the certificates, opened with the key of one. */
static struct encryption *opened_for(const char *certs, const char *key)
{
	struct decryptor *decryptor = open_decryptor(key, certs);
	struct encryption *encryption;
	struct error err = ERROR_INIT;
	BUF_AUTO content = BUF_INIT, cipher = BUF_INIT;

	buf_add_text(&content, "payloads");
	make_for(certs, &content, &cipher);
	buf_clear(&content);
	if (encryption_open(cipher.data, cipher.len, decryptor, &encryption, &content, &err))
		fail_msg("%s", err.text);
	decryptor_free(decryptor);
	return encryption;
}

static void every_recipient_can_open_the_vault(void **state)
{
	static const char *const keys[] = { "rsa.key", "ec.key", "p384.key" };
	struct encryption *writer = opened_for("rsa.crt ec.crt p384.crt", "rsa.key");
	struct vault *vault = fresh_vault();
	BUF_AUTO wrapped = BUF_INIT;
	BUF_AUTO locked = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(encryption_wrap(writer, vault, &wrapped, &err), 0);
	locks(vault, "secret", 6, &locked);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct encryption *reader = opened_for("rsa.crt ec.crt p384.crt", keys[i]);
		struct vault *again;
		BUF_AUTO plain = BUF_INIT;

		if (encryption_unwrap(reader, wrapped.data, wrapped.len, &again, &err) < 0)
			fail_msg("%s: %s", keys[i], err.text);
		assert_int_equal(vault_unlock(again, locked.data, locked.len, &plain, &err), 0);
		assert_true(buf_equals(&plain, "secret", 6));
		vault_free(again);
		encryption_free(reader);
	}
	vault_free(vault);
	encryption_free(writer);
}

static void who_is_no_recipient_cannot(void **state)
{
	struct encryption *writer = opened_for("rsa.crt", "rsa.key"), *stranger = opened_for("ec.crt", "ec.key");
	struct vault *vault = fresh_vault(), *again;
	BUF_AUTO wrapped = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(encryption_wrap(writer, vault, &wrapped, &err), 0);
	assert_int_equal(encryption_unwrap(stranger, wrapped.data, wrapped.len, &again, &err), -1);
	assert_int_equal(encryption_unwrap(writer, "nonsense", 8, &again, &err), -1);
	vault_free(vault);
	encryption_free(writer);
	encryption_free(stranger);
}

static int make_identities(void **state)
{
	static const struct cert_options rsa = { .usage = "critical,keyEncipherment" };
	static const struct cert_options ec = { .usage = "critical,keyAgreement" };
	struct identity all[3];
	size_t i;

	(void)state;
	kit_open();
	all[0] = kit_identity("rsa", kit_rsa_key(), NULL, &rsa);
	all[1] = kit_identity("ec", EVP_EC_gen("P-256"), NULL, &ec);
	all[2] = kit_identity("p384", EVP_EC_gen("P-384"), NULL, &ec);
	for (i = 0; i < 3; i++)
		kit_identity_free(&all[i]);
	return 0;
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
		cmocka_unit_test(pieces_of_any_length_come_back),
		cmocka_unit_test(equal_pieces_are_locked_differently),
		cmocka_unit_test(no_changed_bit_and_no_cut_opens),
		cmocka_unit_test(another_vault_does_not_open_it),
		cmocka_unit_test(every_recipient_can_open_the_vault),
		cmocka_unit_test(who_is_no_recipient_cannot),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
