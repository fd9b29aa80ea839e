#include "plist/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/pages.h"

static bool is_shared(const struct buf *buf)
{
	return buf->owners && *buf->owners > 1;
}

/* Gives the memory back; what the buffer says of it is not true any more. */
static void drop(struct buf *buf)
{
	if (!buf->data || (buf->owners && --*buf->owners > 0))
		return;
	explicit_bzero(buf->data, buf->used);
	free(buf->data);
	free(buf->owners);
}

/* Moves the first `len` bytes of the contents to new memory. */
static bool move(struct buf *buf, size_t len, size_t size)
{
	char *data = malloc(size);

	if (!data) {
		buf->failed = true;
		return false;
	}
	pages_large(data, size);
	if (len)
		memcpy(data, buf->data, len);
	data[len] = '\0';
	drop(buf);
	buf->data = data;
	buf->size = size;
	buf->len = buf->used = len;
	buf->owners = NULL;
	return true;
}

/* Room for `more` bytes and the final NUL, in memory of its own. */
static bool reserve(struct buf *buf, size_t more)
{
	size_t size;

	if (buf->failed)
		return false;
	if (more < buf->size - buf->len && !is_shared(buf))
		return true;
	if (more > SIZE_MAX / 4 - buf->len) {
		buf->failed = true;
		return false;
	}
	size = buf->size ? buf->size : 64;
	while (size - buf->len <= more)
		size *= 2;
	return move(buf, buf->len, size);
}

/* Exactly so much: who knows how much it will be needs nothing to spare. */
void buf_reserve(struct buf *buf, size_t more)
{
	if (buf->failed || (more < buf->size - buf->len && !is_shared(buf)))
		return;
	if (more > SIZE_MAX / 4 - buf->len)
		buf->failed = true;
	else
		move(buf, buf->len, buf->len + more + 1);
}

static void set_len(struct buf *buf, size_t len)
{
	buf->len = len;
	buf->data[len] = '\0';
	if (buf->used < len)
		buf->used = len;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	set_len(buf, buf->len + len);
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_add_number(struct buf *buf, unsigned long number)
{
	char digits[24], *first = digits + sizeof(digits);

	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	buf_add(buf, first, (size_t)(digits + sizeof(digits) - first));
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if (!reserve(buf, (size_t)len))
		return;
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	set_len(buf, buf->len + (size_t)len);
}

char *buf_extend(struct buf *buf, size_t more)
{
	size_t before = buf->len;

	if (!reserve(buf, more))
		return NULL;
	set_len(buf, before + more);
	return buf->data + before;
}

char *buf_room(struct buf *buf, size_t more)
{
	return reserve(buf, more) ? buf->data + buf->len : NULL;
}

void buf_filled(struct buf *buf, size_t len)
{
	set_len(buf, buf->len + len);
}

void buf_resize(struct buf *buf, size_t len)
{
	if (len > buf->len) {
		if (!reserve(buf, len - buf->len))
			return;
		memset(buf->data + buf->len, 0, len - buf->len);
	}
	if (buf->failed || !buf->data)
		return;
	if (is_shared(buf))
		move(buf, len, len + 1);
	else
		set_len(buf, len);
}

void buf_assign(struct buf *buf, const void *bytes, size_t len)
{
	if (is_shared(buf))
		buf_free(buf);
	if (!buf->failed)
		buf->len = 0;
	buf_add(buf, bytes, len);
}

void buf_share(struct buf *buf, struct buf *from)
{
	if (buf->failed)
		return;
	if (from->failed || (from->data && !from->owners && !(from->owners = calloc(1, sizeof(*from->owners))))) {
		buf->failed = true;
		return;
	}
	if (from->owners)
		*from->owners += *from->owners ? 1 : 2;
	drop(buf);
	*buf = *from;
}

void buf_clear(struct buf *buf)
{
	if (is_shared(buf)) {
		buf_free(buf);
		return;
	}
	if (buf->data)
		explicit_bzero(buf->data, buf->used);
	buf->len = buf->used = 0;
	buf->failed = false;
}

bool buf_ok(const struct buf *buf)
{
	return !buf->failed;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

bool buf_equals(const struct buf *buf, const void *bytes, size_t len)
{
	return buf->len == len && (len == 0 || memcmp(buf->data, bytes, len) == 0);
}

char *buf_steal(struct buf *buf, size_t *len)
{
	char *data;

	if (is_shared(buf) && !move(buf, buf->len, buf->len + 1))
		return NULL;
	free(buf->owners);
	data = buf->data;
	if (len)
		*len = buf->len;
	*buf = BUF_INIT;
	return data;
}

void buf_free(struct buf *buf)
{
	drop(buf);
	*buf = BUF_INIT;
}
