/*
 * Any bytes as payloads encrypted for recipients: with a key whose certificate is known, and with one whose is not,
 * they are refused without content, or opened; what was encrypted again for the same recipients opens to the same.
 */
#include "tests/fuzz/fuzz_der.h"
#include "tests/fuzz/fuzz_text.h"

#include "sign/encryption.h"

/* The seeds are encrypted for these; of the first the certificate is in the file. */
static const char *const keys[] = { "tests/fuzz/keys/ec.pem", "tests/fuzz/keys/rsa.pem" };

#define KEY_COUNT (sizeof(keys) / sizeof(*keys))

static struct decryptor *decryptors[KEY_COUNT];

static void open_keys(void)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct decryptor_files files = { .key = keys[i], .passin = "pass:" };
		struct error err = ERROR_INIT;

		if (decryptor_open(&files, &decryptors[i], &err) == 0)
			continue;
		fprintf(stderr, "%s: %s\nRun it in the folder of the Makefile.\n", keys[i], err.text);
		abort();
	}
}

/* The key opens what was encrypted again, and it is the same content. */
static void must_be_renewed(const struct encryption *encryption, const struct decryptor *decryptor,
			    const struct buf *content)
{
	struct problems notes = PROBLEMS_INIT;
	struct encryption *again = NULL;
	BUF_AUTO cipher = BUF_INIT, plain = BUF_INIT;
	struct error err = ERROR_INIT;

	if (!encryption_renewable(encryption, &err)) {
		must_be_said(err);
		return;
	}
	if (encryption_renew(encryption, true, content->data, content->len, &cipher, &notes, &err) < 0) {
		must_be_said(err);
		must(cipher.len == 0);
		problems_free(&notes);
		return;
	}
	must(encryption_open(cipher.data, cipher.len, decryptor, &again, &plain, &err) == 0);
	must(buf_equals(&plain, content->data, content->len));
	encryption_free(again);
	problems_free(&notes);
}

static void open_with(const struct decryptor *decryptor, const uint8_t *data, size_t size)
{
	struct encryption *encryption = NULL;
	BUF_AUTO content = BUF_INIT, who = BUF_INIT;
	struct error err = ERROR_INIT;

	buf_add_text(&content, "before");
	if (encryption_open(data, size, decryptor, &encryption, &content, &err) < 0) {
		must_be_said(err);
		must(!encryption);
		must(buf_equals(&content, "before", 6));
		return;
	}
	encryption_describe(encryption, &who);
	must_be_lines(&who);
	must_be_renewed(encryption, decryptor, &content);
	encryption_free(encryption);
}

/* Without a key it is seen for whom it is. */
static void peek(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	BUF_AUTO who = BUF_INIT;

	if (encryption_peek(data, size, &who, &err) == 0) {
		must_be_lines(&who);
		return;
	}
	must_be_said(err);
	must(who.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!decryptors[0])
		open_keys();
	peek(data, size);
	for (size_t i = 0; i < KEY_COUNT; i++)
		open_with(decryptors[i], data, size);
	return 0;
}
