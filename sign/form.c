#include "sign/internal.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include <openssl/pem.h>

#include "sign/openssl_error.h"

/* Under which labels a signed CMS stands in PEM (RFC 7468, 8 and 9, and what older programs wrote). */
static const char *const pem_labels[] = { "CMS", "PKCS7", "PKCS #7 SIGNED DATA" };

/* A ContentInfo is a SEQUENCE whose first part is an OBJECT IDENTIFIER. */
bool form_is_der(const unsigned char *bytes, size_t len)
{
	size_t oid = 2;

	if (len == 0 || bytes[0] != 0x30)
		return false;
	if (len > 1 && bytes[1] > 0x80)
		oid += bytes[1] & 0x7fu;
	return oid >= len || bytes[oid] == 0x06;
}

/* XML and binary plists may hold PEM as a value; they are plain whatever is in them. */
static bool looks_plist(const unsigned char *bytes, size_t len)
{
	size_t at = 0;

	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < len && strchr(" \t\r\n", bytes[at]) && bytes[at])
		at++;
	return at < len && (bytes[at] == '<' || (len - at >= 6 && memcmp(bytes + at, "bplist", 6) == 0));
}

bool form_is_mail(const unsigned char *bytes, size_t len)
{
	static const char header[] = "MIME-Version:";

	return len >= sizeof(header) - 1 && strncasecmp((const char *)bytes, header, sizeof(header) - 1) == 0;
}

static bool is_label(const unsigned char *at, size_t left)
{
	size_t i;

	for (i = 0; i < sizeof(pem_labels) / sizeof(pem_labels[0]); i++) {
		size_t len = strlen(pem_labels[i]);

		if (left >= len + 5 && memcmp(at, pem_labels[i], len) == 0 &&
		    memcmp(at + len, "-----", 5) == 0)
			return true;
	}
	return false;
}

const unsigned char *form_find_pem(const unsigned char *bytes, size_t len)
{
	static const char begin[] = "-----BEGIN ";
	const size_t begin_len = sizeof(begin) - 1;
	const unsigned char *end = bytes + len, *at = bytes;

	if (looks_plist(bytes, len))
		return NULL;
	while ((at = memmem(at, (size_t)(end - at), begin, begin_len))) {
		bool starts_line = at == bytes || at[-1] == '\n' || at[-1] == '\r' ||
				   (at == bytes + 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0);

		if (starts_line && is_label(at + begin_len, (size_t)(end - at) - begin_len))
			return at;
		at += begin_len;
	}
	return NULL;
}

/* True if nothing but base64 stands between the line at `pem` and the next one that begins with dashes, and that
 * one ends the block. OpenSSL stops reading at a dash and passes over what comes then. */
static bool is_one_block(const unsigned char *pem, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n";
	static const char last[] = "\n-----END ";
	const size_t last_len = sizeof(last) - 1;
	size_t at = 0;

	while (at < len && pem[at] != '\r' && pem[at] != '\n')
		at++;
	while (at < len && pem[at] && strchr(allowed, pem[at]))
		at++;
	return len - at >= last_len - 1 && memcmp(pem + at - 1, last, last_len) == 0;
}

int form_decode_pem(const unsigned char *pem, size_t len, unsigned char **der, long *der_len,
		    struct error *err)
{
	BIO_AUTO *bio = len > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)len);
	char *label = NULL, *header = NULL, *rest = NULL;
	long left, i;
	int result = 0;

	if (!bio)
		return openssl_error(err, RULE, "the PEM cannot be read");
	if (!PEM_read_bio(bio, &label, &header, der, der_len))
		return openssl_error(err, RULE,
				     "the PEM signature cannot be read, the file is damaged or cut short");
	if (header[0])
		result = error_rule(err, RULE,
				    "the PEM signature has headers (%.20s...): it must not be encrypted",
				    header);
	else if (!is_one_block(pem, len))
		result = error_rule(err, RULE,
				    "the PEM signature holds more than base64 before its end: the file is damaged");
	left = BIO_get_mem_data(bio, &rest);
	for (i = 0; i < left && !result; i++)
		if (!strchr(" \t\r\n", rest[i]) || !rest[i])
			result = error_rule(err, RULE,
					    "text follows the end of the PEM signature: nobody signed it, "
					    "cut it off");
	OPENSSL_free(label);
	OPENSSL_free(header);
	if (result) {
		OPENSSL_free(*der);
		*der = NULL;
	}
	return result;
}
