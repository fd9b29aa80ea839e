/*
 * The measure for `profilefs check`: reads every file in a folder of XML plists with libplist, in one
 * process, and does nothing with it.
 *
 *     parse_plists FOLDER
 */
#include <dirent.h>
#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>

#include "plist/base/file.h"

static int parse(const char *path)
{
	BUF_AUTO bytes = BUF_INIT;
	plist_t plist = NULL;
	struct error err;

	if (file_read_path(path, (size_t)1 << 30, &bytes, &err) < 0) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		return -1;
	}
	plist_from_xml(bytes.data, (uint32_t)bytes.len, &plist);
	if (!plist) {
		fprintf(stderr, "%s: libplist does not read it\n", path);
		return -1;
	}
	plist_free(plist);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	char path[4096];
	int failed = 0, count = 0;

	if (!folder) {
		fprintf(stderr, "usage: parse_plists FOLDER\n");
		return 2;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		failed |= parse(path) < 0;
		count++;
	}
	closedir(folder);
	printf("%d\n", count);
	return failed;
}
