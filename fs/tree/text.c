#include "fs/tree/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/limits.h"
#include "plist/placeholder.h"
#include "plist/schema/constraint.h"

/* What is longer is looked at piece by piece, or only once it is whole. */
#define LONG_TEXT ((size_t)64 << 10)

bool text_is_lines(const struct node *array)
{
	const struct node *child;

	for (child = node_first(array); child; child = node_next(child)) {
		if (!node_is_scalar(child->type) || child->type == NODE_DATA)
			return false;
		if (memchr(child->value.at, '\n', child->value.len))
			return false;
	}
	return true;
}

bool text_is_file(const struct node *node)
{
	return node_is_scalar(node->type) || (node->type == NODE_ARRAY && text_is_lines(node));
}

bool text_ends_in_newline(const struct node *scalar)
{
	if (scalar->type == NODE_DATA)
		return node_is_placeholder(scalar);
	return scalar->type != NODE_STRING || scalar->value.len > 0;
}

static void add_value(const struct node *node, struct buf *out)
{
	scalar_add(&node->value, out);
}

void text_of_node(const struct node *node, struct buf *out)
{
	const struct node *child;

	if (node->type == NODE_ARRAY) {
		for (child = node_first(node); child; child = node_next(child)) {
			add_value(child, out);
			buf_add_char(out, '\n');
		}
		return;
	}
	add_value(node, out);
	if (text_ends_in_newline(node))
		buf_add_char(out, '\n');
}

/* The length without one final newline. */
static size_t without_newline(const char *bytes, size_t len)
{
	return len > 0 && bytes[len - 1] == '\n' ? len - 1 : len;
}

/* --- types ------------------------------------------------------------------------------------------ */

/* A boolean is an element of its own, <true/> or <false/>: nowhere could a placeholder stand. Neither could it in
 * a binary plist, but in strings. */
static bool takes_placeholders(const struct expect *expect, enum node_type type)
{
	return expect->placeholders && (type == NODE_STRING || (type != NODE_BOOLEAN && !expect->fits_64));
}

static bool is_of_type(const struct expect *expect, enum node_type type, const char *bytes, size_t len)
{
	struct error ignored;

	return value_check(type, bytes, len, takes_placeholders(expect, type), &ignored) == 0;
}

/* The type that a text has where it may be of several: the one that is preferred, or looks like, as long as that
 * may be; else the first that it is of. */
static enum node_type choose_type(const struct expect *expect, const struct schema_key *key,
				  enum node_type preferred, const char *bytes, size_t len)
{
	enum node_type type = value_infer(bytes, len);
	int each;

	if (node_is_scalar(preferred) && is_of_type(expect, preferred, bytes, len))
		return preferred;
	if (!key || schema_allows_type(key, type))
		return type;
	for (each = 0; each < NODE_TYPE_COUNT; each++)
		if (node_is_scalar(each) && key->types & TYPE_BIT(each) && is_of_type(expect, each, bytes, len))
			return each;
	return node_is_scalar(key->type) ? key->type : type;
}

/* What the schema says of the elements of the array that is expected. */
static const struct schema_key *item_key(const struct expect *expect)
{
	return expect->key && schema_allows_type(expect->key, NODE_ARRAY) ? schema_item(expect->key) : NULL;
}

/* The type that every element has, or that is preferred for it. */
static enum node_type common_type(const struct expect *expect)
{
	return expect->item_count == 1 ? expect->items[0] : NODE_TYPE_COUNT;
}

/* The type of one element. Where elements differ, types go by position as long as they fit: lines may have
 * been added or taken out above. */
static enum node_type item_type(const struct expect *expect, size_t position, const char *bytes, size_t len)
{
	enum node_type type = common_type(expect);

	if (type != NODE_TYPE_COUNT)
		return type;
	if (position < expect->item_count)
		type = expect->items[position];
	return choose_type(expect, item_key(expect), type, bytes, len);
}

