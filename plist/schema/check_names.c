/* Keys and payload types that the schema does not have. */
#include <string.h>

#include "plist/schema/check_run.h"
#include "plist/schema/constraint.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* True if two names differ in nothing but case and at most one letter: another, one more, one less, or two
 * that changed places. */
static bool differs_in_a_letter(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t start = 0, end = 0, least = a_len < b_len ? a_len : b_len;

	while (start < least && lower(a[start]) == lower(b[start]))
		start++;
	while (end < least - start && lower(a[a_len - end - 1]) == lower(b[b_len - end - 1]))
		end++;
	a_len -= start + end;
	b_len -= start + end;
	if (a_len == 2 && b_len == 2)
		return lower(a[start]) == lower(b[start + 1]) && lower(a[start + 1]) == lower(b[start]);
	return a_len <= 1 && b_len <= 1;
}

static const char *near_type(struct run *run, const struct node *type)
{
	const struct texts *types = schema_types(run->options->schema);
	size_t i, len;

	for (i = 0; i < types->count; i++) {
		len = strlen(types->list[i]);
		if (len + 1 < type->value.len || len > type->value.len + 1)
			continue;
		if (differs_in_a_letter(type->value.at, type->value.len, types->list[i], len))
			return types->list[i];
	}
	return NULL;
}

void check_payload_types(struct run *run)
{
	const struct node *type;
	const char *meant;
	size_t i;

	for (i = 0; i < run->payload_count; i++) {
		type = run->payloads[i].type;
		if (!type || run->payloads[i].known)
			continue;
		meant = near_type(run, type);
		say_quoted(run, type->value.at, type->value.len);
		if (meant)
			say(run, " is no payload type that the schema knows: did you mean %s?", meant);
		else
			say(run, " is no payload type that the schema knows, so its keys are not checked");
		found(run, &(struct finding){
				   .severity = meant ? SEVERITY_ERROR : SEVERITY_WARNING,
				   .rule = run->check->rule,
				   .node = type,
			   });
	}
}

/* Schemas age, so a key that is near none may be a newer one; but not one of Apple's own names. */
static bool is_mistake(const struct visit *visit)
{
	return constraint_is_reserved(visit->node->key, visit->node->key_len) ||
	       constraint_is_near(visit->key, visit->node->key, visit->node->key_len);
}

void check_unknown_keys(struct run *run)
{
	const struct visit *visit;
	size_t i;

	for (i = 0; i < run->unknown.count; i++) {
		visit = &run->unknown.list[i];
		constraint_unknown(visit->key, visit->node->key, visit->node->key_len, &run->err);
		if (!run->err.rule) {
			run->failed = true; /* what is not the key's fault is the machine's */
			continue;
		}
		buf_add_text(&run->text, run->err.text);
		found(run, &(struct finding){
				   .severity = is_mistake(visit) ? SEVERITY_ERROR : SEVERITY_WARNING,
				   .rule = run->check->rule,
				   .node = visit->node,
				   .at_key = true,
			   });
	}
}
