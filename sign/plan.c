#include "sign/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "sign/verdict.h"

void job_say(const struct job *job, enum severity severity, const char *format, ...)
{
	struct error note = ERROR_INIT;
	va_list args;
	size_t i;

	if (!job->notes)
		return;
	va_start(args, format);
	error_set_args(&note, EINVAL, format, args);
	va_end(args);
	for (i = 0; i < job->notes->count; i++)
		if (strcmp(job->notes->list[i].text, note.text) == 0)
			return;
	problems_say(job->notes, severity, NULL, NULL, "%s", note.text);
}

/* ------------------------------------------------------------------ the digest */

/* Those that an old signature hands on: as strong as SHA-256 and well known. */
static bool is_kept(int nid)
{
	static const int kept[] = {
		NID_sha256,
		NID_sha384,
		NID_sha512,
		NID_sha512_256,
		NID_sha3_256,
		NID_sha3_384,
		NID_sha3_512,
	};
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (nid == kept[i])
			return true;
	return false;
}

static const char *digest_name(int nid)
{
	const char *name = OBJ_nid2ln(nid);

	return name ? name : "unknown";
}

/* A key may be made for one digest alone (RSA-PSS with parameters). NULL: this one is not. */
static const EVP_MD *only_digest(const EVP_PKEY *key)
{
	char name[80];

	if (EVP_PKEY_get_default_digest_name((EVP_PKEY *)key, name, sizeof(name)) != 2)
		return NULL;
	return EVP_get_digestbyname(name);
}

/* Of EC and DSA every pair with a digest has a name of its own, or does not exist (RFC 5754). */
static bool has_algorithm(const EVP_PKEY *key, const EVP_MD *digest)
{
	bool ec = EVP_PKEY_is_a(key, "EC");

	if (!ec && !EVP_PKEY_is_a(key, "DSA"))
		return true;
	return OBJ_find_sigid_by_algs(NULL, EVP_MD_get_type(digest), ec ? EVP_PKEY_EC : EVP_PKEY_DSA) == 1;
}

/* An extendable-output function has no place in these signatures. */
static const EVP_MD *asked_digest(const struct job *job, const EVP_PKEY *key, struct error *err)
{
	const EVP_MD *digest = EVP_get_digestbyname(job->digest);

	if (digest && !(EVP_MD_get_flags(digest) & EVP_MD_FLAG_XOF) && has_algorithm(key, digest))
		return digest;
	error_set(err, EINVAL, "'%s' is not a digest to sign with: give sha256, sha384 or sha512", job->digest);
	return NULL;
}

static const EVP_MD *kept_digest(const struct job *job, const EVP_PKEY *key, const struct signature *old)
{
	const EVP_MD *digest = EVP_get_digestbynid(old->digest);
	const char *name = digest_name(old->digest);

	if (digest && is_kept(old->digest) && has_algorithm(key, digest))
		return digest;
	if (digest && EVP_MD_get_size(digest) >= EVP_MD_get_size(EVP_sha256()))
		job_say(job, SEVERITY_NOTE,
			"%s, the old signature's digest, is not one to sign with: signed with sha256", name);
	else
		job_say(job, SEVERITY_NOTE,
			"%s, the old signature's digest, is weaker than sha256: signed with sha256", name);
	return EVP_sha256();
}

/* The one digest of a key that has only one. */
static const EVP_MD *demanded_digest(const struct job *job, const EVP_MD *only, const EVP_MD *wanted, bool had_old,
				     struct error *err)
{
	int nid = EVP_MD_get_type(only);

	if (job->digest) {
		error_set(err, EINVAL, "the key signs with %s only: give that digest, or another key",
			  digest_name(nid));
		return NULL;
	}
	if (!is_kept(nid)) {
		error_set(err, EINVAL,
			  "the key signs with %s only, which is weaker than sha256: give another key, or ask for %s "
			  "as the digest",
			  digest_name(nid), digest_name(nid));
		return NULL;
	}
	if (had_old)
		job_say(job, SEVERITY_NOTE, "the key signs with %s only: it takes the place of %s",
			digest_name(nid), digest_name(EVP_MD_get_type(wanted)));
	return only;
}

/* As long as the curve of an EC key (RFC 5480, 4), if there is one so long: some programs refuse a shorter one. */
static const EVP_MD *fresh_digest(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_is_a(key, "EC") ? EVP_PKEY_get_bits(key) : 0;

	if (bits > 384)
		return EVP_sha512();
	return bits > 256 ? EVP_sha384() : EVP_sha256();
}

static const EVP_MD *choose_digest(const struct job *job, const EVP_PKEY *key, const struct signature *old,
				   struct error *err)
{
	const EVP_MD *only = only_digest(key), *digest;

	if (job->digest)
		digest = asked_digest(job, key, err);
	else
		digest = old ? kept_digest(job, key, old) : fresh_digest(key);
	if (!digest || !only || EVP_MD_get_type(only) == EVP_MD_get_type(digest))
		return digest;
	return demanded_digest(job, only, digest, old != NULL, err);
}

