#include "plist/base/strings.h"

#include <stdlib.h>

int strings_add(struct strings *strings, const char *text, struct error *err)
{
	const char **grown = realloc(strings->at, (strings->count + 1) * sizeof(*grown));

	if (!grown)
		return error_memory(err);
	grown[strings->count++] = text;
	strings->at = grown;
	return 0;
}

void strings_free(struct strings *strings)
{
	free(strings->at);
	*strings = STRINGS_INIT;
}
