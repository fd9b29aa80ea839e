/* Files that are put beside a place and never overwrite one another: ".NAME.rejected", ".NAME.rejected.2". */
#include "plist/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plist/base/scan.h"

#define NUMBER_MAX    99999
#define NUMBER_LENGTH 6 /* of ".99999" */

/* ".NAME" + suffix without a number; NAME is cut, at a whole character, so that every number has room. */
static void first_name(const char *name, const char *suffix, struct buf *out)
{
	size_t room = NAME_MAX - 1 - NUMBER_LENGTH;
	size_t tail = strlen(suffix), len = strlen(name);

	room = tail < room ? room - tail : 0;
	if (len > room) {
		len = room;
		while (len && ((unsigned char)name[len] & 0xC0) == 0x80)
			len--;
	}
	buf_clear(out);
	buf_add_char(out, '.');
	buf_add(out, name, len);
	buf_add_text(out, suffix);
}

static void numbered_name(const struct place *place, const char *suffix, unsigned number, struct buf *out)
{
	first_name(place->name, suffix, out);
	if (number > 1)
		buf_add_format(out, ".%u", number);
}

/* Opens the first name that is not taken. The descriptor, or -1. */
static int make(const struct place *place, const char *suffix, struct buf *made, struct error *err)
{
	unsigned number;
	int fd;

	for (number = 1; number <= NUMBER_MAX; number++) {
		numbered_name(place, suffix, number, made);
		if (!buf_ok(made))
			return error_memory(err);
		fd = openat(place->dir, made->data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return error_system(err, errno, "no file can be made beside it");
	}
	return error_set(err, EEXIST, "too many files called %.300s beside it: remove them", made->data);
}

/* The umask, or a default access list of the directory, may have given it other rights. */
static int fill(int fd, const void *bytes, size_t len)
{
	if (fchmod(fd, 0600) < 0 || file_write_all(fd, bytes, len) < 0)
		return -1;
	return fsync(fd);
}

int file_beside(const struct place *place, const char *suffix, const void *bytes, size_t len,
		struct buf *made, struct error *err)
{
	int fd = make(place, suffix, made, err);
	int code;

	if (fd < 0) {
		error_in_file(err, place->shown);
		return -1;
	}
	code = fill(fd, bytes, len) < 0 ? errno : 0;
	if (close(fd) < 0 && !code)
		code = errno;
	if (!code)
		return place_sync(place, err);
	unlinkat(place->dir, made->data, 0);
	error_system(err, code, "the file %.300s beside it cannot be written", made->data);
	error_in_file(err, place->shown);
	return -1;
}

/* The number of `name` if it is `first` or `first`.N as file_beside() writes it; 0: it is not. */
static unsigned number_of(const char *name, const struct buf *first)
{
	unsigned number = 0;
	const char *at;

	if (strncmp(name, first->data, first->len) != 0)
		return 0;
	at = name + first->len;
	if (!*at)
		return 1;
	if (*at++ != '.' || *at == '0')
		return 0;
	for (; *at >= '0' && *at <= '9' && number <= NUMBER_MAX; at++)
		number = number * 10 + (unsigned)(*at - '0');
	return *at || number < 2 || number > NUMBER_MAX ? 0 : number;
}

/* `first` is the name that has the number 1. `*lowest` is the least number that was found. */
static void count_name(struct beside *kind, const char *name, unsigned *lowest)
{
	unsigned number = number_of(name, &kind->first);

	if (!number)
		return;
	if (!kind->count++ || number < *lowest)
		*lowest = number;
}

/* A descriptor of its own: place->dir has no position that others could count on. */
static void count_names(const struct place *place, struct beside *kinds, size_t kind_count, unsigned *lowest)
{
	int folder = openat(place->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct scan scan;
	const char *name;

	if (folder < 0)
		return;
	scan_begin(&scan, folder);
	while ((name = scan_next(&scan)))
		for (size_t i = 0; name[0] == '.' && i < kind_count; i++)
			if (buf_ok(&kinds[i].first))
				count_name(&kinds[i], name, &lowest[i]);
	scan_end(&scan);
	close(folder);
}

void file_count_beside(const struct place *place, struct beside *kinds, size_t kind_count)
{
	unsigned lowest[BESIDE_KINDS_MAX] = { 0 };

	for (size_t i = 0; i < kind_count; i++) {
		buf_clear(&kinds[i].first);
		numbered_name(place, kinds[i].suffix, 1, &kinds[i].first);
		kinds[i].count = 0;
	}
	count_names(place, kinds, kind_count, lowest);
	for (size_t i = 0; i < kind_count; i++) {
		buf_clear(&kinds[i].first);
		if (kinds[i].count)
			numbered_name(place, kinds[i].suffix, lowest[i], &kinds[i].first);
	}
}
