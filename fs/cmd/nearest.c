#include "fs/cmd/nearest.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "plist/base/hint.h"

#define VENDOR "com.apple."

/* What tells the types of one vendor apart; a distance that counted the rest would find all of them near. */
static const char *tail(const char *type)
{
	return strncasecmp(type, VENDOR, strlen(VENDOR)) == 0 ? type + strlen(VENDOR) : type;
}

/* "wifi" begins "wifi.managed". */
static bool begins(const char *name, const char *word, size_t len)
{
	return strncasecmp(name, word, len) == 0 && (name[len] == '\0' || name[len] == '.');
}

/* The shortest of those that go on where the word ends. */
static const char *find_longer(const struct texts *types, const char *word)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; *word && i < types->count; i++) {
		if (!begins(tail(types->list[i]), word, strlen(word)))
			continue;
		if (!found || strlen(types->list[i]) < strlen(found))
			found = types->list[i];
	}
	return found;
}

/* Names of other vendors are compared whole, so that they are near to none of Apple's. */
static const char *find_misspelt(const struct texts *types, const char *wrong)
{
	bool whole = strchr(tail(wrong), '.') && tail(wrong) == wrong;
	struct hint hint = hint_for(tail(wrong));
	const char *found = NULL;
	size_t i;

	for (i = 0; i < types->count; i++) {
		const char *before = hint.name;

		hint_consider(&hint, whole ? types->list[i] : tail(types->list[i]));
		if (hint.name != before)
			found = types->list[i];
	}
	return found;
}

const char *nearest_type(struct schema *schema, const char *wrong)
{
	const struct texts *types = schema_types(schema);
	const char *found;

	if (!types)
		return NULL;
	found = find_longer(types, tail(wrong));
	return found ? found : find_misspelt(types, wrong);
}

int nearest_refuse(struct schema *schema, const char *wrong, struct error *err)
{
	const char *near = nearest_type(schema, wrong);

	if (near)
		return error_set(err, EINVAL, "there is no payload type '%s': did you mean '%s'?", wrong, near);
	return error_set(err, EINVAL, "there is no payload type '%s'; `profilefs schema` lists those that are known",
			 wrong);
}
