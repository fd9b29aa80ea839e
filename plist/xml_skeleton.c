#include "plist/xml_skeleton.h"

#include <string.h>

static const char MARK[] = "<?kept?>";

/* True if the run stands there, `from` or later. */
static bool is_there(const struct buf *written, size_t from, const struct doc *doc, const struct kept_run *run)
{
	size_t len = run->source.end - run->source.start;

	return run->at >= from && run->at <= written->len && len <= written->len - run->at &&
	       memcmp(written->data + run->at, doc->source.data + run->source.start, len) == 0;
}

bool xml_skeleton(const struct buf *written, const struct doc *doc, struct kept *kept, struct buf *skeleton)
{
	size_t i, from = 0;

	for (i = 0; i < kept->count; i++) {
		struct kept_run *run = &kept->runs[i];

		if (!is_there(written, from, doc, run))
			return false;
		buf_add(skeleton, written->data + from, run->at - from);
		run->mark = skeleton->len;
		buf_add_text(skeleton, MARK);
		from = run->at + (run->source.end - run->source.start);
	}
	buf_add(skeleton, written->data + from, written->len - from);
	return buf_ok(skeleton);
}
