/*
 * Manifests in few words, so that a test shows what it is about:
 *
 *     domain=t subkeys=[{Mode string range_list=[Off 'On, always'] require=always} {Rules array}]
 *
 * is the plist with pfm_domain and pfm_subkeys, of two dicts with pfm_name and pfm_type. Words before any '='
 * are name and type of a key; '-' is a name that is not there. Values are bare or 'quoted' strings, 5, 0.5, yes,
 * no, [arrays], {dicts}, and whatever begins with '<', up to the next blank, as XML. Line ends are kept.
 */
#ifndef TESTS_MANIFEST_TEXT_H
#define TESTS_MANIFEST_TEXT_H

#include <stdbool.h>
#include <string.h>

#include "plist/base/buf.h"

static inline void manifest_skip(const char **at, struct buf *xml)
{
	for (; **at == ' ' || **at == '\n'; ++*at)
		if (**at == '\n')
			buf_add_char(xml, '\n');
}

/* Takes a bare or quoted word. True if it was quoted. */
static inline bool manifest_word(const char **at, struct buf *word)
{
	const char *begin = *at;
	bool quoted = *begin == '\'';
	size_t len = quoted ? strcspn(begin + 1, "'") : strcspn(begin, " \n=[]{}");

	buf_assign(word, begin + quoted, len);
	*at = begin + len + (quoted ? 2 : 0);
	return quoted;
}

static inline void manifest_scalar(const char **at, struct buf *xml)
{
	BUF_AUTO word = BUF_INIT;
	bool quoted = manifest_word(at, &word);
	const char *text = buf_text(&word), *type = "string";

	if (!quoted && *text == '<') {
		buf_add_text(xml, text);
		return;
	}
	if (!quoted && (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)) {
		buf_add_text(xml, *text == 'y' ? "<true/>" : "<false/>");
		return;
	}
	if (!quoted && *text && strspn(text, "-0123456789.") == word.len)
		type = strchr(text, '.') ? "real" : "integer";
	buf_add_format(xml, "<%s>%s</%s>", type, text, type);
}

static inline void manifest_body(const char **at, char end, struct buf *xml);

static inline void manifest_value_of(const char **at, struct buf *xml)
{
	char bracket = **at;

	if (bracket != '[' && bracket != '{') {
		manifest_scalar(at, xml);
		return;
	}
	++*at;
	buf_add_text(xml, bracket == '[' ? "<array>" : "<dict>");
	if (bracket == '{')
		manifest_body(at, '}', xml);
	for (manifest_skip(at, xml); bracket == '[' && **at != ']'; manifest_skip(at, xml))
		manifest_value_of(at, xml);
	++*at;
	buf_add_text(xml, bracket == '[' ? "</array>" : "</dict>");
}

/* What stands in a dict, up to its end. */
static inline void manifest_body(const char **at, char end, struct buf *xml)
{
	static const char *const places[] = { "name", "type" };
	unsigned place = 0;

	for (manifest_skip(at, xml); **at != end; manifest_skip(at, xml)) {
		BUF_AUTO word = BUF_INIT;
		bool quoted = manifest_word(at, &word);

		if (**at == '=') {
			++*at;
			buf_add_format(xml, "<key>pfm_%s</key>", buf_text(&word));
			manifest_value_of(at, xml);
		} else if (quoted || strcmp(buf_text(&word), "-") != 0) {
			buf_add_format(xml, "<key>pfm_%s</key><string>%s</string>", places[place % 2], buf_text(&word));
			place++;
		} else {
			place++;
		}
	}
}

static inline void manifest_xml(const char *text, struct buf *xml)
{
	buf_add_text(xml, "<plist version=\"1.0\"><dict>");
	manifest_body(&text, '\0', xml);
	buf_add_text(xml, "</dict></plist>\n");
}

#endif
