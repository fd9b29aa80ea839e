#include "sign/encryption_internal.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "sign/internal.h"
#include "sign/openssl_error.h"

/* What came of an attempt with one recipient's key. */
enum outcome {
	OPENED,
	NOT_THIS_KEY, /* the content's key does not come out */
	NOT_GOOD,     /* it does, and the content does not */
	FAILED,       /* it makes no sense to go on: memory, a cipher that is not taken */
};

/* One content while it is opened. */
struct opening {
	CMS_ContentInfo *cms;
	const struct decryptor *decryptor;
	struct encryption *encryption;
	struct recipient_place *places; /* of encryption->list */
	struct buf content;
};

/* ------------------------------------------------------------------ the content's key */

/* RSA. The key is given back to OpenSSL's reference count whatever happens. */
static bool unwrap_transport(CMS_ContentInfo *cms, CMS_RecipientInfo *info, EVP_PKEY *key)
{
	bool fits;

	if (!EVP_PKEY_up_ref(key))
		return false;
	if (CMS_RecipientInfo_set0_pkey(info, key) != 1) {
		EVP_PKEY_free(key);
		return false;
	}
	fits = CMS_RecipientInfo_decrypt(cms, info) == 1;
	CMS_RecipientInfo_set0_pkey(info, NULL);
	return fits;
}

static bool unwrap_agreement(CMS_ContentInfo *cms, const struct recipient_place *place, EVP_PKEY *key)
{
	bool fits = CMS_RecipientInfo_kari_set0_pkey(place->info, key) == 1 &&
		    CMS_RecipientInfo_kari_decrypt(cms, place->info, place->key) == 1;

	CMS_RecipientInfo_kari_set0_pkey(place->info, NULL);
	return fits;
}

static bool unwrap(const struct opening *opening, const struct recipient_place *place)
{
	EVP_PKEY *key = opening->decryptor->key;

	if (place->key)
		return unwrap_agreement(opening->cms, place, key);
	return unwrap_transport(opening->cms, place->info, key);
}

/* ------------------------------------------------------------------ the content */

/* Other modes would let whoever changes the name of the cipher pass noise off as content: they have no padding that is
 * checked, or no tag. */
static enum outcome check_cipher(const struct opening *opening, BIO *chain, struct error *err)
{
	int mode = opening->encryption->authenticated ? EVP_CIPH_GCM_MODE : EVP_CIPH_CBC_MODE;
	EVP_CIPHER_CTX *ctx = NULL;
	const EVP_CIPHER *cipher;

	BIO_get_cipher_ctx(chain, &ctx);
	cipher = ctx ? EVP_CIPHER_CTX_get0_cipher(ctx) : NULL;
	if (!cipher || EVP_CIPHER_get_mode(cipher) != mode) {
		error_rule(err, ENCRYPTION_RULE,
			   "the content is encrypted with %s: what can be read is AES or 3DES in CBC mode, or AES-GCM "
			   "(AuthEnvelopedData)",
			   cipher ? EVP_CIPHER_get0_name(cipher) : "an unknown cipher");
		return FAILED;
	}
	opening->encryption->cipher = EVP_CIPHER_get_nid(cipher);
	return OPENED;
}

