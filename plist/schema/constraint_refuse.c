#include "plist/schema/constraint.h"

#include <string.h>

#include "plist/base/hint.h"
#include "plist/schema/clause.h"
#include "plist/schema/constraint_limits.h"
#include "plist/schema/constraint_number.h"

/* What a refusal says of the value: strings in quotes, numbers and booleans as they stand, secrets not at all. */
static void add_subject(const struct candidate *candidate, struct buf *out)
{
	bool quoted = candidate->type != NODE_INTEGER && candidate->type != NODE_REAL &&
		      candidate->type != NODE_BOOLEAN;

	if (candidate->key && candidate->key->sensitive) {
		buf_add_text(out, "the value");
		return;
	}
	if (candidate->type == NODE_DATA && !value_is_text(candidate->text, candidate->len)) {
		buf_add_text(out, "the data");
		return;
	}
	buf_add_text(out, quoted ? "'" : "");
	text_shown(candidate->text, candidate->len, out);
	buf_add_text(out, quoted ? "'" : "");
}

static int finish(const char *rule, const struct buf *text, struct error *err)
{
	if (!buf_ok(text))
		return error_memory(err);
	return error_rule(err, rule, "%s", buf_text(text));
}

/* --- not a value of its type ---------------------------------------------------------------------------- */

int refuse_value(const struct candidate *candidate, bool placeholders, struct error *err)
{
	if (candidate->key && candidate->key->sensitive)
		return value_check_secret(candidate->type, candidate->text, candidate->len, placeholders, err);
	return value_check(candidate->type, candidate->text, candidate->len, placeholders, err);
}

/* --- not allowed, out of range -------------------------------------------------------------------------- */

/* The value that was probably meant, if it is clear which. A clause refuses what is right elsewhere: no slip. */
static void add_meant(const struct candidate *candidate, struct buf *out)
{
	const struct texts *values = &candidate->key->values;
	struct hint hint = hint_for_bytes(candidate->text, candidate->len);

	if (candidate->key->sensitive || candidate->type != NODE_STRING || candidate->clause)
		return;
	for (size_t i = 0; i < values->count; i++) {
		if (hint_same_but_case(candidate->text, candidate->len, values->list[i])) {
			buf_add_format(out, ": did you mean '%s'? Upper and lower case matter", values->list[i]);
			return;
		}
		hint_consider(&hint, values->list[i]);
	}
	if (hint.name && !hint.tied)
		buf_add_format(out, ": did you mean '%s'?", hint.name);
}

static int refuse_range(const struct candidate *candidate, struct error *err)
{
	const struct schema_key *key = candidate->key;
	struct interval range = interval_of(&key->range);
	const char *how = "not in";
	struct number number;
	BUF_AUTO text = BUF_INIT;

	if (number_parse(candidate->text, candidate->len, &number) && number.kind != NUMBER_NAN)
		how = number_compare(&number, &range.low) < 0 ? "below" : "past";
	add_subject(candidate, &text);
	buf_add_format(&text, " is %s the range: ", how);
	text_bounds(&key->range, &text);
	if (key->values.count && !key->custom_values) {
		buf_add_text(&text, key->values.count > 1 ? ", or one of " : ", or ");
		text_list(&key->values, &text);
	}
	return finish("out-of-range", &text, err);
}

/* "2 is not allowed: it must be 1"; in parentheses where a clause says why behind this. */
static void add_only(const struct candidate *candidate, struct buf *out)
{
	const char *only = candidate->key->values.list[0];

	buf_add_format(out, " is not allowed%sit must be ", candidate->clause ? " (" : ": ");
	if (*only)
		text_list(&candidate->key->values, out);
	else
		buf_add_text(out, "empty");
	if (!candidate->key->sensitive && hint_same_but_case(candidate->text, candidate->len, only))
		buf_add_text(out, "; upper and lower case matter");
	buf_add_text(out, candidate->clause ? ")" : "");
}

