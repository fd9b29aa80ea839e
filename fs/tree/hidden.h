/*
 * An encrypted profile that was opened with its key: the tree shows the payloads as if plain, and this holds what
 * really lies on disk, so that a save can put them back encrypted, for the same recipients, with nothing else changed.
 *
 * Three documents: the one that the tree edits (the profile's own, plain), `outer` as it is in the file, and `inner`,
 * the payloads' own property list. A save reconciles the latter two with the first, so that comments and layout of both
 * are kept; payloads that were not edited keep their encrypted bytes.
 *
 * It owns all of that, and wipes it; hidden_free() gives it back.
 */
#ifndef TREE_HIDDEN_H
#define TREE_HIDDEN_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "sign/encryption.h"

struct hidden;

/* Both forms of the payloads: what a save writes, and what it decrypts to. */
struct hidden_payloads {
	struct buf plain;
	struct buf cipher;
};

/* Decrypts `outer`, which it takes over when it succeeds (an empty document is left). Appends the whole profile as if
 * plain to `shown`. `*out` needs `decryptor` (borrowed) for as long as it is there. 0, or -1: it is no whole encrypted
 * profile [not-a-profile], the key does not open it, what comes out is no property list. */
int hidden_open(struct doc *outer, const struct decryptor *decryptor, struct hidden **out, struct buf *shown,
		struct error *err);

/* True if the payloads can be encrypted again; else `*why` says what is missing. */
bool hidden_renewable(const struct hidden *hidden, struct error *why);

/* The name of the encoding of the file's own plist, if it is not UTF-8; else NULL. */
const char *hidden_recoded(const struct hidden *hidden);

/* For whom the payloads are encrypted, one line each. */
void hidden_describe(const struct hidden *hidden, struct buf *out);

/* Appends `shown`, edited or not, as it lies on disk: encrypted. `payloads` gets both forms of them, for hidden_adopt()
 * when that is saved. A profile without PayloadContent has nothing to encrypt and becomes plain. 0 or -1. */
int hidden_render(struct hidden *hidden, const struct doc *shown, enum doc_format format,
		  struct hidden_payloads *payloads, struct buf *out, struct problems *notes, struct error *err);

/* What was rendered is what lies on disk now. Takes the payloads over; they are left empty. */
void hidden_adopt(struct hidden *hidden, struct hidden_payloads *payloads);

/* Wipes and empties them. */
void hidden_payloads_free(struct hidden_payloads *payloads);

void hidden_free(struct hidden *hidden);

#endif
