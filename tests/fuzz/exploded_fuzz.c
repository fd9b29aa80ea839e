/*
 * Files as an exploded tree. Each part is a file: its first line is its path, the rest its content. What was read
 * without an error can be exploded again, and that tree is read as the same document.
 */
#include "tests/fuzz/fuzz_folder.h"

#include "fs/tree/explode.h"
#include "fs/tree/exploded.h"
#include "plist/doc.h"
#include "plist/schema/schema.h"

#define FILES_MAX 24

static struct schema *schema;
static bool refused; /* a problem that is no note or warning: something was not taken */

static void take_problem(void *context, const char *file, const struct error *problem)
{
	(void)context;
	must(file[0]);
	must(problem->text[0]);
	refused = refused || problem->severity == SEVERITY_ERROR;
}

/* Paths stay in the folder: no absolute ones, and none through "..". */
static void put_part(struct part file)
{
	const char *end = file.len ? memchr(file.text, '\n', file.len) : NULL;
	size_t len = end ? (size_t)(end - file.text) : file.len;
	char name[300] = "in/", path[512];

	if (len == 0 || len > 200 || memchr(file.text, '\0', len))
		return;
	memcpy(name + 3, file.text, len);
	if (strstr(name, ".."))
		return;
	for (char *slash = strchr(name + 3, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		snprintf(path, sizeof(path), "%s/%s", folder_for_input(), name);
		*slash = '/';
		mkdir(path, 0755);
	}
	if (end)
		put_file(path, name, (struct part){ end + 1, file.len - len - 1 });
	else
		put_file(path, name, (struct part){ "", 0 });
}

static bool read_tree(struct exploded *tree, const char *path)
{
	const struct check_options checks = { .schema = schema };
	struct error err = ERROR_INIT;

	refused = false;
	if (exploded_read(tree, path, &checks, take_problem, NULL, &err) == 0)
		return true;
	must_be_said(err);
	return false;
}

/* Keys have another order there, and nothing else is another. */
static void must_come_back(struct exploded *tree, const char *path, bool portable)
{
	const struct explode_options options = { .portable = portable };
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct exploded again;

	if (explode(tree->tree, path, &options, NULL, &notes, &err) < 0) {
		must_be_said(err);
		problems_free(&notes);
		return;
	}
	must(read_tree(&again, path));
	must(!refused);
	must(node_equal(again.profile.doc.root, tree->profile.doc.root, false));
	exploded_free(&again);
	problems_free(&notes);
	remove_tree(path);
}

static void read_and_explode(const char *in, const char *out)
{
	struct exploded tree;

	if (!read_tree(&tree, in))
		return;
	/* Of a tree that was refused in part nothing is made. What payloads made by hand are given is in the document
	 * alone, and another time it is another. */
	if (!refused && !problems_count(&tree.filled, SEVERITY_NOTE)) {
		must_come_back(&tree, out, false);
		must_come_back(&tree, out, true);
	}
	exploded_free(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part rest = whole_input(data, size);
	char in[300], out[300];
	struct error err;

	if (!schema)
		schema = schema_open(NULL, &err);
	must(schema);
	snprintf(in, sizeof(in), "%s/in", folder_for_input());
	snprintf(out, sizeof(out), "%s/out", folder_for_input());
	mkdir(in, 0755);
	for (unsigned i = 0; rest.len && i < FILES_MAX; i++)
		put_part(next_part(&rest));
	read_and_explode(in, out);
	remove_tree(in);
	remove_tree(out);
	return 0;
}
