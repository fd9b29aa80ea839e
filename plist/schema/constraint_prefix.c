#include "plist/schema/constraint_limits.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/constraint_number.h"
#include "plist/schema/pattern.h"

/* --- allowed values and ranges -------------------------------------------------------------------------- */

static bool is_number(enum node_type type)
{
	return type == NODE_INTEGER || type == NODE_REAL;
}

/* The values of the key that are all there may be. */
static size_t binding_values(const struct schema_key *key)
{
	return key->custom_values ? 0 : key->values.count;
}

static enum verdict judge_word(const struct candidate *candidate, const char *word)
{
	size_t len = strlen(word);

	if (candidate->len > len || memcmp(word, candidate->text, candidate->len) != 0)
		return VERDICT_NEVER;
	return candidate->len == len ? VERDICT_VALID : VERDICT_MAYBE;
}

static enum verdict judge_words(const struct candidate *candidate)
{
	enum verdict best = binding_values(candidate->key) ? VERDICT_NEVER : VERDICT_VALID;

	for (size_t i = 0; i < binding_values(candidate->key) && best != VERDICT_VALID; i++) {
		enum verdict verdict = judge_word(candidate, candidate->key->values.list[i]);

		if (verdict > best)
			best = verdict;
	}
	return best;
}

/* What a number is judged by: a value that is allowed is an interval of its own. */
static enum verdict judge_interval(const struct candidate *candidate, const struct number *number,
				   const struct interval *interval)
{
	if (number && interval_holds(interval, number))
		return VERDICT_VALID;
	return interval_reached(interval, candidate->type, candidate->text, candidate->len) ? VERDICT_MAYBE
											    : VERDICT_NEVER;
}

static enum verdict judge_range(const struct candidate *candidate, const struct number *number)
{
	const struct bounds *range = &candidate->key->range;
	struct interval interval;

	if (!range->min && !range->max)
		return binding_values(candidate->key) ? VERDICT_NEVER : VERDICT_VALID;
	interval = interval_of(range);
	return judge_interval(candidate, number, &interval);
}

static enum verdict judge_number(const struct candidate *candidate)
{
	struct number parsed, value;
	const struct number *number = number_parse(candidate->text, candidate->len, &parsed) ? &parsed : NULL;
	enum verdict best = judge_range(candidate, number);

	for (size_t i = 0; i < binding_values(candidate->key) && best != VERDICT_VALID; i++) {
		const char *text = candidate->key->values.list[i];
		enum verdict verdict = VERDICT_NEVER;

		if (number_parse(text, strlen(text), &value))
			verdict = judge_interval(candidate, number, &(struct interval){ value, value });
		if (verdict > best)
			best = verdict;
	}
	return best;
}

enum verdict limit_values(const struct candidate *candidate)
{
	return is_number(candidate->type) ? judge_number(candidate) : judge_words(candidate);
}

/* --- flags ---------------------------------------------------------------------------------------------- */

bool limit_flags(const char *text, size_t len, unsigned long *flags)
{
	unsigned long value = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(text[i] - '0');

		if (digit > 9 || value > (ULONG_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*flags = value;
	return value > 0;
}

bool limit_unmet(const struct schema_key *key, unsigned long flags, struct unmet *unmet)
{
	for (size_t i = 0; i < key->bit_needs.count; i++) {
		char *colon;

		unmet->flag = strtoul(key->bit_needs.list[i], &colon, 10);
		unmet->needs = *colon == ':' ? strtoul(colon + 1, NULL, 10) : 0;
		if (unmet->flag && (flags & unmet->flag) == unmet->flag &&
		    (flags & unmet->needs) != unmet->needs)
			return true;
	}
	return false;
}

enum verdict limit_bits(const struct candidate *candidate)
{
	const struct schema_key *key = candidate->key;
	unsigned long flags;
	struct unmet unmet;
	struct interval interval;
	char all[32];

	if (!key->bits || candidate->type != NODE_INTEGER)
		return VERDICT_VALID;
	if (limit_flags(candidate->text, candidate->len, &flags) && !(flags & ~key->bits) &&
	    !limit_unmet(key, flags, &unmet))
		return VERDICT_VALID;
	snprintf(all, sizeof(all), "%lu", key->bits);
	interval = interval_of(&(struct bounds){ "1", all });
	return judge_interval(candidate, NULL, &interval);
}

/* --- length --------------------------------------------------------------------------------------------- */

size_t limit_count(const struct candidate *candidate)
{
	size_t count = 0;

	if (candidate->type != NODE_STRING)
		return candidate->len;
	for (size_t i = 0; i < candidate->len; i++)
		count += ((unsigned char)candidate->text[i] & 0xc0) != 0x80;
	return count;
}

int limit_compare(const struct bounds *bounds, size_t count)
{
	if (bounds->min && count < strtoull(bounds->min, NULL, 10))
		return -1;
	return bounds->max && count > strtoull(bounds->max, NULL, 10);
}

enum verdict limit_length(const struct candidate *candidate)
{
	const struct bounds *length = &candidate->key->length;
	int compared;

	if ((!length->min && !length->max) || (candidate->type != NODE_STRING && candidate->type != NODE_DATA))
		return VERDICT_VALID;
	compared = limit_compare(length, limit_count(candidate));
	if (compared == 0)
		return VERDICT_VALID;
	return compared < 0 ? VERDICT_MAYBE : VERDICT_NEVER;
}

/* --- format --------------------------------------------------------------------------------------------- */

/* Of a key that may be a string the format is the string's; of another (in a clause) it is the number's. */
static bool has_format(const struct candidate *candidate)
{
	type_set types = candidate->key->types;

	if (!candidate->key->pattern)
		return false;
	return candidate->type == NODE_STRING || (is_number(candidate->type) && !(types & TYPE_BIT(NODE_STRING)));
}

enum verdict limit_format(const struct candidate *candidate)
{
	if (!has_format(candidate))
		return VERDICT_VALID;
	return pattern_prefix(candidate->key->pattern, candidate->text, candidate->len);
}
