#include "fs/cmd/mounted.h"

#include <signal.h>
#include <unistd.h>

#include "fs/cmd/say.h"

static void tell_kernel(void *context, uint64_t ino)
{
	struct mounted *mounted = context;

	driver_attributes_changed(mounted->driver, ino);
}

static void report(void *context, const struct error *problem)
{
	(void)context;
	say_problem(problem);
}

static int open_profile(struct mounted *mounted, const char *path, struct mount_options *options, struct error *err)
{
	struct problems notes = PROBLEMS_INIT;
	int result = profile_open(&mounted->profile, path, &options->profile, &notes, err);

	mount_options_forget(options);
	mounted->open = result == 0;
	say_problems(&notes);
	problems_free(&notes);
	return result;
}

static int mount_tree(struct mounted *mounted, const struct mount_request *request, struct error *err)
{
	const struct tree_surroundings surroundings = {
		.attributes_changed = tell_kernel,
		.report = report,
		.context = mounted,
	};
	const struct driver_options how = {
		.source = mounted->profile.place.path,
		.passed = request->options->passed,
		.passed_count = request->options->passed_count,
		.read_only = mounted->profile.read_only,
		.ready = request->ready,
		.context = request->context,
	};

	mounted->tree = tree_new(&mounted->profile, &surroundings);
	if (!mounted->tree)
		return error_memory(err);
	tree_set_mount(mounted->tree, request->mountpoint, getpid());
	return driver_mount(&mounted->driver, mounted->tree, request->mountpoint, &how, err);
}

int mounted_begin(struct mounted *mounted, const struct mount_request *request)
{
	struct error err;

	/* A terminal or pipe that went away, or a file that grew to its limit, must not take unsaved edits
	 * with it. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (open_profile(mounted, request->profile, request->options, &err) < 0 ||
	    mount_tree(mounted, request, &err) < 0)
		return say_error(&err);
	return 0;
}

void mounted_end(struct mounted *mounted)
{
	driver_free(mounted->driver);
	tree_free(mounted->tree);
	if (mounted->open)
		profile_close(&mounted->profile);
	*mounted = MOUNTED_INIT;
}
