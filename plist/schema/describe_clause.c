/* Clauses in words. */
#include "plist/schema/clause.h"
#include "plist/schema/describe.h"

static void add_list(const struct texts *texts, const char *last, struct buf *out)
{
	size_t i;

	for (i = 0; i < texts->count; i++) {
		if (i)
			buf_add_text(out, i + 1 < texts->count ? ", " : last);
		buf_add_text(out, *texts->list[i] ? texts->list[i] : "\"\"");
	}
}

static void add_bounds(const struct bounds *bounds, struct buf *out)
{
	if (bounds->min && bounds->max)
		buf_add_format(out, "from %s to %s", bounds->min, bounds->max);
	else if (bounds->min)
		buf_add_format(out, "at least %s", bounds->min);
	else
		buf_add_format(out, "at most %s", bounds->max ? bounds->max : "");
}

static const char *first_key(const struct clause *clause)
{
	return clause->keys.count ? clause->keys.list[0] : "";
}

static void add_demand(const struct clause *clause, struct buf *out)
{
	switch (clause->kind) {
	case CLAUSE_NEED:
		add_list(&clause->keys, " or ", out);
		buf_add_text(out, " must be there");
		return;
	case CLAUSE_FORBID:
		add_list(&clause->keys, " and ", out);
		buf_add_text(out, " must not be there");
		return;
	case CLAUSE_VALUES:
		buf_add_format(out, "%s must be ", first_key(clause));
		add_list(&clause->values, " or ", out);
		return;
	case CLAUSE_RANGE:
		buf_add_format(out, "%s must be ", first_key(clause));
		add_bounds(&clause->bounds, out);
		return;
	case CLAUSE_LENGTH:
		buf_add_format(out, "the length of %s must be ", first_key(clause));
		add_bounds(&clause->bounds, out);
		return;
	case CLAUSE_FORMAT:
		buf_add_format(out, "%s must match %s", first_key(clause), clause->format ? clause->format : "");
		return;
	case CLAUSE_ITEMS:
		buf_add_format(out, "%s must hold ", first_key(clause));
		add_list(&clause->values, " and ", out);
		return;
	}
}

static void add_condition(const struct condition *condition, struct buf *out)
{
	buf_add_text(out, condition->key);
	if (!condition->values.count) {
		buf_add_text(out, " is there");
		return;
	}
	buf_add_text(out, condition->other_than ? " is not " : " is ");
	add_list(&condition->values, " or ", out);
}

/* All conditions of one kind: ", if A is 1 and B is there". */
static void add_conditions(const struct clause *clause, bool negated, struct buf *out)
{
	const char *before = negated ? ", unless " : " if ";
	size_t i;

	for (i = 0; i < clause->condition_count; i++) {
		if (clause->conditions[i].negated != negated)
			continue;
		buf_add_text(out, before);
		add_condition(&clause->conditions[i], out);
		before = negated ? " or " : " and ";
	}
}

void describe_clause(const struct clause *clause, struct buf *out)
{
	add_demand(clause, out);
	add_conditions(clause, false, out);
	add_conditions(clause, true, out);
	if (clause->because)
		buf_add_format(out, ": %s", clause->because);
}
