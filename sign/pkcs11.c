#include "sign/pkcs11.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sign/internal.h"
#include "sign/openssl_error.h"
#include "sign/pkcs11_uri.h"
#include "sign/token.h"
#include "sign/token_key.h"

/* One URI while it is opened. */
struct search {
	struct pkcs11_uri uri;
	const char *module;
	struct passphrase own;  /* from the URI */
	struct passphrase *pin; /* the one that counts */
	struct token *token;
	struct token_objects keys, certs;
};

static void search_free(struct search *search)
{
	token_objects_free(&search->keys);
	token_objects_free(&search->certs);
	token_close(search->token);
	passphrase_close(&search->own);
	pkcs11_uri_free(&search->uri);
	free(search);
}

/* ------------------------------------------------------------------ what the URI says */

bool pkcs11_is_uri(const char *text)
{
	return strncasecmp(text, "pkcs11:", strlen("pkcs11:")) == 0;
}

/* A PIN in the wrong part of the URI is still a PIN. */
void pkcs11_shown(const char *uri, struct buf *out)
{
	const char *pin = strcasestr(uri, "pin-value");
	size_t len = strcspn(uri, "?");

	buf_add(out, uri, pin && (size_t)(pin - uri) < len ? (size_t)(pin - uri) : len);
}

static const char *choose_module(const struct pkcs11_uri *uri)
{
	static const char *const variables[] = { "PKCS11_MODULE_PATH", "PKCS11_PROVIDER_MODULE" };
	size_t i;

	if (uri->module.len)
		return buf_text(&uri->module);
	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *path = getenv(variables[i]);

		if (path && *path)
			return path;
	}
	return "p11-kit-proxy.so";
}

/* pin-source= is a file, as a path or as a file: URI (RFC 7512, 2.4). */
static int read_pin_source(struct search *search, struct error *err)
{
	const char *source = buf_text(&search->uri.pin_source);
	BUF_AUTO passin = BUF_INIT;

	if (strncmp(source, "file:", 5) == 0)
		source += 5;
	if (strncmp(source, "///", 3) == 0)
		source += 2;
	if (*source == '|')
		return error_set(err, EINVAL,
				 "pin-source=|COMMAND is not supported: give a file, or the PIN as an option (%s)",
				 search->pin->option);
	buf_add_format(&passin, "file:%s", source);
	if (!buf_ok(&passin))
		return error_memory(err);
	search->pin = &search->own;
	return passphrase_open(&search->own, "pin-source", buf_text(&passin), err);
}

static int choose_pin(struct search *search, struct passphrase *passphrase, struct error *err)
{
	const struct buf *value = &search->uri.pin_value;

	search->pin = passphrase;
	if (!value->len && !search->uri.pin_source.len)
		return 0;
	if (!value->len)
		return read_pin_source(search, err);
	search->pin = &search->own;
	search->own.option = "pin-value";
	if (value->len > PASSPHRASE_MAX)
		return error_set(err, EINVAL, "pin-value= is longer than %d bytes", PASSPHRASE_MAX);
	memcpy(search->own.text, value->data, value->len);
	search->own.len = value->len;
	search->own.known = true;
	return 0;
}

/* ------------------------------------------------------------------ the objects */

static int log_in(struct search *search, struct error *err)
{
	struct passphrase *pin = search->pin;

	if (!token_wants_pin(search->token))
		return 0;
	/* On a token with a keypad of its own OpenSSL has the PIN typed there. */
	if (token_pinpad(search->token) && !pin->known)
		return 0;
	passphrase_is_for_token(pin, token_label(search->token));
	if (!passphrase_get(pin))
		return error_set(err, pin->why.code,
				 "the token '%s' wants its PIN, and none was given: %s; give it (%s: " PASSPHRASE_FORMS
				 ")",
				 token_label(search->token), pin->why.text, pin->option);
	/* OpenSSL's engine would try what stands before it, on a token that counts. */
	if (memchr(pin->text, '\0', pin->len))
		return error_set(err, EINVAL, "the PIN for the token '%s' has a NUL in it: give the PIN alone",
				 token_label(search->token));
	return token_login(search->token, pin, err);
}

static void add_names(const struct token_objects *objects, struct buf *out)
{
	size_t i;

	for (i = 0; i < objects->count && i < 8; i++) {
		const struct token_object *object = &objects->list[i];

		buf_add_text(out, i ? ", object=" : "object=");
		clean_text(buf_text(&object->label), object->label.len, out);
		buf_add_text(out, ";id=");
		if (object->id.len)
			buf_add_char(out, '%');
		hex_text((const unsigned char *)object->id.data, object->id.len, "%", out);
	}
	if (objects->count > 8)
		buf_add_text(out, ", ...");
}

static int explain_none(struct search *search, enum token_class class, struct error *err)
{
	const char *kind = class == TOKEN_CERTIFICATE ? "certificate" : "private key";
	struct token_objects all = { .count = 0 };
	BUF_AUTO names = BUF_INIT;
	int result;

	result = token_find(search->token, class, NULL, NULL, &all, err);
	add_names(&all, &names);
	token_objects_free(&all);
	if (result)
		return -1;
	if (!names.len)
		return error_set(err, ENOENT, "the token '%s' holds no %s", token_label(search->token), kind);
	return error_set(err, ENOENT, "the token '%s' holds no such %s: it holds %s", token_label(search->token),
			 kind, buf_text(&names));
}

