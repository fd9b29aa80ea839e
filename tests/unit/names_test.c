/* Keys as file names: every key has one name, and nothing else has it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <ctype.h>
#include <strings.h>

#include "fs/tree/names.h"
#include "tests/unit/random.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void assert_name(const char *key, size_t len, const char *expected)
{
	BUF_AUTO name = BUF_INIT, back = BUF_INIT, room = BUF_INIT;
	size_t found_len;
	const char *found = name_key(expected, &room, &found_len);

	name_from_key(key, len, &name);
	assert_string_equal(buf_text(&name), expected);
	assert_int_equal(name_kind(expected), NAME_KEY);
	assert_int_equal(name_to_key(expected, &back), 0);
	assert_true(buf_equals(&back, key, len));
	assert_int_equal(found_len, len);
	assert_memory_equal(found, key, len);
}

static void assert_no_key(const char *name)
{
	BUF_AUTO key = BUF_INIT, room = BUF_INIT;
	size_t len;

	if (name_to_key(name, &key) == 0)
		fail_msg("'%s' was taken for the key '%s'", name, buf_text(&key));
	assert_int_equal(key.len, 0);
	assert_null(name_key(name, &room, &len));
}

/* --- escapes ---------------------------------------------------------------------------------------- */

static void a_plain_key_is_its_own_name(void **state)
{
	static const char *const keys[] = { "PayloadType", "a b", "Grüße", "-", "a.b",
					    "tmp", "x.bak.y", "#", "a#", "#a",
					    "~a", "49131", "04913", "a.oABCDE", "a.xABCDEF",
					    "oABCDEF", "=", ":", "\\" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(keys); i++)
		assert_name(keys[i], strlen(keys[i]), keys[i]);
}

/* Of letters, digits, '-' and '_' nothing is copied. */
static void a_name_is_the_key_itself_where_it_is_plain(void **state)
{
	char key[] = "a?b";
	const char *name;
	int byte;

	(void)state;
	for (byte = 0; byte < 256; byte++) {
		BUF_AUTO spelled = BUF_INIT, expected = BUF_INIT;

		key[1] = (char)byte;
		name_from_key(key, 3, &expected);
		name = name_of_key(key, 3, &spelled);
		assert_string_equal(name, buf_text(&expected));
		assert_int_equal(name == key, byte < 128 && (isalnum(byte) || byte == '-' || byte == '_'));
		assert_int_equal(spelled.len, name == key ? 0 : expected.len);
		assert_name(key, 3, name);
	}
}

static void what_a_file_name_cannot_hold_is_escaped(void **state)
{
	(void)state;
	assert_name("a/b", 3, "a%2Fb");
	assert_name("/", 1, "%2F");
	assert_name("100%", 4, "100%25");
	assert_name("%2F", 3, "%252F");
	assert_name("%", 1, "%25");
	assert_name("a\0b", 3, "a%00b");
	assert_name("\0", 1, "%00");
	assert_name("", 0, "%");
	assert_name(".", 1, "%2E");
	assert_name("..", 2, "%2E.");
	assert_name(".hidden", 7, "%2Ehidden");
	assert_name(".types", 6, "%2Etypes");
	assert_name(".profilefs", 10, "%2Eprofilefs");
}

