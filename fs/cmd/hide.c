#include "fs/cmd/hide.h"

#include <string.h>
#include <strings.h>

void hide_passphrase(char *source)
{
	static const char prefix[] = "pass:";
	size_t len = sizeof(prefix) - 1;

	if (strncmp(source, prefix, len) == 0)
		memset(source + len, '*', strlen(source + len));
}

void hide_pin(char *uri)
{
	static const char name[] = "pin-value=";
	char *at = uri;

	if (strncasecmp(uri, "pkcs11:", 7) != 0)
		return;
	while ((at = strcasestr(at, name))) {
		at += sizeof(name) - 1;
		memset(at, '*', strcspn(at, "&"));
	}
}
