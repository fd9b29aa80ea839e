/*
 * The floor under an edit of a signed profile: it is unwrapped, parsed, edited, written and signed again, in one
 * process, with libplist and OpenSSL alone. Nothing is judged, locked, kept or compared.
 *
 *     sign_floor PROFILE KEY CERT NAME VALUE
 *
 * NAME is a key of the last payload. The file is replaced by rename(2), on the disk first, as a save does it.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "sign_floor: %s failed\n", what);
	exit(2);
}

static BIO *open_file(const char *path, const char *mode)
{
	BIO *file = BIO_new_file(path, mode);

	need(file != NULL, path);
	return file;
}

static BIO *unwrap(const char *path)
{
	BIO *file = open_file(path, "rb"), *content = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = d2i_CMS_bio(file, NULL);

	need(cms && CMS_verify(cms, NULL, NULL, NULL, content, CMS_NO_SIGNER_CERT_VERIFY), "verifying");
	CMS_ContentInfo_free(cms);
	BIO_free(file);
	return content;
}

/* The plist with `name` set in its last payload, as XML, to be freed. */
static char *edit(BIO *content, const char *name, const char *value, uint32_t *len)
{
	plist_t plist = NULL, payloads;
	char *bytes, *xml = NULL;
	long size = BIO_get_mem_data(content, &bytes);

	plist_from_xml(bytes, (uint32_t)size, &plist);
	need(plist != NULL, "parsing");
	payloads = plist_dict_get_item(plist, "PayloadContent");
	plist_dict_set_item(plist_array_get_item(payloads, plist_array_get_size(payloads) - 1), name,
			    plist_new_string(value));
	plist_to_xml(plist, &xml, len);
	need(xml != NULL, "writing");
	plist_free(plist);
	return xml;
}

static CMS_ContentInfo *sign(BIO *content, const char *key_path, const char *cert_path)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
	BIO *key_file = open_file(key_path, "r"), *cert_file = open_file(cert_path, "r");
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_file, NULL, NULL, NULL);
	X509 *cert = PEM_read_bio_X509(cert_file, NULL, NULL, NULL);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);

	need(key && cert && cms && CMS_add1_signer(cms, cert, key, EVP_sha256(), flags) &&
		     CMS_final(cms, content, NULL, flags),
	     "signing");
	EVP_PKEY_free(key);
	X509_free(cert);
	BIO_free(key_file);
	BIO_free(cert_file);
	return cms;
}

static void replace(const char *path, CMS_ContentInfo *cms)
{
	char beside[4096];
	BIO *file;
	int fd;

	snprintf(beside, sizeof(beside), "%s.new", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	need(fd >= 0, beside);
	file = BIO_new_fd(fd, BIO_CLOSE);
	need(file && i2d_CMS_bio(file, cms) && fsync(fd) == 0 && rename(beside, path) == 0, "replacing");
	BIO_free(file);
}

int main(int argc, char **argv)
{
	CMS_ContentInfo *cms;
	BIO *content, *edited;
	uint32_t len = 0;
	char *xml;

	if (argc != 6) {
		fprintf(stderr, "usage: sign_floor PROFILE KEY CERT NAME VALUE\n");
		return 2;
	}
	content = unwrap(argv[1]);
	xml = edit(content, argv[4], argv[5], &len);
	edited = BIO_new_mem_buf(xml, (int)len);
	need(edited != NULL, "memory");
	cms = sign(edited, argv[2], argv[3]);
	replace(argv[1], cms);
	CMS_ContentInfo_free(cms);
	BIO_free(edited);
	BIO_free(content);
	plist_to_xml_free(xml);
	return 0;
}
