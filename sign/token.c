#include "sign/token.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sign/cryptoki.h"
#include "sign/internal.h"

/* No module has nearly as many. */
#define SLOTS_MAX 1024
#define OBJECTS_MAX 4096

/* A certificate is no larger, whatever a broken module says. */
#define VALUE_MAX (1u << 20)

struct token {
	void *module; /* dlopen(3)'s, or NULL */
	const struct ck_functions *functions;
	bool begun; /* by us: to be finalized by us */
	bool open;  /* `session` is */
	unsigned long slot, session;
	struct ck_token_info info;
	struct buf label; /* safe to be shown */
	char raw_label[33];
	char serial[17];
};

static int failed(struct error *err, const char *what, unsigned long code)
{
	return error_set(err, EIO, "the token's module could not %s (PKCS#11 error 0x%lx)", what, code);
}

/* ------------------------------------------------------------------ the module */

/* What dlerror(3) says begins with the path itself. */
static int no_module(const char *path, const char *why, struct error *err)
{
	size_t len = strlen(path);

	if (why && strncmp(why, path, len) == 0 && strncmp(why + len, ": ", 2) == 0)
		why += len + 2;
	return error_set(err, ENOENT,
			 "the PKCS#11 module %s cannot be loaded (%s): name the module of the token by "
			 "PKCS11_MODULE_PATH=FILE in the environment or by module-path=FILE after '?' in the URI",
			 path, why ? why : "no reason is given");
}

static int find_functions(void *module, const char *path, struct ck_functions **functions, struct error *err)
{
	ck_get_function_list *get_functions;

	*functions = NULL;
	*(void **)&get_functions = dlsym(module, "C_GetFunctionList");
	if (!get_functions)
		return no_module(path, "it is no PKCS#11 module", err);
	if (get_functions(functions) != CKR_OK || !*functions)
		return no_module(path, "it hands out no functions", err);
	return 0;
}

