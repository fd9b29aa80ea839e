/*
 * What tests of files share: a temporary folder, files put into it and looked at, and a way to be an
 * ordinary user for a while.
 *
 * folder_open() makes the folder (its path is `folder`), folder_close() removes it with all that is in it.
 */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"

/* nobody and nogroup, wherever there are users at all. */
#define ORDINARY_USER 65534

static char folder[64];

static inline int folder_open(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/profilefs-unit-XXXXXX");
	umask(022);
	return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_close(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "chmod -R u+rwX %s; rm -rf %s", folder, folder);
	return system(command);
}

/* The path of a file in the folder; good until 64 more were asked for. */
static inline const char *path_of(const char *name)
{
	static char paths[64][512];
	static unsigned next;
	char *path = paths[next++ % 64];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static inline void put_bytes(const char *name, const void *bytes, size_t len)
{
	FILE *file = fopen(path_of(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void put_text(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

static inline void get_bytes(const char *name, struct buf *out)
{
	FILE *file = fopen(path_of(name), "rb");
	char chunk[4096];
	size_t got;

	if (!file)
		fail_msg("%s is not there", name);
	buf_clear(out);
	while ((got = fread(chunk, 1, sizeof(chunk), file)))
		buf_add(out, chunk, got);
	fclose(file);
}

static inline void assert_content(const char *name, const char *text)
{
	BUF_AUTO content = BUF_INIT;

	get_bytes(name, &content);
	assert_string_equal(buf_text(&content), text);
}

static inline struct stat look_at(const char *name)
{
	struct stat st = { 0 };

	if (lstat(path_of(name), &st) < 0)
		fail_msg("%s is not there", name);
	return st;
}

static inline bool is_there(const char *name)
{
	struct stat st;

	return lstat(path_of(name), &st) == 0;
}

/* How many entries there are in a folder in the folder ("" for itself), hidden ones too. */
static inline size_t entries_in(const char *name)
{
	DIR *dir = opendir(path_of(name));
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

/* The place of a file in the folder; place_close() it. */
static inline struct place find_place(const char *name)
{
	struct place place;
	struct error err;

	if (place_open(&place, path_of(name), &err) < 0)
		fail_msg("%s", err.text);
	return place;
}

/* Runs a shell command in the folder; its exit status. */
__attribute__((format(printf, 1, 2))) static inline int run_in_folder(const char *format, ...)
{
	char command[2048], line[2200];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "cd %s && { %s; } >/dev/null 2>&1", folder, command);
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* What `check` returns when it is run by an ordinary user, in a process of its own; asserts do not work
 * there. The folder is given to that user first. */
static inline int as_ordinary_user(int (*check)(void))
{
	pid_t pid;
	int status;

	if (geteuid() == 0)
		assert_int_equal(run_in_folder("chown -R %d:%d .", ORDINARY_USER, ORDINARY_USER), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(ORDINARY_USER) < 0 || setuid(ORDINARY_USER) < 0))
			_exit(127);
		_exit(check());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#endif
