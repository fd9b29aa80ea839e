/*
 * The folders of private mounts: made, held, and taken away, also for those who were killed.
 *
 * A folder is locked with flock(2) by the process that answers for the mount in it, as long as that lives. So whether
 * it does can be found out without asking the mount, which may be stopped and let everybody wait.
 */
#ifndef CMD_PRIVATE_FOLDER_H
#define CMD_PRIVATE_FOLDER_H

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Where a tree is mounted in a private folder. */
#define PRIVATE_TREE "tree"

/* Makes a fresh folder in $XDG_RUNTIME_DIR, $TMPDIR or /tmp, 0700, which keeps others out whatever is mounted in it.
 * `*held` is a descriptor that holds it, or -1 where folders cannot be locked; closing it lets it go. 0 or -1. */
int private_folder_make(struct buf *path, int *held, struct error *err);

/* Takes the hidden files away that were put into it for a shell, or by it. */
void private_folder_empty(const char *path);

/* Unmounts what killed processes of this user left mounted in folders of this kind, and takes the folders away. What
 * is held or answers is left alone, and so is a folder in which files are. Says what was done. */
void private_folders_clean(void);

#endif