static int module_begin(struct token *token, struct error *err)
{
	struct ck_initialize_args args = { .flags = CKF_OS_LOCKING_OK };
	unsigned long code = token->functions->initialize(&args);

	if (code == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return 0;
	if (code != CKR_OK)
		return failed(err, "be started", code);
	token->begun = true;
	return 0;
}

/* ------------------------------------------------------------------ which token */

/* The length without the blanks that fill a field up. */
static size_t text_len(const unsigned char *field, size_t size)
{
	while (size && (field[size - 1] == ' ' || field[size - 1] == '\0'))
		size--;
	return size;
}

static bool field_fits(const unsigned char *field, size_t size, const struct buf *wanted)
{
	size_t len = text_len(wanted->len ? (const unsigned char *)wanted->data : field, wanted->len);

	return !wanted->len || (len == text_len(field, size) && memcmp(field, wanted->data, len) == 0);
}

static bool token_fits(const struct ck_token_info *info, const struct pkcs11_uri *uri)
{
	return (info->flags & CKF_TOKEN_INITIALIZED) &&
	       field_fits(info->label, sizeof(info->label), &uri->token) &&
	       field_fits(info->manufacturer, sizeof(info->manufacturer), &uri->manufacturer) &&
	       field_fits(info->model, sizeof(info->model), &uri->model) &&
	       field_fits(info->serial, sizeof(info->serial), &uri->serial);
}

/* 0 with the slots that hold a token, for free(), or -1. Modules look for tokens that were plugged in when they are
 * asked for the number alone; the number may be another one a moment later. */
static int list_slots(const struct token *token, unsigned long **slots, unsigned long *count, struct error *err)
{
	unsigned long code = token->functions->get_slot_list(1, NULL, count);

	if (code != CKR_OK)
		return failed(err, "list the tokens", code);
	*slots = calloc(SLOTS_MAX, sizeof(**slots));
	if (!*slots)
		return error_memory(err);
	*count = SLOTS_MAX;
	code = token->functions->get_slot_list(1, *slots, count);
	if (code == CKR_OK && *count <= SLOTS_MAX)
		return 0;
	free(*slots);
	return failed(err, "list the tokens", code == CKR_OK ? CKR_GENERAL_ERROR : code);
}

static void add_name(struct buf *names, const unsigned char *field, size_t size)
{
	buf_add_text(names, names->len ? ", '" : "'");
	clean_text((const char *)field, text_len(field, size), names);
	buf_add_char(names, '\'');
}

static int explain_tokens(size_t fitting, const struct buf *there, struct error *err)
{
	if (fitting)
		return error_set(err, EINVAL,
				 "%zu tokens fit the URI (serial numbers %s): say which by token= or serial=",
				 fitting, buf_text(there));
	if (there->len)
		return error_set(err, ENOENT, "there is no such token: those that are there are called %s",
				 buf_text(there));
	return error_set(err, ENOENT,
			 "there is no token: plug it in, or name the module that knows it by "
			 "PKCS11_MODULE_PATH=FILE in the environment or by module-path=FILE after '?' in the URI");
}

static void take_token(struct token *token, unsigned long slot, const struct ck_token_info *info)
{
	size_t label_len = text_len(info->label, sizeof(info->label));
	size_t serial_len = text_len(info->serial, sizeof(info->serial));

	token->slot = slot;
	token->info = *info;
	memcpy(token->raw_label, info->label, label_len);
	memcpy(token->serial, info->serial, serial_len);
	clean_text(token->raw_label, label_len, &token->label);
}

static int choose_token(struct token *token, const struct pkcs11_uri *uri, struct error *err)
{
	BUF_AUTO labels = BUF_INIT;
	BUF_AUTO serials = BUF_INIT;
	unsigned long *slots = NULL, count = 0, i;
	size_t fitting = 0;

	if (list_slots(token, &slots, &count, err))
		return -1;
	for (i = 0; i < count; i++) {
		struct ck_token_info info = { .flags = 0 };

		if (token->functions->get_token_info(slots[i], &info) != CKR_OK)
			continue;
		if (info.flags & CKF_TOKEN_INITIALIZED)
			add_name(&labels, info.label, sizeof(info.label));
		if (!token_fits(&info, uri))
			continue;
		add_name(&serials, info.serial, sizeof(info.serial));
		if (fitting++ == 0)
			take_token(token, slots[i], &info);
	}
	free(slots);
	if (fitting == 1)
		return buf_ok(&token->label) ? 0 : error_memory(err);
	return explain_tokens(fitting, fitting ? &serials : &labels, err);
}

static int session_open(struct token *token, struct error *err)
{
	unsigned long code = token->functions->open_session(token->slot, CKF_SERIAL_SESSION, NULL, NULL,
							    &token->session);

	if (code != CKR_OK)
		return failed(err, "open a session", code);
	token->open = true;
	return 0;
}

int token_open_in(const struct ck_functions *functions, const struct pkcs11_uri *uri, struct token **out,
		  struct error *err)
{
	struct token *token = calloc(1, sizeof(*token));

	*out = NULL;
	if (!token)
		return error_memory(err);
	token->functions = functions;
	if (module_begin(token, err) || choose_token(token, uri, err) || session_open(token, err)) {
		token_close(token);
		return -1;
	}
	*out = token;
	return 0;
}

int token_open(const char *path, const struct pkcs11_uri *uri, struct token **out, struct error *err)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	struct ck_functions *functions;

	*out = NULL;
	if (!module)
		return no_module(path, dlerror(), err);
	if (find_functions(module, path, &functions, err) || token_open_in(functions, uri, out, err)) {
		dlclose(module);
		return -1;
	}
	(*out)->module = module;
	return 0;
}

void token_close(struct token *token)
{
	if (!token)
		return;
	if (token->open)
		token->functions->close_session(token->session);
	if (token->begun)
		token->functions->finalize(NULL);
	if (token->module)
		dlclose(token->module);
	buf_free(&token->label);
	free(token);
}

const char *token_label(const struct token *token)
{
	return buf_text(&token->label);
}

const char *token_raw_label(const struct token *token)
{
	return token->raw_label;
}

const char *token_serial(const struct token *token)
{
	return token->serial;
}

/* ------------------------------------------------------------------ the PIN */

bool token_wants_pin(const struct token *token)
{
	return token->info.flags & CKF_LOGIN_REQUIRED;
}

bool token_pinpad(const struct token *token)
{
	return token->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH;
}

static int explain_login(struct token *token, unsigned long code, const char *option, struct error *err)
{
	struct ck_token_info info = { .flags = 0 };
	const char *more = "";

	if (code == CKR_PIN_LOCKED)
		return error_set(err, EPERM,
				 "the PIN of the token '%s' is locked after too many wrong ones: unlock it with "
				 "the token's own tool",
				 token_label(token));
	if (code == CKR_USER_PIN_NOT_INITIALIZED || code == CKR_PIN_EXPIRED)
		return error_set(err, EPERM,
				 "the token '%s' has no PIN that is good: set one with the token's own tool",
				 token_label(token));
	if (code != CKR_PIN_INCORRECT && code != CKR_PIN_INVALID && code != CKR_PIN_LEN_RANGE)
		return failed(err, "log in", code);
	if (token->functions->get_token_info(token->slot, &info) == CKR_OK) {
		if (info.flags & CKF_USER_PIN_LOCKED)
			more = " (it is locked now)";
		else if (info.flags & CKF_USER_PIN_FINAL_TRY)
			more = " (one more wrong PIN locks it)";
	}
	return error_set(err, EACCES,
			 "the PIN does not open the token '%s'%s: give the right one (%s); it was tried once",
			 token_label(token), more, option);
}

