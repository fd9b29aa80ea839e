#include "plist/schema/constraint.h"

#include <string.h>

#include "plist/placeholder.h"
#include "plist/schema/constraint_limits.h"

/*
 * constraint_prefix() judges, and constraint_check() asks it, so the two cannot disagree; only of what is
 * refused is it then asked why.
 */

/* What must hold of a value all at once. The first that does not hold is what a refusal is about. */
static const struct limit {
	enum verdict (*judge)(const struct candidate *candidate);
	int (*refuse)(const struct candidate *candidate, struct error *err);
} LIMITS[] = {
	{ limit_values, refuse_values },
	{ limit_bits, refuse_bits },
	{ limit_length, refuse_length },
	{ limit_format, refuse_format },
};

#define LIMIT_COUNT (sizeof(LIMITS) / sizeof(LIMITS[0]))

/* --- placeholders --------------------------------------------------------------------------------------- */

/* True if the text ends in something that more text can make a placeholder of. */
static bool ends_in_beginning(const char *text, size_t len)
{
	for (size_t at = 0; at < len; at++)
		if ((text[at] == '$' || text[at] == '%' || text[at] == '{') &&
		    placeholder_prefix(text + at, len - at))
			return true;
	return false;
}

/* What a text can become as, or with, a placeholder. */
static enum verdict judge_placeholder(enum node_type type, const char *text, size_t len)
{
	enum verdict verdict = value_prefix(NODE_STRING, text, len, false);

	if (verdict == VERDICT_NEVER || type == NODE_BOOLEAN || !len)
		return VERDICT_NEVER;
	if (type == NODE_STRING) {
		if (placeholder_inside(text, len))
			return verdict;
		return ends_in_beginning(text, len) ? VERDICT_MAYBE : VERDICT_NEVER;
	}
	if (placeholder_whole(text, len))
		return VERDICT_VALID;
	return placeholder_prefix(text, len) ? VERDICT_MAYBE : VERDICT_NEVER;
}

/* --- judging -------------------------------------------------------------------------------------------- */

static enum verdict judge(const struct candidate *candidate)
{
	enum verdict worst = value_prefix(candidate->type, candidate->text, candidate->len, false);

	for (size_t i = 0; candidate->key && i < LIMIT_COUNT && worst != VERDICT_NEVER; i++) {
		enum verdict verdict = LIMITS[i].judge(candidate);

		if (verdict < worst)
			worst = verdict;
	}
	return worst;
}

static bool allows(const struct schema_key *key, enum node_type type)
{
	return node_is_scalar(type) && (!key || schema_allows_type(key, type));
}

enum verdict constraint_prefix(const struct schema_key *key, enum node_type type, const char *text, size_t len,
			       bool placeholders)
{
	struct candidate candidate = { .key = key, .type = type, .text = text, .len = len };
	enum verdict verdict = VERDICT_NEVER, other;

	if (allows(key, type))
		verdict = judge(&candidate);
	if (verdict != VERDICT_VALID && placeholders && allows(key, type)) {
		other = judge_placeholder(type, text, len);
		if (other > verdict)
			verdict = other;
	}
	return verdict == VERDICT_NEVER && !len ? VERDICT_MAYBE : verdict;
}

static int refuse(const struct candidate *candidate, bool placeholders, struct error *err)
{
	if (value_prefix(candidate->type, candidate->text, candidate->len, false) != VERDICT_VALID)
		return refuse_value(candidate, placeholders && candidate->type != NODE_BOOLEAN, err);
	for (size_t i = 0; candidate->key && i < LIMIT_COUNT; i++)
		if (LIMITS[i].judge(candidate) != VERDICT_VALID)
			return LIMITS[i].refuse(candidate, err);
	return constraint_type(candidate->key, candidate->type, err);
}

int constraint_check(const struct schema_key *key, enum node_type type, const char *text, size_t len,
		     bool placeholders, struct error *err)
{
	struct candidate candidate = { .key = key, .type = type, .text = text, .len = len };

	if (!node_is_scalar(type))
		return value_check(type, text, len, false, err);
	if (!allows(key, type))
		return constraint_type(key, type, err);
	if (constraint_prefix(key, type, text, len, placeholders) == VERDICT_VALID)
		return 0;
	return refuse(&candidate, placeholders, err);
}

/* --- values --------------------------------------------------------------------------------------------- */

/* True for data of which at most the length matters, and is right: any bytes are data. */
static bool takes_unseen(const struct schema_key *key, const struct scalar *value)
{
	if (value->type != NODE_DATA || !allows(key, NODE_DATA))
		return false;
	return !key || (!key->values.count && limit_compare(&key->length, value->len) == 0);
}

int constraint_check_value(const struct schema_key *key, const struct scalar *value, bool placeholders,
			   struct error *err)
{
	BUF_AUTO room = BUF_INIT;
	const char *bytes;

	if (takes_unseen(key, value))
		return 0;
	bytes = scalar_bytes(value, &room);
	if (!bytes)
		return error_memory(err);
	return constraint_check(key, value->type, bytes, value->len, placeholders, err);
}

bool constraint_takes(const struct schema_key *key, const struct scalar *value, bool placeholders)
{
	BUF_AUTO room = BUF_INIT;
	const char *bytes;

	if (takes_unseen(key, value))
		return true;
	bytes = scalar_bytes(value, &room);
	return bytes && constraint_prefix(key, value->type, bytes, value->len, placeholders) == VERDICT_VALID;
}

/* --- types and arrays ----------------------------------------------------------------------------------- */

int constraint_type(const struct schema_key *key, enum node_type type, struct error *err)
{
	BUF_AUTO is = BUF_INIT, types = BUF_INIT, allowed = BUF_INIT;
	bool said;

	if (!key || schema_allows_type(key, type))
		return 0;
	text_types(TYPE_BIT(type), &is);
	text_types(key->types, &types);
	constraint_allowed(key, &allowed);
	if (!buf_ok(&is) || !buf_ok(&types) || !buf_ok(&allowed))
		return error_memory(err);
	said = strncmp(buf_text(&allowed), buf_text(&types), types.len) == 0;
	return error_rule(err, "wrong-type", "is %s; %s must be %s%s%s", buf_text(&is), key->name ? key->name : "it",
			  said ? "" : buf_text(&types), said ? "" : ": ", buf_text(&allowed));
}

int constraint_items(const struct schema_key *key, size_t count, struct error *err)
{
	int compared = key ? limit_compare(&key->items, count) : 0;
	BUF_AUTO allowed = BUF_INIT;

	if (compared == 0)
		return 0;
	text_bounds(&key->items, &allowed);
	if (!buf_ok(&allowed))
		return error_memory(err);
	return error_rule(err, "bad-length", "has %zu element%s, which is too %s: allowed is %s", count,
			  count == 1 ? "" : "s", compared < 0 ? "few" : "many", buf_text(&allowed));
}
