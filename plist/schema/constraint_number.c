#include "plist/schema/constraint_number.h"

#include <string.h>

#include "plist/value.h"

/* Exponents beyond this are all taken for the same: no text is long enough to make up for them. */
#define EXPONENT_MAX 1000000000000000LL

static const struct number ZERO = { .kind = NUMBER_FINITE, .digits = "", .fill = '0' };
static const struct number ONE = { .kind = NUMBER_FINITE, .digits = "1", .len = 1, .fill = '0' };

/* --- reading -------------------------------------------------------------------------------------------- */

/* A text of a number, taken apart; it may end anywhere. */
struct parts {
	bool negative;
	const char *mantissa; /* digits, and a point perhaps */
	size_t len;
	size_t whole;        /* digits before the point */
	size_t leading;      /* how many characters of it come before the first digit that is not 0 */
	bool has_exponent;   /* the 'e' is there */
	bool shrinks;        /* its exponent is negative */
	size_t exponent_len; /* digits of the exponent */
	long long exponent;
	char word; /* 'i' or 'n': it begins inf or nan */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void take_exponent(struct parts *parts, const char *text, size_t len)
{
	size_t at = 0;

	parts->has_exponent = true;
	parts->shrinks = len && text[0] == '-';
	if (len && (text[0] == '-' || text[0] == '+'))
		at++;
	parts->exponent_len = len - at;
	for (; at < len; at++)
		if (parts->exponent < EXPONENT_MAX)
			parts->exponent = parts->exponent * 10 + (text[at] - '0');
	if (parts->exponent > EXPONENT_MAX)
		parts->exponent = EXPONENT_MAX;
	if (parts->shrinks)
		parts->exponent = -parts->exponent;
}

/* The text must be what value.h calls a real or the beginning of one. */
static struct parts take_apart(const char *text, size_t len)
{
	struct parts parts = { .negative = len && text[0] == '-' };
	size_t at = 0;

	if (len && (text[0] == '-' || text[0] == '+')) {
		text++;
		len--;
	}
	parts.mantissa = text;
	if (len && (text[0] | 0x20) >= 'a') {
		parts.word = (char)(text[0] | 0x20);
		return parts;
	}
	while (at < len && is_digit(text[at]))
		at++;
	parts.whole = at;
	while (at < len && (is_digit(text[at]) || text[at] == '.'))
		at++;
	parts.len = at;
	while (parts.leading < at && (text[parts.leading] == '0' || text[parts.leading] == '.'))
		parts.leading++;
	if (at < len)
		take_exponent(&parts, text + at + 1, len - at - 1);
	return parts;
}

static struct number number_of(const struct parts *parts)
{
	struct number number = { .negative = parts->negative, .digits = "", .fill = '0' };
	size_t zeros = parts->leading - (parts->leading > parts->whole);

	if (parts->word) {
		number.kind = parts->word == 'n' ? NUMBER_NAN : NUMBER_INFINITE;
		return number;
	}
	if (parts->leading == parts->len)
		return number;
	number.digits = parts->mantissa + parts->leading;
	number.len = parts->len - parts->leading;
	number.scale = (long long)parts->whole - 1 - (long long)zeros + parts->exponent;
	return number;
}

bool number_parse(const char *text, size_t len, struct number *number)
{
	struct parts parts;

	if (value_prefix(NODE_REAL, text, len, false) != VERDICT_VALID)
		return false;
	parts = take_apart(text, len);
	*number = number_of(&parts);
	return true;
}

/* --- comparing ------------------------------------------------------------------------------------------ */

static bool is_zero(const struct number *number)
{
	return number->kind == NUMBER_FINITE && !number->len;
}

/* The digit at `*at`, which moves on. */
static char next_digit(const struct number *number, size_t *at)
{
	if (*at < number->len && number->digits[*at] == '.')
		++*at;
	return *at < number->len ? number->digits[(*at)++] : number->fill;
}

static int compare_digits(const struct number *a, const struct number *b)
{
	size_t at_a = 0, at_b = 0;

	while (at_a < a->len || at_b < b->len) {
		char digit_a = next_digit(a, &at_a), digit_b = next_digit(b, &at_b);

		if (digit_a != digit_b)
			return digit_a < digit_b ? -1 : 1;
	}
	return a->fill > b->fill;
}

static int compare_magnitudes(const struct number *a, const struct number *b)
{
	if (a->kind != b->kind)
		return a->kind == NUMBER_INFINITE ? 1 : -1;
	if (a->kind == NUMBER_INFINITE)
		return 0;
	if (!a->len || !b->len)
		return (a->len > 0) - (b->len > 0);
	if (a->scale != b->scale)
		return a->scale < b->scale ? -1 : 1;
	return compare_digits(a, b);
}

int number_compare(const struct number *a, const struct number *b)
{
	if (is_zero(a) || is_zero(b) || a->negative == b->negative) {
		bool negative = is_zero(a) ? b->negative : a->negative;

		return negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
	}
	return a->negative ? -1 : 1;
}

/* --- intervals ------------------------------------------------------------------------------------------ */

static struct number bound_of(const char *text, bool negative)
{
	struct number number;

