/*
 * Notices when OpenSSL gets no memory.
 *
 * Its error queue does not always say so: a decoder that found none is passed over as if it did not fit, and the key
 * seems to be of no known kind; a signature seems not to fit. Such an answer must not be taken for one.
 *
 * One flag for each thread; nothing here owns memory.
 */
#ifndef SIGN_MEMORY_H
#define SIGN_MEMORY_H

#include <stdbool.h>

/* From here on. To be called before OpenSSL allocates anything; later it has no effect, and nothing is noticed. */
void memory_watch(void);

/* True if OpenSSL got no memory in this thread since memory_forget(). */
bool memory_failed(void);

void memory_forget(void);

#endif
