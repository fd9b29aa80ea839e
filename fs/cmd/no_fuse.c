/*
 * The commands that mount, in a program that was built without FUSE (make FUSE=no): they are known, and say what to do
 * instead.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "fs/cmd/command.h"
#include "fs/cmd/say.h"
#include "plist/base/error.h"

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int refuse(int argc, char **argv)
{
	struct error err;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return say_help(command_mount.help);
	error_set(&err, ENOTSUP, "this profilefs was built without FUSE and cannot mount: explode the profile "
		  "into a folder (`profilefs explode`), edit that, and make a profile of it again (`profilefs "
		  "implode`)");
	return say_error(&err);
}

#define REFUSED(word) \
	{ \
		.name = word, .summary = word " (not in this build)", .options = long_options, .run = refuse, \
		.help = "usage: profilefs " word " (not in this build)\n\n" \
			"mount, umount, exec and edit are not in this profilefs: it was built without FUSE and\n" \
			"cannot mount. Instead:\n\n" \
			"  profilefs explode PROFILE FOLDER     writes the same tree into a folder; edit that\n" \
			"  profilefs implode FOLDER PROFILE     makes a profile of it again\n", \
	}

const struct command command_mount = REFUSED("mount");
const struct command command_umount = REFUSED("umount");
const struct command command_exec = REFUSED("exec");
const struct command command_edit = REFUSED("edit");
