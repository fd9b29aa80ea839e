/* The functions for engines are deprecated since OpenSSL 3.0, and there is nothing else that Debian 12 has. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "sign/token_key.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif

#include "plist/base/buf.h"
#include "sign/openssl_error.h"

/* What keys of tokens need for as long as they live. */
static struct {
	struct buf module; /* the one that is loaded */
	struct buf pin;    /* of the key that was opened last */
	bool many_pins;    /* another key has another one: nobody knows whose is asked for... */
	bool opening;      /* ...but while a key is opened */
	UI_METHOD *ui;
	OSSL_PROVIDER *defaults, *provider;
#ifndef OPENSSL_NO_ENGINE
	ENGINE *engine;
#endif
} shared;

/* Some keys want the PIN for every signature. Nobody but this answers: nothing may wait at a terminal, and no
 * PIN may go where another is wanted, or the token locks itself. */
static int answer(char *out, int size, int writing, void *data)
{
	(void)writing;
	(void)data;
	if ((shared.many_pins && !shared.opening) || size < 0 || shared.pin.len == 0 || shared.pin.len > (size_t)size)
		return -1;
	memcpy(out, shared.pin.data, shared.pin.len);
	return (int)shared.pin.len;
}

static int remember_pin(const struct token_key *wanted, struct error *err)
{
	if (!wanted->pin)
		return 0;
	if (shared.pin.len && !buf_equals(&shared.pin, wanted->pin, wanted->pin_len))
		shared.many_pins = true;
	buf_assign(&shared.pin, wanted->pin, wanted->pin_len);
	return buf_ok(&shared.pin) ? 0 : error_memory(err);
}

static int begin(const struct token_key *wanted, struct error *err)
{
	if (shared.module.len && strcmp(buf_text(&shared.module), wanted->module) != 0)
		return error_set(err, EINVAL,
				 "another key comes from the PKCS#11 module %s, and only one module can be used "
				 "at a time: give both through p11-kit-proxy.so",
				 buf_text(&shared.module));
	if (!shared.ui)
		shared.ui = UI_UTIL_wrap_read_pem_callback(answer, 0);
	if (!shared.module.len)
		buf_add_text(&shared.module, wanted->module);
	if (!shared.ui || !buf_ok(&shared.module))
		return error_memory(err);
	UI_set_default_method(shared.ui);
	return 0;
}

/* ------------------------------------------------------------------ the provider */

/* It takes its module from the environment when it is loaded; the environment of commands that are started later is
 * as it was. */
static OSSL_PROVIDER *load_provider(void)
{
	static const char variable[] = "PKCS11_PROVIDER_MODULE";
	const char *value = getenv(variable);
	char *before = value ? strdup(value) : NULL;
	OSSL_PROVIDER *provider = NULL;

	if ((value && !before) || setenv(variable, buf_text(&shared.module), 1))
		goto out;
	provider = OSSL_PROVIDER_try_load(NULL, "pkcs11", 1);
	if (before)
		setenv(variable, before, 1);
	else
		unsetenv(variable);
out:
	free(before);
	return provider;
}

static bool provider_begin(void)
{
	if (shared.provider)
		return true;
	shared.provider = load_provider();
	/* What is not the token's stays with OpenSSL itself. */
	if (shared.provider)
		shared.defaults = OSSL_PROVIDER_load(NULL, "default");
	return shared.provider != NULL;
}

static EVP_PKEY *provider_key(const struct token_key *wanted, struct error *err)
{
	OSSL_STORE_CTX *store = OSSL_STORE_open_ex(wanted->uri, NULL, "provider=pkcs11", shared.ui, NULL, NULL, NULL,
						   NULL);
	EVP_PKEY *key = NULL;

	while (store && !key && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	if (!key)
		openssl_error(err, NULL, "OpenSSL's provider pkcs11 cannot open the key of the token");
	OSSL_STORE_close(store);
	return key;
}

/* ------------------------------------------------------------------ the engine */

#ifndef OPENSSL_NO_ENGINE

/* Quiet: it would tell the terminal of what is told as an error here. */
static bool engine_setup(ENGINE *engine)
{
	return ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 1) == 1 &&
	       ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", buf_text(&shared.module), 0) == 1 &&
	       ENGINE_ctrl_cmd(engine, "SET_USER_INTERFACE", 0, shared.ui, NULL, 1) == 1 &&
	       ENGINE_init(engine) == 1;
}

static bool engine_begin(void)
{
	ENGINE *engine;

	if (shared.engine)
		return true;
	engine = ENGINE_by_id("pkcs11");
	if (engine && engine_setup(engine))
		shared.engine = engine;
	else
		ENGINE_free(engine);
	return shared.engine != NULL;
}

/* The engine's copy of the PIN is replaced, and so wiped, as soon as it is logged in. */
static EVP_PKEY *engine_key(const struct token_key *wanted, struct error *err)
{
	EVP_PKEY *key = NULL;

	if (!wanted->pin || ENGINE_ctrl_cmd_string(shared.engine, "PIN", wanted->pin, 0) == 1)
		key = ENGINE_load_private_key(shared.engine, wanted->uri, shared.ui, NULL);
	if (!key)
		openssl_error(err, NULL, "OpenSSL's engine pkcs11 cannot open the key of the token");
	if (wanted->pin)
		ENGINE_ctrl_cmd_string(shared.engine, "PIN", "", 0);
	return key;
}

static void engine_end(void)
{
	if (!shared.engine)
		return;
	ENGINE_finish(shared.engine);
	ENGINE_free(shared.engine);
}

#else

static bool engine_begin(void)
{
	return false;
}

static EVP_PKEY *engine_key(const struct token_key *wanted, struct error *err)
{
	(void)wanted;
	(void)err;
	return NULL;
}

static void engine_end(void)
{
}

#endif

/* ------------------------------------------------------------------ the interface */

static EVP_PKEY *open_key(const struct token_key *wanted, struct error *err)
{
	if (provider_begin())
		return provider_key(wanted, err);
	ERR_clear_error();
	if (engine_begin())
		return engine_key(wanted, err);
	ERR_clear_error();
	error_set(err, ENOTSUP,
		  "OpenSSL cannot use keys of tokens here: install its provider pkcs11 (pkcs11-provider) or its engine "
		  "(libengine-pkcs11-openssl on Debian and Ubuntu, openssl-pkcs11 on Fedora, libp11 for Homebrew)");
	return NULL;
}

EVP_PKEY *token_key_open(const struct token_key *wanted, struct error *err)
{
	EVP_PKEY *key;

	if (begin(wanted, err) || remember_pin(wanted, err))
		return NULL;
	shared.opening = wanted->pin != NULL;
	key = open_key(wanted, err);
	shared.opening = false;
	return key;
}

void token_key_end(void)
{
	engine_end();
	OSSL_PROVIDER_unload(shared.provider);
	OSSL_PROVIDER_unload(shared.defaults);
	if (shared.ui) {
		UI_set_default_method(NULL);
		UI_destroy_method(shared.ui);
	}
	buf_free(&shared.module);
	buf_free(&shared.pin);
	memset(&shared, 0, sizeof(shared));
}
