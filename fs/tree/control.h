/* .profilefs: what the mount tells of itself, in plain text, made anew whenever it is opened. */
#ifndef TREE_CONTROL_H
#define TREE_CONTROL_H

#include "fs/tree/item.h"

/* The item of .profilefs, or of a file in it. 0, -ENOENT, -ENOMEM. */
int control_dir(struct tree *tree, struct item **item);
int control_lookup(struct tree *tree, const char *name, struct item **item);

/* Fills the directory, for listing. 0 or -ENOMEM. */
int control_load(struct tree *tree);

/* Appends the content of one of the files. */
void control_read(struct tree *tree, const struct item *item, struct buf *out);

/* Appends a problem as one line. */
void control_add_problem(const struct error *problem, struct buf *out);

#endif
