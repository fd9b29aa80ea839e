#include "fs/fuse/attributes.h"

void attributes_begin(struct attributes *attributes)
{
	attributes->asker = 0;
	attributes->count = 0;
}

void attributes_forgotten(struct attributes *attributes, fuse_ino_t ino, enum forgetting how)
{
	attributes->forgotten[attributes->count++] = (struct forgotten){ .ino = ino, .how = how };
}

/* Length 0 at offset -1: attributes alone. Pages must not be dropped here: the kernel would wait for one that waits for
 * this very answer. An inode that the kernel does not know is fine (ENOENT). */
static void tell(struct attributes *attributes, fuse_ino_t ino)
{
	fuse_lowlevel_notify_inval_inode(attributes->session, ino, -1, 0);
}

/* NULL: the kernel must be told now. */
static struct forgotten *find_forgotten(struct attributes *attributes, fuse_ino_t ino, uint32_t holder)
{
	struct forgotten *forgotten = attributes->forgotten, *end = forgotten + attributes->count;

	for (; forgotten < end; forgotten++)
		if (forgotten->ino == ino &&
		    (forgotten->how == FORGETS_ALL || (attributes->asker && holder == attributes->asker)))
			return forgotten;
	return NULL;
}

bool attributes_changed(struct attributes *attributes, fuse_ino_t ino, uint32_t holder)
{
	struct forgotten *forgotten;

	if (!attributes->session)
		return true;
	forgotten = find_forgotten(attributes, ino, holder);
	if (forgotten)
		forgotten->owed = true;
	else
		tell(attributes, ino);
	return !forgotten;
}

void attributes_failed(struct attributes *attributes)
{
	size_t i;

	for (i = 0; i < attributes->count; i++) {
		if (attributes->forgotten[i].owed)
			tell(attributes, attributes->forgotten[i].ino);
		attributes->forgotten[i].owed = false;
	}
}

int attributes_answered(struct attributes *attributes, int sent)
{
	if (sent < 0)
		attributes_failed(attributes);
	return sent;
}
