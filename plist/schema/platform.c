#include "plist/schema/schema.h"

#include <string.h>
#include <strings.h>

static const char *const platform_names[PLATFORM_COUNT] = {
	[PLATFORM_IOS] = "iOS",
	[PLATFORM_MACOS] = "macOS",
	[PLATFORM_TVOS] = "tvOS",
	[PLATFORM_VISIONOS] = "visionOS",
	[PLATFORM_WATCHOS] = "watchOS",
};

static const char *const fact_names[FACT_COUNT] = {
	[FACT_INTRODUCED] = "introduced",
	[FACT_DEPRECATED] = "deprecated",
	[FACT_REMOVED] = "removed",
	[FACT_MULTIPLE] = "multiple",
	[FACT_SUPERVISED] = "supervised",
	[FACT_DEVICE_CHANNEL] = "devicechannel",
	[FACT_USER_CHANNEL] = "userchannel",
	[FACT_REQUIRES_DEP] = "requiresdep",
	[FACT_USER_APPROVED] = "userapprovedmdm",
	[FACT_MANUAL_INSTALL] = "allowmanualinstall",
	[FACT_SHARED_IPAD] = "sharedipad",
	[FACT_SHARED_IPAD_DEVICE_CHANNEL] = "sharedipad-devicechannel",
	[FACT_SHARED_IPAD_USER_CHANNEL] = "sharedipad-userchannel",
	[FACT_USER_ENROLLMENT] = "userenrollment",
};

const char *platform_name(enum platform platform)
{
	return platform_names[platform];
}

static bool is_name(const char *known, const char *name, size_t len)
{
	return strlen(known) == len && strncasecmp(known, name, len) == 0;
}

enum platform platform_from_name(const char *name, size_t len)
{
	enum platform platform;

	if (is_name("iPadOS", name, len))
		return PLATFORM_IOS;
	for (platform = 0; platform < PLATFORM_COUNT; platform++) {
		if (is_name(platform_names[platform], name, len))
			break;
	}
	return platform;
}

const char *fact_name(enum fact fact)
{
	return fact_names[fact];
}

static const char *own_fact(const struct schema_key *key, enum platform platform, enum fact fact)
{
	return key && key->support[platform] ? key->support[platform]->facts[fact] : NULL;
}

const char *schema_fact(const struct schema_key *payload, const struct schema_key *key, enum platform platform,
			enum fact fact)
{
	const char *own = own_fact(key, platform, fact);

	return own ? own : own_fact(payload, platform, fact);
}

/* The digits at `*text`, without leading zeros, as a number of any size: how many, and past them and whatever
 * else stands before the next dot. */
static size_t take_number(const char **text, const char **digits)
{
	size_t len;

	*text += strspn(*text, "0");
	*digits = *text;
	len = strspn(*text, "0123456789");
	*text += strcspn(*text, ".");
	if (**text == '.')
		(*text)++;
	return len;
}

int version_compare(const char *a, const char *b)
{
	const char *left, *right;
	size_t left_len, right_len;
	int order = 0;

	while (!order && (*a || *b)) {
		left_len = take_number(&a, &left);
		right_len = take_number(&b, &right);
		if (left_len != right_len)
			return left_len < right_len ? -1 : 1;
		order = strncmp(left, right, left_len);
	}
	return order;
}
