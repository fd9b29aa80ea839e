#include "sign/internal.h"

#include <stdint.h>

/* Characters that change how what stands around them is shown: controls, line and paragraph separators, marks of
 * writing direction. RFC 2253 has the bytes of what cannot be shown as \XX. */
static const struct {
	uint32_t from, to;
} unshowable[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0x061c, 0x061c },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2066, 0x2069 },
	{ 0xfff9, 0xfffb },
};

static bool is_showable(uint32_t character)
{
	size_t i;

	for (i = 0; i < sizeof(unshowable) / sizeof(unshowable[0]); i++)
		if (character >= unshowable[i].from && character <= unshowable[i].to)
			return false;
	return true;
}

/* How many bytes a character has by its first one; 0: none begins so. `*bits` is what that byte has of it. */
static size_t length_of(unsigned char first, uint32_t *bits)
{
	*bits = first;
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	if (first < 0xe0) {
		*bits = first & 0x1fu;
		return 2;
	}
	if (first < 0xf0) {
		*bits = first & 0x0fu;
		return 3;
	}
	*bits = first & 0x07u;
	return 4;
}

/* The length of the UTF-8 character at `text` (RFC 3629); 0: none is there. */
static size_t read_character(const unsigned char *text, size_t len, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, count = length_of(text[0], character);

	if (count == 0 || count > len)
		return 0;
	for (i = 1; i < count; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3fu);
	}
	if (*character < least[count] || *character > 0x10ffff || (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return count;
}

void clean_text(const char *text, size_t len, struct buf *out)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0, i;

	while (at < len) {
		uint32_t character;
		size_t count = read_character(bytes + at, len - at, &character);
		size_t taken = count ? count : 1;

		if (count && is_showable(character))
			buf_add(out, text + at, count);
		else
			for (i = 0; i < taken; i++)
				buf_add_format(out, "\\%02X", bytes[at + i]);
		at += taken;
	}
}
