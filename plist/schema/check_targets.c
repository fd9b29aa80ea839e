/*
 * What platforms have: the payloads and keys that none of the targets has, those that are given up, and the
 * payloads of which a profile may have one.
 *
 * A section that says nothing of any platform says nothing at all; one that names some says that the others
 * do not have it. A key that says nothing of a platform is as its payload is. Where a type has several sections
 * that say different things of a platform, nothing is left of it but that they speak of it: then it has the type.
 */
#include <stdlib.h>
#include <string.h>

#include "plist/schema/check_run.h"
#include "plist/schema/constraint_limits.h"

/* A payload or one of its keys, or one of the profile's. */
struct subject {
	const struct schema_key *section; /* what the key belongs to */
	const struct schema_key *key;     /* the section itself: the payload as a whole */
	const char *name;                 /* the payload's type or the key's name, with its length */
	size_t len;
};

/* What is said of the subject, with "n/a" as nothing. */
static const char *fact_of(const struct subject *subject, enum platform platform, enum fact fact)
{
	const char *value = schema_fact(subject->section, subject->key, platform, fact);

	return value && strcmp(value, "n/a") != 0 ? value : NULL;
}

static bool says_of_platforms(const struct schema_key *key)
{
	size_t i;

	for (i = 0; i < PLATFORM_COUNT; i++)
		if (key->support[i])
			return true;
	return false;
}

/* True if a fact that is a version had come by that version. `at` NULL: whenever it came. */
static bool has_come(const char *version, const char *at)
{
	return version && (!at || version_compare(version, at) <= 0);
}

/* True if the platform has the subject at a version; NULL: if it ever had. */
static bool is_on(const struct subject *subject, enum platform platform, const char *at)
{
	const char *introduced = schema_fact(subject->section, subject->key, platform, FACT_INTRODUCED);

	if (!introduced && !subject->section->support[platform] && !subject->key->support[platform])
		return false;
	if (introduced && !has_come(fact_of(subject, platform, FACT_INTRODUCED), at))
		return false;
	return !at || !has_come(fact_of(subject, platform, FACT_REMOVED), at);
}

static bool is_given_up(const struct subject *subject, enum platform platform, const char *at)
{
	return has_come(fact_of(subject, platform, FACT_DEPRECATED), at) ||
	       has_come(fact_of(subject, platform, FACT_REMOVED), at);
}

/* --- the targets, or every platform ----------------------------------------------------------------- */

static size_t place_count(const struct run *run)
{
	return run->options->target_count ? run->options->target_count : PLATFORM_COUNT;
}

/* The platform and version (NULL: any) to ask about, one after the other. */
static enum platform place_at(const struct run *run, size_t i, const char **version)
{
	if (!run->options->target_count) {
		*version = NULL;
		return (enum platform)i;
	}
	*version = run->options->targets[i].version;
	return run->options->targets[i].platform;
}

/* True if some have it, or had it, and all of these gave it up. */
static bool is_deprecated(const struct run *run, const struct subject *subject)
{
	bool had = false;
	const char *at;
	size_t i;

	for (i = 0; i < place_count(run); i++) {
		enum platform platform = place_at(run, i, &at);

		if (!is_on(subject, platform, at))
			continue;
		if (!is_given_up(subject, platform, at))
			return false;
		had = true;
	}
	return had;
}

static bool is_unsupported(const struct run *run, const struct subject *subject)
{
	const char *at;
	size_t i;

	if (!says_of_platforms(subject->section) && !says_of_platforms(subject->key))
		return false;
	for (i = 0; i < place_count(run); i++) {
		enum platform platform = place_at(run, i, &at);

		if (is_on(subject, platform, at))
			return false;
	}
	return true;
}

/* True if some have it, and none of these takes two of it. */
static bool is_single(const struct run *run, const struct subject *subject)
{
	bool single = false;
	const char *at, *multiple;
	size_t i;

	for (i = 0; i < place_count(run); i++) {
		enum platform platform = place_at(run, i, &at);

		if (!is_on(subject, platform, at))
			continue;
		multiple = fact_of(subject, platform, FACT_MULTIPLE);
		if (!multiple || strcmp(multiple, "false") != 0)
			return false;
		single = true;
	}
	return single;
}

/* --- what is said ----------------------------------------------------------------------------------- */

/* "deprecated since macOS 11.0 and removed in 12.0", "deprecated and removed in macOS 10.15" */
static void say_end(struct run *run, enum platform platform, const char *deprecated, const char *removed)
{
	const char *name = platform_name(platform);

	if (!deprecated)
		say(run, "removed in %s %s", name, removed);
	else if (!removed)
		say(run, "deprecated since %s %s", name, deprecated);
	else if (version_compare(deprecated, removed) == 0)
		say(run, "deprecated and removed in %s %s", name, removed);
	else
		say(run, "deprecated since %s %s and removed in %s", name, deprecated, removed);
}

