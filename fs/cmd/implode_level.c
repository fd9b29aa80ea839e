#include "fs/cmd/implode_level.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"

#define CONTENT "PayloadContent"

/* More than any type has. */
#define TYPE_SIZE_MAX 4096

/* Takes the last part of an absolute path off; returns it. */
static const char *split_last(char *path)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	return slash + 1;
}

static bool is_profile_type(const struct buf *text)
{
	static const char *const types[] = { "Configuration", "Profile Service" };
	size_t i, len = text->len;

	if (len && text->data[len - 1] == '\n')
		len--;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (len == strlen(types[i]) && memcmp(text->data, types[i], len) == 0)
			return true;
	return false;
}

static bool is_profile(const char *tree)
{
	BUF_AUTO name = BUF_INIT, text = BUF_INIT;
	struct error ignored;

	buf_add_format(&name, "%s/PayloadType", tree);
	return buf_ok(&name) && file_read_path(buf_text(&name), TYPE_SIZE_MAX, &text, &ignored) == 0 &&
	       is_profile_type(&text);
}

static int refuse(const char *what, const char *above, struct error *err)
{
	return error_set(err, EINVAL, "this is %s: the profile's tree is %.600s, give that", what,
			 *above ? above : "/");
}

static int check(const char *path, char *real, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	if (strcmp(split_last(real), CONTENT) == 0)
		return refuse("the " CONTENT " of a profile", real, err);
	if (!*real || strcmp(split_last(real), CONTENT) != 0 || is_profile(path))
		return 0;
	return refuse("the directory of one payload", real, err);
}

int implode_check_level(const char *path, struct error *err)
{
	char *real = realpath(path, NULL);
	int result = real ? check(path, real, err) : 0;

	free(real);
	return result;
}
