/*
 * Numbers as text, compared exactly: integers and reals of any length, without rounding.
 *
 * A number borrows the text it was read from. Intervals are how the schema's ranges and allowed numbers are
 * judged alike: a value that is allowed is an interval of one.
 */
#ifndef SCHEMA_CONSTRAINT_NUMBER_H
#define SCHEMA_CONSTRAINT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/node.h"
#include "plist/schema/schema.h"

enum number_kind { NUMBER_FINITE,
		   NUMBER_INFINITE,
		   NUMBER_NAN };

struct number {
	enum number_kind kind;
	bool negative;
	const char *digits; /* from the first that is not 0; a point may stand among them */
	size_t len;         /* 0: the number is zero */
	long long scale;    /* the first digit stands for digit * 10^scale */
	char fill;          /* the digits after the last, endlessly: '0', or '9' for "as great as it may grow" */
};

/* Reads what value.h calls a real or an integer. False: it is none. */
bool number_parse(const char *text, size_t len, struct number *number);

/* <0, 0, >0. Neither may be NaN. Only `a` may be filled with '9'. */
int number_compare(const struct number *a, const struct number *b);

/* Inclusive; -inf and inf where there is no bound. {NaN, NaN} holds NaN alone. */
struct interval {
	struct number low, high;
};

/* From bounds as the schema spells them. */
struct interval interval_of(const struct bounds *bounds);

bool interval_holds(const struct interval *interval, const struct number *number);

/* True if a text that begins with `text` (the beginning of an integer or of a real, and longer than it) may be
 * a number in the interval. Never false by mistake. */
bool interval_reached(const struct interval *interval, enum node_type type, const char *text, size_t len);

#endif
