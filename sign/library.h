/*
 * The beginning and the end of OpenSSL in this process.
 */
#ifndef SIGN_LIBRARY_H
#define SIGN_LIBRARY_H

/* To be called once, before anything else of this room: lets it be noticed when OpenSSL gets no memory. */
void sign_begin(void);

/* To be called once before main() returns, when every envelope, signer and the like is freed: gives back tokens,
 * engines and providers in order. Left to exit(3), modules such as SoftHSM are torn down under OpenSSL's hands, and
 * crash. Costs nothing when OpenSSL was never used. */
void sign_end(void);

#endif
