/*
 * mount: opens, mounts, goes into the background, answers until unmounted or told to end, saves.
 */
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "fs/cmd/background.h"
#include "fs/cmd/command.h"
#include "fs/cmd/guard.h"
#include "fs/cmd/mounted.h"
#include "fs/cmd/mountpoint.h"
#include "fs/cmd/notify.h"
#include "fs/cmd/options.h"
#include "fs/cmd/result.h"
#include "fs/cmd/say.h"

struct request {
	const char *profile;
	const char *mountpoint;
	struct mount_options options;
	bool foreground;
	bool pretend;  /* mount(8) with -f: everything but the mount */
	bool done;     /* help was asked for, or it is wrong: `status` says it all */
	int status;
};

/* Called as the helper of mount(8), -f means something else. */
static bool is_helper(const char *name)
{
	const char *slash = strrchr(name, '/');

	return strncmp(slash ? slash + 1 : name, "mount.", 6) == 0;
}

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void take_word(struct request *request, const char *word)
{
	if (!request->profile)
		request->profile = word;
	else if (!request->mountpoint)
		request->mountpoint = word;
	else
		end_with(request, say_misuse("mount", "'%s' is too much: give one profile and a mount point",
					     word));
}

static void take_foreground(struct request *request, bool helper)
{
	if (helper)
		request->pretend = true;
	else
		request->foreground = true;
}

static void take(struct request *request, int option, char **argv)
{
	struct error err;
	int taken = mount_options_take(&request->options, option, optarg, &err);

	if (taken < 0)
		end_with(request, say_error(&err));
	if (taken)
		return;
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'f':
		take_foreground(request, is_helper(argv[0]));
		break;
	case 'h':
		end_with(request, say_help(command_mount.help));
		break;
	case 'n': /* what mount(8) hands to its helpers */
	case 'v':
	case 's':
	case 'w':
	case 't':
	case 'N':
		break;
	default:
		end_with(request, command_bad_option(&command_mount, option, argv));
	}
}

