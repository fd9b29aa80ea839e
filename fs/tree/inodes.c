#include "fs/tree/inodes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/item.h"
#include "plist/base/pages.h"

/* Few enough that a folder of ten thousand small profiles, each a tree of its own, wastes little, and that the few that
 * are left of many do not keep much. */
#define PAGE_ITEMS 16

struct inode_page {
	uint32_t there;             /* a bit for each item */
	struct inode_block *block;  /* it is in; NULL: in none */
	struct item items[PAGE_ITEMS];
};

/* So many pages as fit into 64 KiB: made together where many items will be, and freed with the last of them. */
#define BLOCK_PAGES (((64 << 10) - 64) / sizeof(struct inode_page))

struct inode_block {
	size_t there; /* pages */
	struct inode_page pages[BLOCK_PAGES];
};

/* For ASan, which knows of pages only: an item that is not there is out of bounds. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

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

static uint32_t bit_of(uint64_t number)
{
	return (uint32_t)1 << number % PAGE_ITEMS;
}

static struct inode_page *new_page(void)
{
	struct inode_page *page = calloc(1, sizeof(*page));

	if (page)
		ASAN_POISON_MEMORY_REGION(page->items, sizeof(page->items));
	return page;
}

static void free_page(struct inode_page *page)
{
	struct inode_block *block = page->block;

	ASAN_UNPOISON_MEMORY_REGION(page->items, sizeof(page->items));
	if (!block)
		free(page);
	else if (--block->there == 0)
		free(block);
}

static struct inode_block *new_block(void)
{
	struct inode_block *block = pages_alloc_zero(1, sizeof(*block));
	size_t i;

	if (!block)
		return NULL;
	block->there = BLOCK_PAGES;
	for (i = 0; i < BLOCK_PAGES; i++) {
		block->pages[i].block = block;
		ASAN_POISON_MEMORY_REGION(block->pages[i].items, sizeof(block->pages[i].items));
	}
	return block;
}

/* True if none of the pages that would be a block's is there. */
static bool has_gap(const struct inodes *inodes, uint64_t at)
{
	size_t i;

	for (i = 0; i < BLOCK_PAGES; i++)
		if (inodes->pages[at + i])
			return false;
	return true;
}

void inodes_expect(struct inodes *inodes, uint64_t number, uint64_t count)
{
	uint64_t at = number / PAGE_ITEMS + 1, end = (number + count) / PAGE_ITEMS;
	struct inode_block *block;
	size_t i;

	for (; at + BLOCK_PAGES <= end; at += BLOCK_PAGES) {
		if (reach(inodes, at + BLOCK_PAGES) < 0 || !has_gap(inodes, at) || !(block = new_block()))
			return;
		for (i = 0; i < BLOCK_PAGES; i++)
			inodes->pages[at + i] = &block->pages[i];
	}
}

struct item *inodes_make(struct inodes *inodes, uint64_t number)
{
	struct inode_page **page;
	struct item *item;

	if (reach(inodes, number / PAGE_ITEMS) < 0)
		return NULL;
	page = &inodes->pages[number / PAGE_ITEMS];
	if (!*page)
		*page = new_page();
	if (!*page)
		return NULL;
	(*page)->there |= bit_of(number);
	item = &(*page)->items[number % PAGE_ITEMS];
	ASAN_UNPOISON_MEMORY_REGION(item, sizeof(*item));
	return item;
}

struct item *inodes_get(const struct inodes *inodes, uint64_t number)
{
	struct inode_page *page = page_of(inodes, number);

	return page && page->there & bit_of(number) ? &page->items[number % PAGE_ITEMS] : NULL;
}

void inodes_remove(struct inodes *inodes, uint64_t number)
{
	struct inode_page *page = inodes->pages[number / PAGE_ITEMS];
	struct item *item = &page->items[number % PAGE_ITEMS];

	memset(item, 0, sizeof(*item));
	ASAN_POISON_MEMORY_REGION(item, sizeof(*item));
	page->there &= ~bit_of(number);
	if (page->there)
		return;
	free_page(page);
	inodes->pages[number / PAGE_ITEMS] = NULL;
}

struct item *inodes_after(const struct inodes *inodes, uint64_t *number)
{
	uint64_t at = *number + 1;
	struct inode_page *page;

	while (at / PAGE_ITEMS < inodes->count) {
		page = inodes->pages[at / PAGE_ITEMS];
		if (page && page->there & bit_of(at)) {
			*number = at;
			return &page->items[at % PAGE_ITEMS];
		}
		at = page ? at + 1 : (at / PAGE_ITEMS + 1) * PAGE_ITEMS;
	}
	return NULL;
}

void inodes_free(struct inodes *inodes)
{
	size_t i;

	for (i = 0; i < inodes->count; i++)
		if (inodes->pages[i])
			free_page(inodes->pages[i]);
	free(inodes->pages);
	inodes->pages = NULL;
	inodes->count = 0;
}
