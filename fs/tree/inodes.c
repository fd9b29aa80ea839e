#include "fs/tree/inodes.h"

#include <stdlib.h>
#include <string.h>

/* Few enough that a folder of ten thousand small profiles, each a tree of its own, wastes little. */
#define PAGE_ITEMS 64

struct inode_page {
	size_t used;
	struct item *items[PAGE_ITEMS];
};

static struct inode_page *page_of(const struct inodes *inodes, uint64_t number)
{
	uint64_t at = number / PAGE_ITEMS;

	return at < inodes->count ? inodes->pages[at] : NULL;
}

/* Room for `at` in the list of pages. */
static int reach(struct inodes *inodes, uint64_t at)
{
	size_t count = inodes->count ? inodes->count : 1;
	struct inode_page **pages;

	if (at < inodes->count)
		return 0;
	while (count <= at)
		count *= 2;
	pages = realloc(inodes->pages, count * sizeof(*pages));
	if (!pages)
		return -1;
	memset(pages + inodes->count, 0, (count - inodes->count) * sizeof(*pages));
	inodes->pages = pages;
	inodes->count = count;
	return 0;
}

int inodes_put(struct inodes *inodes, uint64_t number, struct item *item)
{
	uint64_t at = number / PAGE_ITEMS;

	if (reach(inodes, at) < 0)
		return -1;
	if (!inodes->pages[at])
		inodes->pages[at] = calloc(1, sizeof(*inodes->pages[at]));
	if (!inodes->pages[at])
		return -1;
	inodes->pages[at]->items[number % PAGE_ITEMS] = item;
	inodes->pages[at]->used++;
	return 0;
}

struct item *inodes_get(const struct inodes *inodes, uint64_t number)
{
	const struct inode_page *page = page_of(inodes, number);

	return page ? page->items[number % PAGE_ITEMS] : NULL;
}

void inodes_remove(struct inodes *inodes, uint64_t number)
{
	struct inode_page *page = inodes->pages[number / PAGE_ITEMS];

	page->items[number % PAGE_ITEMS] = NULL;
	if (--page->used > 0)
		return;
	free(page);
	inodes->pages[number / PAGE_ITEMS] = NULL;
}

struct item *inodes_after(const struct inodes *inodes, uint64_t *number)
{
	uint64_t at = *number + 1;
	struct inode_page *page;

	while (at / PAGE_ITEMS < inodes->count) {
		page = inodes->pages[at / PAGE_ITEMS];
		if (page && page->items[at % PAGE_ITEMS]) {
			*number = at;
			return page->items[at % PAGE_ITEMS];
		}
		at = page ? at + 1 : (at / PAGE_ITEMS + 1) * PAGE_ITEMS;
	}
	return NULL;
}

void inodes_free(struct inodes *inodes)
{
	size_t i;

	for (i = 0; i < inodes->count; i++)
		free(inodes->pages[i]);
	free(inodes->pages);
	inodes->pages = NULL;
	inodes->count = 0;
}