static void what_would_read_as_scratch_is_escaped(void **state)
{
	static const char *const names[][2] = {
		{ "x~", "x%7E" },
		{ "~", "%7E" },
		{ "x~~", "x~%7E" },
		{ "a.bak", "a%2Ebak" },
		{ "a.orig", "a%2Eorig" },
		{ "a.rej", "a%2Erej" },
		{ "a.save", "a%2Esave" },
		{ "a.tmp", "a%2Etmp" },
		{ "a.bak.bak", "a.bak%2Ebak" },
		{ ".bak", "%2Ebak" },
		{ "a.tmp~", "a.tmp%7E" },
		{ "#a#", "%23a#" },
		{ "##", "%23#" },
		{ "4913", "%34913" },
		{ "f.oAbC123", "f%2EoAbC123" },
		{ "f.oABCDEF.oABCDEF", "f.oABCDEF%2EoABCDEF" },
		{ ".a~", "%2Ea%7E" },
		{ "#a~#", "%23a~#" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		assert_int_not_equal(name_kind(names[i][0]), NAME_KEY);
		assert_name(names[i][0], strlen(names[i][0]), names[i][1]);
	}
}

static void scratch_forms_are_known_by_form_alone(void **state)
{
	static const char *const scratch[] = { ".x", "..", ".git", ".types2",
					       ".profilefs~", "x~", "x.bak", "x.orig",
					       "x.rej", "x.save", "x.tmp", "#x#",
					       "4913", "Port.oAbCdEf", ".#Port", ".Port.swp" };
	static const char *const keys[] = { "x", "x.BAK", "bak", "x.ba",
					    "#", "#x", "x#", "49130",
					    "Port.oAbCdE", "Port.oAbCd-f", "Port.OAbCdEf", "oABCDEF",
					    "%2Etypes" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(scratch); i++)
		assert_int_equal(name_kind(scratch[i]), NAME_SCRATCH);
	for (i = 0; i < COUNT(keys); i++)
		assert_int_equal(name_kind(keys[i]), NAME_KEY);
	assert_int_equal(name_kind(".types"), NAME_TYPES);
	assert_int_equal(name_kind(".profilefs"), NAME_CONTROL);
}

static void only_the_canonical_spelling_names_a_key(void **state)
{
	static const char *const names[] = { "", "%4", "a%", "a%2", "a%2f",
					     "a%41", "%41", "a%%", "%%", "a%2Ga",
					     "%G0", "%2e", "a%2E", "%2Ebak%2E", "x%7Ey",
					     "#%61#", "a%2Etmpx", "%34914", "% 5", "%+5",
					     ".x", "x~", "4913", "%-", "%-0123456789abcdef" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		assert_no_key(names[i]);
}

/* --- cut names -------------------------------------------------------------------------------------- */

static void a_name_of_255_bytes_is_whole_and_one_more_is_cut(void **state)
{
	char key[NAME_LENGTH_MAX + 2];
	BUF_AUTO name = BUF_INIT;

	(void)state;
	memset(key, 'k', sizeof(key));
	name_from_key(key, NAME_LENGTH_MAX, &name);
	assert_true(buf_equals(&name, key, NAME_LENGTH_MAX));
	assert_false(name_is_cut(buf_text(&name)));
	buf_clear(&name);
	name_from_key(key, NAME_LENGTH_MAX + 1, &name);
	assert_true(name.len <= NAME_LENGTH_MAX);
	assert_true(name_is_cut(buf_text(&name)));
	assert_no_key(buf_text(&name));
}

static void long_keys_that_begin_alike_have_names_of_their_own(void **state)
{
	char one[1000], two[1000];
	BUF_AUTO first = BUF_INIT, second = BUF_INIT;

	(void)state;
	memset(one, 'k', sizeof(one));
	memset(two, 'k', sizeof(two));
	two[999] = 'l';
	name_from_key(one, sizeof(one), &first);
	name_from_key(two, sizeof(two), &second);
	assert_string_not_equal(buf_text(&first), buf_text(&second));
}

/* Every length around the cut, of keys of escapes and of characters of two to four bytes. */
static void a_name_is_never_cut_inside_a_character_or_an_escape(void **state)
{
	static const char *const pieces[] = { "%", "ü", "€", "😀", "/" };
	size_t piece, shift, end;

	(void)state;
	for (piece = 0; piece < COUNT(pieces); piece++) {
		for (shift = 0; shift < 5; shift++) {
			BUF_AUTO key = BUF_INIT, name = BUF_INIT, back = BUF_INIT;
			const char *mark;

			buf_add(&key, "xxxxx", shift);
			while (key.len < 600)
				buf_add_text(&key, pieces[piece]);
			name_from_key(key.data, key.len, &name);
			mark = strstr(buf_text(&name), "%-");
			assert_non_null(mark);
			end = (size_t)(mark - name.data);
			buf_add(&back, "", 0);
			buf_resize(&name, end);
			assert_int_equal(name_to_key(buf_text(&name), &back), 0);
			assert_memory_equal(back.data, key.data, back.len);
			assert_int_equal((back.len - shift) % strlen(pieces[piece]), 0);
		}
	}
}

static void only_a_mark_with_a_hash_is_a_cut_name(void **state)
{
	(void)state;
	assert_true(name_is_cut("abc%-0123456789abcdef"));
	assert_true(name_is_cut("abc%-0123456789abcdef-2"));
	assert_false(name_is_cut("abc%-0123456789abcde"));
	assert_false(name_is_cut("abc%-0123456789ABCDEF"));
	assert_false(name_is_cut("abc-0123456789abcdef"));
	assert_false(name_is_cut("abc%-"));
	assert_false(name_is_cut(""));
}

/* --- any key ---------------------------------------------------------------------------------------- */

static const char *const key_pieces[] = {
	"a", "Z", "0", "4913", "%", "%2", "%2E", "2E", "/", ".", "..", "~", "#", ".bak", ".orig",
	".rej", ".save", ".tmp", ".oABCDEF", "o", "types", ".types", ".profilefs", " ", "\t", "\n", "ü",
	"€", "😀", "-", "%-", "0123456789abcdef"
};

/* A random key; any bytes at all now and then. */
static void random_key(struct buf *key)
{
	unsigned i, len;

	buf_clear(key);
	buf_add(key, "", 0);
	if (random_below(4) > 0) {
		random_text(key_pieces, COUNT(key_pieces), random_below(10) ? 7 : 150, key);
		return;
	}
	for (i = 0, len = random_below(random_below(10) ? 6 : 300); i < len; i++)
		buf_add_char(key, (char)random_below(256));
}

static void a_name_leads_back_to_its_key(void **state)
{
	unsigned i;

	(void)state;
	random_seed(1);
	for (i = 0; i < 20000; i++) {
		BUF_AUTO key = BUF_INIT, name = BUF_INIT, back = BUF_INIT;

		random_key(&key);
		name_from_key(key.data, key.len, &name);
		assert_true(name.len >= 1 && name.len <= NAME_LENGTH_MAX);
		assert_int_equal(strlen(buf_text(&name)), name.len);
		assert_null(strchr(buf_text(&name), '/'));
		if (name_kind(buf_text(&name)) != NAME_KEY)
			fail_msg("'%s' reads as something else than a key", buf_text(&name));
		if (name_is_cut(buf_text(&name)))
			continue;
		assert_int_equal(name_to_key(buf_text(&name), &back), 0);
		assert_true(buf_equals(&back, key.data, key.len));
	}
}

static void different_keys_have_different_names(void **state)
{
	unsigned i;

	(void)state;
	random_seed(2);
	for (i = 0; i < 20000; i++) {
		BUF_AUTO a = BUF_INIT, b = BUF_INIT, a_name = BUF_INIT, b_name = BUF_INIT;

		random_key(&a);
		random_key(&b);
		name_from_key(a.data, a.len, &a_name);
		name_from_key(b.data, b.len, &b_name);
		assert_int_equal(buf_equals(&a, b.data, b.len), buf_equals(&a_name, b_name.data, b_name.len));
	}
}

/* The other way round: whatever reads as a name is spelled so. */
static void a_name_that_is_read_is_the_one_that_is_written(void **state)
{
	unsigned i, taken = 0;

	(void)state;
	random_seed(3);
	for (i = 0; i < 20000; i++) {
		BUF_AUTO name = BUF_INIT, key = BUF_INIT, again = BUF_INIT;

		random_text(key_pieces, COUNT(key_pieces), 5, &name);
		if (name_to_key(buf_text(&name), &key) < 0)
			continue;
		taken++;
		name_from_key(buf_text(&key), key.len, &again);
		assert_string_equal(buf_text(&again), buf_text(&name));
		assert_int_equal(name_kind(buf_text(&name)), NAME_KEY);
	}
	assert_true(taken > 1000);
}

/* --- portable spellings ----------------------------------------------------------------------------- */

static void assert_portable(const char *name, bool apart, const char *expected)
{
	BUF_AUTO spelt = BUF_INIT, back = BUF_INIT;

	name_to_portable(name, apart, &spelt);
	assert_string_equal(buf_text(&spelt), expected);
	assert_int_equal(name_from_portable(expected, &back), 0);
	assert_string_equal(buf_text(&back), name);
}

static void a_portable_name_has_nothing_that_some_disk_cannot_have(void **state)
{
	static const char *const names[][2] = {
		{ "PayloadType", "PayloadType" }, { "a b", "a b" },         { "a%2Fb", "a%2Fb" },
		{ "%", "%" },                     { "a\\b", "a%5Cb" },      { "a:b*c?d", "a%3Ab%2Ac%3Fd" },
		{ "\"<>|", "%22%3C%3E%7C" },      { "a\tb\177", "a%09b%7F" }, { "end.", "end%2E" },
		{ "end..", "end.%2E" },           { "end ", "end%20" },     { "\xC3\xBC", "%C3%BC" },
		{ "CON", "%43ON" },               { "nul.txt", "%6Eul.txt" }, { "com7 .x", "%63om7 .x" },
		{ "LPT1", "%4CPT1" },             { "CONIN$", "%43ONIN$" }, { "COM", "COM" },
		{ "COM10", "COM10" },             { "console", "console" }, { "x.con", "x.con" },
		{ "a%2Ebak.2", "a%2Ebak.2" },     { "%2Ehidden", "%2Ehidden" }, { "aux.", "%61ux%2E" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		assert_portable(names[i][0], false, names[i][1]);
}

static void names_that_differ_in_case_are_spelt_apart(void **state)
{
	(void)state;
	assert_portable("SSID", true, "%53%53%49%44");
	assert_portable("ssid", true, "ssid");
	assert_portable("Ssid", true, "%53sid");
	assert_portable("a%2FB", true, "a%2F%42");
	assert_portable("con", true, "%63on");
	assert_portable("org.X.2", true, "org.%58.2");
	assert_portable("X%2Ebak.2", true, "%58%2Ebak.2");
}

static void only_a_portable_spelling_is_one(void **state)
{
	static const char *const names[] = { "%53SID", "%61", "a%3a", "a%", "%4", "a%2Eb", "%53%53ID", "a%5C\\" };
	BUF_AUTO name = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		if (name_from_portable(names[i], &name) == 0)
			fail_msg("'%s' was taken for '%s'", names[i], buf_text(&name));
	assert_int_equal(name.len, 0);
}

static void letters_have_no_case_where_names_are_folded(void **state)
{
	(void)state;
	assert_int_equal(name_compare_folded("SSID", "ssid"), 0);
	assert_int_equal(name_compare_folded("\xC3\x9C" "b", "\xC3\xBC" "B"), 0);
	assert_int_equal(name_compare_folded("\xC3\xBC", "u\xCC\x88") == 0, false);
	assert_true(name_compare_folded("ssid", "ssid2") < 0);
	assert_true(name_compare_folded("ssie", "SSID") > 0);
	assert_true(name_compare_folded("", "a") < 0);
	assert_int_equal(name_compare_folded("", ""), 0);
}

static void a_portable_name_that_is_too_long_is_cut(void **state)
{
	char name[NAME_LENGTH_MAX + 1];
	BUF_AUTO whole = BUF_INIT, spelt = BUF_INIT, back = BUF_INIT;

	(void)state;
	memset(name, 'A', NAME_LENGTH_MAX);
	name[85] = '\0';
	name_to_portable(name, true, &whole);
	assert_int_equal(whole.len, NAME_LENGTH_MAX);
	assert_int_equal(name_from_portable(buf_text(&whole), &back), 0);
	name[85] = 'A';
	name[86] = '\0';
	name_to_portable(name, true, &spelt);
	assert_true(spelt.len <= NAME_LENGTH_MAX);
	assert_true(name_is_cut(buf_text(&spelt)));
	assert_true(name_is_portable_of(buf_text(&spelt), name));
	assert_int_equal(name_from_portable(buf_text(&spelt), &back), -1);
	name[86] = 'B';
	assert_false(name_is_portable_of(buf_text(&spelt), name));
}

/* Pieces that meet in one directory under names that differ in little. */
static const char *const portable_pieces[] = { "a", "A", "ss", "S", "\xC3\x9F", "\xE2\x84\xAA", "k", "K", "\xCC\x88",
					       "con", "NUL", ".", " ", ":", "%", "~", ".bak", ".BAK",
					       ".oABCDEF", "/", "x" };

#define SET 8

struct named {
	struct buf key, name, spelt;
};

static void name_set(struct named *set, unsigned pieces)
{
	unsigned i, j;

	for (i = 0; i < SET; i++) {
		set[i] = (struct named){ .key = BUF_INIT };
		buf_add(&set[i].key, "", 0);
		random_text(portable_pieces, COUNT(portable_pieces), pieces, &set[i].key);
		name_from_key(set[i].key.data, set[i].key.len, &set[i].name);
	}
	for (i = 0; i < SET; i++) {
		bool apart = false;

		for (j = 0; j < SET; j++)
			apart = apart || (!buf_equals(&set[i].key, set[j].key.data, set[j].key.len) &&
					  name_compare_folded(buf_text(&set[i].name), buf_text(&set[j].name)) == 0);
		name_to_portable(buf_text(&set[i].name), apart, &set[i].spelt);
	}
}

static void assert_fit_for_every_disk(const struct buf *spelt)
{
	const char *text = buf_text(spelt);
	size_t i;

	assert_true(spelt->len >= 1 && spelt->len <= NAME_LENGTH_MAX);
	assert_int_equal(name_kind(text), NAME_KEY);
	assert_null(strpbrk(text, "/\\:*?\"<>|"));
	for (i = 0; i < spelt->len; i++)
		assert_true((unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x7f);
	assert_true(text[spelt->len - 1] != '.' && text[spelt->len - 1] != ' ');
	if (strcasecmp(text, "con") == 0 || strncasecmp(text, "nul.", 4) == 0)
		fail_msg("'%s' is a device", text);
}

/* Where letters have no case: what is left of portable names is ASCII, so that is all there is to it. */
static void assert_apart(const struct named *a, const struct named *b)
{
	if (!buf_equals(&a->key, b->key.data, b->key.len) && strcasecmp(buf_text(&a->spelt), buf_text(&b->spelt)) == 0)
		fail_msg("'%s' and '%s' are '%s' and '%s'", buf_text(&a->key), buf_text(&b->key), buf_text(&a->spelt),
			 buf_text(&b->spelt));
}

static void assert_leads_back(const struct named *named)
{
	BUF_AUTO back = BUF_INIT;

	assert_true(name_is_portable_of(buf_text(&named->spelt), buf_text(&named->name)));
	if (name_is_cut(buf_text(&named->spelt)))
		return;
	assert_int_equal(name_from_portable(buf_text(&named->spelt), &back), 0);
	assert_string_equal(buf_text(&back), buf_text(&named->name));
}

static void portable_names_are_apart_and_lead_back(void **state)
{
	struct named set[SET];
	unsigned round, i, j;

	(void)state;
	random_seed(4);
	for (round = 0; round < 3000; round++) {
		name_set(set, round % 20 ? 5 : 200);
		for (i = 0; i < SET; i++) {
			assert_fit_for_every_disk(&set[i].spelt);
			assert_leads_back(&set[i]);
			for (j = 0; j < i; j++)
				assert_apart(&set[i], &set[j]);
		}
		for (i = 0; i < SET; i++) {
			buf_free(&set[i].key);
			buf_free(&set[i].name);
			buf_free(&set[i].spelt);
		}
	}
}

/* --- elements --------------------------------------------------------------------------------------- */

static void an_index_has_two_digits_or_more(void **state)
{
	static const struct {
		uint32_t index;
		const char *name;
	} names[] = {
		{ 0, "00" },
		{ 7, "07" },
		{ 10, "10" },
		{ 99, "99" },
		{ 100, "100" },
		{ 4912, "4912" },
		{ 4913, "%34913" },
		{ 999999999, "999999999" },
	};
	uint32_t index;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		BUF_AUTO name = BUF_INIT;

		name_from_index(names[i].index, &name);
		assert_string_equal(buf_text(&name), names[i].name);
		assert_true(name_to_index(names[i].name, &index));
		assert_int_equal(index, names[i].index);
	}
}

static void every_decimal_spelling_is_the_same_index(void **state)
{
	static const char *const spellings[] = { "1", "01", "001", "000000001" };
	uint32_t index;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(spellings); i++) {
		assert_true(name_to_index(spellings[i], &index));
		assert_int_equal(index, 1);
	}
}

static void what_is_no_number_is_no_index(void **state)
{
	static const char *const names[] = { "", "-1", "+1", " 1", "1 ",
					     "0x1", "1a", "a", "1000000000", "4294967296",
					     "%", "%31", "1.0", "٣", "%34914" };
	uint32_t index = 77;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		if (name_to_index(names[i], &index))
			fail_msg("'%s' was taken for the index %u", names[i], index);
	assert_int_equal(index, 77);
}

/* --- payloads --------------------------------------------------------------------------------------- */

static bool fits(const char *name, const char *type)
{
	return name_fits_payload(name, type, strlen(type));
}

static void a_payload_is_named_by_its_type_and_a_number_from_2(void **state)
{
	(void)state;
	assert_true(fits("com.apple.mdm", "com.apple.mdm"));
	assert_true(fits("com.apple.mdm.2", "com.apple.mdm"));
	assert_true(fits("com.apple.mdm.10", "com.apple.mdm"));
	assert_true(fits("com.x.2", "com.x.2"));
	assert_true(fits("com.x.2.3", "com.x.2"));
	assert_true(fits("a%2Ebak.2", "a.bak"));
	assert_false(fits("com.apple.mdm.1", "com.apple.mdm"));
	assert_false(fits("com.apple.mdm.02", "com.apple.mdm"));
	assert_false(fits("com.apple.mdm.0", "com.apple.mdm"));
	assert_false(fits("com.apple.mdm.", "com.apple.mdm"));
	assert_false(fits("com.apple.mdm.2x", "com.apple.mdm"));
	assert_false(fits("com.apple.mdm.2.2", "com.apple.mdm"));
	assert_false(fits("com.apple.md", "com.apple.mdm"));
	assert_false(fits("com.apple.mdmx", "com.apple.mdm"));
	assert_false(fits(".2", ""));
}

static void assert_type(const char *name, const char *expected)
{
	BUF_AUTO type = BUF_INIT;

	assert_int_equal(name_to_payload_type(name, &type), 0);
	assert_string_equal(buf_text(&type), expected);
	assert_true(name_fits_payload(name, type.data, type.len));
}

static void the_type_is_the_name_without_its_number(void **state)
{
	BUF_AUTO type = BUF_INIT;

	(void)state;
	assert_type("com.apple.mdm", "com.apple.mdm");
	assert_type("com.apple.mdm.2", "com.apple.mdm");
	assert_type("com.apple.mdm.1", "com.apple.mdm.1");
	assert_type("com.apple.mdm.2.2", "com.apple.mdm.2");
	assert_type("2", "2");
	assert_type("a%2Fb.3", "a/b");
	assert_int_equal(name_to_payload_type("a%2fb", &type), -1);
	assert_int_equal(name_to_payload_type(".2", &type), -1);
}

/* --- in .types -------------------------------------------------------------------------------------- */

static void a_quoted_name_is_one_word_and_comes_back(void **state)
{
	unsigned i;

	(void)state;
	random_seed(4);
	for (i = 0; i < 20000; i++) {
		BUF_AUTO key = BUF_INIT, name = BUF_INIT, quoted = BUF_INIT, back = BUF_INIT;

		random_key(&key);
		name_from_key(key.data, key.len, &name);
		name_quote(buf_text(&name), &quoted);
		assert_int_equal(strcspn(buf_text(&quoted), " \t\r\n\v\f"), quoted.len);
		name_unquote(buf_text(&quoted), quoted.len, &back);
		assert_string_equal(buf_text(&back), buf_text(&name));
	}
}

static void an_escaped_key_is_one_word_and_comes_back(void **state)
{
	unsigned i;

	(void)state;
	random_seed(5);
	for (i = 0; i < 20000; i++) {
		BUF_AUTO key = BUF_INIT, word = BUF_INIT, back = BUF_INIT;

		random_key(&key);
		name_escape_key(key.data, key.len, &word);
		assert_int_equal(strcspn(buf_text(&word), " \t\r\n\v\f"), word.len);
		name_unescape_key(buf_text(&word), word.len, &back);
		assert_true(buf_equals(&back, key.data, key.len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_key_is_its_own_name),
		cmocka_unit_test(a_name_is_the_key_itself_where_it_is_plain),
		cmocka_unit_test(what_a_file_name_cannot_hold_is_escaped),
		cmocka_unit_test(what_would_read_as_scratch_is_escaped),
		cmocka_unit_test(scratch_forms_are_known_by_form_alone),
		cmocka_unit_test(only_the_canonical_spelling_names_a_key),
		cmocka_unit_test(a_name_of_255_bytes_is_whole_and_one_more_is_cut),
		cmocka_unit_test(long_keys_that_begin_alike_have_names_of_their_own),
		cmocka_unit_test(a_name_is_never_cut_inside_a_character_or_an_escape),
		cmocka_unit_test(only_a_mark_with_a_hash_is_a_cut_name),
		cmocka_unit_test(a_name_leads_back_to_its_key),
		cmocka_unit_test(different_keys_have_different_names),
		cmocka_unit_test(a_name_that_is_read_is_the_one_that_is_written),
		cmocka_unit_test(a_portable_name_has_nothing_that_some_disk_cannot_have),
		cmocka_unit_test(names_that_differ_in_case_are_spelt_apart),
		cmocka_unit_test(only_a_portable_spelling_is_one),
		cmocka_unit_test(letters_have_no_case_where_names_are_folded),
		cmocka_unit_test(a_portable_name_that_is_too_long_is_cut),
		cmocka_unit_test(portable_names_are_apart_and_lead_back),
		cmocka_unit_test(an_index_has_two_digits_or_more),
		cmocka_unit_test(every_decimal_spelling_is_the_same_index),
		cmocka_unit_test(what_is_no_number_is_no_index),
		cmocka_unit_test(a_payload_is_named_by_its_type_and_a_number_from_2),
		cmocka_unit_test(the_type_is_the_name_without_its_number),
		cmocka_unit_test(a_quoted_name_is_one_word_and_comes_back),
		cmocka_unit_test(an_escaped_key_is_one_word_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
