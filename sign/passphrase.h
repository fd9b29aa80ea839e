/*
 * The passphrase of a key, or the PIN of a token: where it comes from, and whether it was wanted.
 *
 * A `passphrase` holds the secret in memory of its own; who opens one closes it, which wipes it. It is asked
 * for at most once, whatever number of files it opens.
 */
#ifndef SIGN_PASSPHRASE_H
#define SIGN_PASSPHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"

/* OpenSSL takes no longer one (PEM_BUFSIZE). */
#define PASSPHRASE_MAX 1024

/* What a passin may be, for messages. */
#define PASSPHRASE_FORMS "pass:TEXT, env:NAME, file:PATH, fd:N or stdin"

struct passphrase {
	bool known;         /* `text` is set */
	bool wanted;        /* something asked for it; who uses it sets this back to false */
	bool refused;       /* the terminal was asked in vain: `why` says how; it is not asked again */
	bool is_pin;        /* of a token */
	const char *what;   /* the file or the token that it opens, for the prompt; borrowed */
	const char *option; /* the name of the option that gives it, for messages: "passin"; a static string */
	struct error why;
	size_t len;
	char text[PASSPHRASE_MAX + 1];
};

/* Reads the passphrase from `passin`, one of openssl-passphrase-options(1): "pass:TEXT", "env:NAME",
 * "file:PATH", "fd:N", "stdin"; of the last three the first line, byte for byte and no further, so that the
 * rest stays there to be read. NULL: the terminal will be asked when something wants the passphrase. `option` is what
 * messages call the option, a static string.
 * 0 or -1; close it in both cases. Messages quote names and paths, and never a `passin` of no known
 * form: it may be the secret itself. */
int passphrase_open(struct passphrase *passphrase, const char *option, const char *passin, struct error *err);

/* Say what it opens next, for the prompt, and that nothing wanted it yet. Borrowed. */
void passphrase_is_for_file(struct passphrase *passphrase, const char *path);
void passphrase_is_for_token(struct passphrase *passphrase, const char *label);

/* Something wants it: true if it is known, asking the terminal if that was not done yet. */
bool passphrase_get(struct passphrase *passphrase);

/* A pem_password_cb; `data` is the struct passphrase. The length, or -1 if there is none. */
int passphrase_callback(char *out, int size, int writing, void *data);

void passphrase_close(struct passphrase *passphrase);

#endif
