/*
 * An encrypted profile that was opened with its key: the tree shows the payloads as if plain, and this holds what
 * really lies on disk, so that a save can put them back encrypted, for the same recipients, with nothing else changed.
 *
 * Three documents: the one that the tree edits (the profile's own, plain), `outer` as it is in the file, and `inner`,
 * the payloads' own property list. A save reconciles the latter two with the first, so that comments and layout of both
 * are kept; payloads that were not edited keep their encrypted bytes. What the edits made must be something that the
 * next mount can open: hidden_prove() opens it so.
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
	bool unproven; /* asked for: they need not be decrypted again, as the key may be gone */
	bool renewed;  /* the cipher is not the one that lies on disk */
};

/* Decrypts `outer`, which it takes over when it succeeds (an empty document is left). Reads the whole profile as if
 * plain into `shown`, whose positions are no lines of a file (composed). `name` is for messages. `*out` needs
 * `decryptor` no more. 0, or -1: it is no whole encrypted profile [not-a-profile], the key does not open it, what comes
 * out is no property list. */
int hidden_open(struct doc *outer, const struct decryptor *decryptor, const char *name, struct hidden **out,
		struct doc *shown, struct error *err);

/* True if the payloads can be encrypted again; else `*why` says what is missing. */
bool hidden_renewable(const struct hidden *hidden, struct error *why);

/* True if what lies on disk is encrypted: not after a save without PayloadContent. */
bool hidden_is_encrypted(const struct hidden *hidden);

/* The name of the encoding of the file's own plist, if it is not UTF-8; else NULL. */
const char *hidden_recoded(const struct hidden *hidden);

/* For whom the payloads are encrypted, one line each. */
void hidden_describe(const struct hidden *hidden, struct buf *out);

/* encryption_strangers() of the payloads. */
void hidden_strangers(const struct hidden *hidden, const struct decryptor *decryptor, struct buf *out);

/* The encryption that the payloads were opened from. */
const struct encryption *hidden_encryption(const struct hidden *hidden);

/* Appends to `out` for whom the payloads of a profile are encrypted that was not opened: what encryption_peek() says,
 * or why it cannot. Nothing if they are not encrypted. */
void hidden_peek(const struct doc *doc, struct buf *out);

/* Appends `shown`, edited or not, as it lies on disk: encrypted. `payloads` gets both forms of them, for hidden_adopt()
 * when that is saved; what it says of `unproven` is kept. A profile without PayloadContent has nothing to encrypt and
 * becomes plain. The two keys that stand for PayloadContent on disk are made, whatever `shown` has under their names.
 * 0 or -1. */
int hidden_render(struct hidden *hidden, const struct doc *shown, enum doc_format format,
		  struct hidden_payloads *payloads, struct buf *out, struct problems *notes, struct error *err);

/* Whether the next mount could open what hidden_render() made of `shown`, and find in it what was edited. 0, or -1: a
 * key is in `shown` that only stands on disk, PayloadContent is no array, it is nested too deep or cannot be put into
 * the profile's format [not-a-profile]. */
int hidden_prove(const struct doc *shown, const struct hidden_payloads *payloads, const struct buf *rendered,
		 struct error *err);

/* What was rendered is what lies on disk now. Takes the payloads over; they are left empty. */
void hidden_adopt(struct hidden *hidden, struct hidden_payloads *payloads);

/* Wipes and empties them. */
void hidden_payloads_free(struct hidden_payloads *payloads);

void hidden_free(struct hidden *hidden);

#endif