int refuse_values(const struct candidate *candidate, struct error *err)
{
	const struct schema_key *key = candidate->key;
	bool number = candidate->type == NODE_INTEGER || candidate->type == NODE_REAL;
	BUF_AUTO text = BUF_INIT;

	if (number && (key->range.min || key->range.max))
		return refuse_range(candidate, err);
	add_subject(candidate, &text);
	if (key->values.count == 1) {
		add_only(candidate, &text);
	} else {
		buf_add_text(&text, " is not one of ");
		text_list(&key->values, &text);
		add_meant(candidate, &text);
	}
	return finish("not-allowed-value", &text, err);
}

/* --- access rights -------------------------------------------------------------------------------------- */

static void add_rights(const struct schema_key *key, struct buf *out)
{
	size_t added = 0;

	for (unsigned long bit = 1; bit; bit <<= 1)
		if (key->bits & bit)
			buf_add_format(out, "%s%lu", added++ ? ", " : "", bit);
	buf_add_format(out, " (%lu is all of them)", key->bits);
}

/* Right 2 needs right 1: and what the value is with all that its rights need. */
static void add_unmet(const struct candidate *candidate, unsigned long flags, const struct unmet *unmet,
		      struct buf *out)
{
	unsigned long whole = flags | unmet->needs;
	struct unmet next;

	buf_add_format(out, " has right %lu without right %lu, which it needs", unmet->flag,
		       unmet->needs & ~flags);
	if (candidate->key->sensitive)
		return;
	while (limit_unmet(candidate->key, whole, &next))
		whole |= next.needs;
	buf_add_format(out, ": %lu = %lu + %lu", whole, flags, whole - flags);
}

int refuse_bits(const struct candidate *candidate, struct error *err)
{
	const struct schema_key *key = candidate->key;
	unsigned long flags = 0;
	struct unmet unmet;
	BUF_AUTO text = BUF_INIT;

	add_subject(candidate, &text);
	if (candidate->len && (candidate->text[0] == '-' || candidate->text[0] == '0')) {
		buf_add_text(&text, " gives no right: add up some of ");
		add_rights(key, &text);
	} else if (!limit_flags(candidate->text, candidate->len, &flags) || flags & ~key->bits) {
		buf_add_text(&text, " holds bits that are no right: add up some of ");
		add_rights(key, &text);
	} else if (limit_unmet(key, flags, &unmet)) {
		add_unmet(candidate, flags, &unmet, &text);
	}
	return finish("access-rights", &text, err);
}

/* --- length and format ---------------------------------------------------------------------------------- */

int refuse_length(const struct candidate *candidate, struct error *err)
{
	const struct bounds *length = &candidate->key->length;
	const char *unit = candidate->type == NODE_DATA ? "byte" : "character";
	size_t count = limit_count(candidate);
	BUF_AUTO text = BUF_INIT;

	add_subject(candidate, &text);
	buf_add_format(&text, " is too %s", limit_compare(length, count) < 0 ? "short" : "long");
	if (!candidate->key->sensitive)
		buf_add_format(&text, " (%zu %s%s)", count, unit, count == 1 ? "" : "s");
	buf_add_text(&text, ": it must have ");
	text_length(length, unit, &text);
	return finish("bad-length", &text, err);
}

/* In words where there are some: the expression's, or those that the clause says behind this. */
int refuse_format(const struct candidate *candidate, struct error *err)
{
	const char *format = candidate->key->format ? candidate->key->format : "its format";
	bool explained = candidate->clause && candidate->clause->because;
	BUF_AUTO text = BUF_INIT, words = BUF_INIT;

	add_subject(candidate, &text);
	if (text_format(format, &words))
		buf_add_format(&text, " must %s", buf_text(&words));
	else if (explained)
		buf_add_text(&text, " is not allowed");
	else
		buf_add_format(&text, " does not match %s", format);
	return finish("bad-format", &text, err);
}
