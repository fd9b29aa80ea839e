#include "plist/placeholder.h"

#include <string.h>

#include "plist/value.h"

/* --- the closed list ---------------------------------------------------------------------------------- */

static const char *const JAMF[] = {
	"USERNAME", "FULLNAME", "REALNAME", "EMAIL", "PHONE", "POSITION", "DEPARTMENTNAME", "DEPARTMENTID",
	"BUILDINGNAME", "BUILDINGID", "ROOM", "SITENAME", "SITEID", "COMPUTERNAME", "SERIALNUMBER", "UDID",
	"MACADDRESS", "MANAGEMENTID", "JSSID", "DEVICENAME", "DEVICEID", "ASSET_TAG", "UNIQUEIDENTIFIER",
	"PROFILEIDENTIFIER", NULL,
};

static const char *const PERCENT[] = {
	"SerialNumber", "HardwareUUID", "ComputerName", "HostName", "LocalHostName", "MACAddress",
	"EthernetMACAddress", "AD_ComputerID", "AD_Domain", "AD_DomainForestName", "AD_DomainNameDNS",
	"AD_KerberosID", "email", "first_name", "full_name", "guid", "job_title", "last_name", "mobile_phone",
	"short_name", "UDID", "UserName", NULL,
};

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

static bool is_word(unsigned char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_shell(unsigned char c)
{
	return is_word(c) || c == '.' || c == ':' || c == '-';
}

static bool is_template(unsigned char c)
{
	return c != '{' && c != '}' && c != '\n';
}

/* Between `open` and `close` stands one of `names`, or else one or more characters that are `inside`. */
static const struct form {
	const char *open;
	const char *close;
	const char *const *names;
	bool (*inside)(unsigned char c);
	bool whole_word; /* what follows must not read as part of the name */
} FORMS[] = {
	{ "$", "", JAMF, NULL, true },
	{ "$EXTENSIONATTRIBUTE_", "", NULL, is_digit, true },
	{ "$FLEET_VAR_", "", NULL, is_upper, false },
	{ "$FLEET_SECRET_", "", NULL, is_upper, false },
	{ "${", "}", NULL, is_shell, false },
	{ "{{", "}}", NULL, is_template, false },
	{ "%", "%", PERCENT, NULL, false },
};

#define FORM_COUNT (sizeof(FORMS) / sizeof(FORMS[0]))

/* --- matching ----------------------------------------------------------------------------------------- */

/* A text that is being read. Whatever asks for bytes beyond its end sets `cut`: the match failed, but more
 * text could make it succeed. */
struct scan {
	const char *text;
	size_t len;
	size_t at;
	bool cut;
};

static bool take_literal(struct scan *scan, const char *literal)
{
	size_t want = strlen(literal), have = scan->len - scan->at;

	if (memcmp(scan->text + scan->at, literal, have < want ? have : want) != 0)
		return false;
	if (have < want) {
		scan->cut = true;
		return false;
	}
	scan->at += want;
	return true;
}

static bool take_name(struct scan *scan, const struct form *form, const char *name)
{
	struct scan tried = *scan;

	if (!take_literal(&tried, name) || !take_literal(&tried, form->close) ||
	    (form->whole_word && tried.at < tried.len && is_word((unsigned char)tried.text[tried.at]))) {
		scan->cut |= tried.cut;
		return false;
	}
	*scan = tried;
	return true;
}

static bool take_one_of(struct scan *scan, const struct form *form)
{
	const char *const *name = form->names;

	while (*name && !take_name(scan, form, *name))
		name++;
	return *name != NULL;
}

/* What is written in a placeholder must be something that a property list can hold, too. */
static bool take_characters(struct scan *scan, const struct form *form)
{
	size_t start = scan->at;
	enum verdict verdict;

	while (scan->at < scan->len && form->inside((unsigned char)scan->text[scan->at]))
		scan->at++;
	verdict = value_prefix(NODE_STRING, scan->text + start, scan->at - start, false);
	if (scan->at == scan->len)
		scan->cut = verdict != VERDICT_NEVER &&
			    (scan->at == start || *form->close || verdict == VERDICT_MAYBE);
	if (scan->at == start || verdict != VERDICT_VALID || scan->cut)
		return false;
	if (form->whole_word && scan->at < scan->len && is_word((unsigned char)scan->text[scan->at]))
		return false;
	return take_literal(scan, form->close);
}

static bool take_form(struct scan *scan, const struct form *form)
{
	if (!take_literal(scan, form->open))
		return false;
	return form->names ? take_one_of(scan, form) : take_characters(scan, form);
}

/* The length of the placeholder at the beginning of the text, or 0; `*cut`: more text could make one. */
static size_t match(const char *text, size_t len, bool *cut)
{
	*cut = len == 0;
	for (size_t i = 0; len && i < FORM_COUNT; i++) {
		struct scan scan = { .text = text, .len = len };

		if (*text != *FORMS[i].open)
			continue; /* as nearly all characters: values are looked through for placeholders */
		if (take_form(&scan, &FORMS[i]))
			return scan.at;
		*cut |= scan.cut;
	}
	return 0;
}

size_t placeholder_at(const char *text, size_t len)
{
	bool cut;

	return match(text, len, &cut);
}

bool placeholder_whole(const char *text, size_t len)
{
	return len && placeholder_at(text, len) == len;
}

bool placeholder_prefix(const char *text, size_t len)
{
	bool cut;
	size_t found = match(text, len, &cut);

	return found ? found == len : cut;
}

bool placeholder_inside(const char *text, size_t len)
{
	for (size_t at = 0; at < len; at++)
		if (placeholder_at(text + at, len - at))
			return true;
	return false;
}
