#include "sign/ber.h"

#include <openssl/asn1.h>

/* OpenSSL itself reads no more than 30 levels of most things. */
#define DEPTH_MAX 64

/* Reads tag and length. `inside` ends with the whole run when the length is not said. */
static bool read_head(const struct ber *run, struct ber_element *element)
{
	const unsigned char *at = run->at;
	long len;
	int flags;

	if (at >= run->end)
		return false;
	flags = ASN1_get_object(&at, &len, &element->tag, &element->tag_class, run->end - at);
	if (flags & 0x80)
		return false;
	element->constructed = flags & V_ASN1_CONSTRUCTED;
	element->indefinite = flags & 1;
	element->inside = (struct ber){ at, element->indefinite ? run->end : at + len };
	return true;
}

static bool at_end_of_contents(const struct ber *run)
{
	return run->end - run->at >= 2 && run->at[0] == 0 && run->at[1] == 0;
}

static bool next(struct ber *run, struct ber_element *element, int depth)
{
	struct ber_element part;
	struct ber rest;

	if (depth > DEPTH_MAX || !read_head(run, element))
		return false;
	if (!element->indefinite) {
		run->at = element->inside.end;
		return true;
	}
	for (rest = element->inside; !at_end_of_contents(&rest);)
		if (!next(&rest, &part, depth + 1))
			return false;
	element->inside.end = rest.at;
	run->at = rest.at + 2;
	return true;
}

bool ber_next(struct ber *run, struct ber_element *element)
{
	return next(run, element, 0);
}

static bool is_definite(struct ber run, int depth)
{
	struct ber_element element;

	while (run.at < run.end) {
		if (!next(&run, &element, depth) || element.indefinite)
			return false;
		if (element.constructed && !is_definite(element.inside, depth + 1))
			return false;
	}
	return true;
}

bool ber_is_definite(const unsigned char *bytes, size_t len)
{
	return is_definite((struct ber){ bytes, bytes + len }, 0);
}
