#include "fs/tree/hidden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/encrypted.h"
#include "plist/reconcile.h"

#define CONTENT "PayloadContent"
#define ENCRYPTED_CONTENT "EncryptedPayloadContent"
#define IS_ENCRYPTED "IsEncrypted"

struct hidden {
	struct doc outer;
	struct doc inner;
	struct encryption *encryption;
	struct hidden_payloads saved; /* what lies on disk */
	bool changes_told;            /* that the encryption is not like the old one was said */
};

#define DOC_AUTO __attribute__((cleanup(doc_free))) struct doc

/* --- opening ---------------------------------------------------------------------------------------- */

static int decrypt(struct hidden *hidden, const struct doc *outer, const struct decryptor *decryptor,
		   struct error *err)
{
	const struct node *content = encrypted_content(outer, err);

	if (!content)
		return -1;
	scalar_add(&content->value, &hidden->saved.cipher);
	if (!buf_ok(&hidden->saved.cipher))
		return error_memory(err);
	return encryption_open(buf_text(&hidden->saved.cipher), hidden->saved.cipher.len, decryptor,
			       &hidden->encryption, &hidden->saved.plain, err);
}

/* encrypted_uncover() has seen that it can be read; its words are fit to be shown, doc_read()'s might quote. */
static int read_inner(struct hidden *hidden, struct error *err)
{
	const struct buf *plain = &hidden->saved.plain;
	struct error why;

	if (doc_read(&hidden->inner, "", plain->data, plain->len, &why) == 0)
		return 0;
	return error_rule(err, "not-a-profile", "the decrypted payloads cannot be read");
}

/* Of payloads that are not UTF-8, an unedited document renders to something else than their bytes. */
static int remember_rendering(struct hidden *hidden, struct error *err)
{
	if (!hidden->inner.recoded || hidden->inner.duplicate.code)
		return 0;
	buf_clear(&hidden->saved.plain);
	return doc_write(&hidden->inner, hidden->inner.format, &hidden->saved.plain, err);
}

/* The lines that it names are in no file. */
static void forget_lines(struct doc *shown)
{
	struct error *duplicate = &shown->duplicate;

	shown->composed = true;
	if (!duplicate->code)
		return;
	snprintf(duplicate->text, sizeof(duplicate->text),
		 "this key is there twice in the encrypted payloads: readers disagree on which one counts; decrypt "
		 "the profile and take one out");
	error_at(duplicate, 0, 0);
}

static int show(const struct hidden *hidden, const struct doc *outer, const char *name, struct doc *shown,
		struct error *err)
{
	const struct buf *plain = &hidden->saved.plain;
	BUF_AUTO whole = BUF_INIT;

	if (encrypted_uncover(outer, plain->data, plain->len, &whole, err) < 0)
		return -1;
	if (doc_read(shown, name, whole.data, whole.len, err) < 0)
		return -1;
	forget_lines(shown);
	return 0;
}

static int open_payloads(struct hidden *hidden, const struct doc *outer, const struct decryptor *decryptor,
			 const char *name, struct doc *shown, struct error *err)
{
	if (decrypt(hidden, outer, decryptor, err) < 0 || show(hidden, outer, name, shown, err) < 0)
		return -1;
	if (read_inner(hidden, err) == 0 && remember_rendering(hidden, err) == 0)
		return 0;
	doc_free(shown);
	return -1;
}

int hidden_open(struct doc *outer, const struct decryptor *decryptor, const char *name, struct hidden **out,
		struct doc *shown, struct error *err)
{
	struct hidden *hidden = calloc(1, sizeof(*hidden));
	struct doc composed = { 0 };

	if (!hidden)
		return error_memory(err);
	if (open_payloads(hidden, outer, decryptor, name, &composed, err) < 0) {
		hidden_free(hidden);
		return -1;
	}
	hidden->outer = *outer;
	*outer = (struct doc){ 0 };
	*shown = composed;
	*out = hidden;
	return 0;
}

