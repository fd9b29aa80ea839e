#include "fs/tree/text.h"

#include <stdlib.h>
#include <string.h>

#include "plist/placeholder.h"
#include "plist/schema/constraint.h"

/* What is longer is compared line by line only once it is whole. */
#define LONG_TEXT ((size_t)64 << 10)

bool text_is_lines(const struct node *array)
{
	const struct node *child;

	for (child = node_first(array); child; child = node_next(child)) {
		if (!node_is_scalar(child->type) || child->type == NODE_DATA)
			return false;
		if (memchr(child->value.bytes, '\n', child->value.len))
			return false;
	}
	return true;
}

bool text_is_file(const struct node *node)
{
	return node_is_scalar(node->type) || (node->type == NODE_ARRAY && text_is_lines(node));
}

static void add_value(const struct node *node, struct buf *out)
{
	buf_add(out, node->value.bytes, node->value.len);
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
	if (node->type == NODE_DATA && !node_is_placeholder(node))
		return;
	if (node->type != NODE_STRING || node->value.len > 0)
		buf_add_char(out, '\n');
}

/* The length without one final newline. */
static size_t without_newline(const char *bytes, size_t len)
{
	return len > 0 && bytes[len - 1] == '\n' ? len - 1 : len;
}

/* A boolean is an element of its own, <true/> or <false/>: nowhere could a placeholder stand. */
static bool takes_placeholders(const struct expect *expect, enum node_type type)
{
	return expect->placeholders && type != NODE_BOOLEAN;
}

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

/* What the beginning of one value can become. Where no type is expected it is the best of those there are. */
static enum verdict one_prefix(const struct expect *expect, const struct schema_key *key, enum node_type type,
			       const char *bytes, size_t len)
{
	enum verdict best = VERDICT_NEVER, verdict;
	int each;

	if (type != NODE_TYPE_COUNT)
		return typed_prefix(expect, key, type, bytes, len);
	if (!key || !expect->strict)
		return VERDICT_VALID;
	for (each = 0; each < NODE_TYPE_COUNT && best != VERDICT_VALID; each++) {
		if (!node_is_scalar(each) || !schema_allows_type(key, each))
			continue;
		verdict = typed_prefix(expect, key, each, bytes, len);
		best = verdict > best ? verdict : best;
	}
	return best;
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
static enum verdict scalar_prefix(const struct expect *expect, const char *bytes, size_t len)
{
	size_t end = without_newline(bytes, len);
	enum verdict verdict = one_prefix(expect, expect->key, expect->type, bytes, end);

	if (end < len && verdict == VERDICT_MAYBE && expect->type != NODE_DATA)
		return VERDICT_NEVER;
	return verdict;
}

static bool limits_strings(const struct expect *expect)
{
	const struct schema_key *key = expect->strict ? expect->key : NULL;

	return key && (!schema_allows_type(key, NODE_STRING) || key->values.count || key->format || key->length.min ||
		       key->length.max);
}

/* A long text of which the schema says nothing is judged piece by piece. */
static enum verdict string_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	size_t whole = whole_characters(bytes, len);
	enum verdict verdict = value_prefix(NODE_STRING, bytes + *judged, len - *judged, expect->placeholders);

	if (verdict != VERDICT_NEVER && limits_strings(expect))
		return scalar_prefix(expect, bytes, len);
	if (verdict != VERDICT_NEVER && whole > *judged)
		*judged = whole;
	return verdict;
}

enum node_type text_type(const struct schema_key *key, const char *bytes, size_t len, bool placeholders)
{
	enum node_type type = value_infer(bytes, len);
	struct error ignored;
	int each;

	if (!key || schema_allows_type(key, type))
		return type;
	for (each = 0; each < NODE_TYPE_COUNT; each++)
		if (node_is_scalar(each) && schema_allows_type(key, each) &&
		    value_check(each, bytes, len, placeholders && each != NODE_BOOLEAN, &ignored) == 0)
			return each;
	return key->type != NODE_TYPE_COUNT && node_is_scalar(key->type) ? key->type : type;
}

/* What the schema says of the elements of the array that is expected. */
static const struct schema_key *item_key(const struct expect *expect)
{
	return expect->key && schema_allows_type(expect->key, NODE_ARRAY) ? schema_item(expect->key) : NULL;
}

/* The type of one element. Where elements differ, types go by position as long as they fit: lines may have
 * been added or taken out above. */
static enum node_type item_type(const struct expect *expect, size_t position, const char *bytes, size_t len)
{
	enum node_type type;
	struct error ignored;

	if (expect->item_count == 1)
		return expect->items[0];
	type = position < expect->item_count ? expect->items[position] : NODE_TYPE_COUNT;
	if (type == NODE_TYPE_COUNT || value_check(type, bytes, len, takes_placeholders(expect, type), &ignored) < 0)
		return text_type(item_key(expect), bytes, len, expect->placeholders);
	return type;
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
			return true;
	}
	return false;
}

