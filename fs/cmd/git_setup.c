/*
 * git-setup: tells git in a repository how profiles are shown and merged.
 *
 * Which files they are stands in .gitattributes, which is committed and so holds for everybody; what is done about
 * them in the repository's own configuration, as git lets no repository bring commands with it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/cmd/command.h"
#include "fs/cmd/git_attributes.h"
#include "fs/cmd/git_run.h"
#include "fs/cmd/git_settings.h"
#include "fs/cmd/key_options.h"
#include "fs/cmd/say.h"
#include "plist/base/file.h"

#define ATTRIBUTES ".gitattributes"
#define ATTRIBUTES_SIZE_MAX ((size_t)16 << 20)

struct request {
	const char *folder;
	struct key_options keys;
	bool print;
	bool take_out;
	bool done;
	int status;
};

/* The repository, and what it is to be told. */
struct setup {
	struct buf top; /* where its files lie */
	struct buf exclude;       /* the path of the file that says what is never to be committed */
	struct buf block;         /* in .gitattributes; empty: it is to be taken out */
	struct buf exclude_block; /* in the other */
	struct git_settings settings;
	size_t changes;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

/* --- arguments -------------------------------------------------------------------------------------- */

enum { OPTION_PRINT = KEY_OPTION_END, OPTION_REMOVE };

static const struct option long_options[] = {
	{ "key", required_argument, NULL, KEY_OPTION_KEY },
	{ "cert", required_argument, NULL, KEY_OPTION_CERT },
	{ "chain", required_argument, NULL, KEY_OPTION_CHAIN },
	{ "passin", required_argument, NULL, KEY_OPTION_PASSIN },
	{ "digest", required_argument, NULL, KEY_OPTION_DIGEST },
	{ "print", no_argument, NULL, OPTION_PRINT },
	{ "remove", no_argument, NULL, OPTION_REMOVE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void take_word(struct request *request, const char *word)
{
	if (request->folder)
		end_with(request, say_misuse("git-setup", "'%s' is too much: give one repository", word));
	else
		request->folder = word;
}

static void take_key_option(struct request *request, int option, char **argv)
{
	struct error err;
	int taken = key_options_take(&request->keys, option, optarg, &err);

	if (taken < 0)
		end_with(request, say_error(&err));
	else if (taken == 0)
		end_with(request, command_bad_option(&command_git_setup, option, argv));
}

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case OPTION_PRINT:
		request->print = true;
		break;
	case OPTION_REMOVE:
		request->take_out = true;
		break;
	case 'h':
		end_with(request, say_help(command_git_setup.help));
		break;
	default:
		take_key_option(request, option, argv);
	}
}

static void parse(struct request *request, int argc, char **argv)
{
	struct error err;
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:h", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (request->done)
		return;
	if (request->print && request->take_out)
		end_with(request, say_misuse("git-setup", "--print and --remove exclude each other"));
	else if (request->take_out && request->keys.files.keys.count)
		end_with(request, say_misuse("git-setup", "--remove takes no keys"));
	else if (key_options_check(&request->keys, &err) < 0)
		end_with(request, say_error(&err));
}

/* --- the repository --------------------------------------------------------------------------------- */

static int refuse(const char *folder, const char *said, struct error *err)
{
	bool is_none = strstr(said, "not a git repository");

	return error_set(err, EINVAL, "%s is in no repository that can be used: git says '%s'%s", folder, said,
			 is_none ? "; `git init` makes one" : "");
}

/* Worktrees and submodules have a top of their own; git knows where their configuration is. */
static int find_top(const char *folder, struct buf *top, struct error *err)
{
	static const char *const ask_bare[] = { "rev-parse", "--is-bare-repository", NULL };
	static const char *const ask_top[] = { "rev-parse", "--show-toplevel", NULL };
	GIT_ANSWER_AUTO bare = GIT_ANSWER_INIT, found = GIT_ANSWER_INIT;

	if (git_run(folder, ask_bare, &bare, err) < 0)
		return -1;
	if (bare.status != 0)
		return refuse(folder, git_said(&bare), err);
	if (buf_equals(&bare.out, "true\n", 5))
		return error_set(err, EINVAL,
				 "%s is a bare repository, which has no files to set anything for: set up a clone "
				 "of it", folder);
	if (git_run(folder, ask_top, &found, err) < 0)
		return -1;
	if (found.status != 0 || found.out.len < 2)
		return error_set(err, EINVAL,
				 "%s is not among a repository's files: git says '%s'; give the folder that they "
				 "are in", folder, git_said(&found));
	buf_add(top, found.out.data, found.out.len - 1);
	return buf_ok(top) ? 0 : error_memory(err);
}

/* What is there, committed or not. */
static int list_files(const char *top, struct git_answer *files, struct error *err)
{
	static const char *const list[] = { "ls-files", "-z", "--cached", "--others", "--exclude-standard", NULL };

	return git_must_run(top, list, files, err);
}

/* The file that all worktrees have in common. Git answers with a path from where it ran. */
static int find_exclude(struct setup *setup, struct error *err)
{
	static const char *const ask[] = { "rev-parse", "--git-path", "info/exclude", NULL };
	GIT_ANSWER_AUTO answer = GIT_ANSWER_INIT;

	if (git_must_run(buf_text(&setup->top), ask, &answer, err) < 0)
		return -1;
	if (answer.out.len < 2)
		return error_set(err, EIO, "git does not say where info/exclude is: see `git rev-parse --git-path "
				 "info/exclude`");
	if (answer.out.data[0] != '/')
		buf_add_format(&setup->exclude, "%s/", buf_text(&setup->top));
	buf_add(&setup->exclude, answer.out.data, answer.out.len - 1);
	return buf_ok(&setup->exclude) ? 0 : error_memory(err);
}

/* --- .gitattributes, .git/info/exclude -------------------------------------------------------------- */

static int open_attributes(const char *top, struct place *place, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	struct stat found;

	buf_add_format(&path, "%s/" ATTRIBUTES, top);
	if (!buf_ok(&path))
		return error_memory(err);
	if (lstat(buf_text(&path), &found) == 0 && S_ISLNK(found.st_mode)) {
		error_set(err, ELOOP, "is a symbolic link, which git does not read: put a file in its place");
		error_in_file(err, buf_text(&path));
		return -1;
	}
	return place_open(place, buf_text(&path), err);
}

/* Its folder may not be there, as not every template has it. */
static int open_exclude(const char *path, struct place *place, struct error *err)
{
	BUF_AUTO folder = BUF_INIT;

	buf_add(&folder, path, (size_t)(strrchr(path, '/') - path));
	if (!buf_ok(&folder))
		return error_memory(err);
	if (mkdir(buf_text(&folder), 0777) == 0 || errno == EEXIST)
		return place_open(place, path, err);
	error_system(err, errno, "this folder cannot be made");
	error_in_file(err, buf_text(&folder));
	return -1;
}

/* One that is not there is empty. */
static int read_lines(const struct place *place, struct buf *text, struct stat *found, struct error *err)
{
	if (file_read(place, ATTRIBUTES_SIZE_MAX, text, found, err) == 0)
		return 0;
	if (err->code != ENOENT)
		return -1;
	found->st_nlink = 0;
	return 0;
}

/* A file that held nothing else goes with the block. */
static int write_lines(const struct place *place, const struct buf *text, const struct stat *found, struct error *err)
{
	const struct replace_options options = { .like = found->st_nlink ? found : NULL };

	if (text->len)
		return file_replace(place, text->data, text->len, &options, NULL, err);
	if (unlinkat(place->dir, place->name, 0) == 0)
		return 0;
	error_system(err, errno, "cannot be removed");
	error_in_file(err, place->shown);
	return -1;
}

/* `what` is what the block says, for the note. */
static int put_block(struct setup *setup, const struct place *place, const struct buf *block, const char *what,
		     struct error *err)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO changed = BUF_INIT;
	struct stat found;

