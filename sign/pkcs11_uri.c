#include "sign/pkcs11_uri.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SCHEME "pkcs11:"

/* An attribute that is taken; the first ones stand in the path, those after '?' in the query. */
struct attribute {
	const char *name;
	bool in_query;
	size_t offset;
};

#define PART(part) offsetof(struct pkcs11_uri, part)

static const struct attribute attributes[] = {
	{ "token", false, PART(token) },
	{ "manufacturer", false, PART(manufacturer) },
	{ "model", false, PART(model) },
	{ "serial", false, PART(serial) },
	{ "object", false, PART(object) },
	{ "id", false, PART(id) },
	{ "type", false, PART(type) },
	{ "object-type", false, PART(type) }, /* as drafts of RFC 7512 called it */
	{ "pin-value", true, PART(pin_value) },
	{ "pin-source", true, PART(pin_source) },
	{ "module-path", true, PART(module) },
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

static const struct attribute *find(const char *name, size_t len, bool in_query)
{
	size_t i;

	for (i = 0; i < ATTRIBUTES; i++)
		if (attributes[i].in_query == in_query && strlen(attributes[i].name) == len &&
		    memcmp(attributes[i].name, name, len) == 0)
			return &attributes[i];
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Appends the value with its %XX decoded. 0, or -1: badly encoded. */
static int decode(const char *value, size_t len, struct buf *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (value[i] != '%') {
			buf_add_char(out, value[i]);
			continue;
		}
		if (i + 2 >= len || digit(value[i + 1]) < 0 || digit(value[i + 2]) < 0)
			return -1;
		buf_add_char(out, (char)(digit(value[i + 1]) * 16 + digit(value[i + 2])));
		i += 2;
	}
	return 0;
}

/* In the query what looks like a name may be the end of a PIN that was not encoded. */
static int unknown(const char *name, size_t len, bool in_query, struct error *err)
{
	const struct attribute *elsewhere = find(name, len, !in_query);

	if (elsewhere)
		return error_set(err, EINVAL,
				 "the attribute '%s' of the pkcs11: URI stands %s its '?' and belongs %s it",
				 elsewhere->name, in_query ? "after" : "before", in_query ? "before" : "after");
	if (in_query)
		return error_set(err, EINVAL,
				 "after '?' a pkcs11: URI may have pin-value=, pin-source= and module-path=, "
				 "with '&' between them; write an '&' in a value as %%26");
	if (len > 40)
		len = 40;
	return error_set(err, EINVAL,
			 "the attribute '%.*s' of the pkcs11: URI is not supported: name the token by token=, "
			 "serial=, model= or manufacturer=, and the key by object= (its label) or id=",
			 (int)len, name);
}

static int take(const char *text, size_t len, bool in_query, struct pkcs11_uri *uri, struct error *err)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	const struct attribute *attribute = find(text, name_len, in_query);
	struct buf *part;

	if (!attribute || !equals)
		return unknown(text, name_len, in_query, err);
	part = (struct buf *)((char *)uri + attribute->offset);
	if (part->len)
		return error_set(err, EINVAL, "the pkcs11: URI has the attribute '%s' twice", attribute->name);
	if (name_len + 1 == len)
		return error_set(err, EINVAL,
				 "the attribute '%s' of the pkcs11: URI is empty: give it a value, or leave it out",
				 attribute->name);
	if (decode(equals + 1, len - name_len - 1, part))
		return error_set(err, EINVAL,
				 "the attribute '%s' of the pkcs11: URI is badly encoded: '%%' must be followed "
				 "by two hexadecimal digits (a '%%' itself is %%25)",
				 attribute->name);
	/* Paths and PINs are handed on as C strings. */
	if (in_query && part->len && memchr(part->data, '\0', part->len))
		return error_set(err, EINVAL, "the attribute '%s' of the pkcs11: URI has a NUL in it (%%00)",
				 attribute->name);
	return buf_ok(part) ? 0 : error_memory(err);
}

int pkcs11_uri_parse(const char *text, struct pkcs11_uri *uri, struct error *err)
{
	bool in_query = false;

	memset(uri, 0, sizeof(*uri));
	text += strlen(SCHEME);
	while (*text) {
		size_t len = strcspn(text, in_query ? "&" : ";?");

		if (len && take(text, len, in_query, uri, err))
			return -1;
		text += len;
		if (*text)
			in_query |= *text++ == '?';
	}
	return 0;
}

void pkcs11_uri_add(struct buf *out, const char *name, const void *value, size_t len)
{
	const unsigned char *bytes = value;
	size_t i;

	buf_add_format(out, "%s%s=", out->len ? ";" : SCHEME, name);
	for (i = 0; i < len; i++) {
		if (isalnum(bytes[i]) || (bytes[i] && strchr("-._~", bytes[i])))
			buf_add_char(out, (char)bytes[i]);
		else
			buf_add_format(out, "%%%02X", bytes[i]);
	}
}

void pkcs11_uri_free(struct pkcs11_uri *uri)
{
	size_t i;

	for (i = 0; i < ATTRIBUTES; i++)
		buf_free((struct buf *)((char *)uri + attributes[i].offset));
}
