#include "plist/schema/manifests.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/schema/manifests_model.h"

#define TOTAL_SIZE_MAX ((size_t)256 << 20)
#define FILES_MAX ((size_t)16384)
#define FOLDER_DEPTH_MAX 16u

/* What is read for one import. */
struct import {
	struct buf *out;
	size_t files, bytes, sections;
	struct error *err;
};

/* --- one file ------------------------------------------------------------------------------------------- */

static void free_arena(struct arena **arena)
{
	arena_free(*arena);
}

static void close_doc(struct doc *doc)
{
	doc_free(doc);
}

/* "Configuration" is the profile itself, which is no payload. */
static int write_section(struct import *import, const char *file, const struct doc *doc)
{
	__attribute__((cleanup(free_arena))) struct arena *arena = arena_new();
	struct manifest manifest = { .file = file, .doc = doc, .arena = arena, .err = import->err };
	const char *domain;

	if (!arena)
		return error_memory(import->err);
	manifest.root.node = doc->root;
	if (manifest_text(&manifest, doc->root, "pfm_domain", &domain) < 0)
		return -1;
	if (!domain)
		return manifest_error(&manifest, node_get(doc->root, "pfm_domain"),
				      "pfm_domain is empty: it must be a payload's type, such as com.example.app");
	if (strcmp(domain, "Configuration") == 0)
		return 0;
	if (manifest_read_platforms(&manifest) < 0 || manifest_read_keys(&manifest, &manifest.root) < 0 ||
	    manifest_read_conditions(&manifest) < 0 || manifest_write(&manifest, domain, import->out) < 0)
		return -1;
	import->sections++;
	return buf_ok(import->out) ? 0 : error_memory(import->err);
}

/* Other plists may lie beside the manifests: lists of them, and what they were made from. */
static bool is_manifest(const struct doc *doc)
{
	return doc->root->type == NODE_DICT && node_get(doc->root, "pfm_domain") &&
	       node_get(doc->root, "pfm_subkeys");
}

static int read_file(struct import *import, const char *path)
{
	__attribute__((cleanup(close_doc))) struct doc doc = { 0 };
	BUF_AUTO bytes = BUF_INIT;

	if (limit_explain(file_read_path(path, limit(LIMIT_SCHEMA), &bytes, import->err), LIMIT_SCHEMA,
			  import->err) < 0) {
		error_in_file(import->err, path);
		return -1;
	}
	import->bytes += bytes.len;
	if (++import->files > FILES_MAX || import->bytes > TOTAL_SIZE_MAX) {
		error_set(import->err, EFBIG, "too much to read: profilefs takes %zu files and %zu MiB of manifests",
			  FILES_MAX, TOTAL_SIZE_MAX >> 20);
		error_in_file(import->err, path);
		return -1;
	}
	if (doc_read(&doc, path, bytes.data, bytes.len, import->err) < 0) {
		import->err->rule = NULL; /* it is no profile that is at fault */
		return -1;
	}
	return is_manifest(&doc) ? write_section(import, path, &doc) : 0;
}

/* --- folders -------------------------------------------------------------------------------------------- */

static int read_folder(struct import *import, const char *folder, unsigned depth);

static bool ends_in_plist(const char *name)
{
	size_t len = strlen(name);

	return len > 6 && strcmp(name + len - 6, ".plist") == 0;
}

/* Links to files are followed, links to folders are not: so no folder is read twice. What is neither a file
 * nor a folder is passed over, and so is what was removed meanwhile. */
static int read_entry(struct import *import, const char *folder, const char *name, unsigned depth)
{
	BUF_AUTO path = BUF_INIT;
	struct stat st;

	buf_add_format(&path, "%s/%s", folder, name);
	if (!buf_ok(&path))
		return error_memory(import->err);
	if (lstat(path.data, &st) == 0 && S_ISDIR(st.st_mode))
		return read_folder(import, path.data, depth + 1);
	if (!ends_in_plist(name) || stat(path.data, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return read_file(import, path.data);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int folder_error(struct import *import, const char *folder)
{
	error_system(import->err, errno, "cannot read the folder of manifests");
	error_in_file(import->err, folder);
	return -1;
}

static int read_folder(struct import *import, const char *folder, unsigned depth)
{
	struct dirent **entries;
	int count, i, rc = 0;

	if (depth > FOLDER_DEPTH_MAX) {
		error_set(import->err, ELOOP, "folders are nested deeper than %u levels", FOLDER_DEPTH_MAX);
		error_in_file(import->err, folder);
		return -1;
	}
	count = scandir(folder, &entries, is_visible, by_bytes);
	if (count < 0)
		return folder_error(import, folder);
	for (i = 0; i < count; i++) {
		if (rc == 0)
			rc = read_entry(import, folder, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

/* A checkout of the repository has its manifests in one folder, and older and unfinished ones in others. */
static int find_manifests(const char *folder, struct buf *found)
{
	struct stat st;

	buf_add_format(found, "%s/Manifests", folder);
	if (buf_ok(found) && (stat(found->data, &st) < 0 || !S_ISDIR(st.st_mode)))
		buf_assign(found, folder, strlen(folder));
	return buf_ok(found) ? 0 : -1;
}

int manifests_import(const char *folder, struct buf *out, struct error *err)
{
	struct import import = { .out = out, .err = err };
	BUF_AUTO found = BUF_INIT;
	size_t start = out->len;

	if (find_manifests(folder, &found) < 0)
		return error_memory(err);
	if (read_folder(&import, found.data, 1) < 0) {
		buf_resize(out, start);
		return -1;
	}
	if (import.sections)
		return 0;
	error_set(err, EINVAL, "there are no manifests: give a folder of .plist files with pfm_domain and pfm_subkeys");
	error_in_file(err, folder);
	return -1;
}
