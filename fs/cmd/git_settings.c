#include "fs/cmd/git_settings.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "profilefs"

static const char *const keys[GIT_SETTINGS] = {
	[GIT_TEXTCONV] = "diff.profile.textconv",
	[GIT_TEXTCONV_CACHE] = "diff.profile.cachetextconv",
	[GIT_MERGE_NAME] = "merge.profile.name",
	[GIT_MERGE_DRIVER] = "merge.profile.driver",
	[GIT_MERGE_RECURSIVE] = "merge.profile.recursive",
	[GIT_DIFFTOOL] = "difftool.profilefs.cmd",
};

const char *git_setting_key(size_t name)
{
	return keys[name];
}

/* --- words ------------------------------------------------------------------------------------------ */

void git_add_word(struct buf *out, const char *word)
{
	const char *c;

	for (c = word; isalnum((unsigned char)*c) || (*c && strchr("_-./:=,@%+", *c)); c++)
		;
	if (*word && !*c) {
		buf_add_text(out, word);
		return;
	}
	buf_add_char(out, '\'');
	for (c = word; *c; c++) {
		if (*c == '\'')
			buf_add_text(out, "'\\''");
		else
			buf_add_char(out, *c);
	}
	buf_add_char(out, '\'');
}

/* The same in the command of a merge driver, where git puts something in place of % and a letter. */
static void add_driver_word(struct buf *out, const char *word)
{
	BUF_AUTO doubled = BUF_INIT;

	for (; *word; word++) {
		buf_add_char(&doubled, *word);
		if (*word == '%')
			buf_add_char(&doubled, '%');
	}
	git_add_word(out, buf_text(&doubled));
}

/* --- the program ------------------------------------------------------------------------------------ */

static bool is_program(const char *path, const struct stat *program)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0 &&
	       (!program || (found.st_dev == program->st_dev && found.st_ino == program->st_ino));
}

/* True if a shell that is told our name runs this program: the first of that name in $PATH. */
static bool is_in_path(const struct stat *program)
{
	const char *at = getenv("PATH");
	BUF_AUTO path = BUF_INIT;

	while (at && *at) {
		size_t len = strcspn(at, ":");

		buf_clear(&path);
		buf_add(&path, at, len);
		buf_add_text(&path, "/" PROGRAM);
		if (len && is_program(buf_text(&path), NULL))
			return is_program(buf_text(&path), program);
		at += len + (at[len] == ':');
	}
	return false;
}

/* What to call this program in a command. */
static int find_program(struct buf *name, struct error *err)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct stat program;

	if (len < 0 || stat("/proc/self/exe", &program) < 0)
		return error_system(err, errno, "cannot learn where this program lies");
	path[len] = '\0';
	buf_add_text(name, is_in_path(&program) ? PROGRAM : path);
	return buf_ok(name) ? 0 : error_memory(err);
}

/* --- keys ------------------------------------------------------------------------------------------- */

static bool is_uri(const char *file)
{
	return strncasecmp(file, "pkcs11:", 7) == 0;
}

/* A file's absolute path: git runs us wherever it pleases. */
static int add_file(struct buf *driver, const char *option, const char *file, struct error *err)
{
	char path[PATH_MAX];
	BUF_AUTO word = BUF_INIT;

	if (is_uri(file) && strcasestr(file, "pin-value="))
		return error_set(err, EINVAL,
				 "the PIN in --%s would be written where anybody may read it: leave pin-value out, and "
				 "give --passin=env:NAME or --passin=file:PATH", option);
	if (!is_uri(file) && !realpath(file, path)) {
		error_system(err, errno, "cannot be found for --%s", option);
		error_in_file(err, file);
		return -1;
	}
	buf_add_format(&word, "--%s=%s", option, is_uri(file) ? file : path);
	buf_add_char(driver, ' ');
	add_driver_word(driver, buf_text(&word));
	return buf_ok(&word) ? 0 : error_memory(err);
}

static int add_files(struct buf *driver, const char *option, const struct strings *files, struct error *err)
{
	size_t i;

	for (i = 0; i < files->count; i++)
		if (add_file(driver, option, files->at[i], err) < 0)
			return -1;
	return 0;
}