static int find_key(struct search *search, struct error *err)
{
	BUF_AUTO names = BUF_INIT;

	if (token_find(search->token, TOKEN_PRIVATE_KEY, &search->uri.object, &search->uri.id, &search->keys, err))
		return -1;
	if (search->keys.count == 1)
		return 0;
	if (search->keys.count == 0)
		return explain_none(search, TOKEN_PRIVATE_KEY, err);
	add_names(&search->keys, &names);
	return error_set(err, EINVAL,
			 "%zu private keys of the token '%s' fit the URI: say which by object= and id=: %s",
			 search->keys.count, token_label(search->token), buf_text(&names));
}

/* The certificates of the key: with its id, as PKCS#11 has it, else with its label, which on some tokens is the same
 * for everything. */
static int find_certs_of_key(struct search *search, struct error *err)
{
	const struct token_object *key = &search->keys.list[0];

	if (key->id.len && token_find(search->token, TOKEN_CERTIFICATE, NULL, &key->id, &search->certs, err))
		return -1;
	if (search->certs.count || !key->label.len)
		return 0;
	return token_find(search->token, TOKEN_CERTIFICATE, &key->label, NULL, &search->certs, err);
}

/* Certificates are mostly there for everybody; only if none is, the PIN is wanted. */
static int find_certs(struct search *search, struct error *err)
{
	const struct pkcs11_uri *uri = &search->uri;

	if (token_find(search->token, TOKEN_CERTIFICATE, &uri->object, &uri->id, &search->certs, err))
		return -1;
	if (search->certs.count)
		return 0;
	if (log_in(search, err) ||
	    token_find(search->token, TOKEN_CERTIFICATE, &uri->object, &uri->id, &search->certs, err))
		return -1;
	return search->certs.count ? 0 : explain_none(search, TOKEN_CERTIFICATE, err);
}

static int take_certs(const struct token_objects *objects, struct loaded *out, struct error *err)
{
	size_t i;

	for (i = 0; i < objects->count; i++) {
		const struct buf *value = &objects->list[i].value;
		const unsigned char *der = (const unsigned char *)value->data;
		X509 *cert = value->len ? d2i_X509(NULL, &der, (long)value->len) : NULL;
		int result = cert ? certs_add(out->certs, cert) : 0;

		X509_free(cert);
		if (result)
			return error_memory(err);
	}
	return 0;
}

/* ------------------------------------------------------------------ opening */

/* Names this token and, as exactly as is known, this key. */
static void name_key(const struct search *search, struct buf *uri)
{
	const struct token_object *found = search->keys.count ? &search->keys.list[0] : NULL;
	const struct buf *label = found ? &found->label : &search->uri.object;
	const struct buf *id = found ? &found->id : &search->uri.id;

	if (*token_raw_label(search->token))
		pkcs11_uri_add(uri, "token", token_raw_label(search->token),
			       strlen(token_raw_label(search->token)));
	if (*token_serial(search->token))
		pkcs11_uri_add(uri, "serial", token_serial(search->token), strlen(token_serial(search->token)));
	if (label->len)
		pkcs11_uri_add(uri, "object", label->data, label->len);
	if (id->len)
		pkcs11_uri_add(uri, "id", id->data, id->len);
	pkcs11_uri_add(uri, "type", "private", strlen("private"));
}

/* The session of the search is over before OpenSSL begins its own: two at a time are too many for some tokens. */
static int open_key(struct search *search, struct loaded *out, struct error *err)
{
	bool wants_pin = token_wants_pin(search->token) && search->pin->known;
	BUF_AUTO uri = BUF_INIT;
	struct token_key wanted = {
		.module = search->module,
		.pin = wants_pin ? search->pin->text : NULL,
		.pin_len = search->pin->len,
	};

	name_key(search, &uri);
	if (!buf_ok(&uri))
		return error_memory(err);
	wanted.uri = buf_text(&uri);
	token_close(search->token);
	search->token = NULL;
	out->key = token_key_open(&wanted, err);
	return out->key ? 0 : -1;
}

/* Before the PIN is typed on a token with a keypad, its private keys may not be seen; OpenSSL has it typed. */
static int find_key_and_certs(struct search *search, struct error *err)
{
	bool unseen = token_pinpad(search->token) && !search->pin->known;
	const struct pkcs11_uri *uri = &search->uri;

	if (find_key(search, err) == 0)
		return find_certs_of_key(search, err);
	if (!unseen || search->keys.count)
		return -1;
	return token_find(search->token, TOKEN_CERTIFICATE, &uri->object, &uri->id, &search->certs, err);
}

static int load_key(struct search *search, struct loaded *out, struct error *err)
{
	if (log_in(search, err) || find_key_and_certs(search, err) || take_certs(&search->certs, out, err))
		return -1;
	return open_key(search, out, err);
}

static int load(const char *text, bool want_key, struct search *search, struct passphrase *passphrase,
		struct loaded *out, struct error *err)
{
	if (pkcs11_uri_parse(text, &search->uri, err) || choose_pin(search, passphrase, err))
		return -1;
	search->module = choose_module(&search->uri);
	if (token_open(search->module, &search->uri, &search->token, err))
		return -1;
	if (want_key)
		return load_key(search, out, err);
	if (find_certs(search, err))
		return -1;
	return take_certs(&search->certs, out, err);
}

int pkcs11_load(const char *uri, bool want_key, struct passphrase *passphrase, struct loaded *out,
		struct error *err)
{
	struct search *search = calloc(1, sizeof(*search));
	int result;

	out->certs = sk_X509_new_null();
	result = search && out->certs ? load(uri, want_key, search, passphrase, out, err) : error_memory(err);
	if (search)
		search_free(search);
	return result;
}

void pkcs11_end(void)
{
	token_key_end();
}
