/*
 * The bare encoding under a CMS: elements with a tag and a length, BER or DER (X.690). For what OpenSSL reads over and
 * does not tell.
 *
 * Nothing here owns memory: everything points into the bytes that were given.
 */
#ifndef SIGN_BER_H
#define SIGN_BER_H

#include <stdbool.h>
#include <stddef.h>

/* Elements one after the other. */
struct ber {
	const unsigned char *at, *end;
};

struct ber_element {
	int tag;          /* its number */
	int tag_class;    /* V_ASN1_UNIVERSAL, V_ASN1_CONTEXT_SPECIFIC, ... */
	bool constructed; /* `inside` holds elements; else it is the value */
	bool indefinite;  /* its length is not said: it ends where an end-of-contents stands, which is not `inside` */
	struct ber inside;
};

/* Takes the first element off the run. False: there is none, or it is cut short or nested deeper than anything that is
 * meant well; then the run stands where it stood. */
bool ber_next(struct ber *run, struct ber_element *element);

/* True if these are whole elements and the length of every one, at any depth, is said. */
bool ber_is_definite(const unsigned char *bytes, size_t len);

#endif
