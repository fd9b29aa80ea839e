#include "plist/schema/manifests_model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/pattern.h"
#include "plist/schema/writing.h"
#include "plist/value.h"

static bool is_type(const struct manifest_key *key, const char *type)
{
	return strcmp(key->type, type) == 0;
}

/* The type of plist values that a key's texts are of; NODE_TYPE_COUNT where there are none, as of a dict. */
static enum node_type text_type(const struct manifest_key *key)
{
	enum node_type type = node_type_from_name(key->type);

	return type < NODE_TYPE_COUNT && node_is_scalar(type) && type != NODE_DATA ? type : NODE_TYPE_COUNT;
}

bool manifest_is_value(const struct manifest_key *key, const struct node *node)
{
	enum node_type type = text_type(key);
	struct error err = ERROR_INIT;

	return type != NODE_TYPE_COUNT && manifest_plain(node) &&
	       value_check(type, node->value.at, node->value.len, false, &err) == 0;
}

/* --- allowed values ----------------------------------------------------------------------------------- */

static int check_list(struct manifest *manifest, const struct node *list)
{
	const struct node *node;

	for (node = node_first(list); node; node = node_next(node))
		if (!node_is_scalar(node->type))
			return manifest_error(manifest, node,
					      "pfm_range_list holds a value of type %s: it must hold texts and numbers",
					      node_type_name(node->type));
	return 0;
}

static bool all_values(const struct manifest_key *key, const struct node *list)
{
	const struct node *node;

	for (node = node_first(list); node; node = node_next(node))
		if (!manifest_is_value(key, node))
			return false;
	return node_count(list) > 0;
}

static int write_range_list(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	const struct node *list, *node;
	const char **texts;
	size_t count = 0;
	int custom = manifest_flag(manifest, key->node, "pfm_range_list_allow_custom_value");
	int found = manifest_value(manifest, key->node, "pfm_range_list", NODE_ARRAY, &list);

	if (custom < 0 || found < 0 || (found && check_list(manifest, list) < 0))
		return -1;
	if (!found || !all_values(key, list))
		return 0;
	texts = arena_get(manifest->arena, node_count(list) * sizeof(*texts));
	if (!texts)
		return error_memory(manifest->err);
	for (node = node_first(list); node; node = node_next(node))
		if (!(texts[count++] = manifest_string(manifest, node)))
			return -1;
	write_list(out, "values", texts, count);
	if (custom)
		buf_add_text(out, " custom");
	return 0;
}

/* --- bounds -------------------------------------------------------------------------------------------- */

/* What bounds are of. */
enum measure {
	MEASURE_NOTHING,
	MEASURE_VALUE,
	MEASURE_LENGTH,
	MEASURE_ITEMS
};

static enum measure measure_of(const struct manifest_key *key)
{
	if (is_type(key, "integer") || is_type(key, "real"))
		return MEASURE_VALUE;
	if (is_type(key, "string") || is_type(key, "data"))
		return MEASURE_LENGTH;
	return is_type(key, "array") ? MEASURE_ITEMS : MEASURE_NOTHING;
}

static bool is_number(const char *text, bool whole)
{
	struct error err = ERROR_INIT;

	if (value_check(NODE_INTEGER, text, strlen(text), false, &err) == 0)
		return true;
	return !whole && value_check(NODE_REAL, text, strlen(text), false, &err) == 0 && isfinite(strtod(text, NULL));
}

/* Reads one bound, a number whatever type it is written as; NULL: there is none. Fewer than none says that there is no
 * bound to how much there may be. 0 or -1. */
static int read_bound(struct manifest *manifest, const struct node *dict, const char *name, bool counts,
		      const char **bound)
{
	const struct node *node = node_get(dict, name);
	const char *text;

	*bound = NULL;
	if (!node)
		return 0;
	if (!manifest_plain(node))
		return manifest_error(manifest, node, "%s is of type %s and no number: it must be a number", name,
				      node_type_name(node->type));
	text = manifest_string(manifest, node);
	if (!text)
		return -1;
	if (!is_number(text, counts))
		return manifest_error(manifest, node, "%s is '%s': it must be %s", name, text,
				      counts ? "a whole number" : "a number");
	if (!counts || *text != '-')
		*bound = text;
	return 0;
}

/* Reads PREFIX_min and PREFIX_max and writes them as `name`. 1: there were some, 0: none, -1. */
static int write_pair(struct manifest *manifest, const struct node *dict, const char *min_key,
		      const char *max_key, const char *name, struct buf *out)
{
	bool counts = strcmp(name, "range") != 0;
	const char *min, *max;

	if (read_bound(manifest, dict, min_key, counts, &min) < 0 ||
	    read_bound(manifest, dict, max_key, counts, &max) < 0)
		return -1;
	if (min && max && strtold(min, NULL) > strtold(max, NULL))
		return manifest_error(manifest, node_get(dict, max_key),
				      "%s is %s and %s is %s: nothing is in that range", min_key, min, max_key, max);
	if (!min && !max)
		return 0;
	write_bounds(out, name, min, max);
	return 1;
}

static int write_range(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	static const char *const names[] = { NULL, "range", "length", "items" };
	enum measure measure = measure_of(key);

	if (measure == MEASURE_NOTHING)
		return 0;
	return write_pair(manifest, key->node, "pfm_range_min", "pfm_range_max", names[measure], out);
}

/* An array's repetitions stand on itself or on its element. */
static int write_repetitions(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	int found = write_pair(manifest, key->node, "pfm_repetition_min", "pfm_repetition_max", "items", out);

	if (found == 0 && key->count == 1)
		found = write_pair(manifest, key->first->node, "pfm_repetition_min", "pfm_repetition_max", "items",
				   out);
	return found;
}

static int write_unique(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	int unique = manifest_flag(manifest, key->node, "pfm_value_unique");

	if (unique == 0 && key->count == 1)
		unique = manifest_flag(manifest, key->first->node, "pfm_value_unique");
	if (unique > 0)
		buf_add_text(out, " unique");
	return unique;
}

static int write_array(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	int found = write_repetitions(manifest, key, out);

	if (found == 0)
		found = write_range(manifest, key, out);
	return found < 0 ? -1 : write_unique(manifest, key, out);
}

/* --- formats and defaults ------------------------------------------------------------------------------- */

/* Expressions are written for another library: one that ours does not take says nothing. */
static int write_format(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	struct error err = ERROR_INIT;
	struct pattern *pattern;
	const char *format;

	if (manifest_text(manifest, key->node, "pfm_format", &format) < 0)
		return -1;
	if (!format || !is_type(key, "string"))
		return 0;
	pattern = pattern_new(format, &err);
	if (!pattern)
		return err.code == ENOMEM ? error_memory(manifest->err) : 0;
	pattern_free(pattern);
	write_attribute(out, "format", format);
	return 0;
}

/* An empty default only says that an editor shows an empty field. */
const struct node *manifest_default(const struct manifest_key *key)
{
	const struct node *node = node_get(key->node, "pfm_default");

	return node && node->value.len && manifest_is_value(key, node) ? node : NULL;
}

int manifest_write_values(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	const struct node *value = manifest_default(key);
	const char *text;

	if (is_type(key, "array")) {
		if (write_array(manifest, key, out) < 0)
			return -1;
	} else if (write_range_list(manifest, key, out) < 0 || write_range(manifest, key, out) < 0 ||
		   write_format(manifest, key, out) < 0) {
		return -1;
	}
	if (!value)
		return 0;
	text = manifest_string(manifest, value);
	if (!text)
		return -1;
	write_attribute(out, "default", text);
	return 0;
}
