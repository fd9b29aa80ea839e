/*
 * What keeps the secrets of this process in it: keys, passphrases and the values of profiles.
 */
#ifndef CMD_GUARD_H
#define CMD_GUARD_H

/* From here on the process writes no core file, and other processes of the same user cannot look into its memory
 * (prctl(2), PR_SET_DUMPABLE). Commands that it starts are not concerned: execve(2) takes it back. */
void guard_secrets(void);

#endif
