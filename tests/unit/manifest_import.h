/*
 * What the tests of manifests_import() share: manifests in the words of manifest_text.h, and what comes of them.
 * Whatever is imported here is read back as a schema as well.
 *
 * The files stand in the temporary folder of folder.h.
 */
#ifndef TESTS_MANIFEST_IMPORT_H
#define TESTS_MANIFEST_IMPORT_H

#include "tests/unit/folder.h"
#include "tests/unit/manifest_text.h"

#include "plist/schema/arena.h"
#include "plist/schema/language.h"
#include "plist/schema/manifests.h"

/* A file, in the words of manifest_text.h. */
static inline void put_manifest(const char *name, const char *text)
{
	BUF_AUTO xml = BUF_INIT;

	manifest_xml(text, &xml);
	put_bytes(name, xml.data, xml.len);
}

/* The length of the section that begins here: to the next line that is not indented. */
static inline size_t section_len(const char *text)
{
	const char *end = text;

	do
		end = strchr(end, '\n') + 1;
	while (*end == ' ');
	return (size_t)(end - text);
}

/* Reads every section as a schema. */
static inline void must_read_back(const struct buf *out)
{
	struct error err = ERROR_INIT;
	size_t at = 0;

	while (at < out->len) {
		struct section_text section = { "imported", out->data + at, section_len(out->data + at), 1 };
		struct arena *arena = arena_new();

		assert_non_null(arena);
		if (!language_read(&section, arena, &err))
			fail_msg("%lu:%lu: %s\n%s", err.line, err.column, err.text, section.text);
		arena_free(arena);
		at += section.len;
	}
}

static inline void must_import(struct buf *out)
{
	struct error err = ERROR_INIT;

	if (manifests_import(folder, out, &err) < 0)
		fail_msg("%s:%lu:%lu: %s", err.file, err.line, err.column, err.text);
	must_read_back(out);
}

/* What the whole folder becomes. */
static inline void must_list(const char *expected)
{
	BUF_AUTO out = BUF_INIT;

	must_import(&out);
	assert_string_equal(buf_text(&out), expected);
}

/* What one file becomes. */
static inline void must_be(const char *manifest, const char *expected)
{
	put_manifest("a.plist", manifest);
	must_list(expected);
}

/* What the keys of a payload become. */
static inline void must_become(const char *subkeys, const char *expected)
{
	BUF_AUTO manifest = BUF_INIT;
	BUF_AUTO section = BUF_INIT;

	buf_add_format(&manifest, "domain=t subkeys=[%s]", subkeys);
	buf_add_format(&section, "payload t\n%s", expected);
	must_be(buf_text(&manifest), buf_text(&section));
}

/* Nothing is imported, for a reason, and what was in the buffer stays. */
static inline struct error must_fail(const char *why)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	buf_add_text(&out, "before\n");
	if (manifests_import(folder, &out, &err) == 0)
		fail_msg("was imported, but should be refused for '%s': %s", why, buf_text(&out));
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_int_not_equal(err.code, 0);
	assert_string_equal(buf_text(&out), "before\n");
	return err;
}

static inline void must_fail_at(unsigned long line, unsigned long column, const char *why)
{
	struct error err = must_fail(why);

	if (err.line != line || err.column != column)
		fail_msg("'%s' at %lu:%lu, not at %lu:%lu", err.text, err.line, err.column, line, column);
	assert_string_equal(err.file, path_of("a.plist"));
}

/* Keys that are refused, for what stands in their second line. */
static inline void must_refuse(const char *subkeys, const char *why)
{
	BUF_AUTO manifest = BUF_INIT;
	struct error err;

	buf_add_format(&manifest, "domain=t subkeys=[%s]", subkeys);
	put_manifest("a.plist", buf_text(&manifest));
	err = must_fail(why);
	if (err.line != 2 || err.column == 0)
		fail_msg("'%s' at %lu:%lu, not in line 2", err.text, err.line, err.column);
	assert_int_equal(err.code, EINVAL);
}

#endif
