#include "fs/cmd/choice.h"

#include <string.h>

#include "fs/cmd/say.h"
#include "plist/base/buf.h"

int choice_of(const char *command, const char *option, const char *text, const char *const *words, int count)
{
	BUF_AUTO all = BUF_INIT;
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(text, words[i]) == 0)
			return i;
		buf_add_format(&all, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
	}
	say_misuse(command, "%s takes %s, not '%s'", option, buf_text(&all), text);
	return -1;
}