	if (read_lines(place, &text, &found, err) < 0)
		return -1;
	if (git_attributes_put(&text, block, &changed, err) < 0) {
		error_in_file(err, place->shown);
		return -1;
	}
	if (buf_equals(&text, changed.data, changed.len))
		return 0;
	if (write_lines(place, &changed, &found, err) < 0)
		return -1;
	setup->changes++;
	say_note("%s: says %s%s", place->shown, block->len ? "" : "no longer ", what);
	return 0;
}

static int put_attributes(struct setup *setup, struct error *err)
{
	struct place place = PLACE_INIT;
	int result;

	if (open_attributes(buf_text(&setup->top), &place, err) < 0)
		return -1;
	result = put_block(setup, &place, &setup->block,
			   setup->block.len ? "which files are profiles; commit it" : "which files are profiles", err);
	place_close(&place);
	return result;
}

static int put_exclude(struct setup *setup, struct error *err)
{
	struct place place = PLACE_INIT;
	int result;

	if (open_exclude(buf_text(&setup->exclude), &place, err) < 0)
		return -1;
	result = put_block(setup, &place, &setup->exclude_block, "that what a failed save leaves is not committed",
			   err);
	place_close(&place);
	return result;
}

/* --- the configuration ------------------------------------------------------------------------------ */

