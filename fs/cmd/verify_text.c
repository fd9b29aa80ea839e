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
void verify_summary(const struct verified *verified, struct buf *out)
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
		add_signers(out, verdict);
	}
	buf_add_text(out, "\n");
}
