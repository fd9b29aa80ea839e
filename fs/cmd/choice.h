/*
 * Options that take one of a few words.
 */
#ifndef CMD_CHOICE_H
#define CMD_CHOICE_H

/* The place of `text` in a list of words; -1: it is none of them, and it was said which there are, and which is
 * near. */
int choice_of(const char *command, const char *option, const char *text, const char *const *words, int count);

#endif
