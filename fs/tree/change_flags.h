/*
 * What is in the bytes of a change beside its kind. Internal to change.c and replay.c.
 */
#ifndef TREE_CHANGE_FLAGS_H
#define TREE_CHANGE_FLAGS_H

/* In the place of CHANGE_VALUE: only what is new of the value stands there, and how much of the old one stays before
 * and behind it. */
#define CHANGE_PART 64

/* Flags of a node. */
#define CHANGE_IS_UID         1
#define CHANGE_IS_PLACEHOLDER 2

#endif
