#include "sign/plan.h"

#include <openssl/x509v3.h>

#include "sign/ber.h"

/* ------------------------------------------------------------------ what may be kept */

/* A certificate is copied as it was encoded, for its own signature covers that. One in the looser encoding, which no
 * certificate may have (RFC 5280, 4.1), would spoil the whole. Frees `der`. */
static bool is_sound(unsigned char *der, int len)
{
	bool sound = len > 0 && ber_is_definite(der, (size_t)len);

	OPENSSL_free(der);
	return sound;
}

static bool is_sound_cert(const struct job *job, X509 *cert)
{
	BUF_AUTO name = BUF_INIT;
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	if (is_sound(der, len))
		return true;
	name_text_brief(X509_get_subject_name(cert), &name);
	job_say(job, SEVERITY_WARNING, "the included certificate of %s is dropped: it is not encoded as DER",
		buf_text(&name));
	return false;
}

static bool is_sound_crl(const struct job *job, X509_CRL *crl)
{
	BUF_AUTO name = BUF_INIT;
	unsigned char *der = NULL;
	int len = i2d_X509_CRL(crl, &der);

	if (is_sound(der, len))
		return true;
	name_text_brief(X509_CRL_get_issuer(crl), &name);
	job_say(job, SEVERITY_WARNING, "the included revocation list of %s is dropped: it is not encoded as DER",
		buf_text(&name));
	return false;
}

/* ------------------------------------------------------------------ which certificates */

/* True if the certificate signed something in the old envelope. */
static bool is_old_leaf(const struct job *job, X509 *cert)
{
	size_t i;

	for (i = 0; i < job->old->count; i++) {
		X509 *leaf = job->old->signatures[i].cert;

		if (leaf && X509_cmp(leaf, cert) == 0)
			return true;
	}
	return false;
}

static int add_own(const struct job *job, STACK_OF(X509) *certs)
{
	size_t i;
	int c;

	for (i = 0; i < job->signer->count; i++)
		if (certs_add(certs, job->signer->identities[i].cert))
			return -1;
	for (c = 0; c < sk_X509_num(job->signer->chain); c++)
		if (certs_add(certs, sk_X509_value(job->signer->chain, c)))
			return -1;
	return 0;
}

static int add_old(const struct job *job, STACK_OF(X509) *certs)
{
	int i;

	for (i = 0; i < sk_X509_num(job->old->certs); i++) {
		X509 *cert = sk_X509_value(job->old->certs, i);

		if (!is_old_leaf(job, cert) && is_sound_cert(job, cert) && certs_add(certs, cert))
			return -1;
	}
	return 0;
}

static bool issued_any(X509 *cert, STACK_OF(X509) *certs)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (X509_check_issued(cert, sk_X509_value(certs, i)) == X509_V_OK)
			return true;
	return false;
}

/* A signer may be the authority of another. Each one that is found may need one above it. */
static int add_needed_leaves(const struct job *job, STACK_OF(X509) *certs)
{
	int before;
	size_t i;

	do {
		before = sk_X509_num(certs);
		for (i = 0; i < job->old->count; i++) {
			X509 *leaf = job->old->signatures[i].cert;

			if (leaf && !certs_hold(certs, leaf) && issued_any(leaf, certs) && is_sound_cert(job, leaf) &&
			    certs_add(certs, leaf))
				return -1;
		}
	} while (sk_X509_num(certs) > before);
	return 0;
}

static int collect(const struct job *job, STACK_OF(X509) *certs)
{
	if (add_own(job, certs))
		return -1;
	if (!job->old)
		return 0;
	return add_old(job, certs) || add_needed_leaves(job, certs) ? -1 : 0;
}

static int add_crls(const struct job *job, CMS_ContentInfo *cms)
{
	int i;

	for (i = 0; i < sk_X509_CRL_num(job->old->crls); i++) {
		X509_CRL *crl = sk_X509_CRL_value(job->old->crls, i);

		if (is_sound_crl(job, crl) && CMS_add1_crl(cms, crl) != 1)
			return -1;
	}
	return 0;
}

int inclusion_add(const struct job *job, CMS_ContentInfo *cms)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	int i, result = certs ? collect(job, certs) : -1;

	for (i = 0; !result && i < sk_X509_num(certs); i++)
		if (CMS_add1_cert(cms, sk_X509_value(certs, i)) != 1)
			result = -1;
	sk_X509_pop_free(certs, X509_free);
	if (result || !job->old)
		return result;
	if (job->old->others)
		job_say(job, SEVERITY_WARNING,
			"%zu certificates or revocation lists of other kinds than X.509's, which the old signature "
			"included, are dropped",
			job->old->others);
	return add_crls(job, cms);
}