bool hidden_renewable(const struct hidden *hidden, struct error *why)
{
	if (hidden->inner.duplicate.code) {
		*why = hidden->inner.duplicate;
		error_at(why, 0, 0);
		return false;
	}
	return encryption_renewable(hidden->encryption, why);
}

bool hidden_is_encrypted(const struct hidden *hidden)
{
	return hidden->saved.cipher.len > 0;
}

const char *hidden_recoded(const struct hidden *hidden)
{
	return hidden->outer.recoded;
}

const struct encryption *hidden_encryption(const struct hidden *hidden)
{
	return hidden->encryption;
}

void hidden_describe(const struct hidden *hidden, struct buf *out)
{
	encryption_describe(hidden->encryption, out);
}

void hidden_strangers(const struct hidden *hidden, const struct decryptor *decryptor, struct buf *out)
{
	encryption_strangers(hidden->encryption, decryptor, out);
}

void hidden_peek(const struct doc *doc, struct buf *out)
{
	const struct node *content;
	BUF_AUTO room = BUF_INIT;
	const char *cipher;
	struct error err;

	if (!encrypted_is(doc))
		return;
	content = encrypted_content(doc, &err);
	cipher = content ? scalar_bytes(&content->value, &room) : NULL;
	if (content && !cipher)
		error_memory(&err);
	if (!cipher || encryption_peek(cipher, content->value.len, out, &err) < 0)
		buf_add_format(out, "nobody can say: %s\n", err.text);
}

/* --- rendering -------------------------------------------------------------------------------------- */

static int encrypt(struct hidden *hidden, struct hidden_payloads *payloads, struct problems *notes,
		   struct error *err)
{
	const struct hidden_payloads *saved = &hidden->saved;

	if (buf_equals(&payloads->plain, saved->plain.data, saved->plain.len)) {
		buf_assign(&payloads->cipher, saved->cipher.data, saved->cipher.len);
		return buf_ok(&payloads->cipher) ? 0 : error_memory(err);
	}
	payloads->renewed = true;
	if (hidden->changes_told)
		notes = NULL;
	else if (hidden->inner.recoded)
		problems_say(notes, SEVERITY_NOTE, NULL, NULL, "the payloads were written in %s; they are UTF-8 now",
			     hidden->inner.recoded);
	return encryption_renew(hidden->encryption, !payloads->unproven, payloads->plain.data, payloads->plain.len,
				&payloads->cipher, notes, err);
}

static int render_payloads(struct hidden *hidden, const struct node *content, struct hidden_payloads *payloads,
			   struct problems *notes, struct error *err)
{
	if (reconcile(hidden->inner.root, content, err) < 0 ||
	    doc_write(&hidden->inner, hidden->inner.format, &payloads->plain, err) < 0)
		return -1;
	return encrypt(hidden, payloads, notes, err);
}

/* Appends a key to a dict of our own; takes `value` over, also when it fails. */
static int put(struct node *dict, struct node *value, const char *key, size_t len, struct error *err)
{
	if (value && node_insert(dict, NULL, value, key, len) == 0)
		return 0;
	node_free(value);
	return error_memory(err);
}

static int put_scalar(struct node *dict, const char *key, enum node_type type, const char *bytes, size_t len,
		      struct error *err)
{
	struct node *value = node_new(type);

	if (value && node_set(value, type, bytes, len) < 0) {
		node_free(value);
		value = NULL;
	}
	return put(dict, value, key, strlen(key), err);
}

/* The two keys that stand for PayloadContent. */
static int put_covered(struct node *dict, const struct hidden_payloads *payloads, struct error *err)
{
	const struct buf *cipher = &payloads->cipher;

	if (put_scalar(dict, ENCRYPTED_CONTENT, NODE_DATA, cipher->data, cipher->len, err) < 0)
		return -1;
	return put_scalar(dict, IS_ENCRYPTED, NODE_BOOLEAN, "true", 4, err);
}

static bool is_called(const struct node *node, const char *key)
{
	return node->key_len == strlen(key) && memcmp(node->key, key, node->key_len) == 0;
}

