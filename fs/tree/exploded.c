#include "fs/tree/exploded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/exploded_parts.h"
#include "fs/tree/names.h"

/* --- maps ------------------------------------------------------------------------------------------- */

const struct name_map *name_map_find(const struct name_map *map, const char *name)
{
	struct name_map *entry = NULL;

	HASH_FIND_STR(map, name, entry);
	return entry;
}

static void name_map_free_entry(struct name_map *entry)
{
	free(entry->name);
	free(entry->text);
	free(entry);
}

int name_map_add(struct name_map **map, const char *name, const char *text)
{
	struct name_map *entry;

	if (name_map_find(*map, name))
		return 0;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -1;
	entry->name = strdup(name);
	entry->text = text ? strdup(text) : NULL;
	if (entry->name && (entry->text || !text))
		HASH_ADD_KEYPTR(hh, *map, entry->name, strlen(entry->name), entry);
	if (entry->hh.tbl)
		return 0;
	name_map_free_entry(entry);
	return -1;
}

void name_map_free(struct name_map *map)
{
	struct name_map *entry, *next;

	HASH_ITER(hh, map, entry, next) {
		HASH_DEL(map, entry);
		name_map_free_entry(entry);
	}
}

/* --- paths ------------------------------------------------------------------------------------------ */

size_t path_enter(struct buf *path, const char *name)
{
	size_t len = path->len;

	if (len && *name && path->data[len - 1] != '/')
		buf_add_char(path, '/');
	buf_add_text(path, name);
	return len;
}

void path_leave(struct buf *path, size_t len)
{
	buf_resize(path, len);
}

/* The name on the disk of the last part of `key`, which has `len` bytes. */
static void add_part(const struct exploded *exploded, const char *key, size_t start, size_t len, struct buf *out)
{
	BUF_AUTO whole = BUF_INIT, part = BUF_INIT;
	const struct name_map *spelt;

	buf_add(&whole, key, len);
	spelt = name_map_find(exploded->spelt, buf_text(&whole));
	if (!spelt)
		name_unquote(key + start, len - start, &part);
	path_enter(out, spelt ? spelt->text : buf_text(&part));
	if (whole.failed || part.failed)
		out->failed = true;
}

void exploded_add_path(const struct exploded *exploded, const char *key, struct buf *out)
{
	size_t start = 0, end;

	buf_add_text(out, exploded->profile.place.shown);
	for (; key[start]; start = end + (key[end] == '/')) {
		end = start + strcspn(key + start, "/");
		add_part(exploded, key, start, end, out);
	}
}

static void add_item_path(const struct exploded *exploded, const struct item *item, struct buf *out)
{
	BUF_AUTO key = BUF_INIT;

	item_path(item, NULL, &key);
	exploded_add_path(exploded, buf_text(&key), out);
	if (key.failed)
		out->failed = true;
}

/* The item that shows a node, or the nearest one above it. */
static const struct item *item_of(const struct exploded *exploded, const struct node *node)
{
	for (; node; node = node->parent)
		if (node_item(node))
			return node_item(node);
	return exploded->tree->root;
}

/* --- the whole -------------------------------------------------------------------------------------- */

int reader_end(struct reader *reader, const struct error *err)
{
	reader->fatal = *err;
	return -1;
}

int reader_end_without_memory(struct reader *reader)
{
	error_memory(&reader->err);
	return reader_end(reader, &reader->err);
}

void reader_report(struct reader *reader, struct error *problem)
{
	if (reader->is_file && !problem->line)
		error_at(problem, 1, 1);
	problem->file[0] = '\0';
	reader->reported = true;
	reader->report(reader->context, buf_text(&reader->path), problem);
}

static int read_all(struct reader *reader)
{
	const char *path = reader->exploded->profile.place.shown;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		error_system(&reader->err, errno, "this directory cannot be read");
		return reader_end(reader, &reader->err);
	}
	close(fd);
	buf_add_text(&reader->path, path);
	if (exploded_read_dir(reader, reader->exploded->tree->root) < 0)
		return -1;
	return exploded_report_types(reader) < 0 ? -1 : exploded_fill(reader);
}

/* What the tree refuses. Names that it cannot take break no rule of the schema. */
static void take_refusal(void *context, const struct error *problem)
{
	struct reader *reader = context;

	reader->err = *problem;
	if (!reader->err.rule && problem->code != EFBIG)
		reader->err.rule = "not-a-plist";
	reader_report(reader, &reader->err);
}

