#include "plist/encrypted.h"

#include <errno.h>
#include <string.h>

#include "plist/xml_move.h"

#define RULE "not-a-profile"
#define PLAIN "PayloadContent"
#define COVER "EncryptedPayloadContent"
#define FLAG "IsEncrypted"

#define DOC_AUTO __attribute__((cleanup(doc_free))) struct doc

/* --- looking ------------------------------------------------------------------------------------------- */

static const struct node *find(const struct doc *doc, const char *key)
{
	return doc->root->type == NODE_DICT ? node_get(doc->root, key) : NULL;
}

static bool is_true(const struct node *node)
{
	return node && node->type == NODE_BOOLEAN && node_is_text(node, "true");
}

bool encrypted_is(const struct doc *doc)
{
	return find(doc, COVER) || (is_true(find(doc, FLAG)) && !find(doc, PLAIN));
}

/* Adds where that is to an error that is set. */
static void at_key(const struct doc *doc, const char *key, struct error *err)
{
	const struct node *node = find(doc, key);
	unsigned long line, column;

	error_in_key(err, key);
	if (!node || !node->placed)
		return;
	doc_position(doc, node->source.key.start, &line, &column);
	error_at(err, line, column);
}

static int wrong(const struct doc *doc, const char *key, struct error *err, const char *what)
{
	error_rule(err, RULE, "%s", what);
	at_key(doc, key, err);
	return -1;
}

static int check_dict(const struct doc *doc, struct error *err)
{
	if (doc->root->type == NODE_DICT)
		return 0;
	return error_rule(err, RULE, "a profile is a dict, and this is a property list of the type %s",
			  node_type_name(doc->root->type));
}

static bool is_twice(const struct doc *doc, const char *key)
{
	for (const struct node *child = node_first_link(doc->root); child; child = child->next)
		if (child->shadowed && !child->removed && strcmp(child->key, key) == 0)
			return true;
	return false;
}

