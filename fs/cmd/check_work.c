#include "fs/cmd/check_work.h"

#include <errno.h>
#include <string.h>

#include "fs/cmd/places.h"
#include "fs/tree/exploded.h"
#include "fs/tree/profile.h"
#include "plist/base/buf.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/doc.h"
#include "plist/encrypted.h"
#include "sign/encryption.h"
#include "sign/envelope.h"

/* The check of one path. */
struct job {
	const char *name;
	const struct check_options *options;
	struct check_result *result;
	struct doc doc; /* of a file */
	struct places places; /* in that */
	struct exploded exploded; /* of a tree */
};

/* Adds a problem, with the severity that the user wants it to have. */
static void add(struct job *job, const char *file, const struct error *problem)
{
	struct error shown = *problem;

	if (rule_severity(&job->options->levels, shown.rule, &shown.severity))
		check_result_add(job->result, file, &shown);
}

static void add_memory(struct job *job)
{
	struct error err;

	error_memory(&err);
	add(job, job->name, &err);
}

static void without_place(const struct finding *finding, struct error *err)
{
	error_rule(err, finding->rule, "%s", finding->text);
	err->severity = finding->severity;
}

/* --- a file ----------------------------------------------------------------------------------------- */

static void take_finding(void *context, const struct finding *finding)
{
	struct job *job = context;
	struct error err;

	/* No more than these are listed, and where the others are takes long to say. */
	if (job->result->count >= CHECK_RESULT_MAX) {
		without_place(finding, &err);
	} else if (places_error(&job->places, finding, &job->doc, NULL, &err) < 0) {
		add_memory(job);
		return;
	}
	add(job, job->name, &err);
}

static int peek(const struct node *content, struct error *err)
{
	BUF_AUTO room = BUF_INIT, recipients = BUF_INIT;
	const char *bytes = scalar_bytes(&content->value, &room);

	return bytes ? encryption_peek(bytes, content->value.len, &recipients, err) : error_memory(err);
}

/* What cannot be looked into must at least be something that its recipients can. */
static void check_encrypted(struct job *job, const struct doc *doc)
{
	const struct node *content;
	unsigned long line, column;
	struct error err;

	job->result->unseen = encrypted_is(doc);
	if (!job->result->unseen)
		return;
	content = encrypted_content(doc, &err);
	if (content && (node_is_placeholder(content) || peek(content, &err) == 0))
		return;
	job->result->unseen = false; /* there is nothing to be seen */
	error_in_key(&err, "EncryptedPayloadContent");
	if (content && content->placed) {
		doc_position(doc, content->source.element.start, &line, &column);
		error_at(&err, line, column);
	}
	add(job, job->name, &err);
}

static void check_plist(struct job *job, struct buf *plist)
{
	struct error err;

	if (doc_read_shared(&job->doc, job->name, plist, &err) < 0) {
		add(job, job->name, &err);
		return;
	}
	check_encrypted(job, &job->doc);
	if (check_profile(job->doc.root, job->options, take_finding, job) < 0)
		add_memory(job);
	places_free(&job->places);
	doc_free(&job->doc);
}

/* What is in a tampered envelope is looked at all the same: there may be more to mend. */
static void check_file(struct job *job)
{
	const char *path = strcmp(job->name, "-") == 0 ? "/dev/stdin" : job->name;
	BUF_AUTO bytes = BUF_INIT, plist = BUF_INIT;
	struct envelope *envelope;
	struct error err;

	if (limit_explain(file_read_path(path, PROFILE_SIZE_MAX, &bytes, &err), LIMIT_PROFILE, &err) < 0 ||
	    envelope_open_shared(job->name, &bytes, &envelope, &plist, &err) < 0) {
		add(job, job->name, &err);
		return;
	}
	buf_free(&bytes);
	if (!envelope_intact(envelope, &err))
		add(job, job->name, &err);
	envelope_free(envelope);
	check_plist(job, &plist);
}

/* --- an exploded tree ------------------------------------------------------------------------------- */

static void take_problem(void *context, const char *file, const struct error *problem)
{
	add(context, file, problem);
}

static void take_exploded_finding(void *context, const struct finding *finding)
{
	struct job *job = context;
	BUF_AUTO file = BUF_INIT;
	struct error err;

	if (job->result->count >= CHECK_RESULT_MAX) {
		without_place(finding, &err);
		add(job, job->name, &err);
	} else if (exploded_finding(&job->exploded, finding, &file, &err)) {
		add(job, buf_text(&file), &err);
	}
}

static void check_tree(struct job *job)
{
	struct error err;

	if (exploded_read(&job->exploded, job->name, job->options, take_problem, job, &err) < 0) {
		add(job, job->name, &err);
		return;
	}
	check_encrypted(job, &job->exploded.profile.doc);
	if (check_profile(job->exploded.profile.doc.root, job->options, take_exploded_finding, job) < 0)
		add_memory(job);
	exploded_free(&job->exploded);
}

void check_one(const struct path *path, const struct check_options *options, struct check_result *result)
{
	struct job job = { .name = path->name, .options = options, .result = result };

	if (path->is_tree)
		check_tree(&job);
	else
		check_file(&job);
	if (result->failed)
		add_memory(&job);
	check_result_sort(result);
}