static const struct option long_options[] = {
	MOUNT_OPTIONS_LONG,
	{ "foreground", no_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	static const char short_options[] = "-:" MOUNT_OPTIONS_LETTERS "fhnvswt:N:";
	int option;

	while (!request->done && (option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (request->done || request->mountpoint)
		return;
	end_with(request, say_misuse("mount", request->profile ? "the mount point is missing" :
				     "the profile and the mount point are missing"));
}

/* --- serving ---------------------------------------------------------------------------------------- */

/* Answers until the end, saves what the mount leaves, and leaves word of it: all that goes wrong at the end,
 * and the notes of saves before. Refusals before were answers to system calls. The exit status. */
static int answer_and_save(struct mounted *mounted)
{
	BUF_AUTO said = BUF_INIT;
	struct error err;
	enum driver_end end;
	int status;

	say_record(&said, SEVERITY_WARNING);
	end = driver_run(mounted->driver, 0, &err);
	say_record(&said, SEVERITY_ERROR);
	status = tree_finish(mounted->tree);
	if (end == DRIVER_FAILED)
		status = say_error(&err);
	say_record(NULL, SEVERITY_ERROR);
	result_leave(status, &said);
	return status;
}

struct serving {
	struct background *background;
	const char *mountpoint;
};

/* The tree is there: only now does the terminal go, so that what fails before can still be said. */
static void tell_ready(void *context)
{
	const struct serving *serving = context;

	guard_daemon();
	notify_ready();
	if (serving->background->ready < 0)
		return; /* in the foreground */
	background_leave_terminal(serving->background, serving->mountpoint);
	background_ready(serving->background);
}

static int serve(struct request *request, const char *mountpoint, struct background *background)
{
	struct serving serving = { .background = background, .mountpoint = mountpoint };
	const struct mount_request wanted = {
		.profile = request->profile,
		.mountpoint = mountpoint,
		.options = &request->options,
		.ready = tell_ready,
		.context = &serving,
	};
	struct mounted mounted = { 0 };
	int status = mounted_begin(&mounted, &wanted);

	if (status == 0)
		status = answer_and_save(&mounted);
	mounted_end(&mounted);
	return status;
}

static int mount_profile(struct request *request, const char *mountpoint)
{
	struct background background = BACKGROUND_NONE;
	int status;

	if (!request->foreground && background_fork(&background, &status))
		return status;
	return serve(request, mountpoint, &background);
}

static int run_request(struct request *request)
{
	BUF_AUTO mountpoint = BUF_INIT;
	struct error err;
	bool was_dead;

	if (request->done)
		return request->status;
	if (request->pretend)
		return 0;
	if (mountpoint_prepare(request->mountpoint, &mountpoint, &was_dead, &err) < 0)
		return say_error(&err);
	if (was_dead)
		say_note("the mount on %s was dead (its daemon is gone): it was unmounted first",
			 request->mountpoint);
	return mount_profile(request, buf_text(&mountpoint));
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	int status;

	parse(&request, argc, argv);
	request.options.profile.recovery = RECOVERY_KEEP;
	status = run_request(&request);
	mount_options_free(&request.options);
	return status;
}

const struct command command_mount = {
	.name = "mount",
	.summary = "[mount] PROFILE|FOLDER MOUNTPOINT [-o OPTIONS] [-f]",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs [mount] PROFILE|FOLDER MOUNTPOINT [-o OPTIONS] [-f]\n"
	"       mount -t fuse.profilefs PROFILE MOUNTPOINT [-o OPTIONS]\n\n"
	"Shows a profile as a directory tree on MOUNTPOINT, an existing directory; of a\n"
	"FOLDER each profile in it as a directory. What was edited is saved at unmount,\n"
	"at `sync MOUNTPOINT`, and at SIGTERM, SIGINT and SIGHUP.\n\n"
	"  -o, --options OPTIONS    see below; may be given more than once\n"
	"  -f, --foreground         stay; the exit status says whether all was saved\n"
	"  -r, --read-only          the same as -o ro\n"
	"  -E, --error=RULE  -W, --warning=RULE  -O, --off=RULE\n"
	"                           the same as -o error=RULE, warning=RULE, off=RULE\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs wifi.mobileconfig mnt -o key=sign.p12,passin=env:P12\n\n"
	"Options, separated by commas (\\, stands for a comma in a value):\n"
	"  ro                       read-only; nothing is saved\n"
	"  key=FILE                 key to sign with: PEM, DER, PKCS#12, pkcs11: URI\n"
	"  cert=FILE, chain=FILE    its certificate; more certificates to include\n"
	"  passin=SOURCE            pass:TEXT, env:NAME, file:PATH, fd:N or stdin\n"
	"  digest=NAME              sha1, sha256, sha384 or sha512 (as it was)\n"
	"  unsign                   save plain what was signed\n"
	"  decrypt_key=FILE, decrypt_passin=SOURCE, recipient=FILE\n"
	"                           key of a recipient of encrypted payloads, its\n"
	"                           passphrase, and recipients' certificates\n"
	"  output=FILE              save to FILE; the profile stays as it is\n"
	"  format=keep|xml|binary   how the plist is saved (keep)\n"
	"  backup=SUFFIX            keep the old profile under its name and SUFFIX\n"
	"  new                      the profile is not there yet: begin a fresh one\n"
	"  force                    also if its signature does not fit, or it is locked\n"
	"  norecover, nojournal     leave out edits that a crash left; keep no journal\n"
	"  check=strict|warn|off    what to do about values not allowed (strict)\n"
	"  placeholders=allow|deny  whether $FLEET_VAR_X, {{x}}, ... are values (allow)\n"
	"  unknown=deny|allow       whether keys may be unknown to the schema (deny)\n"
	"  delete=deny|allow        whether profiles may be removed in a FOLDER (deny)\n"
	"  conflict=keep|merge      what if somebody else changed the profile (keep)\n"
	"  schema=DIR|FILE, manifests=DIR\n"
	"                           Apple's YAML or our language; ProfileManifests\n"
	"  error=RULE, warning=RULE, off=RULE\n"
	"                           what a rule of profilefs-rules(7) finds\n"
	"  target=SYSTEM:VERSION    such as macOS:15.1; one of several is enough\n"
	"  limit=NAME:VALUE         how much is read and kept; profilefs(1) has them\n"
	"  allow_other, allow_root, auto_unmount, max_read=N, fsname=NAME\n"
	"                           as in mount.fuse3(8); fstab(5)'s are accepted\n"
	"`man profilefs-mount` has more.\n",
};