static bool read_all(BIO *chain, struct buf *out)
{
	char chunk[4096];
	int got;

	while ((got = BIO_read(chain, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)got);
	OPENSSL_cleanse(chunk, sizeof(chunk));
	return BIO_get_cipher_status(chain) == 1;
}

#define NOT_OPENED \
	"the key does not open what was encrypted for it: the profile is damaged, it was encrypted for another key " \
	"under the name of this one's certificate"

/* From 3.2 on OpenSSL answers a wrong RSA key with bytes that it makes up, so that nobody learns that it was wrong:
 * too many or too few for the cipher, most of the time. */
static bool may_be_made_up(const struct recipient_place *place)
{
	return CMS_RecipientInfo_type(place->info) == CMS_RECIPINFO_TRANS && OpenSSL_version_num() >= 0x30200000L &&
	       openssl_failed_with(ERR_LIB_CMS, CMS_R_INVALID_KEY_LENGTH);
}

static enum outcome decrypt(struct opening *opening, const struct recipient_place *place, struct error *err)
{
	BIO_AUTO *chain = CMS_dataInit(opening->cms, NULL);
	enum outcome outcome;

	if (!chain && may_be_made_up(place)) {
		openssl_error(err, ENCRYPTION_RULE, NOT_OPENED ", or the content's key and cipher do not fit");
		return NOT_THIS_KEY;
	}
	if (!chain) {
		openssl_error(err, ENCRYPTION_RULE,
			      "the content's key and cipher do not fit, or the cipher is not known");
		return NOT_GOOD;
	}
	outcome = check_cipher(opening, chain, err);
	if (outcome != OPENED)
		return outcome;
	buf_clear(&opening->content);
	if (!read_all(chain, &opening->content)) {
		openssl_error(err, ENCRYPTION_RULE,
			      "the encrypted content is damaged: it was changed after it was encrypted");
		return NOT_GOOD;
	}
	if (buf_ok(&opening->content))
		return OPENED;
	error_memory(err);
	return FAILED;
}

static enum outcome attempt(struct opening *opening, size_t i, struct error *err)
{
	ERR_clear_error();
	if (!unwrap(opening, &opening->places[i])) {
		openssl_error(err, ENCRYPTION_RULE, NOT_OPENED ", or the key's token does not allow it");
		return NOT_THIS_KEY;
	}
	return decrypt(opening, &opening->places[i], err);
}

/* ------------------------------------------------------------------ whose key */

static bool fits_kind(const struct recipient_place *place, const EVP_PKEY *key)
{
	if (place->key)
		return EVP_PKEY_is_a(key, "EC");
	return CMS_RecipientInfo_type(place->info) == CMS_RECIPINFO_TRANS && EVP_PKEY_is_a(key, "RSA");
}

/* The key's certificate says for certain which recipient it is. Without one it may be any whose certificate is not
 * known to be another key's. */
static bool may_be(const struct opening *opening, size_t i)
{
	const struct recipient *recipient = &opening->encryption->list[i];
	STACK_OF(X509) *own = opening->decryptor->own;

	if (!fits_kind(&opening->places[i], opening->decryptor->key))
		return false;
	if (sk_X509_num(own) > 0)
		return recipient->cert && certs_hold(own, recipient->cert);
	return !recipient->cert;
}

static void list_recipients(const struct encryption *encryption, struct buf *out)
{
	size_t i;

	for (i = 0; i < encryption->count; i++) {
		buf_add_text(out, i ? "; " : "");
		recipient_text(&encryption->list[i], out);
	}
}

static int refuse_key(const struct opening *opening, bool tried, struct error *err)
{
	STACK_OF(X509) *own = opening->decryptor->own;
	const char *why = "none of the recipients can have this key";
	BUF_AUTO who = BUF_INIT, mine = BUF_INIT;

	if (tried)
		why = "the key opens it for none of the recipients, or it is damaged";
	list_recipients(opening->encryption, &who);
	if (sk_X509_num(own) > 0) {
		name_text(X509_get_subject_name(sk_X509_value(own, 0)), &mine);
		return error_set(err, EACCES,
				 "it is not encrypted for the key of %s: give the key of a recipient, or for a renewed "
				 "certificate the old one too; the recipients are: %s",
				 buf_text(&mine), buf_text(&who));
	}
	return error_set(err, EACCES,
			 "%s: give the key of a recipient (" ENCRYPTION_CERT_TELLS " whose one is); the "
			 "recipients are: %s",
			 why, buf_text(&who));
}

/* Each attempt may decrypt all of the content: more of them, and a file of a few megabytes takes hours. */
#define ATTEMPTS_MAX 100

static int refuse_more(struct error *err)
{
	return error_set(err, EACCES,
			 "the key opens it for none of the first %d recipients that it could be: give the key's "
			 "certificate too, which says for which one it is", ATTEMPTS_MAX);
}

static int try_keys(struct opening *opening, struct error *err)
{
	bool known = sk_X509_num(opening->decryptor->own) > 0, good = false;
	size_t i, tried = 0;

	for (i = 0; i < opening->encryption->count; i++) {
		enum outcome outcome;

		if (!may_be(opening, i))
			continue;
		if (tried == ATTEMPTS_MAX)
			return known ? -1 : refuse_more(err);
		tried++;
		outcome = attempt(opening, i, err);
		if (outcome == OPENED)
			return 0;
		if (outcome == FAILED || err->code == ENOMEM)
			return -1;
		good = good || outcome == NOT_GOOD;
	}
	if (tried && (known || good))
		return -1;
	return refuse_key(opening, tried > 0, err);
}

/* ------------------------------------------------------------------ all of it */

static int keep_facts(struct opening *opening, struct error *err)
{
	struct encryption *encryption = opening->encryption;
	STACK_OF(X509) *certs = CMS_get1_certs(opening->cms);
	int count = sk_X509_num(certs);

	sk_X509_pop_free(certs, X509_free);
	encryption->sender_certs = count > 0 ? (size_t)count : 0;
	encryption->type = OBJ_dup(CMS_get0_eContentType(opening->cms));
	if (!encryption->type || !EVP_PKEY_up_ref(opening->decryptor->key))
		return error_memory(err);
	encryption->key = opening->decryptor->key;
	return 0;
}

static int open_cms(struct opening *opening, struct error *err)
{
	struct encryption *encryption = opening->encryption;

	if (recipient_list_read(opening->cms, opening->decryptor, &encryption->list, &opening->places,
				&encryption->count, err) ||
	    keep_facts(opening, err))
		return -1;
	/* With neither key nor output this only says that a key of a wrong length is to be told, not hidden: who learns
	 * of it has the private key. */
	if (CMS_decrypt(opening->cms, NULL, NULL, NULL, NULL, CMS_DEBUG_DECRYPT) != 1)
		return openssl_error(err, ENCRYPTION_RULE, "the encrypted content cannot be read");
	return try_keys(opening, err);
}

static int open_bytes(const void *bytes, size_t len, struct opening *opening, struct error *err)
{
	CMS_AUTO *cms = encryption_read(bytes, len, &opening->encryption->authenticated, err);

	opening->cms = cms;
	return cms ? open_cms(opening, err) : -1;
}

int encryption_open(const void *bytes, size_t len, const struct decryptor *decryptor, struct encryption **out,
		    struct buf *content, struct error *err)
{
	struct encryption *encryption = calloc(1, sizeof(*encryption));
	struct opening opening = { .decryptor = decryptor, .encryption = encryption };
	int result;

	*out = NULL;
	if (!encryption)
		return error_memory(err);
	ERR_clear_error();
	result = open_bytes(bytes, len, &opening, err);
	ERR_clear_error();
	if (!result) {
		buf_assign(content, buf_text(&opening.content), opening.content.len);
		result = buf_ok(content) ? 0 : error_memory(err);
	}
	free(opening.places);
	buf_free(&opening.content);
	if (result) {
		encryption_free(encryption);
		return -1;
	}
	*out = encryption;
	return 0;
}

void encryption_free(struct encryption *encryption)
{
	if (!encryption)
		return;
	recipient_list_free(encryption->list, encryption->count);
	ASN1_OBJECT_free(encryption->type);
	EVP_PKEY_free(encryption->key);
	free(encryption);
}
