/*
 * cat: the plist as XML on stdout.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/cmd/command.h"
#include "fs/cmd/say.h"
#include "fs/tree/profile.h"
#include "plist/base/buf.h"
#include "plist/doc.h"
#include "sign/envelope.h"

struct request {
	const char *profile;
	struct profile_options options;
	bool done;
	int status;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void take_word(struct request *request, const char *word)
{
	if (request->profile)
		end_with(request, say_misuse("cat", "'%s' is too much: give one profile", word));
	else
		request->profile = word;
}

static const struct option long_options[] = {
	{ "force", no_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:h", long_options, NULL)) != -1) {
		if (option == 1)
			take_word(request, optarg);
		else if (option == 'F')
			request->options.force = true;
		else if (option == 'h')
			end_with(request, say_help(command_cat.help));
		else
			end_with(request, command_bad_option(&command_cat, option, argv));
	}
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done && !request->profile)
		end_with(request, say_misuse("cat", "the profile is missing"));
}

/* --- from a file ------------------------------------------------------------------------------------ */

static int file_xml(const struct request *request, struct buf *xml, struct error *err)
{
	struct problems notes = PROBLEMS_INIT;
	struct profile profile;
	int result = profile_read(&profile, request->profile, &request->options, &notes, err);

	say_problems(&notes);
	problems_free(&notes);
	if (result < 0)
		return -1;
	result = profile_xml(&profile, xml, err);
	profile_close(&profile);
	return result;
}

/* --- from a pipe ------------------------------------------------------------------------------------ */

static int plist_xml(const char *name, const struct buf *plist, struct buf *xml, struct error *err)
{
	struct doc doc;
	int result;

	if (doc_read(&doc, name, plist->data, plist->len, err) < 0)
		return -1;
	result = doc_write(&doc, DOC_XML, xml, err);
	doc_free(&doc);
	return result;
}

static int pipe_xml(const struct request *request, const char *path, struct buf *xml, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	BUF_AUTO plist = BUF_INIT;
	struct envelope *envelope;
	struct error why;
	bool intact;

	if (limit_explain(file_read_path(path, PROFILE_SIZE_MAX, &bytes, err), LIMIT_PROFILE, err) < 0 ||
	    envelope_open_shared(request->profile, &bytes, &envelope, &plist, err) < 0)
		return -1;
	intact = envelope_intact(envelope, &why);
	envelope_free(envelope);
	if (!intact && !request->options.force) {
		*err = why;
		error_in_file(err, request->profile);
		return -1;
	}
	return plist_xml(request->profile, &plist, xml, err);
}

/* What is no regular file has no place where it lies: it is read as a stream. */
static int read_xml(const struct request *request, struct buf *xml, struct error *err)
{
	const char *path = strcmp(request->profile, "-") == 0 ? "/dev/stdin" : request->profile;
	struct stat st;

	if (path == request->profile && (stat(path, &st) < 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return file_xml(request, xml, err);
	return pipe_xml(request, path, xml, err);
}

/* With --force what is no profile is written as it lies there: a textconv that fails ends the whole `git diff`. */
static int write_as_it_is(const struct request *request, struct error *err)
{
	struct error why = *err;
	BUF_AUTO bytes = BUF_INIT;

	if (!request->options.force || !why.rule || strcmp(request->profile, "-") == 0 ||
	    file_read_path(request->profile, PROFILE_SIZE_MAX, &bytes, err) < 0)
		return -1;
	why.severity = SEVERITY_WARNING;
	say_problem(&why);
	return say_output(bytes.data, bytes.len, err);
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	BUF_AUTO xml = BUF_INIT;
	struct error err;

	parse(&request, argc, argv);
	if (request.done)
		return request.status;
	if (read_xml(&request, &xml, &err) == 0)
		return say_output(buf_text(&xml), xml.len, &err) < 0 ? say_error(&err) : 0;
	return write_as_it_is(&request, &err) < 0 ? say_error(&err) : 0;
}

const struct command command_cat = {
	.name = "cat",
	.summary = "cat PROFILE",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs cat [--force] PROFILE\n\n"
	"Writes the profile's plist to the standard output, as XML, without the\n"
	"signature. PROFILE may be `-` for the standard input. git shows profiles by it\n"
	"once `profilefs git-setup` told it to.\n\n"
	"      --force              also if the signature does not fit; what is no\n"
	"                           profile at all is written as it is, with a warning\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs cat signed.mobileconfig | less\n\n"
	"`man profilefs-cat` has more.\n",
};
