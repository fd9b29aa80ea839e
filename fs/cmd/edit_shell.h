/*
 * The shell of `edit`: the user's own, with a prompt that says which profile one is in.
 *
 * People's files set the prompt themselves, so what is put in front of it is put there by files that read theirs
 * first. They lie in the mount's private folder.
 */
#ifndef CMD_EDIT_SHELL_H
#define CMD_EDIT_SHELL_H

#include "fs/cmd/private_mount.h"
#include "plist/base/error.h"

struct edit_shell {
	const char *path;       /* $SHELL, or /bin/sh; borrowed */
	const char *program[4]; /* how it is called; ends with NULL */
	struct buf argument;    /* what `program` points into */
};

#define EDIT_SHELL_INIT ((struct edit_shell){ .argument = BUF_INIT })

/* Finds the shell. 0, or -1: $SHELL cannot be run. */
int edit_shell_find(struct edit_shell *shell, struct error *err);

/* Writes the files, and sets up the environment of programs that are run from now on: $PROFILEFS_PROFILE is the
 * profile's absolute path, $PROFILEFS_TREE where it is mounted. 0 or -1. */
int edit_shell_prepare(struct edit_shell *shell, const struct private_mount *mount, struct error *err);

/* Runs it in the tree until it ends; the terminal is then as it was. 0 with its wait status, or -1. */
int edit_shell_run(struct edit_shell *shell, struct private_mount *mount, int *status, struct error *err);

/* Takes the files away, and what the shell left beside them. */
void edit_shell_end(struct edit_shell *shell, const struct private_mount *mount);

#endif
