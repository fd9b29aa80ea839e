/*
 * PLATFORM(VERSION FACT=VALUE ...)
 */
#include "plist/schema/language_reader.h"

#include <string.h>

#include "plist/base/hint.h"

static bool is_version(const char *text)
{
	return strcmp(text, "n/a") == 0 || strcmp(text, "all") == 0 || (*text >= '0' && *text <= '9');
}

static bool is_boolean(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

static bool is_mode(const char *text)
{
	return strcmp(text, "allowed") == 0 || strcmp(text, "required") == 0 ||
	       strcmp(text, "forbidden") == 0 || strcmp(text, "ignored") == 0;
}

struct fact_form {
	bool (*is)(const char *text);
	const char *allowed;
};

static struct fact_form form_of(enum fact fact)
{
	switch (fact) {
	case FACT_INTRODUCED:
	case FACT_DEPRECATED:
	case FACT_REMOVED:
		return (struct fact_form){ is_version, "a version like 13.1, n/a or all" };
	case FACT_SHARED_IPAD:
	case FACT_USER_ENROLLMENT:
		return (struct fact_form){ is_mode, "allowed, required, forbidden or ignored" };
	default:
		return (struct fact_form){ is_boolean, "true or false" };
	}
}

const char *fact_allowed(enum fact fact, const char *text)
{
	struct fact_form form = form_of(fact);

	return form.is(text) ? NULL : form.allowed;
}

static int unknown_fact(const struct reader *reader, const struct word *word)
{
	struct hint hint = hint_for(word->text);

	for (enum fact fact = 0; fact < FACT_COUNT; fact++)
		hint_consider(&hint, fact_name(fact));
	if (hint.name)
		return reader_error(reader, word, "'%s' is no fact: did you mean %s?", word->text, hint.name);
	return reader_error(reader, word,
			    "'%s' is no fact: deprecated, removed, multiple, supervised, devicechannel, userchannel, "
			    "requiresdep, userapprovedmdm, allowmanualinstall, sharedipad, sharedipad-devicechannel, "
			    "sharedipad-userchannel, userenrollment",
			    word->text);
}

static int find_fact(const struct reader *reader, const struct word *word, enum fact *fact)
{
	for (*fact = 0; *fact < FACT_COUNT; (*fact)++) {
		if (strcmp(fact_name(*fact), word->text) == 0)
			return 0;
	}
	return unknown_fact(reader, word);
}

/* One word of a group: FACT=VALUE, or a version by itself. */
static int set_fact(const struct reader *reader, struct support *support, const struct word *word)
{
	const char *value = word->text;
	enum fact fact = FACT_INTRODUCED;
	const char *allowed;

	if (word->kind != WORD_PLAIN) {
		if (language_one_value(reader, word) || find_fact(reader, word, &fact))
			return -1;
		value = word->values.list[0];
	}
	allowed = fact_allowed(fact, value);
	if (allowed)
		return reader_error(reader, word, "%s: '%s' is not %s", fact_name(fact), value, allowed);
	support->facts[fact] = value;
	return 0;
}

int language_platform(const struct reader *reader, struct schema_key *key, const struct word *group)
{
	enum platform platform = platform_from_name(group->text, strlen(group->text));
	struct support *support;

	if (platform == PLATFORM_COUNT)
		return reader_error(reader, group, "'%s' is no platform: iOS, macOS, tvOS, visionOS, watchOS",
				    group->text);
	support = arena_get(reader->arena, sizeof(*support));
	if (!support)
		return error_memory(reader->err);
	if (key->support[platform])
		*support = *key->support[platform];
	for (size_t i = 1; i <= group->inner; i++) {
		if (set_fact(reader, support, group + i))
			return -1;
	}
	key->support[platform] = support;
	return 0;
}

bool language_is_platforms(const struct reader *reader)
{
	const struct words *words = &reader->words;
	size_t i = 0;

	while (i < words->count && words->list[i].kind == WORD_GROUP)
		i += 1 + words->list[i].inner;
	return i == words->count;
}