/* The value that is there, without the newline. 1, 0: there is none, or -1. */
static int get_setting(const char *top, const char *key, struct buf *value, struct error *err)
{
	const char *const get[] = { "config", "--local", "--get", key, NULL };
	GIT_ANSWER_AUTO answer = GIT_ANSWER_INIT;

	if (git_run(top, get, &answer, err) < 0)
		return -1;
	if (answer.status != 0)
		return 0;
	buf_add(value, answer.out.data, answer.out.len ? answer.out.len - 1 : 0);
	return buf_ok(value) ? 1 : error_memory(err);
}

/* Another program may have taken the name; its commands are not given up for ours. */
static int check_setting(const struct setup *setup, size_t name, struct error *err)
{
	const char *key = git_setting_key(name);
	BUF_AUTO value = BUF_INIT;

	if (get_setting(buf_text(&setup->top), key, &value, err) < 0)
		return -1;
	if (!value.len || git_setting_is_ours(name, buf_text(&value)))
		return 0;
	return error_set(err, EEXIST,
			 "%s is '%.300s', which is no command of profilefs, and it needs that name: take it out with "
			 "`git config --unset-all %s` if nothing else needs it", key, buf_text(&value), key);
}

static int put_setting(struct setup *setup, size_t name, struct error *err)
{
	const char *top = buf_text(&setup->top), *key = git_setting_key(name);
	const struct buf *value = &setup->settings.values[name];
	const char *const set[] = { "config", "--local", "--replace-all", key, buf_text(value), NULL };
	GIT_ANSWER_AUTO answer = GIT_ANSWER_INIT;
	BUF_AUTO old = BUF_INIT;
	int there = get_setting(top, key, &old, err);

	if (there < 0)
		return -1;
	if (there && (name == GIT_TEXTCONV_CACHE || buf_equals(&old, value->data, value->len)))
		return 0; /* who wants no cache has said so */
	if (git_must_run(top, set, &answer, err) < 0)
		return -1;
	setup->changes++;
	if (there)
		say_note("%s = %s (it was: %s)", key, buf_text(value), buf_text(&old));
	else
		say_note("%s = %s", key, buf_text(value));
	return 0;
}

/* What we did not set. */
static bool is_theirs(size_t name, const struct buf *value)
{
	return name == GIT_TEXTCONV_CACHE ? !buf_equals(value, "true", 4) : !git_setting_is_ours(name, buf_text(value));
}

static int take_out_setting(struct setup *setup, size_t name, struct error *err)
{
	const char *top = buf_text(&setup->top), *key = git_setting_key(name);
	const char *const unset[] = { "config", "--local", "--unset-all", key, NULL };
	GIT_ANSWER_AUTO answer = GIT_ANSWER_INIT;
	BUF_AUTO old = BUF_INIT;
	int there = get_setting(top, key, &old, err);

	if (there <= 0)
		return there;
	if (is_theirs(name, &old))
		return 0;
	if (git_must_run(top, unset, &answer, err) < 0)
		return -1;
	setup->changes++;
	say_note("%s: taken out (it was: %s)", key, buf_text(&old));
	return 0;
}

/* --- what is done ----------------------------------------------------------------------------------- */

static int set_up(struct setup *setup, struct error *err)
{
	size_t i;

	for (i = 0; i < GIT_SETTINGS; i++)
		if (check_setting(setup, i, err) < 0)
			return -1;
	if (put_attributes(setup, err) < 0 || put_exclude(setup, err) < 0)
		return -1;
	for (i = 0; i < GIT_SETTINGS; i++)
		if (put_setting(setup, i, err) < 0)
			return -1;
	if (setup->changes == 0)
		say_note("%s is set up already: nothing was changed", buf_text(&setup->top));
	return 0;
}

/* The blocks are empty, so that they are taken out. */
static int take_out(struct setup *setup, struct error *err)
{
	size_t i;

	if (put_attributes(setup, err) < 0 || put_exclude(setup, err) < 0)
		return -1;
	for (i = 0; i < GIT_SETTINGS; i++)
		if (take_out_setting(setup, i, err) < 0)
			return -1;
	if (setup->changes == 0)
		say_note("%s is not set up: nothing was changed", buf_text(&setup->top));
	return 0;
}

