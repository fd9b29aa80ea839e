/* A folder in $TMPDIR for targets that read files, removed when the process ends. After a finding `run` removes it. */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char fuzz_folder[256];

static inline int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void remove_fuzz_folder(void)
{
	remove_tree(fuzz_folder);
}

/* The folder; made when it is first asked for. */
static inline const char *folder_for_input(void)
{
	const char *parent = getenv("TMPDIR");

	if (fuzz_folder[0])
		return fuzz_folder;
	snprintf(fuzz_folder, sizeof(fuzz_folder), "%s/profilefs-fuzz-XXXXXX", parent ? parent : "/tmp");
	must(mkdtemp(fuzz_folder));
	atexit(remove_fuzz_folder);
	return fuzz_folder;
}

/* Writes a file in the folder; false if there can be none of that name. `path` (512 bytes) gets its path. */
static inline bool put_file(char *path, const char *name, struct part content)
{
	FILE *file;

	if (snprintf(path, 512, "%s/%s", folder_for_input(), name) >= 512)
		return false;
	file = fopen(path, "wb");
	if (!file)
		return false;
	must(fwrite(content.text, 1, content.len, file) == content.len);
	must(fclose(file) == 0);
	return true;
}

#endif
