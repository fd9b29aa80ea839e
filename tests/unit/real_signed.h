/*
 * The signed ones among the real profiles in the folder that PROFILEFS_TEST_PROFILES names.
 */
#ifndef TESTS_REAL_SIGNED_H
#define TESTS_REAL_SIGNED_H

#include <fts.h>

#include "tests/unit/envelopes.h"

/* Calls `try` for each of them, with its bytes, once it was opened and found intact. How many; skips the test when
 * there is no folder. */
static inline size_t each_real_signed(void (*try)(const struct buf *bytes, const struct envelope *envelope,
						  const struct buf *content))
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");
	char *roots[] = { (char *)folder, NULL };
	size_t count = 0;
	FTSENT *entry;
	FTS *walk;

	if (!folder || access(folder, R_OK) != 0) {
		print_message("PROFILEFS_TEST_PROFILES is unset or not there: real profiles are not tried\n");
		skip();
	}
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	while ((entry = fts_read(walk))) {
		BUF_AUTO bytes = BUF_INIT, content = BUF_INIT;
		struct envelope *envelope = NULL;
		struct error err = ERROR_INIT;

		if (entry->fts_info != FTS_F)
			continue;
		assert_int_equal(file_read_path(entry->fts_path, 64u << 20, &bytes, &err), 0);
		if (envelope_open(entry->fts_path, bytes.data, bytes.len, &envelope, &content, &err))
			fail_msg("%s: %s", entry->fts_path, err.text);
		if (envelope_form(envelope) != ENVELOPE_PLAIN) {
			if (!envelope_intact(envelope, &err))
				fail_msg("%s: %s", entry->fts_path, err.text);
			try(&bytes, envelope, &content);
			count++;
		}
		envelope_free(envelope);
	}
	fts_close(walk);
	return count;
}

#endif
