#include "plist/base/scan.h"

#include <sys/types.h>

void scan_begin(struct scan *scan, int dir)
{
	scan->dir = dir;
	scan->at = scan->len = 0;
}

const char *scan_next(struct scan *scan)
{
	const struct dirent64 *entry;
	ssize_t got;

	if (scan->at == scan->len) {
		got = getdents64(scan->dir, scan->entries, sizeof(scan->entries));
		if (got <= 0)
			return NULL;
		scan->at = 0;
		scan->len = (size_t)got;
	}
	entry = (const struct dirent64 *)(scan->entries + scan->at);
	scan->at += entry->d_reclen;
	return entry->d_name;
}
