#include "sign/internal.h"

#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "sign/verdict.h"

/* As much of a name as leaves a line readable, in bytes. */
#define NAME_BRIEF 160

int certs_add(STACK_OF(X509) *certs, X509 *cert)
{
	return X509_add_cert(certs, cert, X509_ADD_FLAG_UP_REF | X509_ADD_FLAG_NO_DUP) == 1 ? 0 : -1;
}

bool certs_hold(STACK_OF(X509) *certs, X509 *cert)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (X509_cmp(sk_X509_value(certs, i), cert) == 0)
			return true;
	return false;
}

void name_text(const X509_NAME *name, struct buf *out)
{
	BIO_AUTO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	if (!bio ||
	    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0) {
		buf_add_text(out, "(unreadable name)");
		return;
	}
	len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		clean_text(text, (size_t)len, out);
	else
		buf_add_text(out, "(empty name)");
}

void name_brief(const char *name, struct buf *out)
{
	size_t len = strlen(name);

	if (len <= NAME_BRIEF) {
		buf_add(out, name, len);
		return;
	}
	for (len = NAME_BRIEF; len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80; len--)
		;
	buf_add(out, name, len);
	buf_add_text(out, "...");
}

void name_text_brief(const X509_NAME *name, struct buf *out)
{
	BUF_AUTO text = BUF_INIT;

	name_text(name, &text);
	name_brief(buf_text(&text), out);
}

void time_text(const ASN1_TIME *time, struct buf *out)
{
	char text[64];
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) == 1 && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		buf_add_text(out, text);
	else
		buf_add_text(out, "(unreadable date)");
}

void object_text(const ASN1_OBJECT *object, struct buf *out)
{
	char text[128];

	if (OBJ_obj2txt(text, sizeof(text), object, 0) > 0)
		buf_add_text(out, text);
	else
		buf_add_text(out, "(unknown)");
}

void hex_text(const unsigned char *bytes, size_t len, const char *between, struct buf *out)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_add_format(out, "%s%02X", i ? between : "", bytes[i]);
}

void signer_id_text(const X509_NAME *issuer, const ASN1_INTEGER *serial, const ASN1_OCTET_STRING *key_id,
		    struct buf *out)
{
	if (key_id) {
		buf_add_text(out, "subject key id ");
		hex_text(ASN1_STRING_get0_data(key_id), (size_t)ASN1_STRING_length(key_id), "", out);
		return;
	}
	buf_add_text(out, "serial number ");
	if (serial)
		hex_text(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), "", out);
	buf_add_text(out, " of ");
	if (issuer)
		name_text(issuer, out);
}
