#include "plist/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for `more` bytes and the final NUL. */
static bool reserve(struct buf *buf, size_t more)
{
	size_t size;
	char *grown;

	if (buf->failed)
		return false;
	if (more < buf->size - buf->len)
		return true;
	if (more > SIZE_MAX / 4 - buf->len) {
		buf->failed = true;
		return false;
	}
	size = buf->size ? buf->size : 64;
	while (size - buf->len <= more)
		size *= 2;
	grown = malloc(size);
	if (!grown) {
		buf->failed = true;
		return false;
	}
	if (buf->data) {
		memcpy(grown, buf->data, buf->len);
		explicit_bzero(buf->data, buf->size);
		free(buf->data);
	}
	buf->data = grown;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
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
	buf->len += (size_t)len;
}

void buf_resize(struct buf *buf, size_t len)
{
	if (len > buf->len) {
		if (!reserve(buf, len - buf->len))
			return;
		memset(buf->data + buf->len, 0, len - buf->len);
	}
	if (!buf->failed && buf->data) {
		buf->len = len;
		buf->data[len] = '\0';
	}
}

void buf_assign(struct buf *buf, const void *bytes, size_t len)
{
	if (!buf->failed)
		buf->len = 0;
	buf_add(buf, bytes, len);
}

void buf_clear(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->size);
	buf->len = 0;
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
	char *data = buf->data;

	if (len)
		*len = buf->len;
	*buf = BUF_INIT;
	return data;
}

void buf_free(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->size);
	free(buf->data);
	*buf = BUF_INIT;
}
