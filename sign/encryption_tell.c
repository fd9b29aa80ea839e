/* For whom a content is encrypted, in words. */
#include "sign/encryption_internal.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sign/internal.h"

static void tell(const struct recipient *list, size_t count, struct buf *out)
{
	size_t i;

	for (i = 0; i < count; i++) {
		recipient_text(&list[i], out);
		buf_add_char(out, '\n');
	}
}

void encryption_describe(const struct encryption *encryption, struct buf *out)
{
	tell(encryption->list, encryption->count, out);
}

/* --- what nobody has opened ------------------------------------------------------------------------- */

static int peek(const void *bytes, size_t len, struct buf *out, struct error *err)
{
	bool authenticated;
	CMS_AUTO *cms = encryption_read(bytes, len, &authenticated, err);
	struct recipient_place *places = NULL;
	struct recipient *list = NULL;
	size_t count = 0;
	int result = cms ? recipient_list_read(cms, NULL, &list, &places, &count, err) : -1;

	if (!result)
		tell(list, count, out);
	recipient_list_free(list, count);
	free(places);
	if (!result && !buf_ok(out))
		return error_memory(err);
	return result;
}

int encryption_peek(const void *bytes, size_t len, struct buf *out, struct error *err)
{
	int result;

	ERR_clear_error();
	result = peek(bytes, len, out, err);
	ERR_clear_error();
	return result;
}

/* --- who was named in vain -------------------------------------------------------------------------- */

static bool is_recipient(const struct encryption *encryption, const X509 *cert)
{
	size_t i;

	for (i = 0; i < encryption->count; i++)
		if (encryption->list[i].cert && X509_cmp(encryption->list[i].cert, cert) == 0)
			return true;
	return false;
}

void encryption_strangers(const struct encryption *encryption, const struct decryptor *decryptor, struct buf *out)
{
	int i;

	for (i = 0; i < sk_X509_num(decryptor->certs); i++) {
		X509 *cert = sk_X509_value(decryptor->certs, i);

		if (certs_hold(decryptor->own, cert) || is_recipient(encryption, cert) || X509_check_ca(cert) != 0)
			continue;
		name_text(X509_get_subject_name(cert), out);
		buf_add_char(out, '\n');
	}
	ERR_clear_error();
}
