#include "fs/tree/version.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/parcel.h"

bool version_is_stream(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* --- a file, a stream ----------------------------------------------------------------------------------- */

static int check_top(const struct version *version, const char *shown, struct error *err)
{
	const struct node *top = version->doc->root;
	unsigned long line, column;

	if (top->type == NODE_DICT)
		return 0;
	error_rule(err, "not-a-profile", "the top of a profile is a dict, here it is of type %s: give a profile",
		   node_type_name(top->type));
	error_in_file(err, shown);
	doc_position(version->doc, top->source.element.start, &line, &column);
	error_at(err, line, column);
	return -1;
}

/* Of a key that is there twice the last one is looked at, as in a tree. */
static void note_duplicate(const struct doc *doc, struct problems *notes)
{
	struct error note = doc->duplicate;

	if (!note.code)
		return;
	note.severity = SEVERITY_WARNING;
	problems_add(notes, &note);
}

static int read_parcel(struct version *version, const struct parcel *parcel, const struct version_options *options,
		       struct problems *notes, struct error *err)
{
	const char *shown = parcel->place.shown;

	version->doc = &version->read;
	if (parcel->bytes.len == 0 && options->empty_allowed)
		return doc_new(version->doc, err);
	if (doc_read(version->doc, shown, parcel->content.data, parcel->content.len, err) < 0)
		return -1;
	note_duplicate(version->doc, notes);
	return check_top(version, shown, err);
}

static int open_file(struct version *version, const char *path, const struct version_options *options,
		     struct problems *notes, struct error *err)
{
	struct parcel parcel;
	int result;

	if (parcel_open(&parcel, path, false, options->force, notes, err) < 0)
		return -1;
	result = read_parcel(version, &parcel, options, notes, err);
	parcel_close(&parcel);
	return result;
}

/* --- an exploded tree ----------------------------------------------------------------------------------- */

/* What a tree's problems are collected in. */
struct collected {
	struct problems *notes;
	size_t errors;
};

static void collect(void *context, const char *file, const struct error *problem)
{
	struct collected *collected = context;
	struct error named = *problem;

	error_in_file(&named, file);
	problems_add(collected->notes, &named);
	collected->errors += problem->severity == SEVERITY_ERROR;
}

static int check_tree(const char *path, const struct collected *collected, struct error *err)
{
	if (collected->errors == 0)
		return 0;
	error_rule(err, "not-a-plist",
		   "the tree does not stand for a property list: %zu problem%s in it; mend %s first (profilefs check "
		   "lists them)", collected->errors, collected->errors == 1 ? "" : "s",
		   collected->errors == 1 ? "it" : "them");
	error_in_file(err, path);
	return -1;
}

static int open_tree(struct version *version, const char *path, const struct version_options *options,
		     struct problems *notes, struct error *err)
{
	static const struct check_options NO_SCHEMA = { 0 };
	struct collected collected = { .notes = notes };

	if (!exploded_is_tree(path)) {
		error_set(err, EISDIR,
			  "this folder is no profile's tree, which holds PayloadType, PayloadIdentifier or "
			  "PayloadContent: name a profile, or the folder of one");
		error_in_file(err, path);
		return -1;
	}
	if (exploded_read(&version->exploded, path, options->checks ? options->checks : &NO_SCHEMA, collect,
			  &collected, err) < 0)
		return -1;
	version->is_tree = true;
	version->doc = &version->exploded.profile.doc;
	return check_tree(path, &collected, err);
}

/* --- either ----------------------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat st;

	return !version_is_stream(path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int version_open(struct version *version, const char *path, const struct version_options *options,
		 struct problems *notes, struct error *err)
{
	int result;

	*version = (struct version){ .name = path };
	if (is_folder(path))
		result = open_tree(version, path, options, notes, err);
	else
		result = open_file(version, path, options, notes, err);
	if (result < 0)
		version_close(version);
	return result;
}

void version_close(struct version *version)
{
	if (version->is_tree)
		exploded_free(&version->exploded);
	doc_free(&version->read);
	*version = (struct version){ 0 };
}
