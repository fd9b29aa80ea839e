/*
 * Flags of a node in the bytes of a change. Internal to change.c and replay.c.
 */
#ifndef TREE_CHANGE_FLAGS_H
#define TREE_CHANGE_FLAGS_H

#define CHANGE_IS_UID         1
#define CHANGE_IS_PLACEHOLDER 2

#endif
