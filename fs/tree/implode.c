#include "fs/tree/implode.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/found_before.h"
#include "fs/tree/placing.h"
#include "plist/reconcile.h"

/* One implosion while it is made. */
struct work {
	struct implosion *implosion;
	const struct implode_options *options;
	exploded_report *report;
	void *context;
	struct exploded exploded; /* the tree */
	struct doc doc;           /* the base's document; unused if there is no base */
	bool has_base;
	bool differs;             /* from the base */
	struct found_before *found_before;
	size_t errors;            /* how many were reported */
	bool unreadable;          /* one of them was no fault of the profile */
};

/* --- the base --------------------------------------------------------------------------------------- */

static bool is_stream(const char *path)
{
	return strcmp(path, "-") == 0;
}

static bool is_in_place(const char *base, const char *output)
{
	return !is_stream(base) && !is_stream(output) && placing_same_file(base, output);
}

/* What others may see of the tree they may see of a profile that nothing else says it of. */
static mode_t mode_of_tree(const char *tree)
{
	mode_t mask = umask(077);
	struct stat st;

	umask(mask);
	if (stat(tree, &st) < 0)
		return S_IFREG | 0600;
	return S_IFREG | 0600 | (st.st_mode & 0044 & ~mask);
}

static int open_base(struct work *work, const char *base, struct problems *notes, struct error *err)
{
	struct implosion *implosion = work->implosion;
	struct parcel *parcel = &implosion->parcel;

	work->has_base = base != NULL;
	if (!base && parcel_new(parcel, implosion->tree, err) < 0)
		return -1;
	if (base && parcel_open(parcel, base, is_in_place(base, implosion->output), work->options->force, notes,
				err) < 0)
		return -1;
	if (!parcel->found.st_mode)
		parcel->found.st_mode = mode_of_tree(implosion->tree);
	return base ? parcel_read(parcel, &work->doc, err) : 0;
}

/* --- what is wrong with the tree -------------------------------------------------------------------- */

static void tell(struct work *work, const char *file, const struct error *problem)
{
	if (problem->severity == SEVERITY_ERROR) {
		work->errors++;
		work->unreadable = work->unreadable || !problem->rule;
	}
	work->report(work->context, file, problem);
}

/* What could not be taken would be lost: that is an error, whatever the user thinks of its rule. */
static void take_problem(void *context, const char *file, const struct error *problem)
{
	struct work *work = context;
	struct error shown = *problem;

	if (shown.severity == SEVERITY_ERROR ||
	    rule_severity(&work->options->checks.levels, shown.rule, &shown.severity))
		tell(work, file, &shown);
}

/* After the problems, of which each was told. */
static int refuse(const struct work *work, const char *what, const char *advice, struct error *err)
{
	const char *plural = work->errors == 1 ? "" : "s";

	if (work->unreadable)
		error_set(err, EIO, "%zu %s%s: nothing was written", work->errors, what, plural);
	else
		error_rule(err, "not-a-profile", "%zu %s%s: nothing was written; %s", work->errors, what, plural,
			   advice);
	error_in_file(err, work->implosion->tree);
	return -1;
}

/* What was done to the payloads that were made by hand. */
static void tell_filled(struct work *work)
{
	const struct problems *filled = &work->exploded.filled;
	size_t i;

	for (i = 0; i < filled->count; i++) {
		BUF_AUTO file = BUF_INIT;

		exploded_add_path(&work->exploded, filled->list[i].key, &file);
		tell(work, buf_text(&file), &filled->list[i]);
	}
}

static int read_tree(struct work *work, struct error *err)
{
	const struct check_options *checks = &work->options->checks;

	if (exploded_read(&work->exploded, work->implosion->tree, checks, take_problem, work, err) < 0)
		return -1;
	if (work->errors)
		return refuse(work, "problem", "mend the tree first", err);
	tell_filled(work);
	return 0;
}