/* RFC 8017, 9.1.1 and 9.2: what must fit into a block as long as the key. */
static int check_room(const struct plan *plan, struct error *err)
{
	const EVP_PKEY *key = plan->identity->key;
	int bits = EVP_PKEY_get_bits(key), len = EVP_MD_get_size(plan->digest);
	int needed = plan->pss ? 2 * len + 2 : len + 19 + 11;

	if (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "RSA-PSS"))
		return 0;
	if (bits <= 0 || (plan->pss ? bits + 6 : bits + 7) / 8 >= needed)
		return 0;
	return error_set(err, EINVAL,
			 "the RSA key of %d bits is too small to sign with %s: give one of 2048 bits or more",
			 bits, digest_name(EVP_MD_get_type(plan->digest)));
}

/* ------------------------------------------------------------------ the signatures */

/* Without the certificate only the words are left; they hold all that names it. */
static bool is_named(const struct signature *signature, X509 *cert)
{
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(cert);
	BUF_AUTO id = BUF_INIT;

	if (signature->by_key_id && !key_id)
		return false;
	signer_id_text(X509_get_issuer_name(cert), X509_get0_serialNumber(cert),
		       signature->by_key_id ? key_id : NULL, &id);
	return buf_ok(&id) && strcmp(buf_text(&id), buf_text(&signature->id)) == 0;
}

/* It is the key that counts: its certificate may have been renewed. */
static bool made_by(const struct signature *signature, const struct signing_identity *identity)
{
	if (!signature->cert)
		return is_named(signature, identity->cert);
	return EVP_PKEY_eq(X509_get0_pubkey(signature->cert), X509_get0_pubkey(identity->cert)) == 1;
}

static bool is_ours(const struct job *job, const struct signature *signature)
{
	size_t i;

	for (i = 0; i < job->signer->count; i++)
		if (made_by(signature, &job->signer->identities[i]))
			return true;
	return false;
}

static bool use_key_id(const struct job *job, const struct signing_identity *identity)
{
	BUF_AUTO name = BUF_INIT;

	if (X509_get0_subject_key_id(identity->cert))
		return true;
	name_text_brief(X509_get_subject_name(identity->cert), &name);
	job_say(job, SEVERITY_NOTE,
		"the certificate of %s has no subject key id: the signature names it by issuer and serial number",
		buf_text(&name));
	return false;
}

/* RFC 5652, 5.3: content of any other type than data needs the attributes. */
static bool may_lack_attributes(const struct envelope *old)
{
	return OBJ_obj2nid(old->content_type) == NID_pkcs7_data;
}

static bool same_plan(const struct plan *a, const struct plan *b)
{
	return a->identity == b->identity && EVP_MD_get_type(a->digest) == EVP_MD_get_type(b->digest) &&
	       a->by_key_id == b->by_key_id && a->no_attributes == b->no_attributes && a->pss == b->pss;
}

/* Adds the plan of a signature like `old` (NULL: like none), unless the same is planned already. */
static int add_plan(const struct job *job, const struct signing_identity *identity, const struct signature *old,
		    struct plan *plans, size_t *count, struct error *err)
{
	struct plan *plan = &plans[*count];
	const EVP_PKEY *key = identity->key;
	size_t i;

	plan->identity = identity;
	plan->digest = choose_digest(job, key, old, err);
	if (!plan->digest)
		return -1;
	plan->by_key_id = old && old->by_key_id && use_key_id(job, identity);
	plan->no_attributes = old && !old->has_attributes && may_lack_attributes(job->old);
	plan->pss = EVP_PKEY_is_a(key, "RSA-PSS") || (old && old->pss && EVP_PKEY_is_a(key, "RSA"));
	if (check_room(plan, err))
		return -1;
	for (i = 0; i < *count; i++)
		if (same_plan(&plans[i], plan))
			return 0;
	(*count)++;
	return 0;
}

static int add_plans(const struct job *job, const struct signing_identity *identity, struct plan *plans,
		     size_t *count, struct error *err)
{
	size_t old_count = job->old ? job->old->count : 0, i;
	bool any = false;

	for (i = 0; i < old_count; i++) {
		if (!made_by(&job->old->signatures[i], identity))
			continue;
		any = true;
		if (add_plan(job, identity, &job->old->signatures[i], plans, count, err))
			return -1;
	}
	if (any)
		return 0;
	return add_plan(job, identity, old_count ? &job->old->signatures[0] : NULL, plans, count, err);
}

static void say_dropped(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->old->count; i++) {
		const struct signature *signature = &job->old->signatures[i];
		BUF_AUTO name = BUF_INIT;

		if (is_ours(job, signature))
			continue;
		if (signature->cert)
			name_text_brief(X509_get_subject_name(signature->cert), &name);
		else
			name_brief(buf_text(&signature->id), &name);
		job_say(job, SEVERITY_WARNING,
			"the signature of %s is dropped: its key is not here, and it does not fit the new content",
			buf_text(&name));
	}
}

int plans_make(const struct job *job, struct plan **plans, size_t *count, struct error *err)
{
	size_t old_count = job->old ? job->old->count : 0, i;

	*count = 0;
	*plans = calloc(job->signer->count * (old_count + 1), sizeof(**plans));
	if (!*plans)
		return error_memory(err);
	for (i = 0; i < job->signer->count; i++) {
		if (add_plans(job, &job->signer->identities[i], *plans, count, err)) {
			free(*plans);
			*plans = NULL;
			return -1;
		}
	}
	if (old_count > 1)
		say_dropped(job);
	return 0;
}
