/*
 * verify: as JSON.
 *
 * What a script tests (intact, trusted, expired) is true or false and never null: what is not known to be intact is
 * not. Names out of certificates are UTF-8 already; a file's name need not be.
 */
#include <jansson.h>
#include <stdlib.h>

#include "fs/cmd/report.h"
#include "fs/cmd/verify.h"

/* jansson refuses to add NULL, which is what it gives when memory runs out; `failed` remembers that until the end. */
struct verify_json {
	json_t *profiles;
	bool failed;
};

static void add(struct verify_json *json, json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) < 0)
		json->failed = true;
}

static void append(struct verify_json *json, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		json->failed = true;
}

static void add_text(struct verify_json *json, json_t *object, const char *name, const char *text)
{
	add(json, object, name, text ? report_json_text(text) : json_null());
}

static void add_flag(struct verify_json *json, json_t *object, const char *name, bool value)
{
	add(json, object, name, json_boolean(value));
}

static void add_texts(struct verify_json *json, json_t *object, const char *name, char *const *texts, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		append(json, list, report_json_text(texts[i]));
	add(json, object, name, list);
}

/* "purposes" is empty when there is no such extension: good for any. */
static json_t *certificate_json(struct verify_json *json, const struct certificate *cert)
{
	json_t *object = json_object();

	add_text(json, object, "subject", cert->subject);
	add_text(json, object, "issuer", cert->issuer);
	add_text(json, object, "serial", cert->serial);
	add_text(json, object, "sha256", cert->sha256);
	add_text(json, object, "key", cert->key);
	add_texts(json, object, "purposes", cert->purposes, cert->purpose_count);
	add_text(json, object, "valid_from", cert->from);
	add_text(json, object, "valid_until", cert->until);
	add_flag(json, object, "expired", cert->expired);
	add_flag(json, object, "not_yet_valid", cert->not_yet_valid);
	add_flag(json, object, "self_signed", cert->self_signed);
	add_flag(json, object, "authority", cert->authority);
	return object;
}

static json_t *signature_json(struct verify_json *json, const struct signature_facts *signature)
{
	json_t *object = json_object();

	add_text(json, object, "signer", signature->signer);
	add_flag(json, object, "chained", signature->chained);
	add_flag(json, object, "trusted", signature->trusted);
	add_text(json, object, "why_not_trusted", signature->why_not_trusted);
	add_text(json, object, "digest", signature->digest);
	add_text(json, object, "algorithm", signature->algorithm);
	add_text(json, object, "weak", signature->weak);
	add_text(json, object, "signed_at", signature->signed_at);
	add_texts(json, object, "attributes", signature->attributes, signature->attribute_count);
	add_text(json, object, "signer_id", signature->by_key_id ? "subject-key-id" : "issuer-and-serial-number");
	add(json, object, "certificate",
	    signature->included ? certificate_json(json, &signature->cert) : json_null());
	return object;
}

static void add_verdict(struct verify_json *json, json_t *object, const struct verdict *verdict)
{
	json_t *signatures = json_array(), *certs = json_array();
	size_t i;

	for (i = 0; i < verdict->signature_count; i++)
		append(json, signatures, signature_json(json, &verdict->signatures[i]));
	for (i = 0; i < verdict->cert_count; i++)
		append(json, certs, certificate_json(json, &verdict->certs[i]));
	add(json, object, "signatures", signatures);
	add(json, object, "certificates", certs);
	add(json, object, "crls", json_integer((json_int_t)verdict->crl_count));
}

/* The first error is the one that says why the status is not 0. */
static void add_error(struct verify_json *json, json_t *object, const struct problems *problems)
{
	const struct error *first = NULL;
	size_t i;

	for (i = 0; !first && i < problems->count; i++)
		if (problems->list[i].severity == SEVERITY_ERROR)
			first = &problems->list[i];
	add_text(json, object, "error", first ? first->text : NULL);
	add_text(json, object, "rule", first ? first->rule : NULL);
}

static void add_warnings(struct verify_json *json, json_t *object, const struct problems *problems)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < problems->count; i++) {
		json_t *warning;

		if (problems->list[i].severity != SEVERITY_WARNING)
			continue;
		warning = json_object();
		add_text(json, warning, "rule", problems->list[i].rule);
		add_text(json, warning, "text", problems->list[i].text);
		append(json, list, warning);
	}
	json->failed = json->failed || problems->lost;
	add(json, object, "warnings", list);
}

/* A CMS that is damaged is signed; of a file that could not be read nobody knows. */
static json_t *signed_json(const struct verified *verified)
{
	if (!verified->reached && !verified->damaged)
		return json_null();
	return json_boolean(verified->damaged || verified->verdict.form != ENVELOPE_PLAIN);
}

static json_t *form_json(const struct verified *verified)
{
	static const char *const forms[] = {
		[ENVELOPE_PLAIN] = "plain",
		[ENVELOPE_DER] = "der",
		[ENVELOPE_PEM] = "pem",
	};

	return verified->reached ? json_string(forms[verified->verdict.form]) : json_null();
}

struct verify_json *verify_json_begin(void)
{
	struct verify_json *json = calloc(1, sizeof(*json));

	if (json)
		json->profiles = json_array();
	return json;
}

void verify_json_add(struct verify_json *json, const struct verified *verified)
{
	json_t *object = json_object();

	add_text(json, object, "file", verified->name);
	add(json, object, "signed", signed_json(verified));
	add(json, object, "form", form_json(verified));
	add_flag(json, object, "intact", verified_intact(verified));
	add_flag(json, object, "trusted", verdict_trusted(&verified->verdict));
	add_flag(json, object, "expired", verified_expired(verified));
	add_flag(json, object, "not_yet_valid", verified_early(verified));
	add_text(json, object, "weak", verdict_weak(&verified->verdict));
	add_error(json, object, &verified->problems);
	add_warnings(json, object, &verified->problems);
	add_verdict(json, object, &verified->verdict);
	append(json, json->profiles, object);
}

int verify_json_end(struct verify_json *json, struct buf *out, struct error *err)
{
	json_t *report = json_object();
	char *text;

	add(json, report, "profiles", json->profiles);
	text = json->failed ? NULL : json_dumps(report, JSON_INDENT(2));
	json_decref(report);
	free(json);
	if (!text)
		return error_memory(err);
	buf_add_text(out, text);
	buf_add_text(out, "\n");
	free(text);
	return buf_ok(out) ? 0 : error_memory(err);
}
