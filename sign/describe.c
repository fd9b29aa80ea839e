#include "sign/internal.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void fact(struct buf *out, const char *what, const char *value)
{
	buf_add_format(out, "%s: %s\n", what, value);
}

/* Asks the system's store. Dates are told apart from trust, and a signer may be made for any purpose: TLS
 * and code-signing certificates are what profiles are signed with. */
static bool is_trusted(X509_STORE *store, X509 *cert, STACK_OF(X509) *others, const char **why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool trusted = false;

	*why = "out of memory";
	if (ctx && X509_STORE_CTX_init(ctx, store, cert, others)) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

		X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
		trusted = X509_verify_cert(ctx) == 1;
		*why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	}
	X509_STORE_CTX_free(ctx);
	return trusted;
}

static void describe_trust(const struct envelope *envelope, X509 *cert, struct buf *out)
{
	X509_STORE *store = X509_STORE_new();
	const char *why;

	if (!store || X509_STORE_set_default_paths(store) != 1)
		buf_add_text(out, "trusted: no (the system's certificates cannot be read)\n");
	else if (is_trusted(store, cert, envelope->certs, &why))
		buf_add_text(out, "trusted: yes\n");
	else
		buf_add_format(out, "trusted: no (%s)\n", why);
	X509_STORE_free(store);
}

static void describe_dates(const X509 *cert, struct buf *out)
{
	buf_add_text(out, "valid: ");
	time_text(X509_get0_notBefore(cert), out);
	buf_add_text(out, " to ");
	time_text(X509_get0_notAfter(cert), out);
	buf_add_text(out, "\n");
	fact(out, "expired", yes_no(X509_cmp_current_time(X509_get0_notAfter(cert)) < 0));
}

static void describe_cert(const struct envelope *envelope, X509 *cert, struct buf *out)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	buf_add_text(out, "signer: ");
	name_text(X509_get_subject_name(cert), out);
	buf_add_text(out, "\nissuer: ");
	name_text(X509_get_issuer_name(cert), out);
	buf_add_text(out, "\nsha256: ");
	if (X509_digest(cert, EVP_sha256(), hash, &len) == 1)
		hex_text(hash, len, ":", out);
	buf_add_text(out, "\n");
	describe_dates(cert, out);
	describe_trust(envelope, cert, out);
}

static void describe_signature(const struct envelope *envelope, const struct signature *signature,
			       struct buf *out)
{
	const char *digest = OBJ_nid2ln(signature->digest);

	if (signature->cert)
		describe_cert(envelope, signature->cert, out);
	else
		buf_add_format(out,
			       "signer: %s (the certificate is not included)\ntrusted: no (the certificate "
			       "is not included)\n",
			       buf_text(&signature->id));
	fact(out, "digest", signature->digest != NID_undef && digest ? digest : "unknown");
	if (signature->has_attributes)
		buf_add_format(out, "attributes: yes (%s)\n", buf_text(&signature->attributes));
	else
		fact(out, "attributes", "none");
}

void envelope_describe(const struct envelope *envelope, struct buf *out)
{
	size_t i;

	if (envelope->form == ENVELOPE_PLAIN) {
		buf_add_text(out, "not signed\n");
		return;
	}
	fact(out, "signed", "yes");
	fact(out, "form", envelope->form == ENVELOPE_PEM ? "PEM" : "DER");
	fact(out, "intact", yes_no(envelope->intact));
	if (!envelope->intact)
		fact(out, "reason", envelope->why_not.text);
	if (envelope->count != 1)
		buf_add_format(out, "signers: %zu\n", envelope->count);
	for (i = 0; i < envelope->count; i++)
		describe_signature(envelope, &envelope->signatures[i], out);
	buf_add_format(out, "certificates: %d\n", sk_X509_num(envelope->certs));
	ERR_clear_error();
}
