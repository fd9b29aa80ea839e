#include "plist/schema/rule.h"

#include <errno.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/base/hint.h"

const struct rule rules[] = {
	{ "unknown-payload-type", "A payload has a type that the schema does not know; its keys are not checked." },
	{ "unknown-key", "The schema does not have a key where it has all there are, or two keys exclude each other." },
	{ "wrong-type", "A value is of another type than its key takes." },
	{ "not-allowed-value", "A value is none of those that its key may have." },
	{ "out-of-range", "A number is below or above what its key takes." },
	{ "bad-format", "A text does not have the form that its key asks for." },
	{ "bad-length", "A text, data or array is shorter or longer than its key takes." },
	{ "missing-key", "A key is not there that must be." },
	{ "duplicate-key", "A dictionary has a key twice; readers take one of the two." },
	{ "merge-conflict", "A merge left the mark of a conflict, which is still to be resolved." },
	{ "duplicate-uuid", "Two payloads, or a payload and the profile, have the same PayloadUUID." },
	{ "duplicate-identifier", "Two payloads, or a payload and the profile, have the same PayloadIdentifier." },
	{ "duplicate-element", "An array holds a value twice that it may hold once." },
	{ "dangling-reference", "A key names the PayloadUUID of a payload that is not in the profile." },
	{ "single-payload", "A profile has several payloads of a type that is allowed once." },
	{ "immutable-key", "An edit changes a value that devices do not let an update change." },
	{ "access-rights", "The AccessRights of an MDM payload are no combination that devices accept." },
	{ "deprecated-key", "A key or payload is out of use on every platform that had it, or on every target." },
	{ "unsupported-os", "A key or payload does not exist on any of the targets." },
	{ "changed-type", "A value's type comes from the schema, and the tree was written with another one." },
	{ "not-a-plist", "A file cannot be read as a property list." },
	{ "not-a-profile", "A property list is no configuration profile." },
	{ "bad-signature", "The signature of a profile does not fit its content." },
	{ "expired", "A certificate that signs, or is encrypted for, is expired or not valid yet." },
	{ "weak-signature", "A signature was made with MD2, MD4, MD5 or SHA-1, or with a key that is too short." },
};

const size_t rule_count = sizeof(rules) / sizeof(*rules);

_Static_assert(sizeof(rules) / sizeof(*rules) <= sizeof((struct rule_levels){ 0 }.levels) / sizeof(enum rule_level),
	       "every rule has a level");

const struct rule *rule_find(const char *name)
{
	size_t i;

	for (i = 0; i < rule_count; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

/* The name of one that may be given: of all, or of `some`. NULL: there is none at that place. */
static const char *allowed_at(const char *const *some, size_t i)
{
	if (some)
		return some[i];
	return i < rule_count ? rules[i].name : NULL;
}

static bool is_allowed(const char *const *some, const char *name)
{
	const char *allowed;
	size_t i;

	for (i = 0; (allowed = allowed_at(some, i)); i++)
		if (strcmp(allowed, name) == 0)
			return true;
	return false;
}

/* Which rule is meant, or which there are. */
static int refuse_name(const char *name, const char *const *some, struct error *err)
{
	struct hint hint = hint_for(name);
	BUF_AUTO all = BUF_INIT;
	const char *allowed;
	size_t i;

	for (i = 0; (allowed = allowed_at(some, i)); i++) {
		hint_consider(&hint, allowed);
		buf_add_format(&all, "%s%s", i == 0 ? "" : allowed_at(some, i + 1) ? ", " : " and ", allowed);
	}
	if (rule_find(name))
		return error_set(err, EINVAL, "the rule '%s' is not looked at here: the rules are %s", name,
				 buf_text(&all));
	if (hint.name)
		return error_set(err, EINVAL, "there is no rule '%s': did you mean %s?", name, hint.name);
	return error_set(err, EINVAL, "there is no rule '%.80s': the rules are %s", name, buf_text(&all));
}

int rule_level_set(struct rule_levels *levels, const char *name, enum rule_level level, struct error *err)
{
	const struct rule *rule = rule_find(name);

	if (!rule)
		return refuse_name(name, NULL, err);
	levels->levels[rule - rules] = level;
	return 0;
}

int rule_levels_set(struct rule_levels *levels, const char *list, const char *const *some, enum rule_level level,
		    struct error *err)
{
	size_t len;

	for (;; list += len + 1) {
		BUF_AUTO name = BUF_INIT;

		len = strcspn(list, ",");
		buf_add(&name, list, len);
		if (!buf_ok(&name))
			return error_memory(err);
		if (!is_allowed(some, buf_text(&name)))
			return refuse_name(buf_text(&name), some, err);
		if (rule_level_set(levels, buf_text(&name), level, err) < 0)
			return -1;
		if (!list[len])
			return 0;
	}
}

bool rule_severity(const struct rule_levels *levels, const char *name, enum severity *severity)
{
	const struct rule *rule = name ? rule_find(name) : NULL;

	if (!rule)
		return true;
	switch (levels->levels[rule - rules]) {
	case RULE_OFF:
		return false;
	case RULE_ERROR:
		*severity = SEVERITY_ERROR;
		break;
	case RULE_WARNING:
		*severity = SEVERITY_WARNING;
		break;
	case RULE_AS_IT_IS:
		break;
	}
	return true;
}