/* The element that stands there already and reads like that line, or with `begins` begins so; NULL: none. */
static const struct node *known_element(const struct expect *expect, const char *bytes, size_t len, bool begins)
{
	const struct node *child = expect->array ? node_first(expect->array) : NULL;

	for (; child; child = node_next(child)) {
		if (node_is_scalar(child->type) && scalar_begins(&child->value, bytes, len) &&
		    (begins || child->value.len == len))
			break;
	}
	return child;
}

/* --- what a beginning can become -------------------------------------------------------------------- */

static enum verdict typed_prefix(const struct expect *expect, const struct schema_key *key, enum node_type type,
				 const char *bytes, size_t len)
{
	enum verdict verdict;

	if (expect->strict && key && !schema_allows_type(key, type))
		return VERDICT_NEVER;
	verdict = constraint_prefix(expect->strict ? key : NULL, type, bytes, len, takes_placeholders(expect, type));
	/* A number that is too large does not get smaller. */
	if (verdict == VERDICT_VALID && type == NODE_INTEGER && expect->fits_64 && !value_fits_64(bytes, len))
		return VERDICT_NEVER;
	return verdict;
}

/* The best that a text can become of the types that there are. */
static enum verdict best_prefix(const struct expect *expect, const struct schema_key *key, const char *bytes,
				size_t len)
{
	enum verdict best = VERDICT_NEVER, verdict;
	int each;

	/* From the end: any bytes are data, that need not be looked at. */
	for (each = NODE_TYPE_COUNT - 1; each >= 0 && best != VERDICT_VALID; each--) {
		if (!node_is_scalar(each) || !schema_allows_type(key, each))
			continue;
		verdict = typed_prefix(expect, key, each, bytes, len);
		best = verdict > best ? verdict : best;
	}
	return best;
}

static bool allows_scalars(const struct schema_key *key)
{
	return key->types & ~(TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY));
}

/* What the beginning of one value can become. */
static enum verdict one_prefix(const struct expect *expect, const struct schema_key *key, enum node_type type,
			       const char *bytes, size_t len)
{
	if (type != NODE_TYPE_COUNT)
		return typed_prefix(expect, key, type, bytes, len);
	if (!key || (!expect->strict && !allows_scalars(key)))
		return VERDICT_VALID;
	return best_prefix(expect, key, bytes, len);
}

/* The end of the last whole UTF-8 character, for judging what is new only. */
static size_t whole_characters(const char *bytes, size_t len)
{
	size_t end = len;

	while (end > 0 && len - end < 3 && ((unsigned char)bytes[end - 1] & 0xC0) == 0x80)
		end--;
	if (end > 0 && ((unsigned char)bytes[end - 1] & 0x80))
		end--;
	return end;
}

/* A value that ends in a newline is complete, and must be one. */
static enum verdict whole_prefix(const struct expect *expect, const char *bytes, size_t len)
{
	size_t end = without_newline(bytes, len);
	enum node_type type = expect->type;
	enum verdict verdict;

	if (type == NODE_TYPE_COUNT && end < len && expect->key)
		type = choose_type(expect, expect->key, expect->preferred, bytes, end);
	verdict = one_prefix(expect, expect->key, type, bytes, end);
	return end < len && verdict == VERDICT_MAYBE && type != NODE_DATA ? VERDICT_NEVER : verdict;
}

/* Of a long text only what is new, and only that it is text. */
static enum verdict next_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	size_t whole = whole_characters(bytes, len);
	enum verdict verdict = VERDICT_VALID;

	if (expect->type == NODE_STRING)
		verdict = value_prefix(NODE_STRING, bytes + *judged, len - *judged, false);
	if (verdict != VERDICT_NEVER && whole > *judged)
		*judged = whole;
	return verdict;
}

/* True if nothing is asked of a string but that it is text. */
static bool takes_any_text(const struct expect *expect)
{
	const struct schema_key *key = expect->strict ? expect->key : NULL;

	return expect->type == NODE_STRING &&
	       (!key || (schema_allows_type(key, NODE_STRING) && !key->values.count && !key->format &&
			 !key->length.min && !key->length.max));
}

