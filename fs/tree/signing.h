/*
 * Opening a signer under the user's rules.
 */
#ifndef TREE_SIGNING_H
#define TREE_SIGNING_H

#include "plist/base/error.h"
#include "plist/schema/rule.h"
#include "sign/signer.h"

/* signer_open(), with what it warns of as severe as `levels` say: -E expired makes an expired certificate a failure,
 * -O expired says nothing of it. 0 with a new `*out`, or -1. */
int signing_open(const struct signer_files *files, const struct rule_levels *levels, struct signer **out,
		 struct problems *notes, struct error *err);

/* The same for any list of warnings: what stays goes to `notes`; the first that is an error by `levels` fills `err`.
 * 0 or -1. `found` is emptied. */
int signing_weigh(struct problems *found, const struct rule_levels *levels, struct problems *notes,
		  struct error *err);

#endif
