#include "sign/library.h"

#include <openssl/crypto.h>

#include "sign/pkcs11.h"

void sign_end(void)
{
	pkcs11_end();
	OPENSSL_cleanup();
}
