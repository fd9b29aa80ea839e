/*
 * Whether a key is fit to sign profiles with: of a kind that CMS knows, not too weak, not broken, and not the one of
 * another certificate.
 *
 * Owns nothing.
 */
#ifndef SIGN_FITNESS_H
#define SIGN_FITNESS_H

#include "sign/internal.h"

/* What a look at the key tells. 0, or -1 and `err` says which key to give instead. */
int fitness_check(const EVP_PKEY *key, struct error *err);

/* What the certificate and a signature tell: a public half with which anybody can sign, a token that refuses, a private
 * half that is another key's. 0 or -1. */
int fitness_try(const struct signing_identity *identity, struct error *err);

/* Says that a key could not sign, with OpenSSL's reason. Returns -1. */
int fitness_explain(bool on_token, struct error *err);

#endif
