/*
 * A profile mounted in a private folder for one program that runs in it: what exec and edit have in common.
 *
 * The folder is made in $XDG_RUNTIME_DIR, $TMPDIR or /tmp, 0700, and removed at the end; with anything left in it, it
 * stays, and that is said. While it is there the terminal's signals are the program's own.
 *
 * A struct private_mount owns its mount and its buffers; both are given back before private_mount_run() returns.
 */
#ifndef CMD_PRIVATE_MOUNT_H
#define CMD_PRIVATE_MOUNT_H

#include <signal.h>

#include "fs/cmd/mounted.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"

/* How many signals are treated otherwise while it is there. */
#define PRIVATE_MOUNT_SIGNALS 5

struct private_mount {
	struct mounted mounted;
	struct buf private; /* the folder, absolute; files that `use` puts into it are its own to take away */
	struct buf folder;  /* in it: where the tree is mounted */
	int held;           /* a descriptor that shows others that the folder is in use */
	struct sigaction before[PRIVATE_MOUNT_SIGNALS]; /* what a program finds */
};

/* What a command does with the tree while it is mounted. The exit status. */
typedef int private_mount_use(void *context, struct private_mount *mount);

/* Makes the folder, opens and mounts the profile, calls `use`, and takes everything away again; saves nothing by
 * itself. Whatever cannot be done is said. The exit status: `use`'s, or why it was not called. */
int private_mount_run(const char *profile, struct mount_options *options, private_mount_use *use, void *context);

/* Runs a program in the tree ($OLDPWD is where we were called), and answers for the tree meanwhile; may be called
 * again. 0 with its wait status, or -1: it could not be run or waited for. A program that cannot be started says so
 * itself and exits with 126, or 127 if it is not there, as in shells (POSIX, 2.8.2). */
int private_mount_program(struct private_mount *mount, char *const *program, int *status, struct error *err);

#endif