/* --- what the schema says --------------------------------------------------------------------------- */

/* What lies in a tree becomes part of the profile, and nobody sees that there. */
static bool is_unknown_key(const struct finding *finding)
{
	return strcmp(finding->rule, "unknown-key") == 0;
}

/* What is a warning elsewhere stops a strict implosion, unless the user wants it to be one. */
static enum severity severity_of(const struct work *work, const struct finding *finding)
{
	enum severity severity = SEVERITY_ERROR;

	if (work->options->check == CHECK_WARN)
		return SEVERITY_WARNING;
	if (is_unknown_key(finding))
		rule_severity(&work->options->checks.levels, finding->rule, &severity);
	return severity;
}

static void take_finding(void *context, const struct finding *finding)
{
	struct work *work = context;
	BUF_AUTO file = BUF_INIT;
	struct error err;

	if ((finding->severity != SEVERITY_ERROR && !is_unknown_key(finding)) ||
	    (work->found_before && found_before_has(work->found_before, finding)) ||
	    !exploded_finding(&work->exploded, finding, &file, &err))
		return;
	err.severity = severity_of(work, finding);
	tell(work, buf_text(&file), &err);
}

/* Before the base is reconciled: what is wrong with it is looked for in the version that was exploded. */
static int check(struct work *work, struct error *err)
{
	const struct check_options *checks = &work->options->checks;
	const struct node *root = work->exploded.profile.doc.root;

	if (work->options->check == CHECK_OFF || !work->differs)
		return 0;
	if (work->has_base && found_before_make(work->doc.root, root, checks, &work->found_before, err) < 0)
		return -1;
	if (check_profile(root, checks, take_finding, work) < 0)
		return error_memory(err);
	if (!work->errors)
		return 0;
	return refuse(work, "new error", "mend the tree first, or take it so with --check=warn", err);
}

/* --- the property list ------------------------------------------------------------------------------ */

static enum doc_format format_of(const struct work *work)
{
	if (work->options->format == FORMAT_KEEP)
		return work->has_base ? work->doc.format : DOC_XML;
	return work->options->format == FORMAT_BINARY ? DOC_BINARY : DOC_XML;
}

static void note_recoded(const struct work *work, struct problems *notes)
{
	if (work->has_base && work->doc.recoded && format_of(work) == DOC_XML)
		problems_say(notes, SEVERITY_NOTE, NULL, NULL, "recoded: the base is in %s, this is UTF-8",
			     work->doc.recoded);
}

/* The base's own bytes where nothing differs: also those in another encoding, which doc_write() would change. */
static int write_plist(struct work *work, struct buf *plist, struct problems *notes, struct error *err)
{
	struct doc *doc = work->has_base ? &work->doc : &work->exploded.profile.doc;
	const struct buf *content = &work->implosion->parcel.content;

	if (!work->differs && format_of(work) == doc->format) {
		buf_add(plist, content->data, content->len);
		return buf_ok(plist) ? 0 : error_memory(err);
	}
	if (work->has_base && reconcile(doc->root, work->exploded.profile.doc.root, err) < 0)
		return -1;
	if (doc_write(doc, format_of(work), plist, err) < 0)
		return -1;
	note_recoded(work, notes);
	return 0;
}

/* --- the envelope ----------------------------------------------------------------------------------- */

/* True if nothing is to be done to the base. */
static bool is_base(const struct work *work, const struct buf *plist)
{
	const struct parcel *parcel = &work->implosion->parcel;
	bool is_signed = parcel_is_signed(parcel);

	return work->has_base && buf_equals(&parcel->content, plist->data, plist->len) &&
	       !(is_signed && work->options->unsign) && !(!is_signed && work->options->signer);
}

