/*
 * verify: as text, a line for each profile.
 */
#include <string.h>

#include "fs/cmd/verify.h"

void verify_add_name(struct buf *out, const char *name)
{
	for (; *name; name++)
		buf_add_char(out, (unsigned char)*name < 0x20 || *name == 0x7f ? '?' : *name);
}

/* Trust as that of the first signer who has none. */
static void add_trust(struct buf *out, const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++) {
		if (verdict->signatures[i].trusted)
			continue;
		buf_add_format(out, ", not trusted (%s)", verdict->signatures[i].why_not_trusted);
		return;
	}
	buf_add_text(out, ", trusted");
}

static void add_date(struct buf *out, const char *text, const char *date)
{
	buf_add_format(out, ", %s %.*s", text, (int)strcspn(date, "T"), date);
}

static void add_dates(struct buf *out, const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++) {
		const struct certificate *cert = &verdict->signatures[i].cert;

		if (cert->expired)
			add_date(out, "expired", cert->until);
		else if (cert->not_yet_valid)
			add_date(out, "not valid before", cert->from);
	}
}

static void add_weak(struct buf *out, const struct verdict *verdict)
{
	const char *weak = verdict_weak(verdict);

	if (weak)
		buf_add_format(out, ", weak (%s)", weak);
}

/* Anybody can make a certificate with any name in it: whom no trusted one vouches for is not said to have signed. */
static void add_signers(struct buf *out, const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++) {
		const struct signature_facts *signature = &verdict->signatures[i];

		if (i > 0 && signature->chained == signature[-1].chained)
			buf_add_text(out, " and ");
		else
			buf_add_text(out, signature->chained ? ", signed by " : ", claims to be signed by ");
		name_brief(signature->signer, out);
	}
}

/* Who is said to have signed what is not intact did not sign this. */
void verify_line(const struct verified *verified, struct buf *out)
{
	const struct verdict *verdict = &verified->verdict;

	verify_add_name(out, verified->name);
	if (verified->damaged) {
		buf_add_text(out, ": no readable signature");
	} else if (verdict->form == ENVELOPE_PLAIN) {
		buf_add_text(out, ": not signed");
	} else if (!verdict->intact) {
		buf_add_text(out, ": not intact");
	} else {
		buf_add_text(out, ": intact");
		add_trust(out, verdict);
		add_dates(out, verdict);
		add_weak(out, verdict);
		add_signers(out, verdict);
	}
	buf_add_text(out, "\n");
}

/* --- several ---------------------------------------------------------------------------------------- */

bool verified_expired(const struct verified *verified)
{
	size_t i;

	for (i = 0; i < verified->verdict.signature_count; i++)
		if (verified->verdict.signatures[i].cert.expired)
			return true;
	return false;
}

bool verified_early(const struct verified *verified)
{
	size_t i;

	for (i = 0; i < verified->verdict.signature_count; i++)
		if (verified->verdict.signatures[i].cert.not_yet_valid)
			return true;
	return false;
}

void verify_count(struct verify_counts *counts, const struct verified *verified)
{
	const struct verdict *verdict = &verified->verdict;
	bool intact = verified_intact(verified);

	if (!verified->reached && !verified->damaged) {
		counts->unreadable++;
		return;
	}
	counts->profiles++;
	counts->intact += intact;
	if (!intact && !verified->damaged && verdict->form == ENVELOPE_PLAIN)
		counts->plain++;
	else if (!intact)
		counts->altered++;
	counts->trusted += intact && verdict_trusted(verdict);
	counts->expired += intact && verified_expired(verified);
	counts->early += intact && verified_early(verified);
	counts->weak += intact && verdict_weak(verdict) != NULL;
}

static void add_count(struct buf *out, size_t count, const char *what)
{
	if (count)
		buf_add_format(out, ", %zu %s", count, what);
}

void verify_sum(const struct verify_counts *counts, struct buf *out)
{
	buf_add_format(out, "%zu profile%s: %zu intact, %zu trusted", counts->profiles,
		       counts->profiles == 1 ? "" : "s", counts->intact, counts->trusted);
	add_count(out, counts->expired, "expired");
	add_count(out, counts->early, "not yet valid");
	add_count(out, counts->weak, "weak");
	add_count(out, counts->plain, "not signed");
	add_count(out, counts->altered, "not intact");
	if (counts->unreadable)
		buf_add_format(out, "; %zu could not be read", counts->unreadable);
}
