/*
 * One value against what the schema says of its key: type, allowed values, range, format, length, flags.
 *
 * The text of a value is that of plist/value.h, without a final newline. `key` may be NULL everywhere: then
 * only the type itself is judged, as value.h does. Placeholders: the whole value of any type but boolean may
 * be one; a string that holds one anywhere is judged by nothing else.
 *
 * A refusal names the value (unless the key is sensitive), what is allowed, and the rule: wrong-type,
 * not-allowed-value, out-of-range, bad-format, bad-length, access-rights.
 *
 * Subtypes (url, hostname, email) are not judged: Apple does not say which texts they are, and devices take
 * some that no standard does.
 */
#ifndef SCHEMA_CONSTRAINT_H
#define SCHEMA_CONSTRAINT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/schema/schema.h"
#include "plist/value.h"

/* Checks a scalar of that type. 0 or -1. */
int constraint_check(const struct schema_key *key, enum node_type type, const char *text, size_t len,
		     bool placeholders, struct error *err);

/* The same of a value, which nobody needs to decode if nothing is asked of its bytes. */
int constraint_check_value(const struct schema_key *key, const struct scalar *value, bool placeholders,
			   struct error *err);

/* True if constraint_check_value() takes it; false, too, if memory ran out: that one says it. */
bool constraint_takes(const struct schema_key *key, const struct scalar *value, bool placeholders);

/* What the first bytes of a scalar of that type can become. Agrees with constraint_check: VALID exactly if
 * that succeeds; NEVER only if no continuation can be valid. One exception, so that `printf` is refused
 * where `echo` is: that a placeholder might still follow is only considered once one has begun
 * ("htp://x" is NEVER under ^https://, "htp://$FLEET" is MAYBE). */
enum verdict constraint_prefix(const struct schema_key *key, enum node_type type, const char *text, size_t len,
			       bool placeholders);

/* Checks that a value of that type may stand there at all [wrong-type]; names what is allowed. 0 or -1. */
int constraint_type(const struct schema_key *key, enum node_type type, struct error *err);

/* Checks what holds of an array as a whole, when its elements are this many [bad-length]. 0 or -1. */
int constraint_items(const struct schema_key *key, size_t count, struct error *err);

/* Appends what is allowed, as messages say it: "one of WEP, WPA, WPA2", "an integer from 1 to 8191". */
void constraint_allowed(const struct schema_key *key, struct buf *out);

/* Says that `name` is no key of `dict` [unknown-key], with the key that was probably meant: "SSID_str" differs
 * in case only, "ServerURI" is near ServerURL. Returns -1. */
int constraint_unknown(const struct schema_key *dict, const char *name, size_t len, struct error *err);

/* True if an unknown key is near one that is declared (another case, one or two letters off): probably a
 * mistake. */
bool constraint_is_near(const struct schema_key *dict, const char *name, size_t len);

/* True for names that Apple keeps for itself: they begin with "Payload", and are never a preference's. */
bool constraint_is_reserved(const char *name, size_t len);

/* True for a key that a payload cannot have although it takes any: a reserved name that its schema, which has some
 * of those, has not. In a payload of a type that is not `known` only one that is near such a key: the type may be
 * one of Apple's with keys of its own. */
bool constraint_is_usurped(const struct schema_key *payload, bool known, const char *name, size_t len);

#endif
