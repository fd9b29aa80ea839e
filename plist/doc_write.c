#include "plist/doc.h"

#include <errno.h>

#include "plist/bplist.h"
#include "plist/xml_kept.h"
#include "plist/xml_skeleton.h"
#include "plist/xml_write.h"

static int compare_binary(struct buf *written, const struct node *with, bool *same, struct error *err)
{
	struct doc again;

	if (doc_read_shared(&again, "", written, err) < 0)
		return -1;
	*same = bplist_equal(with, again.root);
	doc_free(&again);
	return 0;
}

/* Runs that were kept need not be read again, if they are there. */
static int compare_xml(const struct doc *doc, struct kept *kept, struct buf *written, bool *same, struct error *err)
{
	BUF_AUTO skeleton = BUF_INIT;

	if (kept->count && written->len <= limit(LIMIT_PROFILE) && xml_skeleton(written, doc, kept, &skeleton))
		return doc_compare("", &skeleton, doc->root, kept, same, err);
	return doc_compare("", written, doc->root, NULL, same, err);
}

/* What was written, and what of it is known to be right. */
struct output {
	enum doc_format format;
	struct buf bytes;
	struct kept kept;
};

static void output_drop(struct output *output)
{
	buf_free(&output->bytes);
	xml_kept_free(&output->kept);
}

/* Reads what was written back and compares it with the tree: a mistake of ours must never reach a profile. */
static int read_back(const struct doc *doc, struct output *output, struct error *err)
{
	struct error why = ERROR_INIT;
	bool same = false;
	int rc = output->format == DOC_XML ? compare_xml(doc, &output->kept, &output->bytes, &same, &why)
					   : compare_binary(&output->bytes, doc->root, &same, &why);

	if (rc < 0) {
		if (why.code == ENOMEM || why.code == EFBIG) {
			*err = why;
			return -1;
		}
		return error_set(err, EIO,
				 "the edited property list cannot be read back and was not written: %s",
				 why.text);
	}
	if (!same)
		return error_set(err, EIO,
				 "the edited property list reads back as something else and was not written");
	return 0;
}

/* The first container that is nested too deep, or NULL. Without recursion, as everything that comes after
 * this recurses: a tree can be made deeper than any stack. */
static const struct node *find_too_deep(const struct node *root)
{
	const struct node *at = root;
	size_t depth = 1; /* of `at`, from the root, which is 1 */

	while (at) {
		const struct node *below = node_first(at);

		if (!node_is_scalar(at->type) && depth > limit(LIMIT_DEPTH))
			return at;
		if (below) {
			at = below;
			depth++;
			continue;
		}
		for (; at != root && !node_next(at); depth--)
			at = at->parent;
		at = at == root ? NULL : node_next(at);
	}
	return NULL;
}

static int check_depth(const struct doc *doc, struct error *err)
{
	const struct node *deep = find_too_deep(doc->root);
	BUF_AUTO path = BUF_INIT;

	if (!deep)
		return 0;
	limit_refuse(LIMIT_DEPTH, NULL, "nested too deep, move it up", err);
	err->code = EINVAL;
	doc_path(deep, &path);
	error_in_key(err, buf_text(&path));
	return -1;
}

/* True if the document's own bytes still say what it is. Those of a recoded one do not: they are not in the
 * encoding that they declare. */
static bool is_source(const struct doc *doc, enum doc_format format)
{
	return format == doc->format && doc->source.len && !doc->recoded && !node_differs(doc->root);
}

static int write_output(const struct doc *doc, struct output *output, struct error *err)
{
	if (output->format != DOC_XML)
		return bplist_write(doc, &output->bytes, err);
	if (doc->format == DOC_XML && doc->source.len && xml_kept_find(doc, &output->kept) < 0)
		return error_memory(err);
	return xml_write(doc, &output->kept, &output->bytes, err);
}

int doc_write(const struct doc *doc, enum doc_format format, struct buf *out, struct error *err)
{
	__attribute__((cleanup(output_drop))) struct output output = { .format = format };

	if (check_depth(doc, err))
		return -1;
	if (is_source(doc, format)) {
		buf_add(out, doc->source.data, doc->source.len);
		return buf_ok(out) ? 0 : error_memory(err);
	}
	if (doc->duplicate.code) {
		*err = doc->duplicate;
		return -1;
	}
	if (write_output(doc, &output, err) || read_back(doc, &output, err))
		return -1;
	if (out->len)
		buf_add(out, output.bytes.data, output.bytes.len);
	else
		buf_share(out, &output.bytes);
	return buf_ok(out) ? 0 : error_memory(err);
}
