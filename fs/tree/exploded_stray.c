/* What lies in an exploded tree and was hardly meant to be part of the profile: README.md, Thumbs.db, scripts/. */
#include <string.h>
#include <strings.h>

#include "fs/tree/exploded_parts.h"

/* What names of files end in, and no key's. */
static bool has_extension(const char *name)
{
	static const char *const extensions[] = { "bat", "cfg", "csv", "db", "html", "ini", "jpg", "json", "log", "md",
						  "orig", "pdf", "png", "ps1", "py", "rej", "rst", "sh", "swp", "tmp",
						  "txt", "xml", "yaml", "yml" };
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(extensions) / sizeof(*extensions); i++)
		if (strcasecmp(dot + 1, extensions[i]) == 0)
			return true;
	return false;
}

/* A question says which key was meant. */
static bool asks(const char *text)
{
	size_t len = strlen(text);

	return len && text[len - 1] == '?';
}

bool exploded_is_stray(const struct item *item, const struct finding *finding)
{
	if (strcmp(finding->rule, "unknown-key") != 0 || finding->key || item->node != finding->node ||
	    asks(finding->text) || !item->parent)
		return false;
	return !item->parent->parent || (item->kind == ITEM_KEY && has_extension(item_name(item)));
}
