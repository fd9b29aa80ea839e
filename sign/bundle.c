#include "sign/bundle.h"

#include <limits.h>
#include <stdbool.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "sign/internal.h"

/* Nothing in there is encrypted; OpenSSL's own answer would ask the terminal. */
static int no_passphrase(char *out, int size, int writing, void *data)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

static int take(CMS_ContentInfo *cms, STACK_OF(X509) *out)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	int i, result = 0;

	for (i = 0; !result && i < sk_X509_num(certs); i++)
		result = certs_add(out, sk_X509_value(certs, i));
	sk_X509_pop_free(certs, X509_free);
	return result;
}

/* 1: there may be more; 0: there is none; -1: out of memory. */
static int take_next(BIO *bio, bool der, STACK_OF(X509) *out)
{
	CMS_AUTO *cms = der ? d2i_CMS_bio(bio, NULL) : PEM_read_bio_CMS(bio, NULL, no_passphrase, NULL);

	if (!cms)
		return 0;
	return take(cms, out) ? -1 : !der;
}

STACK_OF(X509) *bundle_certs(const void *bytes, size_t len)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	BIO_AUTO *bio = len <= INT_MAX ? BIO_new_mem_buf(bytes, (int)len) : NULL;
	bool der = len && *(const unsigned char *)bytes == 0x30;
	int more = certs && bio ? 1 : -1;

	ERR_set_mark();
	while (more > 0)
		more = take_next(bio, der, certs);
	ERR_pop_to_mark();
	if (more == 0)
		return certs;
	sk_X509_pop_free(certs, X509_free);
	return NULL;
}
