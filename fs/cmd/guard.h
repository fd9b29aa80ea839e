/*
 * What keeps the secrets of this process in it: keys, passphrases and the values of profiles; and others' hands off it.
 */
#ifndef CMD_GUARD_H
#define CMD_GUARD_H

/* From here on the process writes no core file, and other processes of the same user cannot look into its memory
 * (prctl(2), PR_SET_DUMPABLE). Commands that it starts are not concerned: execve(2) takes it back. */
void guard_secrets(void);

/* Sees to it that the descriptors 0, 1 and 2 are taken, so that no profile, lock or mount gets the number of a standard
 * stream. To be called before anything is opened. */
void guard_streams(void);

/* What a process that answers for a mount needs no more once all is open: core files; and root, more rights by what it
 * executes. */
void guard_daemon(void);

#endif
