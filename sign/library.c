#include "sign/library.h"

#include <openssl/crypto.h>

#include "sign/memory.h"
#include "sign/pkcs11.h"

void sign_begin(void)
{
	memory_watch();
}

void sign_end(void)
{
	pkcs11_end();
	OPENSSL_cleanup();
}