/* The message repeats nothing: the source may be the passphrase. */
static int add_passin(struct buf *driver, const char *source, struct error *err)
{
	BUF_AUTO word = BUF_INIT;
	char path[PATH_MAX];

	if (strncmp(source, "env:", 4) == 0) {
		buf_add_format(&word, "--passin=%s", source);
	} else if (strncmp(source, "file:", 5) == 0) {
		if (!realpath(source + 5, path))
			return error_system(err, errno, "cannot find the file of --passin");
		buf_add_format(&word, "--passin=file:%s", path);
	} else if (strncmp(source, "pass:", 5) == 0) {
		return error_set(err, EINVAL,
				 "a passphrase would be written where anybody may read it: give --passin=env:NAME or "
				 "--passin=file:PATH");
	} else {
		return error_set(err, EINVAL,
				 "git gives a merge driver no input and no open files: give --passin=env:NAME or "
				 "--passin=file:PATH");
	}
	buf_add_char(driver, ' ');
	add_driver_word(driver, buf_text(&word));
	return buf_ok(&word) ? 0 : error_memory(err);
}

static int add_keys(struct buf *driver, const struct signer_files *files, const char *digest, struct error *err)
{
	size_t i;

	if (add_files(driver, "key", &files->keys, err) < 0 || add_files(driver, "cert", &files->certs, err) < 0 ||
	    add_files(driver, "chain", &files->chains, err) < 0)
		return -1;
	for (i = 0; i < files->passins.count; i++)
		if (add_passin(driver, files->passins.at[i], err) < 0)
			return -1;
	if (digest)
		buf_add_format(driver, " --digest=%s", digest);
	return 0;
}

/* --- the settings ----------------------------------------------------------------------------------- */

/* git quotes the name that stands for %P itself. */
#define DRIVER_BEGIN " merge"
#define DRIVER_END   " --name=%P %O %A %B"

/* Where a word ends that add_driver_word() wrote. */
static const char *word_end(const char *at)
{
	for (; *at && *at != ' '; at++) {
		if (*at == '\'' && !(at = strchr(at + 1, '\'')))
			return "";
		if (*at == '\\' && at[1])
			at++;
	}
	return at;
}

/* The options of keys in a driver that make_driver() wrote, each with a blank before it. */
static void add_old_keys(struct buf *driver, const char *old)
{
	const char *at = word_end(old), *end = at + strlen(at);
	size_t begin_len = strlen(DRIVER_BEGIN), end_len = strlen(DRIVER_END);

	if ((size_t)(end - at) < begin_len + end_len || strncmp(at, DRIVER_BEGIN, begin_len) != 0 ||
	    strcmp(end - end_len, DRIVER_END) != 0)
		return;
	at += begin_len;
	if (strncmp(at, " --key=", 7) == 0 || strncmp(at, " '--key=", 8) == 0)
		buf_add(driver, at, (size_t)(end - end_len - at));
}

static int make_driver(struct buf *driver, const char *program, const struct git_signing *signing, struct error *err)
{
	add_driver_word(driver, program);
	buf_add_text(driver, DRIVER_BEGIN);
	if (add_keys(driver, signing->files, signing->digest, err) < 0)
		return -1;
	if (!signing->files->keys.count)
		add_old_keys(driver, signing->old_driver);
	buf_add_text(driver, DRIVER_END);
	return 0;
}

bool git_setting_is_ours(size_t name, const char *value)
{
	static const char *const begins[GIT_SETTINGS] = {
		[GIT_TEXTCONV] = " cat",
		[GIT_MERGE_DRIVER] = DRIVER_BEGIN " ",
		[GIT_DIFFTOOL] = " diff ",
	};

	return !begins[name] || strncmp(word_end(value), begins[name], strlen(begins[name])) == 0;
}

int git_settings_make(struct git_settings *settings, const struct git_signing *signing, struct error *err)
{
	BUF_AUTO program = BUF_INIT;
	struct buf *values = settings->values;
	size_t i;

	if (find_program(&program, err) < 0 ||
	    make_driver(&values[GIT_MERGE_DRIVER], buf_text(&program), signing, err) < 0)
		return -1;
	git_add_word(&values[GIT_TEXTCONV], buf_text(&program));
	buf_add_text(&values[GIT_TEXTCONV], " cat --force");
	/* The same bytes are always shown as the same text. */
	buf_add_text(&values[GIT_TEXTCONV_CACHE], "true");
	buf_add_text(&values[GIT_MERGE_NAME], "configuration profiles, key by key");
	/* A base that is itself made of several has no marks of conflicts in it, nor signatures of ours. */
	buf_add_text(&values[GIT_MERGE_RECURSIVE], "binary");
	git_add_word(&values[GIT_DIFFTOOL], buf_text(&program));
	buf_add_text(&values[GIT_DIFFTOOL], " diff --label=\"$MERGED\" \"$LOCAL\" \"$REMOTE\"");
	for (i = 0; i < GIT_SETTINGS; i++)
		if (!buf_ok(&values[i]))
			return error_memory(err);
	return 0;
}

void git_settings_free(struct git_settings *settings)
{
	size_t i;

	for (i = 0; i < GIT_SETTINGS; i++)
		buf_free(&settings->values[i]);
}
