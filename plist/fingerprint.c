#include "plist/fingerprint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_FIRST 64

/* --- mixing: quick and even, not secret, as every match is confirmed ----------------------------------- */

static uint64_t mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x9FB21C651E98DF25u;
	sum ^= sum >> 29;
	sum *= 0xD6E8FEB86659FD93u;
	return sum ^ sum >> 32;
}

/* Whole words, and one for what is left, which may be nothing. */
static uint64_t mix_words(uint64_t sum, const char *bytes, size_t len)
{
	uint64_t word;

	for (; len >= sizeof(word); bytes += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		sum = mix(sum, word);
	}
	word = 0;
	if (len)
		memcpy(&word, bytes, len);
	return mix(sum, word);
}

static uint64_t mix_bytes(uint64_t sum, const char *bytes, size_t len)
{
	return mix_words(mix(sum, len), bytes, len);
}

static uint64_t not_zero(uint64_t sum)
{
	return sum ? sum : 1;
}

uint64_t fingerprint_bytes(const void *bytes, size_t len)
{
	return not_zero(mix_bytes(0, bytes, len));
}

/* --- what is remembered -------------------------------------------------------------------------------- */

/* Where the node's entry is, or would be. The table has a free one. */
static struct fingerprint_entry *find_entry(const struct fingerprints *known, const struct node *node)
{
	size_t at = (size_t)mix(0, (uint64_t)(uintptr_t)node) & (known->size - 1);

	while (known->table[at].node && known->table[at].node != node)
		at = (at + 1) & (known->size - 1);
	return &known->table[at];
}

/* Keeps at least half of the table free. False: no memory. */
static bool make_room(struct fingerprints *known)
{
	struct fingerprints larger = { .size = known->size ? 2 * known->size : TABLE_FIRST };

	if (2 * (known->count + 1) <= known->size)
		return true;
	larger.table = calloc(larger.size, sizeof(*larger.table));
	if (!larger.table)
		return false;
	for (size_t i = 0; i < known->size; i++)
		if (known->table[i].node)
			*find_entry(&larger, known->table[i].node) = known->table[i];
	larger.count = known->count;
	free(known->table);
	*known = larger;
	return true;
}

static void remember(struct fingerprints *known, const struct node *node, uint64_t value)
{
	if (!make_room(known))
		return;
	*find_entry(known, node) = (struct fingerprint_entry){ node, value };
	known->count++;
}

void fingerprints_free(struct fingerprints *known)
{
	free(known->table);
	*known = (struct fingerprints){ 0 };
}

/* --- nodes --------------------------------------------------------------------------------------------- */

static uint64_t of_pieces(uint64_t sum, const struct scalar *scalar)
{
	struct scalar_pieces pieces;
	const char *bytes;
	size_t len;

	sum = mix(sum, scalar->len);
	scalar_pieces_begin(&pieces, scalar);
	while ((len = scalar_pieces_next(&pieces, &bytes)))
		sum = mix_words(sum, bytes, len);
	return sum;
}

/* Of data alone the bytes do not tell whether they are a placeholder. It is taken in pieces, wherever it is. */
static uint64_t of_scalar(const struct node *node)
{
	uint64_t sum = mix(node->type, node->type == NODE_DATA && node->value.placeholder);

	if (node->type == NODE_DATA)
		return of_pieces(sum, &node->value);
	return mix_bytes(sum, node->value.at, node->value.len);
}

/* A sum, as the order of keys means nothing. */
static uint64_t of_dict(struct fingerprints *known, const struct node *dict)
{
	uint64_t sum = 0;

	for (const struct node *child = node_first(dict); child; child = node_next(child))
		sum += mix_bytes(fingerprint(known, child), child->key, child->key_len);
	return mix(mix(NODE_DICT, node_count(dict)), sum);
}

static uint64_t of_array(struct fingerprints *known, const struct node *array)
{
	uint64_t sum = mix(NODE_ARRAY, node_count(array));

	for (const struct node *child = node_first(array); child; child = node_next(child))
		sum = mix(sum, fingerprint(known, child));
	return sum;
}

uint64_t fingerprint(struct fingerprints *known, const struct node *node)
{
	const struct fingerprint_entry *entry;
	uint64_t value;

	if (node_is_scalar(node->type))
		return not_zero(of_scalar(node));
	entry = known->size ? find_entry(known, node) : NULL;
	if (entry && entry->node)
		return entry->value;
	value = not_zero(node->type == NODE_DICT ? of_dict(known, node) : of_array(known, node));
	remember(known, node, value);
	return value;
}
