/*
 * OpenSSL's error queue, turned into this program's errors.
 *
 * Every public function of this room starts with an empty queue and leaves an empty one behind, so that an
 * old entry is never taken for the reason of a new failure. Nothing here owns memory.
 *
 * What OpenSSL answers when it got no memory may be anything (sign/memory.h): what stands between openssl_begin() and
 * openssl_end() is an error then, whatever it came to.
 */
#ifndef SIGN_OPENSSL_ERROR_H
#define SIGN_OPENSSL_ERROR_H

#include <stdbool.h>

#include "plist/base/error.h"

/* Empties the queue, and forgets that memory ran out before. */
void openssl_begin(void);

/* Empties the queue. Returns `result`, 0 or -1; or -1 with `err` set to ENOMEM if memory ran out since
 * openssl_begin(). */
int openssl_end(int result, struct error *err);

/* Sets `err` to the text, with ": " and OpenSSL's newest reason after it if there is one, and empties the
 * queue. With a rule the profile is at fault (EINVAL), without one (NULL) the code is EIO; a queue that says
 * that memory ran out makes it ENOMEM. Returns -1. */
int openssl_error(struct error *err, const char *rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* True if the newest entry of the queue is this reason of this library (ERR_LIB_..., ..._R_...). The queue
 * stays as it is. */
bool openssl_failed_with(int library, int reason);

#endif