/* So that a text of many writes takes linear time, one that has become long is judged whole just once more: when
 * it is complete. */
static enum verdict scalar_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	if (takes_any_text(expect) || *judged)
		return next_prefix(expect, bytes, len, judged);
	if (len > LONG_TEXT)
		*judged = whole_characters(bytes, len);
	return whole_prefix(expect, bytes, len);
}

/* What a line that is complete, or the last one, can become. The elements may be anything that is text, where
 * nothing else is said. */
static enum verdict line_prefix(const struct expect *expect, const char *bytes, size_t len, bool complete)
{
	const struct schema_key *key = item_key(expect);
	enum node_type type = common_type(expect);
	enum verdict verdict;

	if (!complete && len > LONG_TEXT)
		return VERDICT_MAYBE;
	if (type == NODE_TYPE_COUNT && !key)
		type = NODE_STRING;
	else if (type == NODE_TYPE_COUNT && complete && expect->item_count <= 1)
		type = choose_type(expect, key, NODE_TYPE_COUNT, bytes, len);
	verdict = one_prefix(expect, key, type, bytes, len);
	if (verdict == VERDICT_VALID)
		return VERDICT_VALID;
	if (known_element(expect, bytes, len, !complete))
		return complete ? VERDICT_VALID : VERDICT_MAYBE;
	return complete ? VERDICT_NEVER : verdict;
}

/* How often a line stands in the array that is there. */
static size_t count_known(const struct expect *expect, const char *bytes, size_t len)
{
	const struct node *child = expect->array ? node_first(expect->array) : NULL;
	size_t count = 0;

	for (; child; child = node_next(child))
		count += scalar_is(&child->value, bytes, len);
	return count;
}

/* True if a line stands further up already, where elements must differ. A text that is long is judged when it
 * is whole. */
static bool is_repeated(const struct expect *expect, const char *bytes, size_t start, size_t len)
{
	const char *line = bytes, *newline;

	if (!expect->strict || !expect->key || !expect->key->unique || start > LONG_TEXT)
		return false;
	for (; line < bytes + start; line = newline + 1) {
		newline = memchr(line, '\n', start - (size_t)(line - bytes));
		if ((size_t)(newline - line) == len && memcmp(line, bytes + start, len) == 0)
			return count_known(expect, line, len) < 2;
	}
	return false;
}

/* How many lines there may be: those that the schema allows, or that are there. */
static size_t most_lines(const struct expect *expect)
{
	const struct schema_key *key = expect->strict ? expect->key : NULL;
	size_t there = expect->array ? node_count(expect->array) : 0, most;

	if (!key || !key->items.max)
		return SIZE_MAX;
	most = strtoul(key->items.max, NULL, 10);
	return most > there ? most : there;
}

static bool has_more_lines(const char *bytes, size_t len, size_t most)
{
	const char *end = bytes + len, *newline;

	for (; most != SIZE_MAX && bytes < end; bytes = newline + 1) {
		if (most-- == 0)
			return true;
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		if (!newline)
			break;
	}
	return false;
}

static enum verdict lines_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	const char *newline;
	size_t end;

	if (has_more_lines(bytes, len, most_lines(expect)))
		return VERDICT_NEVER;
	while ((newline = memchr(bytes + *judged, '\n', len - *judged))) {
		end = (size_t)(newline - bytes);
		if (line_prefix(expect, bytes + *judged, end - *judged, true) != VERDICT_VALID ||
		    is_repeated(expect, bytes, *judged, end - *judged))
			return VERDICT_NEVER;
		*judged = end + 1;
	}
	if (*judged == len)
		return VERDICT_VALID;
	return line_prefix(expect, bytes + *judged, len - *judged, false);
}

