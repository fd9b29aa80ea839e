/* Any key has one name, which nothing else has; any name means one key or none. */
#include "tests/fuzz/fuzz.h"

#include "fs/tree/names.h"

static void must_come_back_from_portable(const char *name, bool apart)
{
	BUF_AUTO portable = BUF_INIT, back = BUF_INIT;

	name_to_portable(name, apart, &portable);
	must(portable.len > 0 && portable.len <= NAME_LENGTH_MAX);
	must(name_is_portable_of(buf_text(&portable), name));
	must(!strpbrk(buf_text(&portable), "\\:*?\"<>|/"));
	if (name_from_portable(buf_text(&portable), &back) == 0)
		must(strcmp(buf_text(&back), name) == 0);
	else
		must(name_is_cut(buf_text(&portable)));
}

static void must_come_back_from_quotes(const char *name)
{
	BUF_AUTO quoted = BUF_INIT, back = BUF_INIT;

	name_quote(name, &quoted);
	must(!strpbrk(buf_text(&quoted), " \t\n\r"));
	name_unquote(quoted.data, quoted.len, &back);
	must(strcmp(buf_text(&back), name) == 0);
}

static void a_key_has_one_name(const char *key, size_t len)
{
	BUF_AUTO name = BUF_INIT, back = BUF_INIT, word = BUF_INIT, unescaped = BUF_INIT;

	name_from_key(key, len, &name);
	must(name.len > 0 && name.len <= NAME_LENGTH_MAX);
	must(strlen(buf_text(&name)) == name.len && !strchr(buf_text(&name), '/'));
	must(name_kind(buf_text(&name)) == NAME_KEY);
	must(name_is_of(buf_text(&name), key, len));
	if (name_to_key(buf_text(&name), &back) == 0)
		must(buf_equals(&back, key, len));
	else
		must(name_is_cut(buf_text(&name)));
	must_come_back_from_portable(buf_text(&name), false);
	must_come_back_from_portable(buf_text(&name), true);
	must_come_back_from_quotes(buf_text(&name));

	name_escape_key(key, len, &word);
	must(!strpbrk(buf_text(&word), " \t\n\r"));
	name_unescape_key(buf_text(&word), word.len, &unescaped);
	must(buf_equals(&unescaped, key, len));
}

static void a_name_means_one_key(const char *name)
{
	BUF_AUTO key = BUF_INIT, again = BUF_INIT, type = BUF_INIT, spelt = BUF_INIT;
	uint32_t index;

	if (name_to_key(name, &key) == 0) {
		name_from_key(key.data, key.len, &again);
		must(strcmp(buf_text(&again), name) == 0);
	}
	if (name_from_portable(name, &spelt) == 0)
		must(name_is_portable_of(name, buf_text(&spelt)) || strcmp(name, buf_text(&spelt)) == 0);
	must(name_without_number(name) <= strlen(name));
	name_to_index(name, &index);
	name_to_payload_type(name, &type);
	must(name_compare_folded(name, name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BUF_AUTO copy = BUF_INIT;

	buf_add(&copy, data, size);
	must(buf_ok(&copy));
	a_key_has_one_name(buf_text(&copy), copy.len);
	a_name_means_one_key(buf_text(&copy));
	return 0;
}