	if (text && number_parse(text, strlen(text), &number))
		return number;
	return (struct number){ .kind = NUMBER_INFINITE, .negative = negative, .digits = "", .fill = '0' };
}

struct interval interval_of(const struct bounds *bounds)
{
	return (struct interval){ bound_of(bounds->min, true), bound_of(bounds->max, false) };
}

static bool is_nan(const struct interval *interval)
{
	return interval->low.kind == NUMBER_NAN || interval->high.kind == NUMBER_NAN;
}

bool interval_holds(const struct interval *interval, const struct number *number)
{
	if (is_nan(interval) || number->kind == NUMBER_NAN)
		return is_nan(interval) && number->kind == NUMBER_NAN;
	return number_compare(&interval->low, number) <= 0 && number_compare(number, &interval->high) <= 0;
}

/* The interval with its signs changed: so that what holds of positive numbers need not be said twice. */
static struct interval mirror(const struct interval *interval)
{
	struct interval mirrored = { interval->high, interval->low };

	mirrored.low.negative = !mirrored.low.negative;
	mirrored.high.negative = !mirrored.high.negative;
	return mirrored;
}

/*
 * What k more digits make of a positive integer lies between that integer times 10^k and the same with nines
 * for zeros; both grow with k. So the least k whose greatest number is not below the interval decides.
 */
static bool integer_grows_into(const struct interval *interval, struct number number)
{
	long long more = 1;

	if (number_compare(&interval->low, &ZERO) > 0) {
		if (interval->low.kind != NUMBER_FINITE)
			return false;
		if (interval->low.scale - number.scale > more)
			more = interval->low.scale - number.scale;
	}
	number.scale += more;
	number.fill = '9';
	if (number_compare(&number, &interval->low) < 0)
		number.scale++;
	number.fill = '0';
	return number_compare(&number, &interval->high) <= 0;
}

static bool integer_reached(const struct interval *interval, const struct parts *parts)
{
	if (!parts->len)
		return number_compare(&interval->high, &ONE) >= 0;
	if (parts->leading == parts->len)
		return false;
	return integer_grows_into(interval, number_of(parts));
}

/*
 * A real can be given any magnitude by an exponent, as long as that has not begun; its digits then only make
 * it greater, or smaller if it is negative. Zero stays zero.
 */
static bool real_reached(const struct interval *interval, const struct parts *parts)
{
	bool zero = parts->leading == parts->len;
	struct number number = number_of(parts);

	number.negative = false;
	if (parts->word)
		return interval_holds(interval, &number);
	if (zero && interval_holds(interval, &ZERO))
		return true;
	if (number_compare(&interval->high, &ZERO) <= 0 || (zero && parts->has_exponent))
		return false;
	if (!parts->exponent_len)
		return true;
	if (parts->shrinks)
		return number_compare(&number, &interval->low) >= 0;
	return number_compare(&number, &interval->high) <= 0;
}

bool interval_reached(const struct interval *interval, enum node_type type, const char *text, size_t len)
{
	struct parts parts = take_apart(text, len);
	struct interval side = *interval;

	if (!len)
		return true;
	if (is_nan(interval))
		return type == NODE_REAL && (parts.word == 'n' || (!parts.word && !parts.len));
	if (parts.word == 'n')
		return false;
	if (parts.negative) {
		side = mirror(interval);
		parts.negative = false;
	}
	return type == NODE_INTEGER ? integer_reached(&side, &parts) : real_reached(&side, &parts);
}