enum verdict text_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	if (expect->type == NODE_ARRAY)
		return lines_prefix(expect, bytes, len, judged);
	return scalar_prefix(expect, bytes, len, judged);
}

/* --- what a whole means ----------------------------------------------------------------------------- */

/* A value as a message calls it. */
static void add_shown(const struct schema_key *key, const char *bytes, size_t len, struct buf *out)
{
	if (key->sensitive)
		buf_add_text(out, "the value");
	else
		buf_add_format(out, "'%.*s'", (int)(len < 64 ? len : 64), bytes);
}

/* What is held against a value: what the schema says of it, or only that it may be a secret. */
static struct schema_key judging_key(const struct expect *expect, const struct schema_key *key)
{
	struct schema_key judging = { .types = TYPES_ANY };

	if (key && expect->strict)
		judging = *key;
	judging.sensitive = expect->secret || (key && key->sensitive);
	return judging;
}

/* Of a key that is a container it also says how one is made. */
static int check_type(const struct schema_key *key, enum node_type type, struct error *err)
{
	size_t len;

	if (constraint_type(key, type, err) == 0)
		return 0;
	len = strlen(err->text);
	if (err->code != ENOMEM && !allows_scalars(key))
		snprintf(err->text + len, sizeof(err->text) - len, " (a directory: mkdir makes it)");
	return -1;
}

static int check_value(const struct expect *expect, const struct schema_key *key, enum node_type type,
		       const char *bytes, size_t len, struct error *err)
{
	const struct schema_key judging = judging_key(expect, key);
	BUF_AUTO shown = BUF_INIT;

	if (expect->strict && key && check_type(key, type, err) < 0)
		return -1;
	if (constraint_check(&judging, type, bytes, len, takes_placeholders(expect, type), err) < 0)
		return -1;
	if (type != NODE_INTEGER || !expect->fits_64 || value_fits_64(bytes, len))
		return 0;
	add_shown(&judging, bytes, len, &shown);
	return error_rule(err, "out-of-range",
			  "%s does not fit a binary property list: -2^63 to 2^64-1 do (or save with format=xml)",
			  buf_text(&shown));
}

static size_t count_lines(const char *bytes, size_t len)
{
	size_t count = 0;
	const char *p = bytes;

	if (len == 0)
		return 0;
	for (len = without_newline(bytes, len); (p = memchr(p, '\n', len - (size_t)(p - bytes))); p++)
		count++;
	return count + 1;
}

/* A line that stands there already is no news, whatever is said of it. */
static int parse_line(const struct expect *expect, struct meaning *meaning, const char *bytes, size_t len,
		      struct error *err)
{
	struct line *line = &meaning->lines[meaning->line_count];
	enum node_type type = item_type(expect, meaning->line_count, bytes, len);
	const struct node *known;

	if (type == NODE_DATA)
		type = NODE_STRING; /* not text: say so, a line cannot be data */
	*line = (struct line){ .bytes = bytes, .len = len, .type = type };
	if (check_value(expect, item_key(expect), type, bytes, len, err) < 0) {
		known = known_element(expect, bytes, len, false);
		if (!known)
			return -1;
		line->type = known->type;
	}
	meaning->line_count++;
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int refuse_repeated(const struct expect *expect, const struct line *line, struct error *err)
{
	const struct schema_key judging = judging_key(expect, item_key(expect));
	BUF_AUTO shown = BUF_INIT;

	add_shown(&judging, line->bytes, line->len, &shown);
	return error_rule(err, "duplicate-element", "%s stands there twice: every line must be another",
			  buf_text(&shown));
}

static int check_unique(const struct expect *expect, const struct meaning *meaning, struct error *err)
{
	struct line *sorted = malloc((meaning->line_count + 1) * sizeof(*sorted)), *line;
	int result = 0;

	if (!sorted)
		return error_memory(err);
	memcpy(sorted, meaning->lines, meaning->line_count * sizeof(*sorted));
	if (meaning->line_count)
		qsort(sorted, meaning->line_count, sizeof(*sorted), compare_lines);
	for (line = sorted + 1; result == 0 && line < sorted + meaning->line_count; line++)
		if (compare_lines(line - 1, line) == 0 && count_known(expect, line->bytes, line->len) < 2)
			result = refuse_repeated(expect, line, err);
	free(sorted);
	return result;
}

/* What an array must be as a whole. That it has too few elements is judged at save: it is filled line by line. */
static int check_array(const struct expect *expect, const struct meaning *meaning, struct error *err)
{
	if (constraint_type(expect->key, NODE_ARRAY, err) < 0)
		return -1;
	if (meaning->same_lines + meaning->line_count > most_lines(expect))
		return constraint_items(expect->key, meaning->same_lines + meaning->line_count, err);
	return expect->key->unique ? check_unique(expect, meaning, err) : 0;
}

static int parse_lines(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
		       struct error *err)
{
	size_t count = count_lines(bytes + expect->same, len - expect->same), i;
	const char *end = bytes + without_newline(bytes, len);
	const char *newline;