/* The three keys must say one thing. */
static int check_encrypted(const struct doc *doc, struct error *err)
{
	static const char *const KEYS[] = { COVER, FLAG, PLAIN };
	const struct node *content = find(doc, COVER);

	if (check_dict(doc, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
		if (is_twice(doc, KEYS[i]))
			return wrong(doc, KEYS[i], err, "this key is there twice: take one out");
	if (!content)
		return wrong(doc, COVER, err,
			     "this key is missing: in an encrypted profile it holds the encrypted payloads");
	if (content->type != NODE_DATA || node_is_placeholder(content))
		return wrong(doc, COVER, err, "the encrypted payloads are not data: they must be a CMS message");
	if (!is_true(find(doc, FLAG)))
		return wrong(doc, FLAG, err, "this must be true where there is " COVER);
	if (find(doc, PLAIN))
		return wrong(doc, PLAIN, err,
			     "the payloads are there both plain and encrypted: take " PLAIN
			     " out, or " COVER " and " FLAG);
	return 0;
}

const struct node *encrypted_content(const struct doc *doc, struct error *err)
{
	return check_encrypted(doc, err) < 0 ? NULL : find(doc, COVER);
}

static int check_plain(const struct doc *doc, struct error *err)
{
	const struct node *payloads = find(doc, PLAIN);

	if (check_dict(doc, err) < 0)
		return -1;
	if (find(doc, COVER))
		return wrong(doc, COVER, err, "the profile is encrypted already: decrypt it first");
	if (!payloads)
		return wrong(doc, PLAIN, err, "this key is missing: there are no payloads to be encrypted");
	if (payloads->type == NODE_ARRAY)
		return 0;
	error_rule(err, RULE, "the payloads are of the type %s: only those in an array can be encrypted",
		   node_type_name(payloads->type));
	at_key(doc, PLAIN, err);
	return -1;
}

/* --- documents ----------------------------------------------------------------------------------------- */

static int check_memory(const struct buf *buf, struct error *err)
{
	return buf_ok(buf) ? 0 : error_memory(err);
}

/* Reads what we made ourselves. */
static int read_made(struct doc *doc, const struct buf *made, struct error *err)
{
	if (check_memory(made, err) < 0)
		return -1;
	return doc_read(doc, "", made->data, made->len, err);
}

/* Reads the document as it is now, so that its source says all of it. */
static int read_anew(const struct doc *doc, struct doc *fresh, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;

	if (doc->duplicate.code) {
		*err = doc->duplicate;
		return -1;
	}
	if (doc_write(doc, doc->format, &bytes, err) < 0)
		return -1;
	return read_made(fresh, &bytes, err);
}

/* Appends a node and all below it as a document of its own. */
static int write_alone(const struct node *node, enum doc_format format, struct buf *out, struct error *err)
{
	DOC_AUTO alone = { .format = format, .root = node_copy(node, false) };

	return alone.root ? doc_write(&alone, format, out, err) : error_memory(err);
}

/* Puts a new child before `before` or at the end. NULL: out of memory. */
static struct node *insert(struct node *dict, struct node *before, const char *key, struct node *child)
{
	if (child && node_insert(dict, before, child, key, strlen(key)) == 0)
		return child;
	node_free(child);
	return NULL;
}

/* --- taking -------------------------------------------------------------------------------------------- */

static void add_line(struct buf *out, const struct doc *doc, const char *text)
{
	buf_add_text(out, text);
	buf_add_text(out, doc->crlf ? "\r\n" : "\n");
}

/* The array's bytes between the lines that every plist has. It is indented as it was, by which xml_move() will know
 * that its lines belong where they are. */
static void cut_out(const struct doc *doc, const struct node *payloads, struct buf *out)
{
	struct span element = payloads->source.element, indent = xml_indent_at(doc, element.start);

	add_line(out, doc, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	add_line(out, doc, "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
			   "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">");
	add_line(out, doc, "<plist version=\"1.0\">");
	buf_add(out, doc->source.data + indent.start, indent.end - indent.start);
	buf_add(out, doc->source.data + element.start, element.end - element.start);
	add_line(out, doc, "");
	add_line(out, doc, "</plist>");
}

/* True if the bytes are a property list that is equal to `node`. */
static bool says(const struct buf *bytes, const struct node *node)
{
	struct error ignored = ERROR_INIT;
	DOC_AUTO doc = { 0 };

	return read_made(&doc, bytes, &ignored) == 0 && node_equal(doc.root, node, true);
}

int encrypted_take(const struct doc *doc, struct buf *out, struct error *err)
{
	BUF_AUTO cut = BUF_INIT;
	DOC_AUTO fresh = { 0 };
	const struct node *payloads;

	if (check_plain(doc, err) < 0 || read_anew(doc, &fresh, err) < 0)
		return -1;
	payloads = find(&fresh, PLAIN);
	if (fresh.format == DOC_XML)
		cut_out(&fresh, payloads, &cut);
	if (fresh.format == DOC_BINARY || !says(&cut, payloads))
		return write_alone(payloads, fresh.format, out, err);
	buf_add(out, cut.data, cut.len);
	return check_memory(out, err);
}

/* --- covering ------------------------------------------------------------------------------------------ */

/* In the bytes: another key, and data to be filled in. In a binary document, in the tree. */
static int put_empty_cover(struct doc *doc, struct error *err)
{
	struct node *payloads = node_get(doc->root, PLAIN);
	struct node_source *source = &payloads->source;
	BUF_AUTO bytes = BUF_INIT;

	if (doc->format == DOC_BINARY) {
		node_remove(payloads);
		return insert(doc->root, payloads->next, COVER, node_new(NODE_DATA)) ? 0 : error_memory(err);
	}
	buf_add(&bytes, doc->source.data, source->key.start);
	buf_add_text(&bytes, "<key>" COVER "</key>");
	buf_add(&bytes, doc->source.data + source->key.end, source->element.start - source->key.end);
	buf_add_text(&bytes, "<data></data>");
	buf_add(&bytes, doc->source.data + source->element.end, doc->source.len - source->element.end);
	doc_free(doc);
	return read_made(doc, &bytes, err);
}

static int set_flag(struct doc *doc, struct node *before, struct error *err)
{
	struct node *flag = node_get(doc->root, FLAG);

	if (!flag)
		flag = insert(doc->root, before, FLAG, node_new(NODE_BOOLEAN));
	return flag && node_set(flag, NODE_BOOLEAN, "true", 4) == 0 ? 0 : error_memory(err);
}

int encrypted_cover(const struct doc *doc, const void *cipher, size_t len, struct buf *out, struct error *err)
{
	DOC_AUTO fresh = { 0 };
	struct node *cover;

	if (check_plain(doc, err) < 0 || read_anew(doc, &fresh, err) < 0)
		return -1;
	if (put_empty_cover(&fresh, err) < 0)
		return -1;
	cover = node_get(fresh.root, COVER);
	if (node_set(cover, NODE_DATA, cipher, len) < 0)
		return error_memory(err);
	cover->value.placeholder = false; /* whatever the bytes look like */
	if (set_flag(&fresh, node_next(cover), err) < 0)
		return -1;
	return doc_write(&fresh, fresh.format, out, err);
}

/* --- uncovering ---------------------------------------------------------------------------------------- */

/* The reason is not said: it could show what came out, and of garbage it is none. */
static int read_payloads(struct doc *inner, const void *payloads, size_t len, struct error *err)
{
	struct error why = ERROR_INIT;

	if (doc_read(inner, "", payloads, len, &why) == 0 && inner->root->type == NODE_ARRAY)
		return 0;
	if (why.code == ENOMEM)
		return error_memory(err);
	error_rule(err, RULE,
		   "what the payloads decrypt to is no property list with an array at its top: the key is a wrong "
		   "one, or the data is damaged");
	error_in_key(err, COVER);
	return -1;
}

/* Takes IsEncrypted out. */
static int drop_flag(const struct doc *doc, struct doc *bare, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	DOC_AUTO fresh = { 0 };

	if (read_anew(doc, &fresh, err) < 0)
		return -1;
	node_remove(node_get(fresh.root, FLAG));
	if (doc_write(&fresh, fresh.format, &bytes, err) < 0)
		return -1;
	return read_made(bare, &bytes, err);
}

/* Puts the array's bytes where the data's are. */
static void splice(const struct doc *bare, const struct doc *inner, struct buf *out)
{
	const struct node_source *place = &node_get(bare->root, COVER)->source;
	const char *source = bare->source.data;
	struct span indent = xml_indent_at(bare, place->element.start);

	buf_add(out, source, place->key.start);
	buf_add_text(out, "<key>" PLAIN "</key>");
	buf_add(out, source + place->key.end, place->element.start - place->key.end);
	xml_move(inner, inner->root, source + indent.start, indent.end - indent.start, out);
	buf_add(out, source + place->element.end, bare->source.len - place->element.end);
}

/* True if the bytes are the profile with the payloads, and all else as it was. */
static bool is_uncovered(const struct buf *bytes, const struct doc *bare, const struct doc *inner)
{
	struct error ignored = ERROR_INIT;
	const struct node *before, *after;
	DOC_AUTO doc = { 0 };

	if (read_made(&doc, bytes, &ignored) < 0)
		return false;
	before = node_first(bare->root);
	after = node_first(doc.root);
	for (; before && after; before = node_next(before), after = node_next(after)) {
		bool cover = strcmp(before->key, COVER) == 0;

		if (strcmp(after->key, cover ? PLAIN : before->key) != 0 ||
		    !node_equal(after, cover ? inner->root : before, true))
			return false;
	}
	return !before && !after;
}

/* The array through its nodes, written anew. */
static int write_uncovered(struct doc *bare, const struct doc *inner, struct buf *out, struct error *err)
{
	struct node *cover = node_get(bare->root, COVER), *payloads = node_copy(inner->root, false);
	struct error why = ERROR_INIT;

	node_remove(cover);
	if (!insert(bare->root, node_next(cover), PLAIN, payloads))
		return error_memory(err);
	if (!inner->duplicate.code && doc_write(bare, bare->format, out, &why) == 0)
		return 0;
	if (why.code == ENOMEM)
		return error_memory(err);
	error_rule(err, RULE,
		   "the decrypted payloads cannot be put into this profile: they have a key twice, are nested too "
		   "deep, or hold what a %s property list cannot",
		   bare->format == DOC_XML ? "XML" : "binary");
	error_in_key(err, COVER);
	return -1;
}

int encrypted_uncover(const struct doc *doc, const void *payloads, size_t len, struct buf *out, struct error *err)
{
	BUF_AUTO spliced = BUF_INIT;
	DOC_AUTO bare = { 0 };
	DOC_AUTO inner = { 0 };

	if (check_encrypted(doc, err) < 0 || read_payloads(&inner, payloads, len, err) < 0)
		return -1;
	if (drop_flag(doc, &bare, err) < 0)
		return -1;
	if (bare.format == DOC_XML && inner.format == DOC_XML)
		splice(&bare, &inner, &spliced);
	if (!spliced.len || !is_uncovered(&spliced, &bare, &inner))
		return write_uncovered(&bare, &inner, out, err);
	buf_add(out, spliced.data, spliced.len);
	return check_memory(out, err);
}
