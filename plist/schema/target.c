/* Targets: what a profile is for, as users write it. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "plist/base/hint.h"
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

/* The platform that a name is the beginning of ("mac"), or one slip away from: most names end alike, so that two are
 * another one. NULL: none. */
static const char *platform_meant(const char *name, size_t len)
{
	struct hint hint = hint_for_bytes(name, len);
	enum platform platform;

	for (platform = 0; platform < PLATFORM_COUNT; platform++) {
		if (len >= 2 && strncasecmp(platform_name(platform), name, len) == 0)
			return platform_name(platform);
		hint_consider(&hint, platform_name(platform));
	}
	return hint.distance == 1 ? hint.name : NULL;
}

static int refuse_platform(const char *text, size_t len, struct error *err)
{
	const char *meant = platform_meant(text, len);

	if (meant)
		return error_set(err, EINVAL, "the target '%s' names no platform: did you mean '%s%s'?", text, meant,
				 text[len] && text[len + 1] ? text + len : ":15.1");
	return error_set(err, EINVAL,
			 "the target '%s' names no platform: iOS (iPadOS too), macOS, tvOS, visionOS or "
			 "watchOS, and a version, as in macOS:15.1",
			 text);
}

int target_parse(const char *text, struct target *target, struct error *err)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	enum platform platform = platform_from_name(text, len);

	if (platform == PLATFORM_COUNT)
		return refuse_platform(text, len, err);
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