	bytes += expect->same;
	meaning->same_lines = expect->same ? node_count(expect->array) : 0;
	if (count + meaning->same_lines > limit(LIMIT_NODES))
		return limit_refuse(LIMIT_NODES, NULL, "too many lines: each is a value", err);
	meaning->lines = calloc(count ? count : 1, sizeof(*meaning->lines));
	if (!meaning->lines)
		return error_memory(err);
	for (i = 0; i < count; i++) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		if (!newline)
			newline = end;
		if (parse_line(expect, meaning, bytes, (size_t)(newline - bytes), err) < 0)
			return -1;
		bytes = newline + 1;
	}
	return expect->strict && expect->key ? check_array(expect, meaning, err) : 0;
}

/* A scalar's value: one final newline is dropped, but not from data, which is every byte. */
static int parse_scalar(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
			struct error *err)
{
	size_t value_len = without_newline(bytes, len);

	meaning->type = expect->type;
	if (meaning->type == NODE_TYPE_COUNT)
		meaning->type = choose_type(expect, expect->key, expect->preferred, bytes, value_len);
	if (meaning->type == NODE_DATA &&
	    !(takes_placeholders(expect, NODE_DATA) && placeholder_whole(bytes, value_len)))
		value_len = len;
	meaning->bytes = bytes;
	meaning->len = value_len;
	return check_value(expect, expect->key, meaning->type, bytes, value_len, err);
}

/* Where no line may stand twice, all are looked at. */
bool text_skips(const struct expect *expect, enum node_type type)
{
	bool unique = expect->strict && expect->key && expect->key->unique;

	return expect->type == NODE_ARRAY && expect->array && common_type(expect) == type && !unique;
}

int text_parse(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
	       struct error *err)
{
	int result;

	*meaning = (struct meaning){ .type = expect->type, .literal = !takes_placeholders(expect, NODE_DATA) };
	if (!bytes)
		bytes = "";
	if (expect->type == NODE_ARRAY)
		result = parse_lines(expect, bytes, len, meaning, err);
	else
		result = parse_scalar(expect, bytes, len, meaning, err);
	if (result < 0)
		meaning_free(meaning);
	return result;
}

void meaning_free(struct meaning *meaning)
{
	free(meaning->lines);
	*meaning = (struct meaning){ .type = NODE_TYPE_COUNT };
}

int text_item_types(const struct node *array, enum node_type **items, size_t *count)
{
	const struct node *child;
	bool uniform = true;
	size_t i = 0;

	*items = NULL;
	*count = 0;
	if (node_count(array) == 0)
		return 0;
	*items = malloc(node_count(array) * sizeof(**items));
	if (!*items)
		return -1;
	for (child = node_first(array); child; child = node_next(child)) {
		(*items)[i++] = child->type;
		uniform = uniform && child->type == (*items)[0];
	}
	*count = uniform ? 1 : i;
	return 0;
}
