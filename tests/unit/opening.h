/*
 * Opening a signer in tests: what must open, and what must fail and how. The folder's key "rsa.key" and its encrypted
 * copy "enc.key" are made by the test.
 */
#ifndef TESTS_OPENING_H
#define TESTS_OPENING_H

#include "tests/unit/signing.h"

#include "sign/signer.h"

#define SECRET "sesame opens"

/* Opens the files, given by their names in the folder, and frees the signer. 0, or -1 with `err`. */
static inline int try_files(const char *key, const char *cert, const char *chain, const char *passin,
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

static inline void opens(const char *key, const char *cert, const char *chain, const char *passin)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;

	if (try_files(key, cert, chain, passin, &notes, &err))
		fail_msg("%s: %s", key, err.text);
	assert_int_equal(notes.count, 0);
	problems_free(&notes);
}

/* It must fail, name `file`, and say `words`. */
static inline void fails(const char *key, const char *cert, const char *chain, const char *passin, const char *file,
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

static inline int make_encrypted_key(void)
{
	return kit_run("openssl pkcs8 -topk8 -in rsa.key -passout 'pass:" SECRET "' -out enc.key");
}

static inline int remove_folder(void **state)
{
	(void)state;
	kit_close();
	return 0;
}

#endif
