/* A profile that is checked: its findings as lines of text, and schemas that tests write themselves. */
#ifndef TESTS_UNIT_CHECKED_H
#define TESTS_UNIT_CHECKED_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"
#include "plist/doc.h"
#include "plist/schema/check.h"
#include "plist/schema/schema.h"

/* The keys that a payload or profile must have. */
#define COMMON(type, uuid, id) \
	"<key>PayloadType</key><string>" type "</string><key>PayloadVersion</key><integer>1</integer>" \
	"<key>PayloadUUID</key><string>" uuid "</string><key>PayloadIdentifier</key><string>" id "</string>"

#define PAYLOAD(type, number, keys) \
	"<dict>" COMMON(type, "uuid-" number, "id." number) keys "</dict>"

#define PROFILE(payloads) \
	COMMON("Configuration", "uuid", "id") "<key>PayloadContent</key><array>" payloads "</array>"

#define STRING(key, value)  "<key>" key "</key><string>" value "</string>"
#define INTEGER(key, value) "<key>" key "</key><integer>" value "</integer>"
#define REAL(key, value)    "<key>" key "</key><real>" value "</real>"
#define ARRAY(key, inner)   "<key>" key "</key><array>" inner "</array>"
#define DICT(key, inner)    "<key>" key "</key><dict>" inner "</dict>"

/* What the schemas of tests begin with: the keys of the profile and of every payload. */
#define SCHEMA_START \
	"release \"test 1\"\n" \
	"profile iOS(4.0) macOS(10.7)\n" \
	"  PayloadIdentifier string required\n" \
	"  PayloadUUID string required\n" \
	"  PayloadType string required values=Configuration\n" \
	"  PayloadVersion integer required values=1\n" \
	"  PayloadContent array required\n" \
	"    - dict\n" \
	"      * any\n" \
	"  EncryptedPayloadContent data\n" \
	"  PayloadScope string values=System,User\n" \
	"common\n" \
	"  PayloadIdentifier string required\n" \
	"  PayloadUUID string required\n" \
	"  PayloadType string required\n" \
	"  PayloadVersion integer required values=1\n"

/* A schema of that text, in the schema language. The caller frees it. */
static inline struct schema *schema_of(const char *text)
{
	char path[] = "/tmp/profilefs-schema-XXXXXX";
	int fd = mkstemp(path);
	struct error err = ERROR_INIT;
	struct schema *schema;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
	close(fd);
	schema = schema_open(&(struct schema_sources){ .facts = path }, &err);
	unlink(path);
	if (!schema)
		fail_msg("line %lu: %s", err.line, err.text);
	return schema;
}

static inline void read_dict(const char *dict, struct doc *doc)
{
	BUF_AUTO source = BUF_INIT;
	struct error err = ERROR_INIT;

	buf_add_format(&source, "<plist version=\"1.0\"><dict>%s</dict></plist>", dict);
	if (doc_read(doc, "p", source.data, source.len, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void note_finding(void *context, const struct finding *finding)
{
	static const char *const severities[] = { "note", "warning", "error" };
	struct error err = ERROR_INIT;
	struct doc nowhere = { .format = DOC_BINARY };

	assert_non_null(finding->rule);
	assert_non_null(rule_find(finding->rule));
	assert_non_null(finding->text);
	assert_true(finding->text[0] != '\0');
	check_error(finding, &nowhere, "p", &err);
	buf_add_format(context, "%s %s %s\n", severities[finding->severity], finding->rule, err.key);
}

/* Checks a document; expects one line of "severity rule path" for each finding. */
static inline void assert_doc_findings(const struct doc *doc, const struct check_options *options,
				       const char *expected)
{
	BUF_AUTO found = BUF_INIT;

	assert_int_equal(check_profile(doc->root, options, note_finding, &found), 0);
	assert_string_equal(buf_text(&found), expected);
}

/* The same of what stands in a root dictionary. */
static inline void assert_findings_with(const struct check_options *options, const char *dict,
					const char *expected)
{
	struct doc doc;

	read_dict(dict, &doc);
	assert_doc_findings(&doc, options, expected);
	doc_free(&doc);
}

static inline void note_text(void *context, const struct finding *finding)
{
	buf_add_format(context, "%s\n", finding->text);
}

/* The texts of the findings, a line each. */
static inline void assert_texts_with(const struct check_options *options, const char *dict, const char *expected)
{
	BUF_AUTO found = BUF_INIT;
	struct doc doc;

	read_dict(dict, &doc);
	assert_int_equal(check_profile(doc.root, options, note_text, &found), 0);
	assert_string_equal(buf_text(&found), expected);
	doc_free(&doc);
}

#endif
