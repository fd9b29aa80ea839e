/*
 * What the tests of yaml_import() share: a small file of Apple's kind made of its keys, and what comes of it.
 *
 * The files stand in the temporary folder of folder.h.
 */
#ifndef TESTS_YAML_IMPORT_H
#define TESTS_YAML_IMPORT_H

#include "tests/unit/folder.h"

#include "plist/schema/yaml.h"

/* A file about the payload type "test" whose `payloadkeys` are these lines. */
static inline void put_keys(const char *name, const char *keys)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_text(&text, "title: Test\npayload:\n  payloadtype: test\npayloadkeys:\n");
	buf_add_text(&text, keys);
	put_bytes(name, text.data, text.len);
}

/* Imports the folder; leaves the comment at the beginning and the release out. */
static inline void import_folder(bool help, struct buf *out)
{
	BUF_AUTO all = BUF_INIT;
	struct error err;
	const char *sections;

	if (yaml_import(folder, help, &all, &err) < 0)
		fail_msg("%s:%lu: %s", err.file, err.line, err.text);
	sections = strstr(buf_text(&all), "\n\n");
	assert_non_null(sections);
	buf_assign(out, sections + 2, strlen(sections + 2));
}

/* Asserts what sections the folder's files give. */
static inline void assert_sections(const char *expected)
{
	BUF_AUTO out = BUF_INIT;

	import_folder(false, &out);
	assert_string_equal(buf_text(&out), expected);
}

/* Asserts the lines that keys give in a payload's section. */
static inline void assert_keys(const char *keys, const char *expected)
{
	BUF_AUTO all = BUF_INIT;

	buf_add_text(&all, "payload test\n");
	buf_add_text(&all, expected);
	put_keys("test.yaml", keys);
	assert_sections(buf_text(&all));
}

/* Asserts that the folder is refused: in which line (0: none) and with which words. */
static inline void assert_refused(unsigned long line, const char *words)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;

	assert_int_equal(yaml_import(folder, true, &out, &err), -1);
	if (!strstr(err.text, words) || err.line != line)
		fail_msg("refused as %s:%lu: %s; line %lu and \"%s\" were expected", err.file, err.line, err.text, line,
			 words);
	assert_int_not_equal(err.code, 0);
	assert_non_null(strstr(err.file, folder));
	assert_int_equal(out.len, 0);
}

#endif
