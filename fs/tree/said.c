#include "fs/tree/said.h"

#include <stdlib.h>
#include <string.h>

#include "fs/tree/names.h"

/* The next word of [*at, end), or NULL. */
static const char *next_word(const char **at, const char *end, size_t *len)
{
	const char *word;

	while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r'))
		(*at)++;
	word = *at;
	while (*at < end && **at != ' ' && **at != '\t' && **at != '\r')
		(*at)++;
	*len = (size_t)(*at - word);
	return *len ? word : NULL;
}

static bool word_is(const char *word, size_t len, const char *expected)
{
	return len == strlen(expected) && memcmp(word, expected, len) == 0;
}

static enum node_type word_type(const char *word, size_t len)
{
	char name[16];

	if (len >= sizeof(name) || memchr(word, '\0', len))
		return NODE_TYPE_COUNT;
	memcpy(name, word, len);
	name[len] = '\0';
	return node_type_from_name(name);
}

static int parse_key(struct said *said, const char *word, size_t len)
{
	BUF_AUTO key = BUF_INIT;
	size_t key_len;
	char *bytes;

	buf_add(&key, "", 0);
	name_unescape_key(word, len, &key);
	if (!buf_ok(&key))
		return -1;
	bytes = buf_steal(&key, &key_len);
	free(said->key);
	said->key = bytes;
	said->key_len = key_len;
	return 0;
}

static int parse_order(struct said *said, const char *word, size_t len)
{
	uint32_t order = 0;
	size_t i;

	if (len > 9)
		return -1;
	for (i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		order = order * 10 + (uint32_t)(word[i] - '0');
	}
	if (order == 0)
		return -1;
	said->order = order;
	return 0;
}

