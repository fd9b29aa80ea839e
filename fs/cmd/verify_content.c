/*
 * verify: whether what was signed is a configuration profile. A signature proves that somebody signed something; a
 * device installs it only if that is one.
 */
#include <stdio.h>
#include <string.h>

#include "fs/cmd/verify.h"
#include "plist/doc.h"
#include "plist/schema/check.h"
#include "sign/envelope.h"

/* Prefixes what is wrong, so that nobody takes it for a fault of the signature. Memory and limits stay as they are. */
static int refuse(const struct error *why, struct error *err)
{
	*err = *why;
	if (!why->rule)
		return -1;
	error_rule(err, VERIFY_RULE_NO_PLIST, "what was signed is no property list: %s", why->text);
	error_at(err, why->line, why->column);
	return -1;
}

static int refuse_signed(const struct verified *verified, struct error *err)
{
	BUF_AUTO inner = BUF_INIT;
	struct envelope *envelope;
	enum envelope_form form;
	struct error why;

	if (envelope_open(verified->name, verified->content.data, verified->content.len, &envelope, &inner, &why) < 0)
		return refuse(&why, err);
	form = envelope_form(envelope);
	envelope_free(envelope);
	if (form == ENVELOPE_PLAIN)
		return 0;
	return error_rule(err, VERIFY_RULE_NO_PLIST,
			  "what was signed is itself signed: it was signed twice, and no device installs that; "
			  "`profilefs sign --unsign` takes one layer off");
}

/* What the check of the document says goes to. */
struct found {
	const struct doc *doc;
	struct error *err;
	bool any;
};

static void take_finding(void *context, const struct finding *finding)
{
	struct found *found = context;

	if (found->any || strcmp(finding->rule, VERIFY_RULE_NO_PROFILE) != 0)
		return;
	found->any = true;
	check_error(finding, found->doc, NULL, found->err);
}

/* Other faults of profiles are the business of `profilefs check`. */
static int refuse_other(const struct doc *doc, struct error *err)
{
	const struct check_options options = { 0 };
	struct found found = { .doc = doc, .err = err };

	if (check_profile(doc->root, &options, take_finding, &found) < 0)
		return error_memory(err);
	return found.any ? -1 : 0;
}

int verify_content(const struct verified *verified, struct error *err)
{
	const struct buf *content = &verified->content;
	struct error why;
	struct doc doc;
	int result;

	if (refuse_signed(verified, err) < 0)
		return -1;
	if (doc_read(&doc, verified->name, content->data, content->len, &why) < 0)
		return refuse(&why, err);
	result = refuse_other(&doc, err);
	doc_free(&doc);
	return result;
}
