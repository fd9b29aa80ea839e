#include "plist/schema/constraint.h"

#include <string.h>

#include "plist/base/hint.h"
#include "plist/schema/constraint_limits.h"

/* Of a dictionary with more keys than these a message does not list them. */
#define LISTED_MAX 6

/* Edits that may lie between a name and the one that was meant. */
#define EDITS_MAX 2

/* --- which key was meant -------------------------------------------------------------------------------- */

struct guess {
	const char *name; /* NULL: none */
	size_t edits;
	bool only_case;
};

static struct guess guess_key(const struct schema_key *dict, const char *name, size_t len)
{
	const struct schema_key *shape = schema_shape(dict);
	struct hint hint = hint_for_bytes(name, len);

	for (size_t i = 0; i < shape->key_count; i++) {
		const char *known = shape->keys[i]->name;

		if (!known)
			continue;
		if (hint_same_but_case(name, len, known))
			return (struct guess){ .name = known, .only_case = true };
		hint_consider(&hint, known);
	}
	if (!hint.name || hint.distance > EDITS_MAX)
		return (struct guess){ 0 };
	return (struct guess){ .name = hint.name, .edits = hint.distance };
}

/* --- is it a mistake? ----------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t without_digits(const char *name, size_t len)
{
	while (len > 0 && is_digit(name[len - 1]))
		len--;
	return len;
}

/* Key1 and Key2 are two keys, and Key is a third: nobody mistyped anything. */
static bool differ_in_number(const char *name, size_t len, const char *other)
{
	size_t stem = without_digits(name, len), other_stem = without_digits(other, strlen(other));

	return stem == other_stem && memcmp(name, other, stem) == 0;
}

/* How many letters may be off in a name for it to be taken for a mistake: in short ones all are near. */
static size_t edits_allowed(size_t len)
{
	if (len < 4)
		return 0;
	return len < 6 ? 1 : EDITS_MAX;
}

bool constraint_is_reserved(const char *name, size_t len)
{
	static const char RESERVED[] = "Payload";

	return len >= sizeof(RESERVED) - 1 && memcmp(name, RESERVED, sizeof(RESERVED) - 1) == 0;
}

bool constraint_is_near(const struct schema_key *dict, const char *name, size_t len)
{
	struct guess guess;
	size_t shorter;

	if (!dict)
		return false;
	guess = guess_key(dict, name, len);
	if (!guess.name || guess.only_case)
		return guess.only_case;
	shorter = strlen(guess.name) < len ? strlen(guess.name) : len;
	return guess.edits <= edits_allowed(shorter) && !differ_in_number(name, len, guess.name);
}

bool constraint_is_usurped(const struct schema_key *payload, bool known, const char *name, size_t len)
{
	if (!constraint_is_reserved(name, len) || schema_declared(payload, name, len) ||
	    !schema_declared(payload, "PayloadIdentifier", 17))
		return false;
	return known || constraint_is_near(payload, name, len);
}

/* --- saying so ------------------------------------------------------------------------------------------ */

/* Keys that every payload has are not what somebody looked for. */
static bool is_listed(const struct schema_key *key)
{
	return key->name && strncmp(key->name, "Payload", 7) != 0;
}

static void add_known(const struct schema_key *dict, struct buf *out)
{
	const struct schema_key *shape = schema_shape(dict);
	size_t listed = 0, added = 0;

	for (size_t i = 0; i < shape->key_count; i++)
		listed += is_listed(shape->keys[i]);
	if (listed == 0 || listed > LISTED_MAX) {
		buf_add_format(out, "%zu %s known there, and none is near", shape->key_count,
			       shape->key_count == 1 ? "is" : "are");
		return;
	}
	buf_add_text(out, "known there are ");
	for (size_t i = 0; i < shape->key_count; i++) {
		if (!is_listed(shape->keys[i]))
			continue;
		buf_add_text(out, added++ ? ", " : "");
		buf_add_text(out, shape->keys[i]->name);
	}
}

int constraint_unknown(const struct schema_key *dict, const char *name, size_t len, struct error *err)
{
	struct guess guess = { 0 };
	BUF_AUTO text = BUF_INIT;

	if (dict)
		guess = guess_key(dict, name, len);
	text_shown(name, len, &text);
	if (guess.only_case) {
		buf_add_format(&text, " differs from %s in upper and lower case only: did you mean %s?", guess.name,
			       guess.name);
	} else if (guess.name) {
		buf_add_format(&text, " is not a known key: did you mean %s?", guess.name);
	} else {
		buf_add_text(&text, " is not a known key: ");
		if (dict)
			add_known(dict, &text);
		else
			buf_add_text(&text, "no key of that name is known there");
	}
	if (!buf_ok(&text))
		return error_memory(err);
	return error_rule(err, "unknown-key", "%s", buf_text(&text));
}
