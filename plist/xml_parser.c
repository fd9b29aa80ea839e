#include "plist/xml_parser.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A piece of memory that knows how large it is; Expat has the address of `bytes`. */
struct block {
	size_t size;
	_Alignas(max_align_t) char bytes[];
};

static struct block *block_of(void *bytes)
{
	return (struct block *)((char *)bytes - offsetof(struct block, bytes));
}

static void *take(size_t size)
{
	struct block *block = size < SIZE_MAX - sizeof(*block) ? malloc(sizeof(*block) + size) : NULL;

	if (!block)
		return NULL;
	block->size = size;
	return block->bytes;
}

static void give_back(void *bytes)
{
	struct block *block;

	if (!bytes)
		return;
	block = block_of(bytes);
	explicit_bzero(block->bytes, block->size);
	free(block);
}

/* Never realloc(3): it moves without wiping. */
static void *resize(void *bytes, size_t size)
{
	size_t before = bytes ? block_of(bytes)->size : 0;
	void *resized = take(size);

	if (!resized)
		return NULL;
	if (bytes)
		memcpy(resized, bytes, before < size ? before : size);
	give_back(bytes);
	return resized;
}

XML_Parser xml_parser_new(void)
{
	static const XML_Memory_Handling_Suite wiping = { take, resize, give_back };

	return XML_ParserCreate_MM("UTF-8", &wiping, NULL);
}
