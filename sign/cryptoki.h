/*
 * The part of PKCS#11 (OASIS, PKCS #11 Cryptographic Token Interface Base Specification 2.40) that finding objects on
 * a token takes: the interface of a module as it lies in memory, on systems other than Windows.
 */
#ifndef SIGN_CRYPTOKI_H
#define SIGN_CRYPTOKI_H

/* What functions return. */
#define CKR_OK 0x00UL
#define CKR_GENERAL_ERROR 0x05UL
#define CKR_PIN_INCORRECT 0xA0UL
#define CKR_PIN_INVALID 0xA1UL
#define CKR_PIN_LEN_RANGE 0xA2UL
#define CKR_PIN_EXPIRED 0xA3UL
#define CKR_PIN_LOCKED 0xA4UL
#define CKR_USER_ALREADY_LOGGED_IN 0x100UL
#define CKR_USER_PIN_NOT_INITIALIZED 0x102UL
#define CKR_CRYPTOKI_ALREADY_INITIALIZED 0x191UL

/* Flags of a token. */
#define CKF_LOGIN_REQUIRED 0x4UL
#define CKF_PROTECTED_AUTHENTICATION_PATH 0x100UL
#define CKF_TOKEN_INITIALIZED 0x400UL
#define CKF_USER_PIN_FINAL_TRY 0x20000UL
#define CKF_USER_PIN_LOCKED 0x40000UL

/* Of a session, and of C_Initialize(). */
#define CKF_SERIAL_SESSION 0x4UL
#define CKF_OS_LOCKING_OK 0x2UL

#define CKU_USER 1UL

/* Attributes of objects, and their classes. */
#define CKA_CLASS 0x0UL
#define CKA_LABEL 0x3UL
#define CKA_VALUE 0x11UL
#define CKA_ID 0x102UL
#define CKO_CERTIFICATE 1UL
#define CKO_PRIVATE_KEY 3UL

struct ck_version {
	unsigned char major, minor;
};

/* Texts are padded with blanks and not terminated. */
struct ck_token_info {
	unsigned char label[32], manufacturer[32], model[16], serial[16];
	unsigned long flags;
	unsigned long counts[10]; /* of sessions and bytes, and the lengths of PINs */
	struct ck_version hardware, firmware;
	unsigned char utc_time[16];
};

struct ck_attribute {
	unsigned long type;
	void *value;
	unsigned long len;
};

struct ck_initialize_args {
	void *mutexes[4];
	unsigned long flags;
	void *reserved;
};

typedef unsigned long ck_unused(void);

/* The first functions of a module's list, in their order; those that are not called here have no type. */
struct ck_functions {
	struct ck_version version;
	unsigned long (*initialize)(void *args);
	unsigned long (*finalize)(void *reserved);
	ck_unused *get_info, *get_function_list;
	unsigned long (*get_slot_list)(unsigned char present, unsigned long *slots, unsigned long *count);
	ck_unused *get_slot_info;
	unsigned long (*get_token_info)(unsigned long slot, struct ck_token_info *info);
	ck_unused *get_mechanism_list, *get_mechanism_info, *init_token, *init_pin, *set_pin;
	unsigned long (*open_session)(unsigned long slot, unsigned long flags, void *application, void *notify,
				      unsigned long *session);
	unsigned long (*close_session)(unsigned long session);
	ck_unused *close_all_sessions, *get_session_info, *get_operation_state, *set_operation_state;
	unsigned long (*login)(unsigned long session, unsigned long user, const char *pin, unsigned long len);
	ck_unused *logout, *create_object, *copy_object, *destroy_object, *get_object_size;
	unsigned long (*get_attributes)(unsigned long session, unsigned long object,
					struct ck_attribute *attributes, unsigned long count);
	ck_unused *set_attributes;
	unsigned long (*find_init)(unsigned long session, struct ck_attribute *attributes, unsigned long count);
	unsigned long (*find)(unsigned long session, unsigned long *objects, unsigned long room,
			      unsigned long *count);
	unsigned long (*find_final)(unsigned long session);
};

/* What every module exports as C_GetFunctionList. */
typedef unsigned long ck_get_function_list(struct ck_functions **functions);

#endif
