/*
 * What a binary plist must be before libplist sees it.
 *
 *     "bplist00"  objects...  offset table  trailer (32 bytes)
 *
 * The root is the first of a web of objects that refer to each other by number. A reader copies a shared
 * object every time it is referred to, so a small file can stand for an enormous tree. Each reachable object
 * is looked at once and its cost (nodes, bytes, nesting) is kept, so that the cost of the whole is known in
 * time linear in the file.
 *
 * That bound needs one more thing. Objects may overlap, so many large arrays can share their bytes. But
 * every reachable object is copied at least once: as soon as what was looked at passes a limit, the tree
 * passes it too, and the check stops there (spend_nodes, spend_bytes).
 */
#include "plist/bplist.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/limits.h"

#define HEADER_SIZE 8
#define TRAILER_SIZE 32

/* Seconds from 2001-01-01 to the first and past the last second that a date's four digits can name. */
#define DATE_FIRST (-63113904000.0) /* 0001-01-01T00:00:00Z */
#define DATE_END 252423993600.0     /* 10000-01-01T00:00:00Z */

enum progress { UNSEEN, OPEN, DONE };

/* What an object and all below it become when they are copied out. */
struct cost {
	uint64_t bytes;
	uint32_t nodes;
	uint16_t nesting; /* containers on the deepest way down */
	uint16_t progress;
};

struct check {
	const uint8_t *bytes;
	size_t table; /* offset of the offset table: objects end before it */
	size_t count; /* objects */
	unsigned offset_size, ref_size;
	size_t nodes_max, bytes_max, value_max, name_max, depth_max; /* the limits */
	struct cost *costs; /* one per object */
	uint64_t spent_nodes, spent_bytes;
	struct error *err;
};

/* An object's marker, taken apart. */
struct object {
	size_t at;     /* of the marker */
	size_t body;   /* of what follows marker and count */
	unsigned kind; /* the marker's upper half */
	uint64_t size; /* its lower half, or the count that follows it */
};

static int visit(struct check *check, uint64_t number, unsigned depth, struct cost *cost);

static int unsound(struct check *check, size_t at, const char *what)
{
	return error_rule(check->err, "not-a-plist", "the binary property list is damaged at byte %zu: %s",
			  at, what);
}

static int too_many(struct check *check)
{
	return limit_refuse(LIMIT_NODES, NULL, "the binary property list stands for too many values", check->err);
}

static int too_much(struct check *check)
{
	return limit_refuse(LIMIT_EXPANSION, NULL, "the binary property list stands for too much text and data",
			    check->err);
}

