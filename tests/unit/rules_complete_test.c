/*
 * Nothing is forgotten in the rules that are compiled in: every clause and every reference has a case in the tables
 * of rules_test.c, every rule names the page it comes from, every secret is marked as one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "plist/schema/clause.h"
#include "plist/schema/schema.h"
#include "tests/unit/rules_cases.h"
#include "tests/unit/rules_cases_macos.h"
#include "tests/unit/rules_findings.h"

static struct schema *schema;

/* --- all keys of all payload types -------------------------------------------------------------------- */

typedef void visit_key(void *context, const char *type, const struct schema_key *key);

static void visit_below(const struct schema_key *key, const char *type, visit_key *visit, void *context)
{
	visit(context, type, key);
	if (key->like)
		return;
	for (size_t i = 0; i < key->key_count; i++)
		visit_below(key->keys[i], type, visit, context);
	if (key->others)
		visit_below(key->others, type, visit, context);
	if (key->item)
		visit_below(key->item, type, visit, context);
}

static void visit_payloads(visit_key *visit, void *context)
{
	const struct texts *types = schema_types(schema);

	for (size_t i = 0; i < types->count; i++) {
		const char *type = types->list[i];
		const struct schema_key *payload = schema_payload(schema, type, strlen(type));

		assert_non_null(payload);
		visit_below(payload, type, visit, context);
	}
}

static void see_secret(void *context, const char *type, const struct schema_key *key)
{
	regex_t *secret = context;

	if (!key->name || !(key->types & (TYPE_BIT(NODE_STRING) | TYPE_BIT(NODE_DATA))) || key->types == TYPES_ANY)
		return;
	if (regexec(secret, key->name, 0, NULL, 0) == 0 && !key->sensitive)
		fail_msg("%s: %s is a secret and not `sensitive`", type, key->name);
}

static void every_secret_is_sensitive(void **state)
{
	regex_t secret;

	(void)state;
	assert_int_equal(regcomp(&secret,
				 "(Password|password|Secret|Challenge|RegistrationToken)$|^PPK$|^ClientIdentifier$",
				 REG_EXTENDED | REG_NOSUB),
			 0);
	visit_payloads(see_secret, &secret);
	regfree(&secret);
}

/* --- nothing is forgotten ----------------------------------------------------------------------------- */

static const struct {
	const struct rule_case *list;
	size_t count;
} tables[] = {
#define TABLE(cases) \
	{ \
		cases, sizeof(cases) / sizeof(*(cases)) \
	}
	TABLE(certificate_cases),
	TABLE(network_cases),
	TABLE(vpn_cases),
	TABLE(account_cases),
	TABLE(restriction_cases),
	TABLE(server_cases),
	TABLE(screen_cases),
};

/* True if the finding of a case is of that severity and rule, and its path ends with that key. */
static bool finds(const struct rule_case *rule_case, const char *severity, const char *rule, const char *key)
{
	char head[64];
	size_t head_len, len, key_len = strlen(key);

	if (!rule_case->finding)
		return false;
	head_len = (size_t)snprintf(head, sizeof(head), "%s %s ", severity, rule);
	len = strlen(rule_case->finding);
	if (strncmp(rule_case->finding, head, head_len) != 0 || len < head_len + key_len)
		return false;
	if (strcmp(rule_case->finding + len - key_len, key) != 0)
		return false;
	return len == head_len + key_len || rule_case->finding[len - key_len - 1] == '/';
}

/* Element of an array: the case's path ends with the array and a number. */
static bool finds_element(const struct rule_case *rule_case, const char *rule, const char *array)
{
	char path[256];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%02d", array, i);
		if (finds(rule_case, "error", rule, path))
			return true;
	}
	return false;
}

static size_t cases_of(const char *type, const char *severity, const char *rule, const char *key)
{
	size_t count = 0;

	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (size_t i = 0; i < tables[t].count; i++)
			if (strcmp(tables[t].list[i].type, type) == 0 &&
			    (finds(&tables[t].list[i], severity, rule, key) ||
			     finds_element(&tables[t].list[i], rule, key)))
				count++;
	return count;
}

static const char *const rules_of_kinds[] = {
	[CLAUSE_NEED] = "missing-key",
	[CLAUSE_FORBID] = "unknown-key",
	[CLAUSE_VALUES] = "not-allowed-value",
	[CLAUSE_RANGE] = "out-of-range",
	[CLAUSE_LENGTH] = "bad-length",
	[CLAUSE_FORMAT] = "bad-format",
	[CLAUSE_ITEMS] = "not-allowed-value",
};

/* Services and media have loops of their own above. */
static bool has_loop(const char *type)
{
	return strcmp(type, TCC) == 0 || strcmp(type, MEDIA) == 0 || strstr(type, "ethernet.managed");
}

static void see_clauses(void *context, const char *type, const struct schema_key *key)
{
	size_t *seen = context;

	for (size_t i = 0; i < key->clause_count && !has_loop(type); i++) {
		const struct clause *clause = &key->clauses[i];
		size_t cases = 0;

		for (size_t k = 0; k < clause->keys.count; k++)
			cases += cases_of(type, severity_name(clause->severity), rules_of_kinds[clause->kind],
					  clause->keys.list[k]);
		if (cases == 0)
			fail_msg("%s: the clause on %s (%s) has no case", type, clause->keys.list[0],
				 rules_of_kinds[clause->kind]);
		(*seen)++;
	}
}

static void every_clause_has_a_case(void **state)
{
	size_t seen = 0;

	(void)state;
	visit_payloads(see_clauses, &seen);
	assert_true(seen > 100);
}

static void see_references(void *context, const char *type, const struct schema_key *key)
{
	size_t *seen = context;
	const char *name = key->name;
	const struct texts *refs = &key->refs;

	if (key->item && key->item->refs.count > 0)
		refs = &key->item->refs;
	if (refs->count == 0 || !name || has_loop(type))
		return;
	if (cases_of(type, "error", "dangling-reference", name) == 0)
		fail_msg("%s: the reference %s has no case", type, name);
	for (size_t i = 0; i < refs->count; i++)
		if (!schema_payload(schema, refs->list[i], strlen(refs->list[i])))
			fail_msg("%s: %s refers to %s, which is no payload type", type, name, refs->list[i]);
	(*seen)++;
}

static void every_reference_has_a_case(void **state)
{
	size_t seen = 0;

	(void)state;
	visit_payloads(see_references, &seen);
	assert_true(seen > 30);
}

static void see_page(void *context, const char *type, const struct schema_key *key)
{
	(void)context;
	for (size_t i = 0; i < key->clause_count; i++)
		if (!key->clauses[i].page)
			fail_msg("%s: a clause of %s does not say its page", type, key->name ? key->name : "it");
	if ((key->refs.count > 0 || key->bits || key->sensitive || key->immutable) && !key->page)
		fail_msg("%s: %s does not say its page", type, key->name ? key->name : "an element");
}

static void every_rule_names_its_page(void **state)
{
	(void)state;
	visit_payloads(see_page, NULL);
}

static int open_schema(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	schema = schema_open(NULL, &err);
	if (!schema)
		print_error("%s:%lu:%lu: %s\n", err.file, err.line, err.column, err.text);
	return schema ? 0 : -1;
}

static int close_schema(void **state)
{
	(void)state;
	schema_free(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_secret_is_sensitive),
		cmocka_unit_test(every_clause_has_a_case),
		cmocka_unit_test(every_reference_has_a_case),
		cmocka_unit_test(every_rule_names_its_page),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
