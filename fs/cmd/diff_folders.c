#include "fs/cmd/diff_folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/cmd/say.h"
#include "fs/cmd/targets.h"
#include "fs/tree/exploded.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && !exploded_is_tree(path);
}

bool diff_folders_are(const char *a, const char *b)
{
	return is_folder(a) && is_folder(b);
}

/* What is in one of the folders. */
struct found {
	const char *folder;
	struct targets targets;
	struct error nothing; /* set: there is no profile in it */
	bool trouble;
};

static void report(void *context, const char *path, const struct error *problem)
{
	struct found *found = context;
	struct error named = *problem;

	error_in_file(&named, path);
	if (problem->code == ENOENT && strcmp(path, found->folder) == 0) {
		found->nothing = named;
		return;
	}
	say_problem(&named);
	found->trouble = true;
}

static int by_name(const void *a, const void *b)
{
	const struct target_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int look_into(struct found *found, struct error *err)
{
	if (targets_add(&found->targets, found->folder, report, found, err) < 0)
		return -1;
	if (found->targets.count)
		qsort(found->targets.list, found->targets.count, sizeof(*found->targets.list), by_name);
	return 0;
}

static void pair(const struct targets *a, const struct targets *b, diff_folders_take *take, void *context)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count ? 1 : j == b->count ? -1 : strcmp(a->list[i].name, b->list[j].name);

		take(context, order <= 0 ? a->list[i].from : NULL, order >= 0 ? b->list[j].from : NULL);
		i += order <= 0;
		j += order >= 0;
	}
}

static int look_and_pair(struct found *a, struct found *b, diff_folders_take *take, void *context, struct error *err)
{
	if (look_into(a, err) < 0 || look_into(b, err) < 0)
		return -1;
	if (a->nothing.code && b->nothing.code) {
		*err = a->nothing;
		return -1;
	}
	pair(&a->targets, &b->targets, take, context);
	return 0;
}

int diff_folders(const char *a, const char *b, diff_folders_take *take, void *context, bool *trouble,
		 struct error *err)
{
	struct found in_a = { .folder = a }, in_b = { .folder = b };
	int result = look_and_pair(&in_a, &in_b, take, context, err);

	*trouble = in_a.trouble || in_b.trouble;
	targets_free(&in_a.targets);
	targets_free(&in_b.targets);
	return result;
}
