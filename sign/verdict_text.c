#include "sign/verdict.h"

#include "sign/envelope.h"

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void fact(struct buf *out, const char *what, const char *value)
{
	buf_add_format(out, "%s: %s\n", what, value);
}

static void add_list(struct buf *out, char *const *texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		buf_add_format(out, "%s%s", i ? ", " : "", texts[i]);
}

static void purposes_text(const struct certificate *cert, struct buf *out)
{
	buf_add_text(out, "purposes: ");
	if (cert->purpose_count)
		add_list(out, cert->purposes, cert->purpose_count);
	else
		buf_add_text(out, "any");
	buf_add_text(out, "\n");
}

static void signer_text(const struct certificate *cert, struct buf *out)
{
	fact(out, "issuer", cert->issuer);
	fact(out, "serial", cert->serial);
	fact(out, "sha256", cert->sha256);
	fact(out, "key", cert->key);
	purposes_text(cert, out);
	buf_add_format(out, "valid: %s to %s\n", cert->from, cert->until);
	fact(out, "expired", yes_no(cert->expired));
	fact(out, "not yet valid", yes_no(cert->not_yet_valid));
	fact(out, "self-signed", yes_no(cert->self_signed));
}

static void attributes_text(const struct signature_facts *signature, struct buf *out)
{
	if (!signature->attribute_count) {
		fact(out, "attributes", "none");
		return;
	}
	buf_add_text(out, "attributes: yes (");
	add_list(out, signature->attributes, signature->attribute_count);
	buf_add_text(out, ")\n");
}

/* The lines of one signer begin with "signer"; several follow each other. */
static void signature_text(const struct signature_facts *signature, struct buf *out)
{
	buf_add_format(out, "signer: %s%s\n", signature->signer,
		       signature->included ? "" : " (the certificate is not included)");
	if (signature->included)
		signer_text(&signature->cert, out);
	if (signature->trusted)
		fact(out, "trusted", "yes");
	else
		buf_add_format(out, "trusted: no (%s)\n", signature->why_not_trusted);
	fact(out, "identity", signature->chained ? "confirmed by a trusted certificate" :
						   "claimed (no trusted certificate confirms these names and dates)");
	fact(out, "digest", signature->digest);
	fact(out, "algorithm", signature->algorithm);
	if (signature->weak)
		buf_add_format(out, "weak: yes (%s)\n", signature->weak);
	else
		fact(out, "weak", "no");
	fact(out, "signed at", signature->signed_at ? signature->signed_at : "not said");
	attributes_text(signature, out);
	fact(out, "signer id", signature->by_key_id ? "subject key id" : "issuer and serial number");
}

/* The fingerprint comes first: a name may hold anything, also what looks like one. */
static void certificates_text(const struct verdict *verdict, struct buf *out)
{
	size_t i;

	buf_add_format(out, "certificates: %zu\n", verdict->cert_count);
	for (i = 0; i < verdict->cert_count; i++)
		buf_add_format(out, "certificate: %s %s\n", verdict->certs[i].sha256, verdict->certs[i].subject);
	buf_add_format(out, "revocation lists: %zu\n", verdict->crl_count);
}

void verdict_text(const struct verdict *verdict, struct buf *out)
{
	size_t i;

	if (verdict->form == ENVELOPE_PLAIN) {
		buf_add_text(out, "not signed\n");
		return;
	}
	fact(out, "signed", "yes");
	fact(out, "form", verdict->form == ENVELOPE_PEM ? "PEM" : "DER");
	fact(out, "intact", yes_no(verdict->intact));
	if (!verdict->intact)
		fact(out, "reason", verdict->why_not_intact.text);
	if (verdict->signature_count != 1)
		buf_add_format(out, "signers: %zu\n", verdict->signature_count);
	for (i = 0; i < verdict->signature_count; i++)
		signature_text(&verdict->signatures[i], out);
	certificates_text(verdict, out);
}

/* Whom the system trusts may change while a profile is mounted: it is asked each time. */
void envelope_describe(const struct envelope *envelope, struct buf *out)
{
	static const struct trust_files system_store = { 0 };
	struct trust *trust = NULL;
	struct verdict verdict;
	struct error err;

	if (envelope_form(envelope) != ENVELOPE_PLAIN && trust_open(&system_store, &trust, &err) < 0)
		trust = NULL;
	if (verdict_reach(envelope, trust, &verdict, &err) == 0)
		verdict_text(&verdict, out);
	else
		buf_add_format(out, "error: %s\n", err.text);
	verdict_free(&verdict);
	trust_free(trust);
}
