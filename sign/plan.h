/*
 * What a seal is to make: which signatures, and like which old one each. No signing is done here.
 *
 * Of the old signatures those that were made with one of our keys are made again. A key without an old signature of its
 * own takes the first one as its model. Signatures of others are dropped with a warning, but for a single one: that is
 * replaced.
 */
#ifndef SIGN_PLAN_H
#define SIGN_PLAN_H

#include "sign/internal.h"

/* What one seal is made from; all borrowed. */
struct job {
	const struct envelope *old; /* NULL: nothing to be like */
	const struct signer *signer;
	const char *digest; /* asked for, or NULL */
	struct problems *notes;
};

/* One signature to make. */
struct plan {
	const struct signing_identity *identity;
	const EVP_MD *digest;
	bool by_key_id;
	bool no_attributes;
	bool pss;
};

/* 0 with a new `*plans` (free()) of `*count`, at least one for each key; or -1: no such digest, a key that is not made
 * for it or is too small. */
int plans_make(const struct job *job, struct plan **plans, size_t *count, struct error *err);

/* inclusion.c: adds the certificates and revocation lists: those of the signer, and what the old envelope included
 * but for the certificates of signatures that are not there any more. What cannot be kept is a note or a warning.
 * 0 or -1. */
int inclusion_add(const struct job *job, CMS_ContentInfo *cms);

/* plan.c: says something once, however often it comes up in a seal. */
void job_say(const struct job *job, enum severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
