#include "fs/cmd/edit_shell.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "fs/cmd/private_folder.h"
#include "plist/base/file.h"

/* What stands in front of the prompt. A shell may read it as text, as a format or as code: what means something in any
 * of these, and what a terminal obeys, is not in it. */
static void add_label(struct buf *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	buf_add_char(out, '(');
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		buf_add_char(out, (char)(isalnum(c) || c >= 0x80 || strchr(" ._+@-", c) ? c : '?'));
	}
	buf_add_text(out, ") ");
}

/* --- bash ------------------------------------------------------------------------------------------- */

/* The last thing before a prompt, as what comes before may set it anew. Inside the tree paths begin at its root. */
#define BASH_RC \
	"[ ! -r ~/.bashrc ] || . ~/.bashrc\n" \
	"__profilefs_prompt()\n" \
	"{\n" \
	"	case $PS1 in\n" \
	"	\"$__profilefs_label\"*) return ;;\n" \
	"	esac\n" \
	"	! shopt -q promptvars || PS1=${PS1//'\\w'/'${PWD/#\"$PROFILEFS_TREE\"/.}'}\n" \
	"	PS1=$__profilefs_label$PS1\n" \
	"}\n" \
	"if [ ${#PROMPT_COMMAND[@]} -gt 1 ]; then\n" \
	"	PROMPT_COMMAND+=(__profilefs_prompt)\n" \
	"else\n" \
	"	PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\\n'}__profilefs_prompt\n" \
	"fi\n"

/* --- zsh -------------------------------------------------------------------------------------------- */

/* $ZDOTDIR leads zsh to our files; it is the user's own again while the user's files are read. */
#define ZSH_ENV \
	"__profilefs_folder=$ZDOTDIR\n" \
	"if (( ${+PROFILEFS_ZDOTDIR} )); then\n" \
	"	ZDOTDIR=$PROFILEFS_ZDOTDIR\n" \
	"	unset PROFILEFS_ZDOTDIR\n" \
	"else\n" \
	"	unset ZDOTDIR\n" \
	"fi\n" \
	"[[ ! -r ${ZDOTDIR:-$HOME}/.zshenv ]] || . \"${ZDOTDIR:-$HOME}/.zshenv\"\n" \
	"if [[ -o interactive ]]; then\n" \
	"	(( ! ${+ZDOTDIR} )) || __profilefs_zdotdir=$ZDOTDIR\n" \
	"	ZDOTDIR=$__profilefs_folder\n" \
	"fi\n"

/* A history that the system's files put beside ours would be gone with them. */
#define ZSH_RC \
	"if (( ${+__profilefs_zdotdir} )); then\n" \
	"	ZDOTDIR=$__profilefs_zdotdir\n" \
	"else\n" \
	"	unset ZDOTDIR\n" \
	"fi\n" \
	"[[ ${HISTFILE-} != \"$__profilefs_folder\"/* ]] || HISTFILE=${ZDOTDIR:-$HOME}/.zsh_history\n" \
	"[[ ! -r ${ZDOTDIR:-$HOME}/.zshrc ]] || . \"${ZDOTDIR:-$HOME}/.zshrc\"\n" \
	"hash -d profile=$PROFILEFS_TREE\n" \
	"__profilefs_prompt()\n" \
	"{\n" \
	"	[[ $PS1 == \"$__profilefs_label\"* ]] || PS1=$__profilefs_label$PS1\n" \
	"}\n" \
	"precmd_functions+=(__profilefs_prompt)\n"

/* --- fish ------------------------------------------------------------------------------------------- */

/* A prompt may show the status of the last command. */
#define FISH_COMMANDS \
	"functions -q fish_prompt; and functions -c fish_prompt __profilefs_prompt\n" \
	"function __profilefs_status; return $argv[1]; end\n" \
	"function fish_prompt\n" \
	"	set -l last $status\n" \
	"	echo -n $__profilefs_label\n" \
	"	__profilefs_status $last\n" \
	"	functions -q __profilefs_prompt; and __profilefs_prompt\n" \
	"end\n"

/* --- files and arguments ---------------------------------------------------------------------------- */

/* A file in the private folder: the label is set, then comes `text`. */
static int write_file(const struct private_mount *mount, const char *name, const char *label, const char *text,
		      struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO content = BUF_INIT;
	int fd, failed;

	buf_add_format(&path, "%s/%s", buf_text(&mount->private), name);
	buf_add_format(&content, "__profilefs_label='%s'\n%s", label, text);
	if (!buf_ok(&path) || !buf_ok(&content))
		return error_memory(err);
	fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_system(err, errno, "cannot make %s", buf_text(&path));
	failed = file_write_all(fd, content.data, content.len) < 0 ? errno : 0;
	close(fd);
	return failed ? error_system(err, failed, "cannot write %s", buf_text(&path)) : 0;
}