static enum verdict lines_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	enum node_type type = expect->item_count == 1 ? expect->items[0] : NODE_TYPE_COUNT;
	const struct schema_key *key = item_key(expect);
	const char *newline;
	size_t end;

	if (type == NODE_TYPE_COUNT && !(key && expect->strict))
		type = NODE_STRING; /* the elements may be anything that is text */
	while ((newline = memchr(bytes + *judged, '\n', len - *judged))) {
		end = (size_t)(newline - bytes);
		if (one_prefix(expect, key, type, bytes + *judged, end - *judged) != VERDICT_VALID ||
		    is_repeated(expect, bytes, *judged, end - *judged))
			return VERDICT_NEVER;
		*judged = end + 1;
	}
	if (*judged == len)
		return VERDICT_VALID;
	return one_prefix(expect, key, type, bytes + *judged, len - *judged);
}

enum verdict text_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged)
{
	if (expect->type == NODE_ARRAY)
		return lines_prefix(expect, bytes, len, judged);
	if (expect->type == NODE_STRING)
		return string_prefix(expect, bytes, len, judged);
	return scalar_prefix(expect, bytes, len);
}

static int check_value(const struct expect *expect, const struct schema_key *key, enum node_type type,
		       const char *bytes, size_t len, struct error *err)
{
	if (expect->strict && key && constraint_type(key, type, err) < 0)
		return -1;
	if (constraint_check(expect->strict ? key : NULL, type, bytes, len, takes_placeholders(expect, type), err) < 0)
		return -1;
	if (type == NODE_INTEGER && expect->fits_64 && !value_fits_64(bytes, len))
		return error_rule(err, "out-of-range",
				  "'%.*s' does not fit a binary property list: -2^63 to 2^64-1 do (or save with "
				  "format=xml)", (int)(len < 64 ? len : 64), bytes);
	return 0;
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

static int parse_line(const struct expect *expect, struct meaning *meaning, const char *bytes, size_t len,
		      struct error *err)
{
	struct line *line = &meaning->lines[meaning->line_count];
	enum node_type type = item_type(expect, meaning->line_count, bytes, len);

	if (type == NODE_DATA)
		type = NODE_STRING; /* not text: say so, a line cannot be data */
	*line = (struct line){ .bytes = bytes, .len = len, .type = type };
	if (check_value(expect, item_key(expect), type, bytes, len, err) == 0) {
		meaning->line_count++;
		return 0;
	}
	return -1;
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int check_unique(const struct meaning *meaning, struct error *err)
{
	struct line *sorted = malloc((meaning->line_count + 1) * sizeof(*sorted)), *line;
	int result = 0;

	if (!sorted)
		return error_memory(err);
	memcpy(sorted, meaning->lines, meaning->line_count * sizeof(*sorted));
	if (meaning->line_count)
		qsort(sorted, meaning->line_count, sizeof(*sorted), compare_lines);
	for (line = sorted + 1; result == 0 && line < sorted + meaning->line_count; line++)
		if (compare_lines(line - 1, line) == 0)
			result = error_rule(err, "duplicate-element",
					    "'%.*s' stands there twice: every line must be another",
					    (int)(line->len < 64 ? line->len : 64), line->bytes);
	free(sorted);
	return result;
}

/* What an array must be as a whole. That it has too few elements is judged at save: it is filled line by line. */
static int check_array(const struct schema_key *key, const struct meaning *meaning, struct error *err)
{
	if (constraint_type(key, NODE_ARRAY, err) < 0)
		return -1;
	if (key->items.max && meaning->line_count > strtoul(key->items.max, NULL, 10))
		return constraint_items(key, meaning->line_count, err);
	return key->unique ? check_unique(meaning, err) : 0;
}

static int parse_lines(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
		       struct error *err)
{
	size_t count = count_lines(bytes, len), i;
	const char *end = bytes + without_newline(bytes, len);
	const char *newline;

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
	return expect->strict && expect->key ? check_array(expect->key, meaning, err) : 0;
}

/* A scalar's value: one final newline is dropped, but not from data, which is every byte. */
static int parse_scalar(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
			struct error *err)
{
	size_t value_len = without_newline(bytes, len);

	meaning->type = expect->type;
	if (meaning->type == NODE_TYPE_COUNT)
		meaning->type = text_type(expect->key, bytes, value_len, expect->placeholders);
	if (meaning->type == NODE_DATA && !(expect->placeholders && placeholder_whole(bytes, value_len)))
		value_len = len;
	meaning->bytes = bytes;
	meaning->len = value_len;
	return check_value(expect, expect->key, meaning->type, bytes, value_len, err);
}

int text_parse(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
	       struct error *err)
{
	int result;

	*meaning = (struct meaning){ .type = expect->type, .literal = !expect->placeholders };
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
	if (array->count == 0)
		return 0;
	*items = malloc(array->count * sizeof(**items));
	if (!*items)
		return -1;
	for (child = node_first(array); child; child = node_next(child)) {
		(*items)[i++] = child->type;
		uniform = uniform && child->type == (*items)[0];
	}
	*count = uniform ? 1 : i;
	return 0;
}