static int add_item(struct said *said, enum node_type type)
{
	enum node_type *grown;

	if (type == NODE_TYPE_COUNT || !node_is_scalar(type))
		return -1;
	grown = realloc(said->items, (said->item_count + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	said->items = grown;
	said->items[said->item_count++] = type;
	return 0;
}

/* "integer", "array string", "dict empty", ... */
static int parse_type(struct said *said, const char *words, const char *end)
{
	enum node_type type;
	const char *word;
	size_t len;

	word = next_word(&words, end, &len);
	type = word ? word_type(word, len) : NODE_TYPE_COUNT;
	if (type == NODE_TYPE_COUNT)
		return -1;
	said->type = type;
	while ((word = next_word(&words, end, &len))) {
		if (word_is(word, len, "empty") && !node_is_scalar(type) && !said->item_count)
			said->empty = true;
		else if (type != NODE_ARRAY || said->empty || add_item(said, word_type(word, len)) < 0)
			return -1;
	}
	return 0;
}

void said_add_release(const char *release, size_t len, struct buf *out)
{
	const char *end = release + len, *word;
	const char *separator = "";

	while ((word = next_word(&release, end, &len))) {
		buf_add_text(out, separator);
		name_escape_key(word, len, out);
		separator = " ";
	}
}

bool said_has_release(const struct said *said, const char *release)
{
	size_t i;

	for (i = 0; said && i < said->release_count; i++)
		if (strcmp(said->releases[i], release) == 0)
			return true;
	return false;
}

static int add_release(struct said *said, struct buf *release)
{
	char **grown = realloc(said->releases, (said->release_count + 1) * sizeof(*grown));

	if (!grown)
		return -1;
	said->releases = grown;
	if (!buf_ok(release))
		return -1;
	grown[said->release_count++] = buf_steal(release, NULL);
	return 0;
}

/* "schema RELEASE". One that was said already is not said again. */
static int parse_release(struct said *said, const char *words, const char *end)
{
	BUF_AUTO release = BUF_INIT, text = BUF_INIT;
	size_t len;
	const char *word = next_word(&words, end, &len);

	if (!word || !word_is(word, len, "schema"))
		return -1;
	name_unescape_key(words, (size_t)(end - words), &text);
	said_add_release(buf_text(&text), text.len, &release);
	if (!release.len || !buf_ok(&text))
		return -1;
	if (said_has_release(said, buf_text(&release)))
		return 0;
	return said->release_count < SAID_RELEASES_MAX ? add_release(said, &release) : -1;
}

/* "key TEXT" and "order N": one word after the first, and no more. */
static int parse_fact(struct said *said, const char *words, size_t len)
{
	const char *at = words, *end = words + len, *first, *second;
	size_t first_len, second_len, ignored;

	first = next_word(&at, end, &first_len);
	if (!first)
		return -1;
	if (!word_is(first, first_len, "key") && !word_is(first, first_len, "order"))
		return parse_type(said, words, end);
	second = next_word(&at, end, &second_len);
	if (!second || next_word(&at, end, &ignored))
		return -1;
	if (word_is(first, first_len, "key"))
		return parse_key(said, second, second_len);
	return parse_order(said, second, second_len);
}

int said_parse(struct said *said, const char *words, size_t len)
{
	struct said fresh = { .type = NODE_TYPE_COUNT };

	if (said->name && strcmp(said->name, SAID_OF_SCHEMA) == 0)
		return parse_release(said, words, words + len);
	if (parse_fact(&fresh, words, len) < 0) {
		said_clear(&fresh);
		return -1;
	}
	if (fresh.key) {
		free(said->key);
		said->key = fresh.key;
		said->key_len = fresh.key_len;
	} else if (fresh.order) {
		said->order = fresh.order;
	} else {
		free(said->items);
		said->type = fresh.type;
		said->items = fresh.items;
		said->item_count = fresh.item_count;
		said->empty = fresh.empty;
	}
	return 0;
}

void said_quote_name(const char *name, struct buf *out)
{
	if (*name == '#')
		buf_add_char(out, '%');
	name_quote(name, out);
}

void said_unquote_name(const char *quoted, size_t len, struct buf *name)
{
	if (len > 1 && quoted[0] == '%' && quoted[1] == '#') {
		quoted++;
		len--;
	}
	name_unquote(quoted, len, name);
}

bool said_is_name(const struct buf *name)
{
	return buf_ok(name) && name->len > 0 && !memchr(name->data, '\0', name->len);
}

void said_type_words(const struct said *said, struct buf *out)
{
	size_t i;

	buf_add_text(out, node_type_name(said->type));
	for (i = 0; i < said->item_count; i++)
		buf_add_format(out, " %s", node_type_name(said->items[i]));
	if (said->empty)
		buf_add_text(out, " empty");
}

struct said *said_find(struct said *table, const char *name)
{
	struct said *said = NULL;

	HASH_FIND_STR(table, name, said);
	return said;
}

struct said *said_make(struct said **table, const char *name)
{
	struct said *said = said_find(*table, name);

	if (said)
		return said;
	said = calloc(1, sizeof(*said));
	if (!said)
		return NULL;
	said->type = NODE_TYPE_COUNT;
	said->name = strdup(name);
	if (said->name)
		HASH_ADD_KEYPTR(hh, *table, said->name, strlen(said->name), said);
	if (!said->name || !said->hh.tbl) {
		free(said->name);
		free(said);
		return NULL;
	}
	return said;
}

void said_forget_type(struct said *said)
{
	free(said->items);
	said->items = NULL;
	said->item_count = 0;
	said->type = NODE_TYPE_COUNT;
	said->empty = false;
}

void said_move_type(struct said *to, struct said *from)
{
	said_forget_type(to);
	to->type = from->type;
	to->items = from->items;
	to->item_count = from->item_count;
	to->empty = from->empty;
	from->items = NULL;
	said_forget_type(from);
}

void said_clear(struct said *said)
{
	said_forget_type(said);
	while (said->release_count)
		free(said->releases[--said->release_count]);
	free(said->releases);
	said->releases = NULL;
	free(said->key);
	said->key = NULL;
	said->key_len = 0;
	said->order = 0;
}

void said_free_table(struct said *table)
{
	struct said *said, *next;

	HASH_ITER(hh, table, said, next) {
		HASH_DEL(table, said);
		said_clear(said);
		free(said->name);
		free(said);
	}
}