static uint64_t big_endian(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static int spend_nodes(struct check *check, uint64_t nodes)
{
	if (nodes > check->nodes_max || check->spent_nodes > check->nodes_max - nodes)
		return too_many(check);
	check->spent_nodes += nodes;
	return 0;
}

static int spend_bytes(struct check *check, uint64_t bytes)
{
	if (bytes > check->bytes_max || check->spent_bytes > check->bytes_max - bytes)
		return too_much(check);
	check->spent_bytes += bytes;
	return 0;
}

/* True if `count` units of `size` bytes fit between `at` and the end of the objects. */
static bool fits(const struct check *check, size_t at, uint64_t count, size_t size)
{
	return at <= check->table && count <= (check->table - at) / size;
}

/* The same for one text or data. Of UTF-16 it is what it can become at the most. */
static int spend_value(struct check *check, uint64_t bytes)
{
	if (bytes > check->value_max)
		return limit_refuse(LIMIT_VALUE, NULL, "a value is too large", check->err);
	return spend_bytes(check, bytes);
}

/* --- scalars ------------------------------------------------------------------------------------------ */

static int check_constant(struct check *check, const struct object *object, struct cost *cost)
{
	(void)cost;
	if (object->size == 0)
		return unsound(check, object->at, "null, which a profile cannot hold");
	if (object->size != 8 && object->size != 9)
		return unsound(check, object->at, "an object of an unknown kind");
	return 0;
}

static int check_integer(struct check *check, const struct object *object, struct cost *cost)
{
	(void)cost;
	if (object->size > 4)
		return unsound(check, object->at, "an integer of more than 16 bytes");
	if (!fits(check, object->body, 1, (size_t)1 << object->size))
		return unsound(check, object->at, "an integer that is cut off");
	if (object->size == 4 && big_endian(check->bytes + object->body, 8) != 0)
		return unsound(check, object->at, "an integer that does not fit 64 bits");
	return 0;
}

static int check_real(struct check *check, const struct object *object, struct cost *cost)
{
	(void)cost;
	if (object->size != 2 && object->size != 3)
		return unsound(check, object->at, "a real number of neither 4 nor 8 bytes");
	if (!fits(check, object->body, 1, (size_t)1 << object->size))
		return unsound(check, object->at, "a real number that is cut off");
	return 0;
}

static int check_date(struct check *check, const struct object *object, struct cost *cost)
{
	uint64_t bits;
	double seconds;

	(void)cost;
	if (object->size != 3 || !fits(check, object->body, 1, 8))
		return unsound(check, object->at, "a date that is not of 8 bytes");
	bits = big_endian(check->bytes + object->body, 8);
	memcpy(&seconds, &bits, sizeof(seconds));
	if (!(seconds >= DATE_FIRST && seconds < DATE_END))
		return unsound(check, object->at, "a date outside the years 1 to 9999");
	return 0;
}

static int check_data(struct check *check, const struct object *object, struct cost *cost)
{
	if (!fits(check, object->body, object->size, 1))
		return unsound(check, object->at, "data that is cut off");
	cost->bytes = object->size;
	return spend_value(check, cost->bytes);
}

static int check_ascii(struct check *check, const struct object *object, struct cost *cost)
{
	const uint8_t *text = check->bytes + object->body;

	if (!fits(check, object->body, object->size, 1))
		return unsound(check, object->at, "a string that is cut off");
	cost->bytes = object->size;
	if (spend_value(check, cost->bytes))
		return -1;
	for (size_t i = 0; i < object->size; i++) {
		if (text[i] == 0)
			return unsound(check, object->body + i, "a NUL in a string");
		if (text[i] >= 0x80)
			return unsound(check, object->body + i,
				       "a byte that is not ASCII in an ASCII string");
	}
	return 0;
}

static bool is_surrogate(unsigned unit)
{
	return unit >= 0xD800 && unit <= 0xDFFF;
}

static int check_utf16(struct check *check, const struct object *object, struct cost *cost)
{
	size_t at = object->body, end;

	if (!fits(check, at, object->size, 2))
		return unsound(check, object->at, "a string that is cut off");
	if (object->size == 0)
		return unsound(check, object->at, "an empty UTF-16 string");
	cost->bytes = object->size * 3; /* as UTF-8, at most */
	if (spend_value(check, cost->bytes))
		return -1;
	for (end = at + 2 * (size_t)object->size; at < end; at += 2) {
		uint64_t unit = big_endian(check->bytes + at, 2);

		if (unit == 0)
			return unsound(check, at, "a NUL in a string");
		if (!is_surrogate((unsigned)unit))
			continue;
		at += 2;
		if (unit >= 0xDC00 || at >= end || (check->bytes[at] & 0xFC) != 0xDC)
			return unsound(check, at - 2, "half a surrogate pair in a string");
	}
	return 0;
}

static int check_uid(struct check *check, const struct object *object, struct cost *cost)
{
	size_t size = (size_t)object->size + 1;

	if (size > 8 || !fits(check, object->body, size, 1))
		return unsound(check, object->at, "a UID that is cut off");
	if (big_endian(check->bytes + object->body, size) > UINT32_MAX)
		return unsound(check, object->at, "a UID that does not fit 32 bits");
	cost->nodes = 2; /* a dict and its integer */
	cost->nesting = 1;
	return spend_nodes(check, 1);
}

/* --- containers --------------------------------------------------------------------------------------- */

static uint64_t reference(const struct check *check, const struct object *object, uint64_t position)
{
	return big_endian(check->bytes + object->body + position * check->ref_size, check->ref_size);
}

/* Adds what the child `number` costs to its container's cost. */
static int add_child(struct check *check, uint64_t number, unsigned depth, struct cost *total)
{
	struct cost cost;

	if (visit(check, number, depth, &cost))
		return -1;
	if (cost.nodes > check->nodes_max - total->nodes)
		return too_many(check);
	if (cost.bytes > check->bytes_max - total->bytes)
		return too_much(check);
	total->nodes += cost.nodes;
	total->bytes += cost.bytes;
	if (cost.nesting >= total->nesting)
		total->nesting = (uint16_t)(cost.nesting + 1);
	return 0;
}

static int check_array(struct check *check, const struct object *object, unsigned depth, struct cost *cost)
{
	if (!fits(check, object->body, object->size, check->ref_size))
		return unsound(check, object->at, "an array that is cut off");
	if (spend_nodes(check, object->size))
		return -1;
	for (uint64_t i = 0; i < object->size; i++) {
		if (add_child(check, reference(check, object, i), depth, cost))
			return -1;
	}
	return 0;
}

/* A key is a string like any other, but it is not a node of its own. */
static int add_key(struct check *check, const struct object *dict, uint64_t number, unsigned depth,
		   struct cost *total)
{
	uint64_t before;
	size_t at;

	if (number >= check->count)
		return unsound(check, dict->at, "a key that refers to no object");
	at = (size_t)big_endian(check->bytes + check->table + number * check->offset_size,
				check->offset_size);
	if (at < HEADER_SIZE || at >= check->table)
		return unsound(check, dict->at, "a key that lies outside the objects");
	if (check->bytes[at] >> 4 != 0x5 && check->bytes[at] >> 4 != 0x6)
		return unsound(check, at, "a key that is not a string");
	before = total->bytes;
	if (add_child(check, number, depth, total))
		return -1;
	if (total->bytes - before > check->name_max)
		return limit_refuse(LIMIT_NAME, NULL, "a key is too long", check->err);
	total->nodes--;
	return 0;
}

static int check_dict(struct check *check, const struct object *object, unsigned depth, struct cost *cost)
{
	if (!fits(check, object->body, object->size, 2 * (size_t)check->ref_size))
		return unsound(check, object->at, "a dict that is cut off");
	if (spend_nodes(check, object->size))
		return -1;
	for (uint64_t i = 0; i < object->size; i++) {
		if (add_key(check, object, reference(check, object, i), depth, cost))
			return -1;
		if (add_child(check, reference(check, object, object->size + i), depth, cost))
			return -1;
	}
	return 0;
}

/* --- objects ------------------------------------------------------------------------------------------ */

typedef int check_scalar(struct check *check, const struct object *object, struct cost *cost);
typedef int check_container(struct check *check, const struct object *object, unsigned depth,
			    struct cost *cost);

static const struct kind {
	bool counted; /* a lower half of 15 means that the size follows as an integer */
	check_scalar *scalar;
	check_container *container;
} KINDS[16] = {
	[0x0] = { .scalar = check_constant },
	[0x1] = { .scalar = check_integer },
	[0x2] = { .scalar = check_real },
	[0x3] = { .scalar = check_date },
	[0x4] = { .counted = true, .scalar = check_data },
	[0x5] = { .counted = true, .scalar = check_ascii },
	[0x6] = { .counted = true, .scalar = check_utf16 },
	[0x8] = { .scalar = check_uid },
	[0xA] = { .counted = true, .container = check_array },
	[0xD] = { .counted = true, .container = check_dict },
};

/* Takes the object's marker, and the size that follows it, apart. */
static int open_object(struct check *check, uint64_t number, struct object *object)
{
	const uint8_t *entry = check->bytes + check->table + number * check->offset_size;
	uint64_t at = big_endian(entry, check->offset_size);
	uint8_t marker;

	if (at < HEADER_SIZE || at >= check->table)
		return unsound(check, (size_t)(entry - check->bytes),
			       "an offset that lies outside the objects");
	marker = check->bytes[at];
	*object = (struct object){
		.at = (size_t)at, .body = (size_t)at + 1, .kind = marker >> 4, .size = marker & 0xF
	};
	if (!KINDS[object->kind].counted || object->size != 0xF)
		return 0;
	if (!fits(check, object->body, 1, 1) || check->bytes[object->body] >> 4 != 1 ||
	    (check->bytes[object->body] & 0xF) > 3)
		return unsound(check, object->body, "a size that is not an integer");
	object->size = (uint64_t)1 << (check->bytes[object->body] & 0xF);
	object->body++;
	if (!fits(check, object->body, object->size, 1))
		return unsound(check, object->body, "a size that is cut off");
	at = object->body;
	object->body += (size_t)object->size;
	object->size = big_endian(check->bytes + at, (size_t)object->size);
	return 0;
}

static int check_object(struct check *check, uint64_t number, unsigned depth, struct cost *cost)
{
	struct object object;
	const struct kind *kind;

	if (open_object(check, number, &object))
		return -1;
	kind = &KINDS[object.kind];
	if (kind->scalar)
		return kind->scalar(check, &object, cost);
	if (!kind->container)
		return unsound(check, object.at, "an object of an unknown kind");
	cost->nesting = 1;
	return kind->container(check, &object, depth + 1, cost);
}

/* Gives the cost of an object that stands below `depth` containers; looks at it if that was not done yet. */
static int visit(struct check *check, uint64_t number, unsigned depth, struct cost *cost)
{
	struct cost *known;

	if (number >= check->count)
		return error_rule(check->err, "not-a-plist",
				  "the binary property list refers to object %llu and has only %zu",
				  (unsigned long long)number, check->count);
	known = &check->costs[number];
	if (known->progress == OPEN)
		return error_rule(check->err, "not-a-plist",
				  "the binary property list contains itself (object %llu)",
				  (unsigned long long)number);
	if (known->progress == UNSEEN && depth <= check->depth_max) {
		*cost = (struct cost){ .nodes = 1 };
		known->progress = OPEN;
		if (check_object(check, number, depth, cost))
			return -1;
		cost->progress = DONE;
		*known = *cost;
	}
	if (depth > check->depth_max || depth + known->nesting > check->depth_max)
		return limit_refuse(LIMIT_DEPTH, "not-a-plist", "the binary property list is nested too deep",
				    check->err);
	*cost = *known;
	return 0;
}

/* --- the file ----------------------------------------------------------------------------------------- */

bool bplist_recognise(const void *bytes, size_t len)
{
	return len >= 6 && memcmp(bytes, "bplist", 6) == 0;
}

/* Reads the trailer: sizes of offsets and references, number of objects, root, place of the offset table. */
static int check_frame(struct check *check, size_t len, uint64_t *root)
{
	const uint8_t *trailer;
	uint64_t table, count;

	if (len < HEADER_SIZE + TRAILER_SIZE || memcmp(check->bytes, "bplist00", HEADER_SIZE) != 0)
		return error_rule(check->err, "not-a-plist",
				  "not a binary property list of version 00, the only one that profiles use");
	len -= TRAILER_SIZE;
	trailer = check->bytes + len;
	check->offset_size = trailer[6];
	check->ref_size = trailer[7];
	count = big_endian(trailer + 8, 8);
	*root = big_endian(trailer + 16, 8);
	table = big_endian(trailer + 24, 8);
	if (check->offset_size < 1 || check->offset_size > 8 || check->ref_size < 1 || check->ref_size > 8)
		return unsound(check, len + 6, "offsets or references of neither 1 nor up to 8 bytes");
	if (table < HEADER_SIZE || table >= len || count < 1 || count > (len - table) / check->offset_size)
		return unsound(check, len + 8, "an offset table that does not fit the file");
	if (*root >= count)
		return unsound(check, len + 16, "a root that is not there");
	if (count > 2 * (uint64_t)check->nodes_max) /* keys are objects, too */
		return too_many(check);
	check->count = (size_t)count;
	check->table = (size_t)table;
	return 0;
}

int bplist_check(const void *bytes, size_t len, struct error *err)
{
	struct check check = { .bytes = bytes, .err = err,
			       .nodes_max = limit(LIMIT_NODES), .bytes_max = limit(LIMIT_EXPANSION),
			       .value_max = limit(LIMIT_VALUE), .name_max = limit(LIMIT_NAME),
			       .depth_max = limit(LIMIT_DEPTH) };
	struct cost cost;
	uint64_t root = 0;
	int result;

	if (len > limit(LIMIT_PROFILE))
		return limit_refuse(LIMIT_PROFILE, NULL, "the binary property list is too large", err);
	if (check_frame(&check, len, &root))
		return -1;
	check.costs = calloc(check.count, sizeof(*check.costs));
	if (!check.costs)
		return error_memory(err);
	result = spend_nodes(&check, 1);
	if (!result)
		result = visit(&check, root, 0, &cost);
	free(check.costs);
	return result;
}
