#include "fs/cmd/mounted.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/cmd/say.h"

static bool tell_kernel(void *context, uint64_t ino, uint32_t holder)
{
	struct mounted *mounted = context;

	return driver_attributes_changed(mounted->driver, ino, holder);
}

static uint32_t ask_asker(void *context)
{
	const struct mounted *mounted = context;

	return driver_asker(mounted->driver);
}

static uint64_t ask_caller(void *context)
{
	const struct mounted *mounted = context;

	return driver_caller(mounted->driver);
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

static int open_one(struct mounted *mounted, const struct mount_request *request,
		    const struct tree_surroundings *surroundings, struct error *err)
{
	if (open_profile(mounted, request->profile, request->options, err) < 0)
		return -1;
	mounted->tree = tree_new(&mounted->profile, surroundings);
	return mounted->tree ? 0 : error_memory(err);
}

static int open_folder(struct mounted *mounted, const struct mount_request *request,
		       const struct tree_surroundings *surroundings, struct error *err)
{
	struct problems notes = PROBLEMS_INIT;
	int result = collection_open(&mounted->collection, request->profile, &request->options->profile, surroundings,
				     &notes, err);

	mount_options_forget(request->options);
	say_problems(&notes);
	problems_free(&notes);
	if (result == 0)
		mounted->tree = collection_tree(mounted->collection);
	return result;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Each profile that is open keeps a descriptor, of its lock: of a folder, as many as may be. */
static void allow_descriptors(struct mounted *mounted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	mounted->descriptors = limit;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void mounted_restore_limits(const struct mounted *mounted)
{
	if (mounted->descriptors.rlim_max)
		setrlimit(RLIMIT_NOFILE, &mounted->descriptors);
}

static int open_any(struct mounted *mounted, const struct mount_request *request, struct error *err)
{
	const struct tree_surroundings surroundings = {
		.attributes_changed = tell_kernel,
		.asker = ask_asker,
		.caller = ask_caller,
		.report = report,
		.context = mounted,
	};

	if (!is_folder(request->profile))
		return open_one(mounted, request, &surroundings, err);
	allow_descriptors(mounted);
	return open_folder(mounted, request, &surroundings, err);
}

static int mount_tree(struct mounted *mounted, const struct mount_request *request, struct error *err)
{
	const struct collection *collection = mounted->collection;
	const struct driver_options how = {
		.source = collection ? collection_path(collection) : mounted->profile.place.path,
		.passed = request->options->passed,
		.passed_count = request->options->passed_count,
		.read_only = collection ? request->options->profile.read_only : mounted->profile.read_only,
		.ready = request->ready,
		.context = request->context,
	};

	tree_set_mount(mounted->tree, request->mountpoint, getpid());
	if (driver_mount(&mounted->driver, mounted->tree, request->mountpoint, &how, err) < 0)
		return -1;
	if (mounted->collection)
		collection_mounted(mounted->collection, request->mountpoint);
	return 0;
}

int mounted_begin(struct mounted *mounted, const struct mount_request *request)
{
	struct error err;

	/* A terminal or pipe that went away, or a file that grew to its limit, must not take unsaved edits
	 * with it. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (open_any(mounted, request, &err) < 0 || mount_tree(mounted, request, &err) < 0)
		return say_error(&err);
	return 0;
}

void mounted_end(struct mounted *mounted)
{
	driver_free(mounted->driver);
	if (mounted->collection)
		collection_close(mounted->collection);
	else
		tree_free(mounted->tree);
	if (mounted->open)
		profile_close(&mounted->profile);
	*mounted = MOUNTED_INIT;
}