static int set_variable(const char *name, const char *value, struct error *err)
{
	return setenv(name, value, 1) < 0 ? error_system(err, errno, "cannot set $%s", name) : 0;
}

static int prepare_bash(struct edit_shell *shell, const struct private_mount *mount, const char *label,
			struct error *err)
{
	buf_add_format(&shell->argument, "%s/.bashrc", buf_text(&mount->private));
	shell->program[1] = "--rcfile";
	shell->program[2] = buf_text(&shell->argument);
	return write_file(mount, ".bashrc", label, BASH_RC, err);
}

static int prepare_zsh(struct edit_shell *shell, const struct private_mount *mount, const char *label,
		       struct error *err)
{
	const char *own = getenv("ZDOTDIR");

	(void)shell;
	if (own && set_variable("PROFILEFS_ZDOTDIR", own, err) < 0)
		return -1;
	if (set_variable("ZDOTDIR", buf_text(&mount->private), err) < 0 ||
	    write_file(mount, ".zshenv", label, ZSH_ENV, err) < 0)
		return -1;
	return write_file(mount, ".zshrc", label, ZSH_RC, err);
}

static int prepare_fish(struct edit_shell *shell, const struct private_mount *mount, const char *label,
			struct error *err)
{
	(void)mount;
	(void)err;
	buf_add_format(&shell->argument, "set -g __profilefs_label '%s'\n%s", label, FISH_COMMANDS);
	shell->program[1] = "-C";
	shell->program[2] = buf_text(&shell->argument);
	return 0;
}

/* The prompt of POSIX shells, which expand variables in it. */
static int prepare_other(struct edit_shell *shell, const struct private_mount *mount, const char *label,
			 struct error *err)
{
	BUF_AUTO prompt = BUF_INIT;

	(void)shell;
	(void)mount;
	buf_add_format(&prompt, "%s${PWD#\"$PROFILEFS_TREE\"}%s ", label, geteuid() == 0 ? "#" : "$");
	return buf_ok(&prompt) ? set_variable("PS1", buf_text(&prompt), err) : error_memory(err);
}

/* --- the shell -------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*prepare)(struct edit_shell *shell, const struct private_mount *mount, const char *label,
		       struct error *err);
} shells[] = {
	{ "bash", prepare_bash },
	{ "zsh", prepare_zsh },
	{ "fish", prepare_fish },
	{ NULL, prepare_other },
};

int edit_shell_find(struct edit_shell *shell, struct error *err)
{
	const char *wanted = getenv("SHELL");

	shell->path = wanted && *wanted ? wanted : "/bin/sh";
	if (strchr(shell->path, '/') && access(shell->path, X_OK) < 0)
		return error_system(err, errno, "cannot run the shell %s: set $SHELL to one that is there",
				    shell->path);
	shell->program[0] = shell->path;
	return 0;
}

int edit_shell_prepare(struct edit_shell *shell, const struct private_mount *mount, struct error *err)
{
	const struct mounted *mounted = &mount->mounted;
	const char *profile = mounted->collection ? collection_path(mounted->collection) : mounted->profile.place.path;
	const char *slash = strrchr(shell->path, '/');
	const char *name = slash ? slash + 1 : shell->path;
	BUF_AUTO label = BUF_INIT;
	size_t i = 0;

	add_label(&label, profile);
	if (!buf_ok(&label))
		return error_memory(err);
	if (set_variable("PROFILEFS_PROFILE", profile, err) < 0 ||
	    set_variable("PROFILEFS_TREE", buf_text(&mount->folder), err) < 0)
		return -1;
	while (shells[i].name && strcmp(shells[i].name, name) != 0)
		i++;
	if (shells[i].prepare(shell, mount, buf_text(&label), err) < 0)
		return -1;
	return buf_ok(&shell->argument) ? 0 : error_memory(err);
}

/* An interactive shell takes the terminal for itself. One that is killed does not give it back. */
int edit_shell_run(struct edit_shell *shell, struct private_mount *mount, int *status, struct error *err)
{
	struct termios before;
	bool ours = tcgetpgrp(STDIN_FILENO) == getpgrp() && tcgetattr(STDIN_FILENO, &before) == 0;
	int result = private_mount_program(mount, (char *const *)shell->program, status, err);

	if (ours) {
		tcsetpgrp(STDIN_FILENO, getpgrp());
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	}
	return result;
}

void edit_shell_end(struct edit_shell *shell, const struct private_mount *mount)
{
	private_folder_empty(buf_text(&mount->private));
	buf_free(&shell->argument);
}
