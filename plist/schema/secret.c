#include "plist/schema/secret.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* `whole`: only as a word of its own, as in UserPIN, user_pin and "User PIN", not in Pinned or Spinning. A word's first
 * letter is in FIRST_LETTERS, too. */
static const struct {
	const char *word;
	bool whole;
} WORDS[] = {
	{ "password", false },
	{ "passwd", false },
	{ "passphrase", false },
	{ "passcode", false },
	{ "secret", false },
	{ "token", false },
	{ "challenge", false },
	{ "credential", false },
	{ "privatekey", false },
	{ "key", true },
	{ "keys", true },
	{ "psk", true },
	{ "pin", true },
	{ "pwd", true },
	{ "otp", true },
	{ "pass", true },
};

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* True if a word can begin at `at`: after what is no letter, or with a capital that does not go on with capitals. */
static bool begins_word(const char *name, size_t len, size_t at)
{
	if (at == 0 || (!is_lower(name[at - 1]) && !is_upper(name[at - 1])))
		return true;
	if (!is_upper(name[at]))
		return false;
	return is_lower(name[at - 1]) || (at + 1 < len && is_lower(name[at + 1]));
}

/* True if a word can end before `at`: where no letter comes, or another word begins. */
static bool ends_word(const char *name, size_t len, size_t at)
{
	return at == len || (!is_lower(name[at]) && !is_upper(name[at])) || begins_word(name, len, at);
}

static bool has_word_at(const char *name, size_t len, size_t at, const char *word, bool whole)
{
	size_t size = strlen(word);

	return at + size <= len && strncasecmp(name + at, word, size) == 0 &&
	       (!whole || (begins_word(name, len, at) && ends_word(name, len, at + size)));
}

static bool names_secret_at(const char *name, size_t len, size_t at)
{
	char first = is_upper(name[at]) ? (char)(name[at] - 'A' + 'a') : name[at];

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (WORDS[i].word[0] == first && has_word_at(name, len, at, WORDS[i].word, WORDS[i].whole))
			return true;
	return false;
}

/* The letters that words begin with, by their last five bits, which are those of the capital, too. No digit has the
 * bit 64 that letters have. */
#define LETTER(c) (UINT32_C(1) << (c) % 32)
#define FIRST_LETTERS (LETTER('c') | LETTER('k') | LETTER('o') | LETTER('p') | LETTER('s') | LETTER('t'))

static bool may_begin(char c)
{
	return (c & 64) && (FIRST_LETTERS >> (c & 31) & 1);
}

/* Every key of every profile is asked for: the first letter alone tells most of them. */
bool secret_is_named(const char *name, size_t len)
{
	for (size_t at = 0; at < len; at++)
		if (may_begin(name[at]) && names_secret_at(name, len, at))
			return true;
	return false;
}

bool secret_is_kept(const struct schema_key *key, const char *name, size_t len)
{
	if (key && (key->sensitive || key->name))
		return key->sensitive;
	return name && secret_is_named(name, len);
}
