#include "plist/base/scan.h"

#include <sys/types.h>

#ifdef __GLIBC__

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

void scan_end(struct scan *scan)
{
	(void)scan; /* it has nothing of its own */
}

#else

#include <fcntl.h>
#include <unistd.h>

void scan_begin(struct scan *scan, int dir)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	scan->stream = own < 0 ? NULL : fdopendir(own);
	if (own >= 0 && !scan->stream)
		close(own);
}

const char *scan_next(struct scan *scan)
{
	const struct dirent *entry = scan->stream ? readdir(scan->stream) : NULL;

	return entry ? entry->d_name : NULL;
}

void scan_end(struct scan *scan)
{
	if (scan->stream)
		closedir(scan->stream);
	scan->stream = NULL;
}

#endif
