#include "plist/xml_skeleton.h"

void xml_skeleton(const struct buf *written, struct kept *kept, struct buf *skeleton)
{
	static const char MARK[] = "<?kept?>";
	size_t i, from = 0;

	for (i = 0; i < kept->count; i++) {
		struct kept_run *run = &kept->runs[i];

		buf_add(skeleton, buf_text(written) + from, run->at - from);
		run->mark = skeleton->len;
		buf_add_text(skeleton, MARK);
		from = run->at;
	}
	buf_add(skeleton, buf_text(written) + from, written->len - from);
}
