/*
 * Secrets in the command line: overwritten once they were read, so that ps(1) does not show them for as long as the
 * program runs.
 */
#ifndef CMD_HIDE_H
#define CMD_HIDE_H

/* Overwrites the passphrase of a passin source, "pass:TEXT". Other sources hold no secret. */
void hide_passphrase(char *source);

/* Overwrites the value of the attribute pin-value in a pkcs11: URI (RFC 7512, 2.4). */
void hide_pin(char *uri);

#endif