static int wrap(struct work *work, const struct buf *plist, struct problems *notes, struct error *err)
{
	const struct implode_options *options = work->options;
	const struct seal_options seal = { .digest = options->digest };
	struct implosion *implosion = work->implosion;
	struct parcel *parcel = &implosion->parcel;

	if (is_base(work, plist)) {
		implosion->is_signed = parcel_is_signed(parcel);
		buf_add(&implosion->bytes, parcel->bytes.data, parcel->bytes.len);
		return buf_ok(&implosion->bytes) ? 0 : error_memory(err);
	}
	if (parcel_is_signed(parcel) && !options->signer && !options->unsign) {
		error_set(err, EROFS,
			  "the base is signed, and this is not what was signed: --key=FILE signs it again, --unsign "
			  "makes it plain");
		error_in_file(err, parcel->place.shown);
		return -1;
	}
	implosion->is_signed = options->signer != NULL;
	return parcel_wrap(parcel, options->signer, &seal, plist, &implosion->bytes, notes, err);
}

/* --- what is replaced ------------------------------------------------------------------------------- */

/* A file that cannot be read, or be told to be plain, is not taken for it. */
static int check_replaced(const struct implosion *implosion, const struct implode_options *options, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT, content = BUF_INIT;
	struct envelope *envelope = NULL;
	struct error unknown;
	struct stat st;
	bool is_plain;

	if (implosion->is_signed || options->unsign || implosion->parcel.in_place || is_stream(implosion->output) ||
	    stat(implosion->output, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (limit_explain(file_read_path(implosion->output, PROFILE_SIZE_MAX, &bytes, err), LIMIT_PROFILE, err) < 0)
		return -1;
	is_plain = envelope_open("", bytes.data, bytes.len, &envelope, &content, &unknown) == 0 &&
		   envelope_form(envelope) == ENVELOPE_PLAIN;
	envelope_free(envelope);
	if (is_plain)
		return 0;
	error_set(err, EROFS,
		  "it is there and signed, and would not be any more: --key=FILE signs the new one, --unsign replaces "
		  "it by a plain one");
	error_in_file(err, implosion->output);
	return -1;
}

/* --- the whole -------------------------------------------------------------------------------------- */

static int make(struct work *work, const char *base, struct problems *notes, struct error *err)
{
	BUF_AUTO plist = BUF_INIT;

	if (open_base(work, base, notes, err) < 0 || read_tree(work, err) < 0)
		return -1;
	work->differs = !work->has_base || !node_equal(work->doc.root, work->exploded.profile.doc.root, false);
	if (check(work, err) < 0 || write_plist(work, &plist, notes, err) < 0 || wrap(work, &plist, notes, err) < 0)
		return -1;
	return check_replaced(work->implosion, work->options, err);
}

static void end(struct work *work)
{
	found_before_free(work->found_before);
	if (work->exploded.tree)
		exploded_free(&work->exploded);
	doc_free(&work->doc);
}

int implosion_make(struct implosion *implosion, const char *tree, const char *base, const char *output,
		   const struct implode_options *options, exploded_report *report, void *context,
		   struct problems *notes, struct error *err)
{
	struct work work = { .implosion = implosion, .options = options, .report = report, .context = context };
	int result;

	*implosion = IMPLOSION_INIT;
	implosion->tree = tree;
	implosion->output = output;
	result = make(&work, base, notes, err);
	end(&work);
	if (result < 0) {
		error_in_file(err, tree);
		implosion_end(implosion);
	}
	return result;
}

int implosion_put(struct implosion *implosion, struct problems *notes, struct error *err)
{
	struct parcel *parcel = &implosion->parcel;

	if (parcel->in_place)
		return parcel_put_back(parcel, 0777, &implosion->bytes, notes, err);
	return parcel_put_at(parcel, implosion->output, 0777, &implosion->bytes, err);
}

void implosion_end(struct implosion *implosion)
{
	parcel_close(&implosion->parcel);
	buf_free(&implosion->bytes);
	*implosion = IMPLOSION_INIT;
}