static void say_given_up(struct run *run, const struct subject *subject)
{
	const char *at, *between = "";
	size_t i;

	text_shown(subject->name, subject->len, &run->text);
	buf_add_text(&run->text, " is ");
	for (i = 0; i < place_count(run); i++) {
		enum platform platform = place_at(run, i, &at);

		if (!is_on(subject, platform, at))
			continue;
		buf_add_text(&run->text, between);
		say_end(run, platform, fact_of(subject, platform, FACT_DEPRECATED),
			fact_of(subject, platform, FACT_REMOVED));
		between = "; ";
	}
}

static void say_unsupported(struct run *run, const struct subject *subject)
{
	const char *between = "", *introduced, *removed, *at;
	size_t i;

	for (i = 0; i < place_count(run); i++) {
		enum platform platform = place_at(run, i, &at);

		introduced = fact_of(subject, platform, FACT_INTRODUCED);
		removed = fact_of(subject, platform, FACT_REMOVED);
		say(run, "%s%s %s does not have it", between, platform_name(platform), at);
		if (has_come(removed, at))
			say(run, ", it was removed in %s", removed);
		else if (introduced)
			say(run, ", it came with %s", introduced);
		between = "; ";
	}
}

/* --- the checks ------------------------------------------------------------------------------------- */

static const struct schema_key *section_of(const struct run *run, const struct visit *visit)
{
	return visit->payload ? visit->payload->key : run->profile;
}

typedef bool is_subject_bad(const struct run *run, const struct subject *subject);
typedef void say_of_subject(struct run *run, const struct subject *subject);

/* Reports payloads that are bad, at their types, and the keys that are so in others. A key below one that was
 * reported is not looked at by itself: what it says of platforms is of no use then. */
static void check_subjects(struct run *run, is_subject_bad *is_bad, say_of_subject *say_it)
{
	const struct visit *visit;
	struct payload *payload;
	struct subject subject;
	size_t i;

	for (i = 0; i < run->payload_count; i++) {
		payload = &run->payloads[i];
		subject = (struct subject){ .section = payload->key, .key = payload->key };
		payload->reported = payload->known && is_bad(run, &subject);
		if (!payload->reported)
			continue;
		subject.name = payload->type->value.at;
		subject.len = payload->type->value.len;
		say_it(run, &subject);
		found_value(run, payload->type);
	}
	for (i = 0; i < run->visits.count; i++) {
		visit = &run->visits.list[i];
		if (!says_of_platforms(visit->key))
			continue;
		subject = (struct subject){ section_of(run, visit), visit->key, visit->node->key,
					    visit->node->key_len };
		if (!visit->node->key || subject.key == subject.section)
			continue;
		if ((visit->payload && visit->payload->reported) || !is_bad(run, &subject))
			continue;
		say_it(run, &subject);
		found_key(run, visit->node);
	}
}

void check_deprecated(struct run *run)
{
	check_subjects(run, is_deprecated, say_given_up);
}

void check_unsupported(struct run *run)
{
	check_subjects(run, is_unsupported, say_unsupported);
}

/* Of other types devices take two in practice: macOS puts preferences together. */
static bool is_refused_twice(const struct node *type)
{
	return node_is_text(type, "com.apple.mdm");
}

static void report_second(struct run *run, const struct payload *payload)
{
	struct subject subject = { .section = payload->key, .key = payload->key };

	if (!payload->known || !is_single(run, &subject))
		return;
	say(run, "a profile may have one payload of the type %.*s, and this is another", (int)payload->type->value.len,
	    payload->type->value.at);
	found(run, &(struct finding){
			   .severity = is_refused_twice(payload->type) ? SEVERITY_ERROR : SEVERITY_WARNING,
			   .rule = run->check->rule,
			   .node = payload->type,
		   });
}

void check_single_payloads(struct run *run)
{
	struct same *list = calloc(run->payload_count + 1, sizeof(*list));
	size_t count = 0, i;

	if (!list) {
		run->failed = true;
		return;
	}
	for (i = 0; i < run->payload_count; i++)
		if (run->payloads[i].type)
			list[count++] = (struct same){ .node = run->payloads[i].type, .position = i };
	same_find(list, count, false);
	for (i = 0; i < count; i++)
		if (list[i].again)
			report_second(run, &run->payloads[list[i].position]);
	free(list);
}
