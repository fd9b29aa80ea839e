#include "fs/cmd/private_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/cmd/mountpoint.h"
#include "fs/cmd/say.h"

#define NAME_BEGINS "/profilefs-"
#define NAME_PATTERN NAME_BEGINS "XXXXXX"

/* --- making ----------------------------------------------------------------------------------------- */

static bool make_in(const char *parent, struct buf *path)
{
	if (!parent || parent[0] != '/')
		return false;
	buf_clear(path);
	buf_add_format(path, "%s" NAME_PATTERN, parent);
	return buf_ok(path) && mkdtemp(path->data);
}

/* Opens and locks a folder. The descriptor, or -1: somebody holds it, or it is none. */
static int hold(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

int private_folder_make(struct buf *path, int *held, struct error *err)
{
	if (!make_in(getenv("XDG_RUNTIME_DIR"), path) && !make_in(getenv("TMPDIR"), path) && !make_in("/tmp", path))
		return error_system(err, errno,
				    "cannot make a folder for the mount in $XDG_RUNTIME_DIR, $TMPDIR or /tmp");
	*held = hold(buf_text(path)); /* where folders cannot be locked, nobody takes one away either */
	return 0;
}

/* --- taking away ------------------------------------------------------------------------------------ */

/* All of ours, and what zsh keeps in $ZDOTDIR, begins with a dot; the mount does not. */
void private_folder_empty(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return; /* that the folder stays is said by whoever removes it */
	while ((entry = readdir(dir)))
		if (entry->d_name[0] == '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
}

/* The folder of a mount that is called as ours are: its length in the path, or 0. */
static size_t folder_of(const char *tree)
{
	static const size_t name_len = sizeof(NAME_PATTERN) - 1, tree_len = sizeof("/" PRIVATE_TREE) - 1;
	size_t len = strlen(tree);

	if (len < name_len + tree_len || strcmp(tree + len - tree_len, "/" PRIVATE_TREE) != 0)
		return 0;
	len -= tree_len;
	return strncmp(tree + len - name_len, NAME_BEGINS, sizeof(NAME_BEGINS) - 1) == 0 ? len : 0;
}

static bool is_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 07777) == 0700;
}

/* A mount in a folder that we hold now. */
static void take_away(const char *folder, const char *tree)
{
	struct mountpoint found;
	struct error err;

	if (mountpoint_look(tree, &found, &err) < 0 || found.kind != MOUNTPOINT_DEAD)
		return;
	if (mountpoint_detach(tree, true, &err) < 0) {
		say_problem(&err);
		return;
	}
	private_folder_empty(folder);
	if (rmdir(tree) == 0 && rmdir(folder) == 0)
		say_note("the tree of a killed command in %s was dead: it was unmounted, and its folder removed",
			 folder);
	else
		say_note("the tree of a killed command in %s was dead: it was unmounted; look at what is in the "
			 "folder, and remove it", folder);
}

static void look_at(void *context, const char *tree)
{
	BUF_AUTO folder = BUF_INIT;
	int held;

	(void)context;
	buf_add(&folder, tree, folder_of(tree));
	if (folder.len == 0 || !buf_ok(&folder))
		return;
	held = hold(buf_text(&folder));
	if (held < 0)
		return;
	if (is_private(held))
		take_away(buf_text(&folder), tree);
	close(held);
}

void private_folders_clean(void)
{
	mountpoints_each(look_at, NULL);
}
