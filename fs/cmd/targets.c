#include "fs/cmd/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "plist/base/buf.h"

/* --- names ------------------------------------------------------------------------------------------ */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Appends the name of what a path leads to: of "a/b/" it is b, of "." the directory's own. */
static int add_own_name(const char *path, struct buf *name, struct error *err)
{
	size_t len = strlen(path);
	BUF_AUTO bare = BUF_INIT;
	char *real;

	while (len > 1 && path[len - 1] == '/')
		len--;
	buf_add(&bare, path, len);
	if (!buf_ok(&bare))
		return error_memory(err);
	if (is_name(last_part(buf_text(&bare)))) {
		buf_add_text(name, last_part(buf_text(&bare)));
		return 0;
	}
	real = realpath(path, NULL);
	if (!real)
		return error_system(err, errno, "cannot be looked up");
	buf_add_text(name, last_part(real));
	free(real);
	return name->len ? 0 : error_set(err, EINVAL, "this directory has no name: give another one");
}

/* Appends where `found` goes: below a folder that was given what is below the folder; else its own name. */
static int add_name(const char *found, const char *word, struct buf *name, struct error *err)
{
	const char *below = found + strlen(word);

	if (strcmp(found, word) == 0)
		return add_own_name(found, name, err);
	buf_add_text(name, below + strspn(below, "/"));
	return 0;
}

/* --- the list --------------------------------------------------------------------------------------- */

static void entry_free(struct target_entry *entry)
{
	free(entry->from);
	free(entry->name);
	*entry = (struct target_entry){ 0 };
}

static int grow(struct targets *targets, struct error *err)
{
	size_t size = targets->size ? targets->size * 2 : 16;
	struct target_entry *grown;

	if (targets->count < targets->size)
		return 0;
	grown = realloc(targets->list, size * sizeof(*grown));
	if (!grown)
		return error_memory(err);
	targets->list = grown;
	targets->size = size;
	return 0;
}

static int add(struct targets *targets, const struct path *path, const char *word, struct error *err)
{
	struct target_entry entry = { .is_tree = path->is_tree };
	BUF_AUTO name = BUF_INIT;

	if (grow(targets, err) < 0)
		return -1;
	if (add_name(path->name, word, &name, err) < 0) {
		error_in_file(err, path->name);
		return -1;
	}
	entry.from = strdup(path->name);
	entry.name = buf_ok(&name) ? buf_steal(&name, NULL) : NULL;
	if (!entry.from || !entry.name) {
		entry_free(&entry);
		return error_memory(err);
	}
	targets->list[targets->count++] = entry;
	return 0;
}

int targets_add(struct targets *targets, const char *word, paths_report *report, void *context, struct error *err)
{
	struct paths paths = { 0 };
	int result = paths_add(&paths, word, report, context);
	size_t i;

	if (result < 0)
		error_memory(err);
	for (i = 0; i < paths.count && result == 0; i++)
		result = add(targets, &paths.list[i], word, err);
	paths_free(&paths);
	return result;
}

void targets_keep(struct targets *targets, size_t from, bool trees)
{
	size_t i, kept = from;

	for (i = from; i < targets->count; i++) {
		if (targets->list[i].is_tree == trees)
			targets->list[kept++] = targets->list[i];
		else
			entry_free(&targets->list[i]);
	}
	targets->count = kept;
}

bool targets_ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len >= end && strcasecmp(name + len - end, suffix) == 0;
}

int targets_add_suffix(struct targets *targets, const char *suffix, struct error *err)
{
	size_t i;

	for (i = 0; i < targets->count; i++) {
		struct target_entry *entry = &targets->list[i];
		BUF_AUTO name = BUF_INIT;

		if (targets_ends_in(entry->name, suffix))
			continue;
		buf_add_format(&name, "%s%s", entry->name, suffix);
		if (!buf_ok(&name))
			return error_memory(err);
		free(entry->name);
		entry->name = buf_steal(&name, NULL);
	}
	return 0;
}

/* --- what is there twice ---------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct target_entry *x = *(const struct target_entry *const *)a;
	const struct target_entry *y = *(const struct target_entry *const *)b;

	return strcmp(x->name, y->name);
}

int targets_check(const struct targets *targets, const char *folder, struct error *err)
{
	const struct target_entry **sorted = calloc(targets->count + 1, sizeof(*sorted));
	int result = 0;
	size_t i;

	if (!sorted)
		return error_memory(err);
	for (i = 0; i < targets->count; i++)
		sorted[i] = &targets->list[i];
	qsort(sorted, targets->count, sizeof(*sorted), by_name);
	for (i = 1; i < targets->count && result == 0; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			result = error_set(err, EINVAL,
					   "%.300s and %.300s would both be %.150s/%.150s: give one of them a "
					   "folder of its own",
					   sorted[i - 1]->from, sorted[i]->from, folder, sorted[i]->name);
	free(sorted);
	return result;
}

/* --- folders ---------------------------------------------------------------------------------------- */

static int make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	error_system(err, errno, "this folder cannot be made");
	error_in_file(err, path);
	return -1;
}

int targets_make_folders(const char *folder, const char *name, struct error *err)
{
	const char *slash;

	if (make_folder(folder, err) < 0)
		return -1;
	for (slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		BUF_AUTO path = BUF_INIT;

		buf_add_format(&path, "%s/%.*s", folder, (int)(slash - name), name);
		if (!buf_ok(&path))
			return error_memory(err);
		if (make_folder(buf_text(&path), err) < 0)
			return -1;
	}
	return 0;
}

void targets_free(struct targets *targets)
{
	size_t i;

	for (i = 0; i < targets->count; i++)
		entry_free(&targets->list[i]);
	free(targets->list);
	*targets = (struct targets){ 0 };
}
