#include "plist/base/limits.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "plist/base/hint.h"

#define K ((size_t)1 << 10)
#define M ((size_t)1 << 20)
#define G ((size_t)1 << 30)

/* As far as this machine can count. */
#define GIGABYTES(n) ((uint64_t)(n) << 30 > SIZE_MAX ? SIZE_MAX : (size_t)((uint64_t)(n) << 30))

/* The largest profile keeps every length below 2 GiB, which Expat and OpenSSL count in an int. */
static const struct limit_row rows[LIMIT_COUNT] = {
	[LIMIT_PROFILE] = { "profile", 64 * M, 4 * K, 1 * G, true, "size of a profile, its signature not counted" },
	[LIMIT_VALUE] = { "value", 64 * M, 4 * K, 1 * G, true, "size of one value, and of one scratch file" },
	[LIMIT_NAME] = { "name", 64 * K, 255, 16 * M, true, "length of one key" },
	[LIMIT_NODES] = { "nodes", 4 * M, 1000, 64 * M, false, "values in a profile" },
	[LIMIT_DEPTH] = { "depth", LIMIT_DEPTH_MOST, 8, LIMIT_DEPTH_MOST, false,
			  "dictionaries and arrays in each other; 512 is the most that other readers take" },
	[LIMIT_EXPANSION] = { "expansion", 128 * M, 4 * K, GIGABYTES(4), true,
			      "text and data that a binary property list stands for" },
	[LIMIT_SCRATCH] = { "scratch", 256 * M, 1 * M, GIGABYTES(64), true,
			    "memory for scratch files and for what is being written, in all of a mount" },
	[LIMIT_JOURNAL] = { "journal", 1 * G, 1 * M, GIGABYTES(16), true,
			    "size of a journal: the profile, and what is edited in it and not saved" },
	[LIMIT_SCHEMA] = { "schema", 8 * M, 64 * K, 256 * M, true, "size of one schema file or manifest" },
};

/* What was set; 0: nothing. */
static size_t chosen[LIMIT_COUNT];

const struct limit_row *limit_row(enum limit which)
{
	return &rows[which];
}

size_t limit(enum limit which)
{
	return chosen[which] ? chosen[which] : rows[which].usual;
}

size_t limit_profile_file(void)
{
	return limit(LIMIT_PROFILE) / 2 * 3;
}

void limits_reset(void)
{
	memset(chosen, 0, sizeof(chosen));
}

/* --- values as text --------------------------------------------------------------------------------- */

void limit_show(enum limit which, size_t value, struct buf *out)
{
	static const char units[] = " KMG";
	size_t unit = 0;

	while (rows[which].bytes && value && value % K == 0 && unit < 3) {
		value /= K;
		unit++;
	}
	buf_add_format(out, "%zu", value);
	if (unit)
		buf_add_char(out, units[unit]);
}

/* What a unit multiplies with; 0: it is none. */
static size_t unit_size(const char *unit)
{
	if (!*unit)
		return 1;
	if (unit[1])
		return 0;
	switch (unit[0]) {
	case 'k':
	case 'K':
		return K;
	case 'm':
	case 'M':
		return M;
	case 'g':
	case 'G':
		return G;
	default:
		return 0;
	}
}

/* False: not a number with a unit, or past all bounds. */
static bool read_value(const char *text, size_t *value)
{
	const char *at = text;
	size_t number = 0, unit;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (number > (SIZE_MAX - 9) / 10)
			return false;
		number = number * 10 + (size_t)(*at - '0');
	}
	unit = unit_size(at);
	if (at == text || unit == 0 || number > SIZE_MAX / unit)
		return false;
	*value = number * unit;
	return true;
}

/* --- setting ---------------------------------------------------------------------------------------- */

static int refuse_name(const char *name, size_t len, struct error *err)
{
	struct hint hint = hint_for_bytes(name, len);
	BUF_AUTO all = BUF_INIT;
	size_t i;

	for (i = 0; i < LIMIT_COUNT; i++) {
		hint_consider(&hint, rows[i].name);
		buf_add_format(&all, "%s%s", i == 0 ? "" : i + 1 == LIMIT_COUNT ? " and " : ", ", rows[i].name);
	}
	if (hint.name)
		return error_set(err, EINVAL, "there is no limit '%.*s': did you mean '%s'?", (int)len, name,
				 hint.name);
	return error_set(err, EINVAL, "there is no limit '%.*s': there are %s", (int)len, name, buf_text(&all));
}

static int refuse_value(enum limit which, const char *value, struct error *err)
{
	BUF_AUTO least = BUF_INIT, most = BUF_INIT;

	limit_show(which, rows[which].least, &least);
	limit_show(which, rows[which].most, &most);
	return error_set(err, EINVAL, "the limit '%s' cannot be '%s': it is a number from %s to %s%s",
			 rows[which].name, value, buf_text(&least), buf_text(&most),
			 rows[which].bytes ? ", in bytes or with K, M or G" : "");
}

int limit_set(const char *name, size_t len, const char *value, struct error *err)
{
	size_t number;
	size_t i;

	for (i = 0; i < LIMIT_COUNT; i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
			break;
	if (i == LIMIT_COUNT)
		return refuse_name(name, len, err);
	if (!read_value(value, &number) || number < rows[i].least || number > rows[i].most)
		return refuse_value((enum limit)i, value, err);
	chosen[i] = number;
	return 0;
}

/* --- refusing --------------------------------------------------------------------------------------- */

/* "; --limit profile=VALUE raises it, up to 1G" */
static void add_way_out(enum limit which, struct buf *out)
{
	const struct limit_row *row = &rows[which];

	if (limit(which) == row->most) {
		buf_add_text(out, ", which is the most that can be set");
		return;
	}
	buf_add_format(out, "; --limit %s=VALUE raises it (-o limit=%s:VALUE for mounts), up to ", row->name,
		       row->name);
	limit_show(which, row->most, out);
}

int limit_refuse(enum limit which, const char *rule, const char *what, struct error *err)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "%s: the limit '%s' is ", what, rows[which].name);
	limit_show(which, limit(which), &text);
	add_way_out(which, &text);
	if (rule)
		return error_rule(err, rule, "%s", buf_text(&text));
	return error_set(err, EFBIG, "%s", buf_text(&text));
}

int limit_explain(int result, enum limit which, struct error *err)
{
	struct error before = *err;

	if (result == 0 || before.code != EFBIG)
		return result;
	limit_refuse(which, NULL, "it is too large to be read", err);
	error_in_file(err, before.file);
	return result;
}