static int put_like(struct node *dict, const struct node *child, const struct hidden_payloads *payloads,
		    struct error *err)
{
	if (is_called(child, CONTENT))
		return put_covered(dict, payloads, err);
	if (is_called(child, ENCRYPTED_CONTENT) || is_called(child, IS_ENCRYPTED))
		return 0;
	return put(dict, node_copy(child, false), child->key, child->key_len, err);
}

/* The top of the profile as it is to lie on disk. NULL: out of memory. */
static struct node *cover(const struct node *shown, const struct hidden_payloads *payloads, struct error *err)
{
	struct node *dict = node_new(NODE_DICT);
	const struct node *child;
	int result = dict ? 0 : error_memory(err);

	for (child = result ? NULL : node_first(shown); child && result == 0; child = node_next(child))
		result = put_like(dict, child, payloads, err);
	if (result == 0)
		return dict;
	node_free(dict);
	return NULL;
}

int hidden_render(struct hidden *hidden, const struct doc *shown, enum doc_format format,
		  struct hidden_payloads *payloads, struct buf *out, struct problems *notes, struct error *err)
{
	const struct node *content = node_get(shown->root, CONTENT);
	struct node *wanted;
	int result;

	if (content && render_payloads(hidden, content, payloads, notes, err) < 0)
		return -1;
	wanted = cover(shown->root, payloads, err);
	if (!wanted)
		return -1;
	result = reconcile(hidden->outer.root, wanted, err);
	node_free(wanted);
	return result < 0 ? -1 : doc_write(&hidden->outer, format, out, err);
}

/* --- proving ---------------------------------------------------------------------------------------- */

static int refuse(struct error *err, const char *key, const char *what)
{
	error_rule(err, "not-a-profile", "%s", what);
	error_in_key(err, key);
	return -1;
}

/* What cannot be said on disk. */
static int check_shown(const struct node *shown, struct error *err)
{
	static const char *const made[] = { ENCRYPTED_CONTENT, IS_ENCRYPTED };
	const struct node *content = node_get(shown, CONTENT);
	size_t i;

	for (i = 0; i < sizeof(made) / sizeof(*made); i++)
		if (node_get(shown, made[i]))
			return refuse(err, made[i],
				      "the payloads are shown as if plain, and this key is made when they are saved "
				      "encrypted: remove it");
	if (content && content->type != NODE_ARRAY)
		return refuse(err, CONTENT,
			      "only payloads in an array can be encrypted, and this is none: make it a directory of "
			      "payloads again");
	return 0;
}

int hidden_prove(const struct doc *shown, const struct hidden_payloads *payloads, const struct buf *rendered,
		 struct error *err)
{
	const struct buf *plain = &payloads->plain;
	BUF_AUTO whole = BUF_INIT;
	DOC_AUTO outer = { 0 };

	if (check_shown(shown->root, err) < 0)
		return -1;
	if (!node_get(shown->root, CONTENT))
		return 0;
	if (doc_read(&outer, "", rendered->data, rendered->len, err) < 0)
		return -1;
	return encrypted_uncover(&outer, plain->data, plain->len, &whole, err);
}

/* --- the end ---------------------------------------------------------------------------------------- */

void hidden_adopt(struct hidden *hidden, struct hidden_payloads *payloads)
{
	hidden->changes_told = hidden->changes_told || payloads->renewed;
	hidden_payloads_free(&hidden->saved);
	hidden->saved = *payloads;
	*payloads = (struct hidden_payloads){ 0 };
}

void hidden_payloads_free(struct hidden_payloads *payloads)
{
	buf_free(&payloads->plain);
	buf_free(&payloads->cipher);
}

void hidden_free(struct hidden *hidden)
{
	if (!hidden)
		return;
	hidden_payloads_free(&hidden->saved);
	encryption_free(hidden->encryption);
	doc_free(&hidden->inner);
	doc_free(&hidden->outer);
	free(hidden);
}
