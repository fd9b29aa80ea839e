#include "plist/doc.h"

#include <string.h>

#include "plist/bplist.h"
#include "plist/encoding.h"
#include "plist/xml_read.h"

static int too_big(const char *name, struct error *err)
{
	limit_refuse(LIMIT_PROFILE, NULL, "it is too large", err);
	error_in_file(err, name);
	return -1;
}

/* Looks at the first line only: a file with mixed line ends is as it begins. */
static bool has_crlf(const struct buf *source)
{
	const char *end = source->len ? memchr(source->data, '\n', source->len) : NULL;

	return end && end > source->data && end[-1] == '\r';
}

/* Bytes to be read, and the buffer that holds them, if there is one. */
struct input {
	const void *bytes;
	size_t len;
	struct buf *buf;
};

static int take_source(struct doc *doc, const struct input *input, struct error *err)
{
	if (!input->buf || !encoding_is_utf8(input->bytes, input->len))
		return encoding_to_utf8(input->bytes, input->len, &doc->source, &doc->recoded, err);
	buf_share(&doc->source, input->buf);
	return buf_ok(&doc->source) ? 0 : error_memory(err);
}

static int open_xml(struct doc *doc, const char *name, const struct input *input, struct error *err)
{
	if (take_source(doc, input, err) < 0)
		return -1;
	if (doc->source.len > limit(LIMIT_PROFILE))
		return too_big(name, err);
	doc->crlf = has_crlf(&doc->source);
	return 0;
}

static int read_xml(struct doc *doc, const char *name, const struct input *input, struct error *err)
{
	return open_xml(doc, name, input, err) < 0 ? -1 : xml_read(doc, name, err);
}

static int read_binary(struct doc *doc, const char *name, const struct input *input, struct error *err)
{
	doc->format = DOC_BINARY;
	if (input->buf)
		buf_share(&doc->source, input->buf);
	else
		buf_add(&doc->source, input->bytes, input->len);
	if (!buf_ok(&doc->source))
		return error_memory(err);
	return bplist_read(doc, name, err);
}

static int read_input(struct doc *doc, const char *name, const struct input *input, struct error *err)
{
	int rc;

	*doc = (struct doc){ 0 };
	if (input->len > limit(LIMIT_PROFILE))
		return too_big(name, err);
	if (bplist_recognise(input->bytes, input->len))
		rc = read_binary(doc, name, input, err);
	else
		rc = read_xml(doc, name, input, err);
	if (rc < 0) {
		error_in_file(err, name);
		doc_free(doc);
	}
	return rc;
}

int doc_read(struct doc *doc, const char *name, const void *bytes, size_t len, struct error *err)
{
	const struct input input = { bytes, len, NULL };

	return read_input(doc, name, &input, err);
}

int doc_read_shared(struct doc *doc, const char *name, struct buf *bytes, struct error *err)
{
	const struct input input = { bytes->data, bytes->len, bytes };

	return read_input(doc, name, &input, err);
}

int doc_compare(const char *name, struct buf *bytes, const struct node *with, const struct kept *kept, bool *same,
		struct error *err)
{
	const struct input input = { bytes->data, bytes->len, bytes };
	struct doc doc = { 0 };
	int rc = -1;

	if (bytes->len > limit(LIMIT_PROFILE))
		too_big(name, err);
	else if (open_xml(&doc, name, &input, err) == 0)
		rc = xml_compare(&doc, name, with, kept, same, err);
	if (rc < 0)
		error_in_file(err, name);
	doc_free(&doc);
	return rc;
}

int doc_new(struct doc *doc, struct error *err)
{
	*doc = (struct doc){ .format = DOC_XML };
	doc->root = node_new(NODE_DICT);
	return doc->root ? 0 : error_memory(err);
}

void doc_position(const struct doc *doc, size_t offset, unsigned long *line, unsigned long *column)
{
	if (doc->format == DOC_BINARY || doc->composed) {
		*line = 0;
		*column = 0;
		return;
	}
	encoding_position(buf_text(&doc->source), doc->source.len, offset, line, column);
}

static size_t position_in(const struct node *node)
{
	size_t position = 0;

	while ((node = node_previous(node)))
		position++;
	return position;
}

/* From the node up, then written from the root down: paths are as deep as documents may be, and a few
 * levels more in a tree that was built by hand. */
void doc_path(const struct node *node, struct buf *out)
{
	if (!node->parent)
		return;
	doc_path(node->parent, out);
	if (node->parent->parent)
		buf_add_char(out, '/');
	if (node->key)
		buf_add(out, node->key, node->key_len);
	else
		buf_add_format(out, "%02zu", position_in(node));
}

void doc_free(struct doc *doc)
{
	node_free(doc->root);
	buf_free(&doc->source);
	*doc = (struct doc){ 0 };
}
