/*
 * What the tests of encryption share: recipients and decryptors opened from the files of signing.h's folder by name,
 * and encrypting and decrypting with them in one line.
 */
#ifndef TESTS_ENCRYPTING_H
#define TESTS_ENCRYPTING_H

#include "tests/unit/signing.h"

#include "sign/encryption.h"

/* Files in the folder: up to this many in one list. */
#define NAMES_MAX 8

/* Paths of the files "a.crt b.crt", in memory of their own. */
struct named_files {
	char paths[NAMES_MAX][256];
	const char *at[NAMES_MAX];
	struct strings list;
};

static inline const struct strings *named_files(struct named_files *files, const char *names)
{
	char text[512], *rest = NULL, *name;

	files->list = (struct strings){ files->at, 0 };
	assert_true(snprintf(text, sizeof(text), "%s", names) < (int)sizeof(text));
	for (name = strtok_r(text, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		size_t i = files->list.count++;

		assert_true(i < NAMES_MAX);
		snprintf(files->paths[i], sizeof(files->paths[i]), "%s", kit_path(name));
		files->at[i] = files->paths[i];
	}
	return &files->list;
}

static inline struct recipients *open_recipients(const char *names)
{
	struct problems notes = PROBLEMS_INIT;
	struct recipients *recipients;
	struct error err = ERROR_INIT;
	struct named_files files;

	if (recipients_open(named_files(&files, names), NULL, &recipients, &notes, &err))
		fail_msg("%s: %s", names, err.text);
	problems_free(&notes);
	return recipients;
}

static inline struct decryptor *open_decryptor(const char *key, const char *certs)
{
	struct decryptor *decryptor;
	struct error err = ERROR_INIT;
	struct named_files files;
	struct decryptor_files parts = { .key = kit_path(key), .certs = *named_files(&files, certs) };

	if (decryptor_open(&parts, &decryptor, &err))
		fail_msg("%s: %s", key, err.text);
	return decryptor;
}

/* `content` encrypted for the certificates in these files. */
static inline void make_for(const char *names, const struct buf *content, struct buf *out)
{
	struct recipients *recipients = open_recipients(names);
	struct error err = ERROR_INIT;

	if (encryption_make(recipients, content->data, content->len, out, &err))
		fail_msg("%s", err.text);
	recipients_free(recipients);
}

/* Opens it, which must work and give `content`. Free what comes back. */
static inline struct encryption *opens_to(const struct buf *cipher, const char *key, const char *certs,
					  const struct buf *content)
{
	struct decryptor *decryptor = open_decryptor(key, certs);
	struct encryption *encryption = NULL;
	struct error err = ERROR_INIT;
	BUF_AUTO plain = BUF_INIT;

	if (encryption_open(cipher->data, cipher->len, decryptor, &encryption, &plain, &err))
		fail_msg("%s with %s: %s", key, certs, err.text);
	assert_true(buf_equals(&plain, content->data, content->len));
	decryptor_free(decryptor);
	return encryption;
}

static inline void decrypts(const struct buf *cipher, const char *key, const char *certs,
			    const struct buf *content)
{
	encryption_free(opens_to(cipher, key, certs, content));
}

/* It must fail, leave `content` as it was, and say `words`. */
static inline void refuses(const struct buf *cipher, const char *key, const char *certs, int code,
			   const char *words)
{
	struct decryptor *decryptor = open_decryptor(key, certs);
	struct encryption *encryption = NULL;
	struct error err = ERROR_INIT;
	BUF_AUTO plain = BUF_INIT;

	assert_int_equal(encryption_open(cipher->data, cipher->len, decryptor, &encryption, &plain, &err), -1);
	assert_null(encryption);
	assert_int_equal(plain.len, 0);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	decryptor_free(decryptor);
}

static inline void renew(const struct encryption *encryption, const struct buf *content, struct buf *out,
			 struct problems *notes)
{
	struct error err = ERROR_INIT;

	if (encryption_renew(encryption, true, content->data, content->len, out, notes, &err))
		fail_msg("%s", err.text);
}

/* What stands for the payloads: all bytes, line ends of every kind, no end of line. */
static inline void fill_content(struct buf *content)
{
	int i;

	buf_add_text(content, "<?xml version=\"1.0\"?>\r\n<plist version=\"1.0\">\n<array/>\r</plist>\n");
	for (i = 0; i < 256; i++)
		buf_add_char(content, (char)i);
}

/* For how many recipients it is, one line each. */
static inline size_t count_recipients(const struct encryption *encryption)
{
	BUF_AUTO text = BUF_INIT;
	size_t i, lines = 0;

	encryption_describe(encryption, &text);
	for (i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	return lines;
}

#endif
