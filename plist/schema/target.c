/* Targets: what a profile is for, as users write it. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "plist/schema/check.h"

/* Numbers joined by dots: 15, 15.1, 10.15.4. */
static bool is_version(const char *text)
{
	bool digit = false;

	for (; *text; text++) {
		if (isdigit((unsigned char)*text))
			digit = true;
		else if (*text == '.' && digit)
			digit = false;
		else
			return false;
	}
	return digit;
}

int target_parse(const char *text, struct target *target, struct error *err)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	enum platform platform = platform_from_name(text, len);

	if (platform == PLATFORM_COUNT)
		return error_set(err, EINVAL,
				 "the target '%s' names no platform: iOS (iPadOS too), macOS, tvOS, visionOS or "
				 "watchOS, and a version, as in macOS:15.1",
				 text);
	if (!colon || !colon[1])
		return error_set(err, EINVAL, "the target '%s' has no version: write it as in %s:%s", text,
				 platform_name(platform), platform == PLATFORM_MACOS ? "15.1" : "18.1");
	if (!is_version(colon + 1) || strlen(colon + 1) >= sizeof(target->version))
		return error_set(err, EINVAL, "'%s' in the target '%s' is no version: a version is one like 15 or 15.1",
				 colon + 1, text);
	*target = (struct target){ .platform = platform };
	memcpy(target->version, colon + 1, strlen(colon + 1));
	return 0;
}
