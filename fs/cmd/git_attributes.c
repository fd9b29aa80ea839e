#include "fs/cmd/git_attributes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/strings.h"

#define BEGIN "# profilefs: begin (`profilefs git-setup` writes what is between these two lines)\n"
#define END   "# profilefs: end\n"

/* The bytes of a signed or binary profile, and of every value in an exploded tree, are its content: git must not turn
 * their line endings. Attributes of a directory do not hold for what is in it, so trees have patterns of their own. */
static const char for_profiles[] =
	"*.mobileconfig -text diff=profile merge=profile\n"
	"**/*.mobileconfig/** -text\n";

/* It has a line for each name; lines that both sides added do not contradict each other. */
static const char for_types[] = ".types -text merge=union\n";

/* --- exploded trees --------------------------------------------------------------------------------- */

/* The directory of a file that makes it one; NULL: the file is none such. Its end is set to NUL. */
static char *tree_of(char *path)
{
	static const char name[] = "PayloadType";
	char *slash = strrchr(path, '/');

	if (strcmp(slash ? slash + 1 : path, name) != 0)
		return NULL;
	*(slash ? slash : path) = '\0';
	return path;
}

/* A directory that is called as profiles are is in the general pattern, with all below it. */
static bool is_named_as_profile(const char *path)
{
	static const char suffix[] = ".mobileconfig";
	const size_t len = sizeof(suffix) - 1;
	const char *at = path;

	while ((at = strstr(at, suffix))) {
		at += len;
		if (*at == '/' || *at == '\0')
			return true;
	}
	return false;
}

/* The end of a path comes before what is below it, and that before anything else. */
static int rank(char c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : (unsigned char)c + 1;
}

static int compare_paths(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return rank(*x) - rank(*y);
}

static bool is_in(const char *path, const char *tree)
{
	size_t len = strlen(tree);

	return len == 0 || (strncmp(path, tree, len) == 0 && (path[len] == '/' || path[len] == '\0'));
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* A blank would end a pattern. */
static bool needs_quotes(const char *path)
{
	while (*path && *path != ' ' && *path != '"' && !is_control(*path))
		path++;
	return *path != '\0';
}

static void add_quoted(struct buf *out, char c)
{
	if (is_control(c))
		buf_add_format(out, "\\%03o", (unsigned char)c);
	else if (c == '"' || c == '\\')
		buf_add_format(out, "\\%c", c);
	else
		buf_add_char(out, c);
}

/* A pattern that means what is below this path and nothing else, as gitattributes(5) spells it: special letters
 * with a backslash before them, and all of it as a C string if it needs quotes. */
static void add_pattern(struct buf *out, const char *path)
{
	bool quoted = needs_quotes(path);

	buf_add_text(out, quoted ? "\"/" : "/");
	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			buf_add_text(out, quoted ? "\\\\" : "\\");
		if (quoted)
			add_quoted(out, *path);
		else
			buf_add_char(out, *path);
	}
	buf_add_text(out, quoted ? "/**\"" : "/**");
}

static void add_trees(struct buf *block, const struct strings *trees)
{
	const char *last = NULL;
	size_t i;

	for (i = 0; i < trees->count; i++) {
		if (last && is_in(trees->at[i], last))
			continue;
		last = trees->at[i];
		if (*last)
			add_pattern(block, last);
		else
			buf_add_text(block, "/**"); /* the repository is one */
		buf_add_text(block, " -text\n");
	}
}

/* `files` is cut at the directories. */
static int find_trees(char *files, size_t len, struct strings *trees, struct error *err)
{
	size_t at, next;

	for (at = 0; at < len; at = next) {
		char *path = files + at;
		char *tree;

		next = at + strlen(path) + 1;
		tree = tree_of(path);
		if (tree && !is_named_as_profile(tree) && strings_add(trees, tree, err) < 0)
			return -1;
	}
	if (trees->count)
		qsort(trees->at, trees->count, sizeof(*trees->at), compare_paths);
	return 0;
}

int git_attributes_block(const char *files, size_t len, struct buf *block, struct error *err)
{
	struct strings trees = STRINGS_INIT;
	BUF_AUTO cut = BUF_INIT;
	int result;

	buf_add(&cut, files, len);
	result = buf_ok(&cut) ? find_trees(cut.data, cut.len, &trees, err) : error_memory(err);
	if (result == 0) {
		buf_add_text(block, BEGIN);
		buf_add_text(block, for_profiles);
		add_trees(block, &trees);
		buf_add_text(block, for_types);
		buf_add_text(block, END);
		if (!buf_ok(block))
			result = error_memory(err);
	}
	strings_free(&trees);
	return result;
}

/* --- .git/info/exclude ------------------------------------------------------------------------------ */

int git_exclude_block(struct buf *block, struct error *err)
{
	buf_add_text(block, BEGIN);
	buf_add_text(block, "# What a save that failed leaves beside a profile: the secrets in it are not encrypted.\n"
			    ".*.mobileconfig.rejected*\n"
			    ".*.mobileconfig.conflict*\n"
			    ".*.mobileconfig.base*\n");
	buf_add_text(block, END);
	return buf_ok(block) ? 0 : error_memory(err);
}

/* --- the file --------------------------------------------------------------------------------------- */

/* The line that begins so; NULL: there is none. */
static const char *find_mark(const char *text, const char *mark)
{
	const char *at = text;

	while ((at = strstr(at, mark))) {
		if (at == text || at[-1] == '\n')
			return at;
		at++;
	}
	return NULL;
}

static const char *line_end(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

int git_attributes_put(const struct buf *text, const struct buf *block, struct buf *out, struct error *err)
{
	const char *all = buf_text(text);
	const char *begin = find_mark(all, "# profilefs: begin"), *end = find_mark(all, "# profilefs: end");

	if (!begin != !end || (begin && end < begin))
		return error_set(err, EINVAL,
				 "only one of the two marks of `profilefs git-setup` is there, or they are in the "
				 "wrong order: remove the lines that begin with '# profilefs:'");
	if (begin) {
		buf_add(out, all, (size_t)(begin - all));
		buf_add(out, block->data, block->len);
		buf_add_text(out, line_end(end));
	} else {
		buf_add(out, text->data, text->len);
		if (text->len && text->data[text->len - 1] != '\n' && block->len)
			buf_add_char(out, '\n');
		buf_add(out, block->data, block->len);
	}
	return buf_ok(out) ? 0 : error_memory(err);
}
