#include "sign/encryption_internal.h"

#include <errno.h>
#include <limits.h>

#include "sign/internal.h"

static int check_type(const CMS_ContentInfo *cms, bool *authenticated, struct error *err)
{
	const ASN1_OBJECT *type = CMS_get0_type(cms);
	BUF_AUTO name = BUF_INIT;

	switch (OBJ_obj2nid(type)) {
	case NID_id_smime_ct_authEnvelopedData:
		*authenticated = true;
		return 0;
	case NID_pkcs7_enveloped:
		*authenticated = false;
		return 0;
	}
	object_text(type, &name);
	return error_rule(err, ENCRYPTION_RULE,
			  "the encrypted content is a CMS of the type %s, not encrypted for recipients (EnvelopedData)",
			  buf_text(&name));
}

static int check_content(CMS_ContentInfo *cms, struct error *err)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);

	if (content && *content)
		return 0;
	return error_rule(err, ENCRYPTION_RULE, "the encrypted content is not there, only keys for it");
}

static int check_end(size_t len, size_t end, struct error *err)
{
	size_t rest = len - end;

	if (!rest)
		return 0;
	return error_rule(err, ENCRYPTION_RULE, "%zu %s the end of the encrypted content at byte %zu: cut %s off", rest,
			  rest == 1 ? "byte follows" : "bytes follow", end, rest == 1 ? "it" : "them");
}

CMS_ContentInfo *encryption_read(const void *bytes, size_t len, bool *authenticated, struct error *err)
{
	const unsigned char *at = bytes;
	CMS_ContentInfo *cms;

	if (len > INT_MAX) {
		error_set(err, EFBIG, "the encrypted content is larger than 2 GB, which OpenSSL cannot read");
		return NULL;
	}
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	if (!cms) {
		error_rule(err, ENCRYPTION_RULE,
			   "the encrypted content is no CMS (EnvelopedData), or is damaged or cut short");
		return NULL;
	}
	if (check_end(len, (size_t)(at - (const unsigned char *)bytes), err) == 0 &&
	    check_type(cms, authenticated, err) == 0 && check_content(cms, err) == 0)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}
