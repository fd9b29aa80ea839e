#include "fs/fuse/permission.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More groups than anybody has who cares: whoever is in more may be refused. */
#define GROUPS_MAX 256

#if defined(__linux__)
bool permission_is_ours(const char *const *options, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(options[i], "allow_other") == 0 || strcmp(options[i], "allow_root") == 0 ||
		    strcmp(options[i], "default_permissions") == 0)
			return false;
	return true;
}
#else
bool permission_is_ours(const char *const *options, size_t count)
{
	(void)options;
	(void)count;
	return false;
}
#endif

static bool is_root(fuse_req_t req)
{
	return fuse_req_ctx(req)->uid == 0;
}

/* Whoever comes here is the owner, or root, to whom modes say only what can be run. */
int permission_access(fuse_req_t req, mode_t mode, int mask)
{
	mode_t granted = (mode & S_IRWXU) / S_IXUSR;

	if (is_root(req))
		granted |= R_OK | W_OK;
	return (mode_t)mask & ~granted & (R_OK | W_OK | X_OK) ? -EACCES : 0;
}

static bool is_member(fuse_req_t req, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	int count, i;

	if (fuse_req_ctx(req)->gid == group)
		return true;
	count = fuse_req_getgroups(req, GROUPS_MAX, groups);
	for (i = 0; i < count && i < GROUPS_MAX; i++)
		if (groups[i] == group)
			return true;
	return false;
}

int permission_ownership(fuse_req_t req, const struct tree_attr *attr, const struct stat *ids, int to_set)
{
	if (is_root(req))
		return 0;
	if ((to_set & FUSE_SET_ATTR_UID) && ids->st_uid != attr->uid)
		return -EPERM;
	if ((to_set & FUSE_SET_ATTR_GID) && ids->st_gid != attr->gid && !is_member(req, ids->st_gid))
		return -EPERM;
	return 0;
}
