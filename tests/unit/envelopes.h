/*
 * What the tests of envelopes share: identities in the folder of signing.h ("rsa", "ec", "pss", "bare"
 * without a subject key id, "expired", all under "inter" under "ca"), and short words for opening the files
 * in it.
 */
#ifndef TESTS_ENVELOPES_H
#define TESTS_ENVELOPES_H

#include "tests/unit/signing.h"

#include "sign/envelope.h"
#include "sign/signer.h"

#define XML "<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n<dict/>\n</plist>\n"

/* Trust is asked of a store with nothing in it, which costs nothing and is the same on every machine. */
static inline void no_system_store(void)
{
	setenv("SSL_CERT_FILE", kit_path("no-such-file"), 1);
	setenv("SSL_CERT_DIR", kit_path("no-such-folder"), 1);
}

static inline struct envelope *open_bytes(const void *bytes, size_t len, struct buf *content)
{
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;

	buf_clear(content);
	if (envelope_open("wifi.mobileconfig", bytes, len, &envelope, content, &err))
		fail_msg("not opened: %s", err.text);
	assert_non_null(envelope);
	return envelope;
}

static inline struct envelope *open_file(const char *name, struct buf *content)
{
	BUF_AUTO bytes = BUF_INIT;

	kit_read(name, &bytes);
	return open_bytes(bytes.data, bytes.len, content);
}

/* It must be refused as a bad signature, and say `words`. */
static inline void refuses_bytes(const void *bytes, size_t len, const char *words)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(envelope_open("wifi.mobileconfig", bytes, len, &envelope, &content, &err), -1);
	assert_null(envelope);
	assert_string_equal(err.rule, "bad-signature");
	assert_string_equal(err.file, "wifi.mobileconfig");
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static inline void refuses_file(const char *name, const char *words)
{
	BUF_AUTO bytes = BUF_INIT;

	kit_read(name, &bytes);
	refuses_bytes(bytes.data, bytes.len, words);
}

static inline bool is_intact(const struct envelope *envelope)
{
	struct error why = ERROR_INIT;
	bool intact = envelope_intact(envelope, &why);

	assert_true(intact == (why.code == 0));
	if (!intact)
		assert_string_equal(why.rule, "bad-signature");
	return intact;
}

/* Opens what must be an intact envelope of this form around `text`. */
static inline void holds(const char *name, enum envelope_form form, const char *text)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_file(name, &content);

	assert_int_equal(envelope_form(envelope), form);
	assert_true(is_intact(envelope));
	assert_true(buf_equals(&content, text, strlen(text)));
	envelope_free(envelope);
}

/* True if this is one whole line of the description. */
static inline bool says(const struct envelope *envelope, const char *line)
{
	BUF_AUTO text = BUF_INIT, wanted = BUF_INIT;

	buf_add_text(&text, "\n");
	envelope_describe(envelope, &text);
	buf_add_format(&wanted, "\n%s\n", line);
	assert_true(buf_ok(&text));
	return strstr(buf_text(&text), buf_text(&wanted)) != NULL;
}

/* The same of a file. */
static inline bool file_says(const char *name, const char *line)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_file(name, &content);
	bool said = says(envelope, line);

	envelope_free(envelope);
	return said;
}

/* Signs text.plist with the real openssl into `out`. */
static inline void sign_with_openssl(const char *signer, const char *flags, const char *out)
{
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -sign -nodetach -binary -in text.plist -signer %s.crt -inkey %s.key -outform "
		 "DER -out %s %s",
		 signer, signer, out, flags);
}

/* Changes the one place in the file where `from` stands. */
static inline void change(const char *name, const char *from, const char *to)
{
	BUF_AUTO bytes = BUF_INIT;
	char *at;

	kit_read(name, &bytes);
	at = memmem(bytes.data, bytes.len, from, strlen(from));
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	kit_write(name, bytes.data, bytes.len);
}

static inline int make_identities(void **state)
{
	static const struct cert_options ca = { .ca = true };
	static const struct cert_options expired = { .from_day = -20, .to_day = -10 };
	static const struct cert_options no_key_id = { .no_key_id = true };
	struct identity root, inter, rest[5];
	size_t i, count = 0;

	(void)state;
	kit_open();
	no_system_store();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	inter = kit_identity("inter", EVP_EC_gen("P-256"), &root, &ca);
	rest[count++] = kit_identity("rsa", kit_rsa_key(), &inter, NULL);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &inter, NULL);
	rest[count++] = kit_identity("pss", kit_rsa_pss_key(), &inter, NULL);
	rest[count++] = kit_identity("bare", EVP_EC_gen("P-256"), &inter, &no_key_id);
	rest[count++] = kit_identity("expired", EVP_EC_gen("P-256"), &inter, &expired);
	for (i = 0; i < count; i++)
		kit_identity_free(&rest[i]);
	kit_identity_free(&root);
	kit_identity_free(&inter);
	return 0;
}

static inline int remove_identities(void **state)
{
	(void)state;
	kit_close();
	return 0;
}

#endif