static int begin(struct reader *reader, const char *path, const struct check_options *checks)
{
	struct tree_surroundings around = { .report = take_refusal, .context = reader };
	struct profile *profile = &reader->exploded->profile;

	*profile = (struct profile){ .place = PLACE_INIT, .target = PLACE_INIT, .lock = LOCK_INIT, .read_only = true };
	profile->options.check = CHECK_OFF;
	profile->options.unknown_allowed = true;
	profile->options.no_placeholders = checks->no_placeholders;
	profile->checks = *checks;
	profile->place.shown = strdup(path);
	if (!profile->place.shown || doc_new(&profile->doc, &reader->err) < 0)
		return reader_end_without_memory(reader);
	reader->exploded->tree = tree_new(profile, &around);
	return reader->exploded->tree ? 0 : reader_end_without_memory(reader);
}

int exploded_read(struct exploded *exploded, const char *path, const struct check_options *checks,
		  exploded_report *report_to, void *context, struct error *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int result;

	*exploded = (struct exploded){ 0 };
	if (!reader)
		return error_memory(err);
	reader->exploded = exploded;
	reader->report = report_to;
	reader->context = context;
	result = begin(reader, path, checks);
	if (result == 0)
		result = read_all(reader);
	if (result == 0) {
		exploded->tree->surroundings = (struct tree_surroundings){ 0 };
	} else {
		*err = reader->fatal;
		error_in_file(err, path);
		exploded_free(exploded);
	}
	buf_free(&reader->path);
	free(reader);
	return result;
}

void exploded_free(struct exploded *exploded)
{
	tree_free(exploded->tree);
	exploded->profile.checks.schema = NULL; /* it is not ours */
	profile_close(&exploded->profile);
	name_map_free(exploded->refused);
	name_map_free(exploded->spelt);
	problems_free(&exploded->filled);
	*exploded = (struct exploded){ 0 };
}

bool exploded_is_tree(const char *path)
{
	static const char *const names[] = { "PayloadType", "PayloadIdentifier", "PayloadContent" };
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		BUF_AUTO name = BUF_INIT;

		buf_add_text(&name, path);
		path_enter(&name, names[i]);
		if (buf_ok(&name) && lstat(buf_text(&name), &st) == 0)
			return true;
	}
	return false;
}

/* --- findings --------------------------------------------------------------------------------------- */

/* The line of an element of a file of lines; 0: the node is no such element. */
static unsigned long line_of(const struct item *item, const struct node *node)
{
	unsigned long line = 1;

	if (item->node == node || item->kind != ITEM_KEY)
		return 0;
	while ((node = node_previous(node)))
		line++;
	return line;
}

/* True if the key that is missed is there as a file or directory that was refused. */
static bool was_refused(const struct exploded *exploded, const struct item *dir, const struct finding *finding)
{
	BUF_AUTO name = BUF_INIT, key = BUF_INIT;

	if (!finding->key)
		return false;
	name_from_key(finding->key, strlen(finding->key), &name);
	item_path(dir, buf_text(&name), &key);
	return buf_ok(&key) && buf_ok(&name) && name_map_find(exploded->refused, buf_text(&key));
}

bool exploded_finding(const struct exploded *exploded, const struct finding *finding, struct buf *file,
		      struct error *err)
{
	const struct item *item = item_of(exploded, finding->node);
	unsigned long line = line_of(item, finding->node);
	BUF_AUTO key = BUF_INIT;

	if (was_refused(exploded, item, finding))
		return false;
	add_item_path(exploded, item, file);
	if (exploded_is_stray(item, finding))
		error_rule(err, finding->rule,
			   "%s; everything in a tree is part of the profile, but names that begin with a dot: remove "
			   "it, or call it .%s",
			   finding->text, item_name(item));
	else
		error_rule(err, finding->rule, "%s", finding->text);
	err->severity = finding->severity;
	item_path(item, finding->key, &key);
	if (line)
		buf_add_format(&key, "/%02lu", line - 1);
	error_in_key(err, buf_text(&key));
	if (item->kind == ITEM_KEY)
		error_at(err, line ? line : 1, 1);
	return true;
}
