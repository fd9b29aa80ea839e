/*
 * Findings as lines, for tests of the rules: "severity rule path", the path from the payload on and, for a key
 * that is missing, to that key.
 */
#ifndef TESTS_UNIT_RULES_FINDINGS_H
#define TESTS_UNIT_RULES_FINDINGS_H

#include <stdbool.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/schema/check.h"

static inline const char *severity_name(enum severity severity)
{
	static const char *const names[] = { "note", "warning", "error" };

	return names[severity];
}

/* What stands after "PayloadContent/TYPE" in a path; the path itself where it does not begin so. */
static inline const char *below_payload(const char *path)
{
	static const char content[] = "PayloadContent/";

	if (strncmp(path, content, strlen(content)) != 0)
		return path;
	path += strlen(content);
	path += strcspn(path, "/");
	return *path == '/' ? path + 1 : path;
}

/* "severity rule path" a line; the path ends with the key that is missing. */
static inline void note(void *context, const struct finding *finding)
{
	BUF_AUTO path = BUF_INIT;
	const char *at;

	check_path(finding->node, &path);
	at = below_payload(buf_text(&path));
	buf_add_format(context, "%s %s %s%s%s\n", severity_name(finding->severity), finding->rule, at,
		       *at && finding->key ? "/" : "", finding->key ? finding->key : "");
}

/* Checks a profile against a schema. */
static inline void find(struct schema *schema, const struct node *profile, struct buf *found)
{
	const struct check_options options = { .schema = schema };

	assert_int_equal(check_profile(profile, &options, note, found), 0);
	assert_true(buf_ok(found));
}

/* The same, and frees the profile. */
static inline void find_in(struct schema *schema, struct node *profile, struct buf *found)
{
	find(schema, profile, found);
	node_free(profile);
}

static inline bool has_line(const struct buf *found, const char *line)
{
	const char *at = buf_text(found);
	size_t len = strlen(line);

	for (; at[0] != '\0'; at += strcspn(at, "\n") + 1)
		if (strncmp(at, line, len) == 0 && at[len] == '\n')
			return true;
	return false;
}

static inline bool has_error(const struct buf *found)
{
	return strncmp(buf_text(found), "error ", 6) == 0 || strstr(buf_text(found), "\nerror ");
}

#endif
