#include "fs/cmd/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "fs/tree/exploded.h"
#include "plist/base/buf.h"

#define SUFFIX ".mobileconfig"

/* A walk through one of the paths given. */
struct walk {
	struct paths *paths;
	paths_report *report;
	void *context;
	bool found; /* a profile, or something that could not be looked at */
};

static int add(struct paths *paths, const char *name, bool is_tree)
{
	size_t size = paths->size ? paths->size * 2 : 16;
	struct path *grown;

	if (paths->count == paths->size) {
		grown = realloc(paths->list, size * sizeof(*grown));
		if (!grown)
			return -1;
		paths->list = grown;
		paths->size = size;
	}
	grown = &paths->list[paths->count];
	grown->is_tree = is_tree;
	grown->name = strdup(name);
	if (!grown->name)
		return -1;
	paths->count++;
	return 0;
}

static void complain(struct walk *walk, const char *path, const struct error *problem)
{
	walk->found = true;
	walk->report(walk->context, path, problem);
}

static bool is_profile_name(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) && strcasecmp(name + len - strlen(SUFFIX), SUFFIX) == 0 &&
	       strncmp(name, "._", 2) != 0;
}

static int wanted(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
	       strcmp(entry->d_name, ".git") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_directory(struct walk *walk, const char *path);

/* An entry of a folder. What is called like a profile and is not there (a dangling link) is said when it is read;
 * sockets and devices are no profiles, whatever they are called. Of files the folder says that they are some. */
static int walk_entry(struct walk *walk, const char *path, const struct dirent *entry)
{
	bool is_file = entry->d_type == DT_REG;
	struct stat st;

	if (!is_file && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return walk_directory(walk, path);
	if (!is_profile_name(entry->d_name) || (!is_file && stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	walk->found = true;
	return add(walk->paths, path, false);
}

static int walk_entries(struct walk *walk, const char *path, struct dirent **entries, int count)
{
	const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
	int i, result = 0;

	for (i = 0; i < count; i++) {
		BUF_AUTO name = BUF_INIT;

		buf_add_format(&name, "%s%s%s", path, slash, entries[i]->d_name);
		if (result == 0)
			result = buf_ok(&name) ? walk_entry(walk, buf_text(&name), entries[i]) : -1;
		free(entries[i]);
	}
	free(entries);
	return result;
}

static int walk_directory(struct walk *walk, const char *path)
{
	struct dirent **entries;
	struct error err;
	int count;

	if (exploded_is_tree(path)) {
		walk->found = true;
		return add(walk->paths, path, true);
	}
	count = scandir(path, &entries, wanted, by_bytes);
	if (count >= 0)
		return walk_entries(walk, path, entries, count);
	if (errno == ENOMEM)
		return -1;
	error_system(&err, errno, "this directory cannot be read");
	complain(walk, path, &err);
	return 0;
}

static int walk_given(struct walk *walk, const char *path)
{
	struct stat st;
	struct error err;
	int result;

	if (strcmp(path, "-") == 0)
		return add(walk->paths, path, false);
	if (stat(path, &st) < 0) {
		error_system(&err, errno, "cannot be opened");
		complain(walk, path, &err);
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return add(walk->paths, path, false);
	result = walk_directory(walk, path);
	if (result < 0 || walk->found)
		return result;
	error_set(&err, ENOENT, "no profile is in this folder: profiles are files called *" SUFFIX " (name others one "
		  "by one), and directories that hold PayloadType, PayloadIdentifier or PayloadContent");
	complain(walk, path, &err);
	return 0;
}

int paths_add(struct paths *paths, const char *path, paths_report *report, void *context)
{
	struct walk walk = { .paths = paths, .report = report, .context = context };

	return walk_given(&walk, path);
}

void paths_free(struct paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		free(paths->list[i].name);
	free(paths->list);
	*paths = (struct paths){ 0 };
}
