#include "plist/schema/manifests_model.h"

#include <string.h>

#include "plist/schema/writing.h"

static int write_children(struct manifest *manifest, const struct manifest_key *key, unsigned level,
			  struct buf *out);

#define HELP_MAX 2000 /* bytes of prose; the longest known has 2,400 */

/* Prose in one line: what is blank is one blank; what is too long ends in "...". */
static void add_prose(struct buf *out, const char *text)
{
	bool blank = out->len > 0;

	for (; *text; text++) {
		if (out->len > HELP_MAX && ((unsigned char)*text & 0xc0) != 0x80) {
			buf_add_text(out, "...");
			return;
		}
		if ((unsigned char)*text <= ' ' || *text == 0x7f) {
			blank = out->len > 0;
			continue;
		}
		if (blank)
			buf_add_char(out, ' ');
		blank = false;
		buf_add_char(out, *text);
	}
}

/* The description, or else the title, and the note. */
static int write_help(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	const char *description, *title, *note;
	BUF_AUTO help = BUF_INIT;

	if (manifest_text(manifest, key->node, "pfm_description", &description) < 0 ||
	    manifest_text(manifest, key->node, "pfm_title", &title) < 0 ||
	    manifest_text(manifest, key->node, "pfm_note", &note) < 0)
		return -1;
	if (description || title)
		add_prose(&help, description ? description : title);
	if (note)
		add_prose(&help, note);
	if (!buf_ok(&help))
		return error_memory(manifest->err);
	if (help.len)
		write_attribute(out, "help", buf_text(&help));
	return 0;
}

/* A key is required if it always is: not "push", which is for MDM servers, and not where something else in the
 * manifest takes it away, on a platform or when another key is there. */
static int is_required(struct manifest *manifest, const struct manifest_key *key)
{
	const char *require;

	if (manifest_text(manifest, key->node, "pfm_require", &require) < 0)
		return -1;
	return key->role == MANIFEST_KEY && require &&
	       (strcmp(require, "always") == 0 || strcmp(require, "always-nested") == 0) &&
	       !node_get(key->node, "pfm_exclude") && !node_get(key->node, "pfm_platforms");
}

static int write_attributes(struct manifest *manifest, const struct manifest_key *key, struct buf *out)
{
	int required = is_required(manifest, key);
	int sensitive = manifest_flag(manifest, key->node, "pfm_sensitive");

	if (required < 0 || sensitive < 0)
		return -1;
	if (required)
		buf_add_text(out, " required");
	if (manifest_write_values(manifest, key, out) < 0)
		return -1;
	if (sensitive)
		buf_add_text(out, " sensitive");
	if (manifest_write_platforms(manifest, key, out) < 0)
		return -1;
	return write_help(manifest, key, out);
}

/* A line that our language would not read is a limit that is said here, where the manifest's line is known. */
static int end_line(struct manifest *manifest, const struct manifest_key *key, size_t start, struct buf *out)
{
	buf_add_char(out, '\n');
	if (out->len - start > MANIFEST_LINE_MAX)
		return manifest_error(manifest, key->node,
				      "more than %zu KiB of names and values: profilefs takes no more of one key",
				      MANIFEST_LINE_MAX >> 10);
	return 0;
}

static int write_key(struct manifest *manifest, const struct manifest_key *key, unsigned level, struct buf *out)
{
	size_t start = out->len;

	write_indent(out, level);
	if (key->role == MANIFEST_KEY)
		write_key_name(out, key->name);
	else
		buf_add_char(out, key->role == MANIFEST_ITEM ? '-' : '*');
	buf_add_format(out, " %s", key->type);
	if (write_attributes(manifest, key, out) < 0 || end_line(manifest, key, start, out) < 0)
		return -1;
	return write_children(manifest, key, level + 1, out);
}

/* Several elements are alternatives: of them only the types are kept. */
static void write_alternatives(const struct manifest_key *array, unsigned level, struct buf *out)
{
	const struct manifest_key *key, *before;
	char separator = ' ';

	for (key = array->first; key; key = key->next)
		if (strcmp(key->type, "any") == 0)
			return;
	write_indent(out, level);
	buf_add_char(out, '-');
	for (key = array->first; key; key = key->next) {
		for (before = array->first; before != key && strcmp(before->type, key->type) != 0;)
			before = before->next;
		if (before != key)
			continue;
		buf_add_format(out, "%c%s", separator, key->type);
		separator = '|';
	}
	buf_add_char(out, '\n');
}

static bool has_keys(const struct manifest_key *dict)
{
	const struct manifest_key *key;

	for (key = dict->first; key; key = key->next)
		if (key->role != MANIFEST_LEFT_OUT)
			return true;
	return false;
}

static int write_dict(struct manifest *manifest, const struct manifest_key *dict, unsigned level,
		      struct buf *out)
{
	const struct manifest_clause *clause;
	const struct manifest_key *key;

	for (key = dict->first; key; key = key->next)
		if (key->role != MANIFEST_LEFT_OUT && write_key(manifest, key, level, out) < 0)
			return -1;
	for (clause = dict->clauses; clause; clause = clause->next) {
		write_indent(out, level);
		buf_add_format(out, "%s\n", clause->text);
	}
	return 0;
}

static int write_children(struct manifest *manifest, const struct manifest_key *key, unsigned level,
			  struct buf *out)
{
	if (strcmp(key->type, "dict") == 0)
		return has_keys(key) ? write_dict(manifest, key, level, out) : 0;
	if (strcmp(key->type, "array") != 0 || !key->first)
		return 0;
	if (key->count == 1)
		return write_key(manifest, key->first, level, out);
	write_alternatives(key, level, out);
	return 0;
}

int manifest_write(struct manifest *manifest, const char *domain, struct buf *out)
{
	size_t start = out->len;

	buf_add_text(out, "payload ");
	write_word(out, domain);
	if (manifest_write_platforms(manifest, &manifest->root, out) < 0 ||
	    write_help(manifest, &manifest->root, out) < 0 ||
	    end_line(manifest, &manifest->root, start, out) < 0)
		return -1;
	return write_children(manifest, &manifest->root, 1, out);
}
