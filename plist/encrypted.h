/*
 * The shape of an encrypted profile: instead of the array PayloadContent it holds EncryptedPayloadContent, data that
 * decrypts to a property list of its own with that array as its top, and IsEncrypted true.
 * (Apple, Configuration Profile Reference, "Encrypted profiles".) No cryptography here: bytes come and go.
 *
 * A document is taken as it is now, its edits included; `doc` itself stays as it is.
 *
 * Both ways work on the bytes: what is neither PayloadContent nor the two other keys stays byte for byte, and so does
 * the array with its comments and its layout. Covering and uncovering again gives the same bytes, in XML with the usual
 * layout. What others encrypted, an array that begins in the first column, is indented to its new place. Where the
 * array's bytes mean something else elsewhere (entities of a document type) or the formats differ, it is written
 * anew. Binary property lists have no layout to keep; fractions of a second in their payloads' dates are dropped.
 */
#ifndef PLIST_ENCRYPTED_H
#define PLIST_ENCRYPTED_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"

/* True if the profile's payloads are encrypted: EncryptedPayloadContent is there, or should be: IsEncrypted is true and
 * there is no PayloadContent. A profile with plain payloads that calls itself encrypted is not. */
bool encrypted_is(const struct doc *doc);

/* The encrypted bytes: the value of EncryptedPayloadContent. NULL, with what is wrong in `err` [not-a-profile], if that
 * key is missing, twice there or no data, if IsEncrypted is not true, or if PayloadContent is there beside it. */
const struct node *encrypted_content(const struct doc *doc, struct error *err);

/* Appends the property list to be encrypted: the document's PayloadContent array as the top of a plist of its own, in
 * the document's format. 0, or -1: it is not there or no array [not-a-profile], the document has a key twice
 * [duplicate-key], memory. */
int encrypted_take(const struct doc *doc, struct buf *out, struct error *err);

/* Appends `doc`, which has PayloadContent, as the encrypted profile with `cipher` in its place. 0 or -1, as above, or
 * it is encrypted already [not-a-profile]. */
int encrypted_cover(const struct doc *doc, const void *cipher, size_t len, struct buf *out, struct error *err);

/* Appends `doc`, which is encrypted, as the plain profile with the array of `payloads`, the decrypted property list.
 * 0, or -1: `payloads` cannot be read or has no array at its top [not-a-profile] (the key may have been a wrong one,
 * the data may be damaged: the text says so). No error ever shows anything of what came out. */
int encrypted_uncover(const struct doc *doc, const void *payloads, size_t len, struct buf *out,
		      struct error *err);

#endif
