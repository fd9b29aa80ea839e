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

/* What was written, and what was left out of it as it stands in the source. */
struct output {
	enum doc_format format;
	struct buf text;
	struct kept kept;
};

static void output_drop(struct output *output)
{
	buf_free(&output->text);
	xml_kept_free(&output->kept);
}

#define OUTPUT_AUTO __attribute__((cleanup(output_drop))) struct output

static size_t len_of(const struct output *output)
{
	size_t i, len = output->text.len;

	for (i = 0; i < output->kept.count; i++)
		len += output->kept.runs[i].source.end - output->kept.runs[i].source.start;
	return len;
}

/* What is kept is not read again: marks stand for it. */
static int compare_xml(const struct doc *doc, struct output *output, bool *same, struct error *err)
{
	BUF_AUTO skeleton = BUF_INIT;

	if (len_of(output) > limit(LIMIT_PROFILE))
		return limit_refuse(LIMIT_PROFILE, NULL, "it is too large", err);
	if (!output->kept.count)
		return doc_compare("", &output->text, doc->root, NULL, same, err);
	xml_skeleton(&output->text, &output->kept, &skeleton);
	if (!buf_ok(&skeleton))
		return error_memory(err);
	return doc_compare("", &skeleton, doc->root, &output->kept, same, err);
}

/* Reads what was written back and compares it with the tree: a mistake of ours must never reach a profile. */
static int read_back(const struct doc *doc, struct output *output, struct error *err)
{
	struct error why = ERROR_INIT;
	bool same = false;
	int rc = output->format == DOC_XML ? compare_xml(doc, output, &same, &why)
					   : compare_binary(&output->text, doc->root, &same, &why);

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

static int render(const struct doc *doc, struct output *output, struct error *err)
{
	if (output->format != DOC_XML)
		return bplist_write(doc, &output->text, err);
	if (doc->format == DOC_XML && doc->source.len && xml_kept_find(doc, &output->kept) < 0)
		return error_memory(err);
	return xml_write(doc, &output->kept, &output->text, err);
}

static int write_edited(const struct doc *doc, struct output *output, struct error *err)
{
	if (doc->duplicate.code) {
		*err = doc->duplicate;
		return -1;
	}
	return render(doc, output, err) || read_back(doc, output, err) ? -1 : 0;
}

/* Text and runs by turns. */
static void join(const struct output *output, const char *source, struct pieces *out)
{
	const char *text = buf_text(&output->text);
	size_t i, from = 0;

	for (i = 0; i < output->kept.count; i++) {
		const struct kept_run *run = &output->kept.runs[i];

		pieces_add(out, text + from, run->at - from);
		pieces_add(out, source + run->source.start, run->source.end - run->source.start);
		from = run->at;
	}
	pieces_add(out, text + from, output->text.len - from);
}

int doc_write_pieces(struct doc *doc, enum doc_format format, struct pieces *out, struct error *err)
{
	OUTPUT_AUTO output = { .format = format };

	if (check_depth(doc, err))
		return -1;
	if (is_source(doc, format)) {
		pieces_of(out, &doc->source);
	} else if (write_edited(doc, &output, err) == 0) {
		pieces_free(out);
		pieces_hold(out, &output.text);
		pieces_hold(out, &doc->source);
		join(&output, doc->source.data, out);
	} else {
		return -1;
	}
	return pieces_ok(out) ? 0 : error_memory(err);
}

/* Appends them, or has the memory of a buffer that is the whole in common with it. */
static int put_out(struct output *output, const char *source, struct buf *out, struct error *err)
{
	PIECES_AUTO pieces = PIECES_INIT;

	if (!out->len && !output->kept.count) {
		buf_share(out, &output->text);
		return buf_ok(out) ? 0 : error_memory(err);
	}
	join(output, source, &pieces);
	pieces_append(&pieces, out);
	return buf_ok(out) ? 0 : error_memory(err);
}

int doc_write(const struct doc *doc, enum doc_format format, struct buf *out, struct error *err)
{
	OUTPUT_AUTO output = { .format = format };

	if (check_depth(doc, err))
		return -1;
	if (is_source(doc, format)) {
		buf_add(out, doc->source.data, doc->source.len);
		return buf_ok(out) ? 0 : error_memory(err);
	}
	if (write_edited(doc, &output, err) < 0)
		return -1;
	return put_out(&output, doc->source.data, out, err);
}
