/*
 * The value of a node as a C string, for assertions. It is good until sixteen others were asked for.
 */
#ifndef TESTS_TEXT_IN_H
#define TESTS_TEXT_IN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "plist/node.h"

static struct buf texts[16];

__attribute__((destructor)) static void free_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_free(&texts[i]);
}

static inline const char *text_in(const struct node *node)
{
	static size_t next;
	const char *text;

	assert_non_null(node);
	text = node_text(node, &texts[next++ % (sizeof(texts) / sizeof(texts[0]))]);
	assert_non_null(text);
	return text;
}

#endif