/* As commands that do the same. */
static int print(const struct setup *setup, struct error *err)
{
	BUF_AUTO text = BUF_INIT;
	size_t i;

	buf_add_text(&text, "# in " ATTRIBUTES " at the top of the repository:\n");
	buf_add(&text, setup->block.data, setup->block.len);
	buf_add_text(&text, "\n# in .git/info/exclude of each clone:\n");
	buf_add(&text, setup->exclude_block.data, setup->exclude_block.len);
	buf_add_text(&text, "\n# in the configuration of each clone:\n");
	for (i = 0; i < GIT_SETTINGS; i++) {
		buf_add_format(&text, "git config %s ", git_setting_key(i));
		git_add_word(&text, buf_text(&setup->settings.values[i]));
		buf_add_char(&text, '\n');
	}
	return buf_ok(&text) ? say_output(buf_text(&text), text.len, err) : error_memory(err);
}

/* A merge is no time to learn that a key cannot be used. */
static int look_at_keys(const struct key_options *keys, struct error *err)
{
	struct problems notes = PROBLEMS_INIT;
	int result = keys->files.keys.count ? signer_look(&keys->files, &notes, err) : 0;

	say_problems(&notes);
	problems_free(&notes);
	return result;
}

static int make_settings(struct setup *setup, const struct key_options *keys, struct error *err)
{
	BUF_AUTO driver = BUF_INIT;
	struct git_signing signing = { .files = &keys->files, .digest = keys->digest };

	if (get_setting(buf_text(&setup->top), git_setting_key(GIT_MERGE_DRIVER), &driver, err) < 0)
		return -1;
	signing.old_driver = buf_text(&driver);
	if (git_settings_make(&setup->settings, &signing, err) < 0)
		return -1;
	return look_at_keys(keys, err);
}

static int compose(struct setup *setup, const struct request *request, struct error *err)
{
	GIT_ANSWER_AUTO files = GIT_ANSWER_INIT;

	if (make_settings(setup, &request->keys, err) < 0 || list_files(buf_text(&setup->top), &files, err) < 0)
		return -1;
	if (git_attributes_block(files.out.data, files.out.len, &setup->block, err) < 0)
		return -1;
	return git_exclude_block(&setup->exclude_block, err);
}

static int work(struct setup *setup, const struct request *request, struct error *err)
{
	if (find_top(request->folder ? request->folder : ".", &setup->top, err) < 0 || find_exclude(setup, err) < 0)
		return -1;
	if (request->take_out)
		return take_out(setup, err);
	if (compose(setup, request, err) < 0)
		return -1;
	return request->print ? print(setup, err) : set_up(setup, err);
}

static int run_request(const struct request *request)
{
	struct setup setup = { 0 };
	struct error err;
	int result;

	if (request->done)
		return request->status;
	result = work(&setup, request, &err);
	buf_free(&setup.top);
	buf_free(&setup.exclude);
	buf_free(&setup.block);
	buf_free(&setup.exclude_block);
	git_settings_free(&setup.settings);
	return result < 0 ? say_error(&err) : 0;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	int status;

	parse(&request, argc, argv);
	status = run_request(&request);
	key_options_free(&request.keys);
	return status;
}

const struct command command_git_setup = {
	.name = "git-setup",
	.summary = "git-setup [--key=FILE [--cert=FILE]] [DIR]",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs git-setup [OPTIONS] [DIR]\n\n"
	"Sets up the git repository of DIR (the current folder): `git diff` and\n"
	"`git log -p` show profiles as text, signed ones too; merges and rebases merge\n"
	"them key by key; `git difftool -t profilefs` lists the keys that differ. Says\n"
	"what it changed; done again, it changes nothing.\n\n"
	"Commit .gitattributes; the rest is the configuration of this clone, so each\n"
	"clone needs it once. With a key, merges of signed profiles are signed again;\n"
	"without, they are left unsigned. A key is kept until another one is given, or\n"
	"--remove.\n\n"
	"      --key=FILE           key to sign with: PEM, DER, PKCS#12 or a pkcs11: URI;\n"
	"                           may be repeated\n"
	"      --cert=FILE          its certificate, if it is not in the key's file\n"
	"      --chain=FILE         more certificates to include\n"
	"      --passin=SOURCE      passphrase: env:NAME, file:PATH; git's configuration\n"
	"                           is no place for a passphrase itself\n"
	"      --digest=NAME        sha1, sha256, sha384 or sha512 (as it was)\n"
	"      --print              only shows what would be written\n"
	"      --remove             takes it out again\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs git-setup --key=sign.p12 --passin=env:P12 profiles\n\n"
	"Exit status: 0 all is well; 2 wrong usage, no repository, or something could not\n"
	"be read or written. `man profilefs-git-setup` has more.\n",
};
