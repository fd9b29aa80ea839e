#include "fs/cmd/private_mount.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/cmd/private_folder.h"
#include "fs/cmd/say.h"

#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

/* --- the folder ------------------------------------------------------------------------------------- */

/* A directory for the mount in a private folder. */
static int make_folder(struct private_mount *mount, struct error *err)
{
	if (private_folder_make(&mount->private, &mount->held, err) < 0)
		return -1;
	buf_add_format(&mount->folder, "%s/" PRIVATE_TREE, buf_text(&mount->private));
	if (buf_ok(&mount->folder) && mkdir(buf_text(&mount->folder), 0700) == 0)
		return 0;
	error_system(err, buf_ok(&mount->folder) ? errno : ENOMEM, "cannot make a directory in %s",
		     buf_text(&mount->private));
	rmdir(buf_text(&mount->private));
	return -1;
}

static void remove_folder(const struct private_mount *mount)
{
	struct error err;

	if (rmdir(buf_text(&mount->folder)) == 0 && rmdir(buf_text(&mount->private)) == 0)
		return;
	error_system(&err, errno, "cannot remove the folder %s", buf_text(&mount->private));
	say_problem(&err);
}

/* --- signals ---------------------------------------------------------------------------------------- */

/* The terminal's signals are meant for the program; and what we say while it has the terminal must not stop us, as we
 * answer for the tree. */
static const int ignored[PRIVATE_MOUNT_SIGNALS] = { SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ, SIGTTOU };

static void ignore_signals(struct private_mount *mount)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	size_t i;

	for (i = 0; i < PRIVATE_MOUNT_SIGNALS; i++)
		sigaction(ignored[i], &ignore, &mount->before[i]);
}

static void restore_process(const struct private_mount *mount)
{
	size_t i;

	for (i = 0; i < PRIVATE_MOUNT_SIGNALS; i++)
		sigaction(ignored[i], &mount->before[i], NULL);
	driver_restore_signals(mount->mounted.driver);
	mounted_restore_limits(&mount->mounted);
}

/* --- the program ------------------------------------------------------------------------------------ */

/* Everything here is answered by the parent's driver: looking a name up in the tree works. */
__attribute__((noreturn))
static void become(char *const *program, const char *folder)
{
	char before[PATH_MAX];
	struct error err;

	if (getcwd(before, sizeof(before)))
		setenv("OLDPWD", before, 1);
	if (chdir(folder) < 0) {
		error_system(&err, errno, "cannot enter the tree at %s", folder);
		say_problem(&err);
		_exit(NOT_EXECUTABLE);
	}
	setenv("PWD", folder, 1);
	execvp(program[0], program);
	error_system(&err, errno, "cannot run %s", program[0]);
	say_problem(&err);
	_exit(err.code == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

int private_mount_program(struct private_mount *mount, char *const *program, int *status, struct error *err)
{
	struct driver *driver = mount->mounted.driver;
	pid_t pid = fork();

	if (pid < 0)
		return error_system(err, errno, "cannot run %s", program[0]);
	if (pid == 0) {
		restore_process(mount);
		become(program, buf_text(&mount->folder));
	}
	if (driver_run(driver, pid, err) == DRIVER_FAILED) {
		say_problem(err);
		driver_unmount(driver); /* or the program would wait for answers for ever */
	}
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return error_system(err, errno, "cannot learn how %s ended", program[0]);
	return 0;
}

/* --- all of it -------------------------------------------------------------------------------------- */

/* What is removed from a folder is gone at once, and here nothing is to change before all went well. */
static int check_options(const struct profile_options *options, struct error *err)
{
	if (!options->delete_allowed)
		return 0;
	return error_set(err, EINVAL,
			 "delete=allow removes profiles at once, also if nothing is saved then: mount the folder for "
			 "that, or remove the files");
}

static int run_in(struct private_mount *mount, const char *profile, struct mount_options *options,
		  private_mount_use *use, void *context)
{
	const struct mount_request wanted = {
		.profile = profile,
		.mountpoint = buf_text(&mount->folder),
		.options = options,
	};
	int status;

	ignore_signals(mount);
	status = mounted_begin(&mount->mounted, &wanted);
	if (status == 0)
		status = use(context, mount);
	mounted_end(&mount->mounted);
	return status;
}

int private_mount_run(const char *profile, struct mount_options *options, private_mount_use *use, void *context)
{
	struct private_mount mount = { .private = BUF_INIT, .folder = BUF_INIT, .held = -1 };
	struct error err;
	int status;

	private_folders_clean();
	if (check_options(&options->profile, &err) < 0 || make_folder(&mount, &err) < 0) {
		status = say_error(&err);
	} else {
		status = run_in(&mount, profile, options, use, context);
		remove_folder(&mount);
	}
	if (mount.held >= 0)
		close(mount.held);
	buf_free(&mount.private);
	buf_free(&mount.folder);
	return status;
}
