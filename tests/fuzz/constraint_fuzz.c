/*
 * A key of the schema language (its line, from the type on), and a value: what is said of the value's beginnings agrees
 * with what is said of the whole. A beginning that is refused never becomes valid.
 */
#include "tests/fuzz/fuzz.h"

#include "plist/base/buf.h"
#include "plist/schema/arena.h"
#include "plist/schema/constraint.h"
#include "plist/schema/language.h"

static void judge(const struct schema_key *key, enum node_type type, struct part value, bool placeholders)
{
	bool refused = false;

	for (size_t len = 0; len <= value.len; len++) {
		struct error err = ERROR_INIT;
		bool valid = constraint_check(key, type, value.text, len, placeholders, &err) == 0;
		enum verdict verdict = constraint_prefix(key, type, value.text, len, placeholders);

		must(valid == (verdict == VERDICT_VALID));
		if (!valid)
			must_be_said(err);
		/* Placeholders are the exception that constraint.h names. */
		must(!valid || !refused || placeholders);
		refused = refused || verdict == VERDICT_NEVER;
	}
}

static const struct schema_key *read_key(struct part line, struct arena *arena, struct buf *text)
{
	struct section_text section = { .name = "input", .line = 1 };
	struct schema_key *payload;
	struct error err = ERROR_INIT;

	buf_add_text(text, "payload t\n  k ");
	buf_add(text, line.text, line.len);
	buf_add_char(text, '\n');
	section.text = buf_text(text);
	section.len = text->len;
	payload = language_read(&section, arena, &err);
	if (!payload)
		must_be_said(err);
	return payload ? schema_declared(payload, "k", 1) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part rest = whole_input(data, size), line = next_part(&rest);
	struct arena *arena = arena_new();
	BUF_AUTO text = BUF_INIT;
	const struct schema_key *key;

	must(arena);
	if (rest.len > 64)
		rest.len = 64;
	key = read_key(line, arena, &text);
	for (enum node_type type = NODE_STRING; key && type < NODE_TYPE_COUNT; type++) {
		judge(key, type, rest, false);
		judge(key, type, rest, true);
	}
	arena_free(arena);
	return 0;
}
