#include "fs/cmd/choice.h"

#include <string.h>

#include "fs/cmd/say.h"
#include "plist/base/buf.h"
#include "plist/base/hint.h"

int choice_of(const char *command, const char *option, const char *text, const char *const *words, int count)
{
	struct hint hint = hint_for(text);
	BUF_AUTO all = BUF_INIT;
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(text, words[i]) == 0)
			return i;
		hint_consider(&hint, words[i]);
		buf_add_format(&all, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
	}
	if (hint.name)
		say_misuse(command, "%s takes %s, not '%s': did you mean '%s'?", option, buf_text(&all), text,
			   hint.name);
	else
		say_misuse(command, "%s takes %s, not '%s'", option, buf_text(&all), text);
	return -1;
}
