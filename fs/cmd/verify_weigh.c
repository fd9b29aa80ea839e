/*
 * verify: one profile is read, judged, and weighed against what was asked for.
 */
#include <errno.h>
#include <string.h>

#include "fs/cmd/verify.h"
#include "fs/tree/profile.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "sign/envelope.h"
#include "sign/signer.h"

const char *const verify_rules[] = {
	SIGNER_RULE_EXPIRED,
	VERDICT_RULE_WEAK,
	VERIFY_RULE_NO_PLIST,
	VERIFY_RULE_NO_PROFILE,
	NULL,
};

const char *verify_path(const char *word)
{
	return strcmp(word, "-") == 0 ? "/dev/stdin" : word;
}

void verified_free(struct verified *verified)
{
	verdict_free(&verified->verdict);
	buf_free(&verified->content);
	problems_free(&verified->problems);
}

bool verified_intact(const struct verified *verified)
{
	return verified->reached && verified->verdict.form != ENVELOPE_PLAIN && verified->verdict.intact;
}

/* The worse of two exit statuses. */
int verify_worse(int a, int b)
{
	return a > b ? a : b;
}

/* Adds an error with the exit status that it makes. */
static void add_error(struct verified *verified, struct error *err, int status)
{
	error_in_file(err, verified->name);
	problems_add(&verified->problems, err);
	verified->status = verify_worse(verified->status, status);
}

static void weigh_intact(const struct verify_terms *terms, struct verified *verified)
{
	struct error err;

	if (verified->verdict.form != ENVELOPE_PLAIN) {
		if (!verified->verdict.intact)
			add_error(verified, &verified->verdict.why_not_intact, 1);
		return;
	}
	verified->status = verify_worse(verified->status, 1);
	if (terms->shown)
		return;
	error_set(&err, EINVAL, "not signed: nothing in it says who made it; `profilefs sign` signs it");
	add_error(verified, &err, 1);
}

static const char *trust_hint(const struct signature_facts *signature)
{
	if (signature->chained)
		return "; sign it again with one that is valid now (profilefs sign)";
	if (signature->issuer_missing)
		return ": sign with --chain, or trust it with --cafile";
	return "; --cafile names an authority to trust";
}

static void weigh_trust(struct verified *verified)
{
	struct error err;
	size_t i;

	for (i = 0; i < verified->verdict.signature_count; i++) {
		const struct signature_facts *signature = &verified->verdict.signatures[i];
		BUF_AUTO name = BUF_INIT;

		if (signature->trusted)
			continue;
		name_brief(signature->signer, &name);
		error_set(&err, EINVAL, "the signer %s is not trusted: %s%s", buf_text(&name),
			  signature->why_not_trusted, trust_hint(signature));
		add_error(verified, &err, 1);
	}
}

static void add_finding(struct verified *verified, struct error *err, enum severity severity)
{
	err->severity = severity;
	add_error(verified, err, severity == SEVERITY_ERROR);
}

/* Whether findings of a rule are said, and how severe they are. What stands in the profile's line is not said again. */
static bool is_said(const struct verify_terms *terms, const char *rule, enum severity *severity)
{
	*severity = SEVERITY_WARNING;
	return rule_severity(&terms->levels, rule, severity) && (*severity == SEVERITY_ERROR || !terms->shown);
}

static void add_expired(struct verified *verified, const struct certificate *cert, enum severity severity)
{
	BUF_AUTO name = BUF_INIT;
	struct error err;

	name_brief(cert->subject, &name);
	if (cert->expired)
		error_rule(&err, SIGNER_RULE_EXPIRED, "the signer %s expired at %s", buf_text(&name), cert->until);
	else
		error_rule(&err, SIGNER_RULE_EXPIRED, "the signer %s is not valid before %s", buf_text(&name),
			   cert->from);
	add_finding(verified, &err, severity);
}

static void weigh_dates(const struct verify_terms *terms, struct verified *verified)
{
	enum severity severity;
	size_t i;

	if (!is_said(terms, SIGNER_RULE_EXPIRED, &severity))
		return;
	for (i = 0; i < verified->verdict.signature_count; i++) {
		const struct certificate *cert = &verified->verdict.signatures[i].cert;

		if (cert->expired || cert->not_yet_valid)
			add_expired(verified, cert, severity);
	}
}

static void add_weak(struct verified *verified, const struct signature_facts *signature, enum severity severity)
{
	BUF_AUTO name = BUF_INIT;
	struct error err;

	name_brief(signature->signer, &name);
	error_rule(&err, VERDICT_RULE_WEAK,
		   "the signature of %s is weak (%s), another profile could be made that it fits: sign again with "
		   "SHA-256, and an RSA key of 2048 bits or an EC key (P-256)",
		   buf_text(&name), signature->weak);
	add_finding(verified, &err, severity);
}

static void weigh_strength(const struct verify_terms *terms, struct verified *verified)
{
	enum severity severity;
	size_t i;

	if (!is_said(terms, VERDICT_RULE_WEAK, &severity))
		return;
	for (i = 0; i < verified->verdict.signature_count; i++)
		if (verified->verdict.signatures[i].weak)
			add_weak(verified, &verified->verdict.signatures[i], severity);
}

/* Not in the line of the profile, which is about its signature. */
static void weigh_content(const struct verify_terms *terms, struct verified *verified)
{
	enum severity severity = SEVERITY_WARNING;
	struct error err;

	if (verify_content(verified, &err) == 0)
		return;
	if (!err.rule)
		add_error(verified, &err, error_exit_status(&err));
	else if (rule_severity(&terms->levels, err.rule, &severity))
		add_finding(verified, &err, severity);
}

static int reach(const struct trust *trust, struct verified *verified, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	struct envelope *envelope;
	int result;

	if (limit_explain(file_read_path(verify_path(verified->name), PROFILE_SIZE_MAX, &bytes, err), LIMIT_PROFILE,
			  err) < 0)
		return -1;
	if (envelope_open(verified->name, bytes.data, bytes.len, &envelope, &verified->content, err) < 0) {
		verified->damaged = err->rule != NULL;
		return -1;
	}
	result = verdict_reach(envelope, trust, &verified->verdict, err);
	verified->reached = result == 0;
	envelope_free(envelope);
	return result;
}

void verify_profile(const struct verify_terms *terms, const struct trust *trust, struct verified *verified)
{
	struct error err;

	if (reach(trust, verified, &err) < 0) {
		add_error(verified, &err, error_exit_status(&err));
		return;
	}
	weigh_intact(terms, verified);
	if (!verified_intact(verified))
		return;
	if (terms->trusted)
		weigh_trust(verified);
	weigh_dates(terms, verified);
	weigh_strength(terms, verified);
	weigh_content(terms, verified);
}
