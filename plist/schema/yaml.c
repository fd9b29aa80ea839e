#include "plist/schema/yaml.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/schema/arena.h"
#include "plist/schema/writing.h"
#include "plist/schema/yaml_keys.h"
#include "plist/schema/yaml_tree.h"

static const char HEADER[] =
	"# What Apple's MDM schema says of configuration profiles: its facts, without its prose.\n"
	"# From github.com/apple/device-management (MIT licence, Copyright Apple Inc.), by scripts/import-schema;\n"
	"# not to be edited: what Apple says in prose only, or gets wrong, stands in rules.schema.\n";

/* Reads one file; passes it over if it is not about profiles. */
static int import_file(struct yaml_keys *keys, const char *path, size_t *sections)
{
	BUF_AUTO text = BUF_INIT;
	const struct yaml_node *root;
	const char *type;

	if (limit_explain(file_read_path(path, limit(LIMIT_SCHEMA), &text, keys->err), LIMIT_SCHEMA, keys->err) < 0)
		return -1;
	keys->file = path;
	root = yaml_tree_read(path, &text, keys->arena, keys->err);
	if (!root)
		return -1;
	type = yaml_keys_type(keys, root);
	if (!type)
		return keys->failed ? -1 : 0;
	++*sections;
	return yaml_keys_section(keys, root, type);
}

static int import_alone(struct yaml_keys *keys, const char *path, size_t *sections)
{
	int result;

	keys->arena = arena_new();
	if (!keys->arena)
		return error_memory(keys->err);
	result = import_file(keys, path, sections);
	arena_free(keys->arena);
	keys->arena = NULL;
	return result;
}

/* --- the folder --------------------------------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_yaml(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

static int cannot_be_read(struct error *err, const FTSENT *entry, int code)
{
	error_system(err, code, "cannot be read");
	error_in_file(err, entry->fts_path);
	return -1;
}

/* Hidden files and folders (.git, ._copies of other systems) are passed over, and so is what is no file: a
 * pipe would never end. Links are followed, a folder that holds itself is entered once. */
static int import_entry(struct yaml_keys *keys, FTS *walk, FTSENT *entry, size_t *sections)
{
	if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
		fts_set(walk, entry, FTS_SKIP);
		return 0;
	}
	switch (entry->fts_info) {
	case FTS_F:
		return is_yaml(entry->fts_name) ? import_alone(keys, entry->fts_path, sections) : 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return cannot_be_read(keys->err, entry, entry->fts_errno);
	case FTS_SLNONE:
		return is_yaml(entry->fts_name) ? cannot_be_read(keys->err, entry, ENOENT) : 0;
	default:
		return 0;
	}
}

static int import_folder(struct yaml_keys *keys, const char *folder, size_t *sections)
{
	char *roots[] = { (char *)folder, NULL };
	FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *entry;
	int result = 0;

	if (!walk)
		return error_system(keys->err, errno, "%s cannot be read", folder);
	while (result == 0 && (errno = 0, entry = fts_read(walk)))
		result = import_entry(keys, walk, entry, sections);
	if (result == 0 && errno)
		result = error_system(keys->err, errno, "%s cannot be read", folder);
	fts_close(walk);
	return result;
}

/* A checkout holds the schemas of commands and declarations beside those of profiles. */
static const char *profiles_folder(const char *folder, struct buf *inside)
{
	struct stat st;

	size_t len = strlen(folder);

	buf_add_format(inside, "%s%smdm/profiles", folder, len && folder[len - 1] == '/' ? "" : "/");
	return buf_ok(inside) && stat(buf_text(inside), &st) == 0 && S_ISDIR(st.st_mode) ? buf_text(inside) : folder;
}

/* --- the result --------------------------------------------------------------------------------------- */

/* The repository's files do not say which release they are of, but each release brings something new. It is
 * called by the versions of two platforms. */
static void write_release(struct buf *out, const struct yaml_keys *keys)
{
	static const enum platform named[] = { PLATFORM_IOS, PLATFORM_MACOS };
	BUF_AUTO text = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (*keys->newest[named[i]])
			buf_add_format(&text, "%s%s %s", text.len ? ", " : "", platform_name(named[i]),
				       keys->newest[named[i]]);
	if (!text.len)
		return;
	buf_add_text(out, "release ");
	write_word(out, buf_text(&text));
	buf_add_char(out, '\n');
}

int yaml_import(const char *folder, bool help, struct buf *out, struct error *err)
{
	BUF_AUTO sections = BUF_INIT;
	BUF_AUTO inside = BUF_INIT;
	struct yaml_keys keys = { .out = &sections, .help = help, .err = err };
	size_t count = 0;

	if (import_folder(&keys, profiles_folder(folder, &inside), &count) < 0)
		return -1;
	if (!count) {
		error_set(err, ENOENT,
			  "holds no profile schema: a checkout of github.com/apple/device-management, or a folder of "
			  ".yaml files with 'payloadtype', is expected");
		error_in_file(err, folder);
		return -1;
	}
	buf_add_text(out, HEADER);
	write_release(out, &keys);
	buf_add(out, sections.data, sections.len);
	return buf_ok(&sections) && buf_ok(out) ? 0 : error_memory(err);
}