int token_login(struct token *token, const struct passphrase *pin, struct error *err)
{
	unsigned long code;

	if (token->info.flags & CKF_USER_PIN_LOCKED)
		return explain_login(token, CKR_PIN_LOCKED, pin->option, err);
	code = token->functions->login(token->session, CKU_USER, pin->text, pin->len);
	if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN)
		return 0;
	return explain_login(token, code, pin->option, err);
}

/* ------------------------------------------------------------------ objects */

/* Appends one attribute's bytes; one that the object does not have is empty. */
static void read_attribute(const struct token *token, unsigned long object, unsigned long type, struct buf *out)
{
	struct ck_attribute attribute = { .type = type };

	if (token->functions->get_attributes(token->session, object, &attribute, 1) != CKR_OK ||
	    attribute.len == 0 || attribute.len > VALUE_MAX)
		return;
	buf_resize(out, attribute.len);
	if (!buf_ok(out))
		return;
	attribute.value = out->data;
	if (token->functions->get_attributes(token->session, object, &attribute, 1) != CKR_OK ||
	    attribute.len > out->len)
		attribute.len = 0;
	buf_resize(out, attribute.len);
}

static int add_object(const struct token *token, unsigned long handle, enum token_class class,
		      struct token_objects *out, struct error *err)
{
	struct token_object *list = realloc(out->list, (out->count + 1) * sizeof(*list));
	struct token_object *object;

	if (!list)
		return error_memory(err);
	out->list = list;
	object = &list[out->count++];
	memset(object, 0, sizeof(*object));
	read_attribute(token, handle, CKA_LABEL, &object->label);
	read_attribute(token, handle, CKA_ID, &object->id);
	if (class == TOKEN_CERTIFICATE)
		read_attribute(token, handle, CKA_VALUE, &object->value);
	if (buf_ok(&object->label) && buf_ok(&object->id) && buf_ok(&object->value))
		return 0;
	return error_memory(err);
}

/* Reading while the search goes on is not allowed everywhere: all handles first. */
static int collect_handles(const struct token *token, struct ck_attribute *wanted, unsigned long count,
			   unsigned long *handles, unsigned long *found, struct error *err)
{
	unsigned long code = token->functions->find_init(token->session, wanted, count), some = 0;

	*found = 0;
	if (code != CKR_OK)
		return failed(err, "look for objects", code);
	do {
		unsigned long room = OBJECTS_MAX - *found;

		code = token->functions->find(token->session, handles + *found, room, &some);
		if (code == CKR_OK && some > room)
			code = CKR_GENERAL_ERROR;
		if (code == CKR_OK)
			*found += some;
	} while (code == CKR_OK && some && *found < OBJECTS_MAX);
	token->functions->find_final(token->session);
	return code == CKR_OK ? 0 : failed(err, "look for objects", code);
}

static void want(struct ck_attribute *wanted, unsigned long *count, unsigned long type, const struct buf *value)
{
	if (value && value->len)
		wanted[(*count)++] = (struct ck_attribute){ type, value->data, value->len };
}

int token_find(struct token *token, enum token_class class, const struct buf *label, const struct buf *id,
	       struct token_objects *out, struct error *err)
{
	unsigned long kind = class == TOKEN_CERTIFICATE ? CKO_CERTIFICATE : CKO_PRIVATE_KEY;
	struct ck_attribute wanted[3] = { { CKA_CLASS, &kind, sizeof(kind) } };
	unsigned long *handles = calloc(OBJECTS_MAX, sizeof(*handles));
	unsigned long count = 1, found, i;
	int result;

	if (!handles)
		return error_memory(err);
	want(wanted, &count, CKA_LABEL, label);
	want(wanted, &count, CKA_ID, id);
	result = collect_handles(token, wanted, count, handles, &found, err);
	for (i = 0; !result && i < found; i++)
		result = add_object(token, handles[i], class, out, err);
	free(handles);
	return result;
}

void token_objects_free(struct token_objects *objects)
{
	size_t i;

	for (i = 0; i < objects->count; i++) {
		buf_free(&objects->list[i].label);
		buf_free(&objects->list[i].id);
		buf_free(&objects->list[i].value);
	}
	free(objects->list);
	memset(objects, 0, sizeof(*objects));
}
