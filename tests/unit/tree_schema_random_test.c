/* Whatever is done to a tree, in any order: no value that the schema refuses comes in. */
#include "tests/unit/schema_tree.h"

#include "plist/schema/check.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *const places[] = {
	"Anything", "Datas", "Fraction", "Letters", "Number", "Numbers", "Open", "Other", "Pair", "Port", "Reals",
	"Rows", "Rules", "Secret", "Strings", "Switch", "Text", "Unknown", "PayloadVersion", "PayloadType",
	"Open/a", "Open/b", "Other/X", "Rules/00", "Rules/01", "Rules/00/Name", "Rules/00/Deep", "Rules/00/Deep/X",
	"Rows/00", "Rows/01", "Datas/00", "Strings/00", "Strings/03", "Numbers/00", "Anything/00", "Anything/x",
	".tmp", "x~", ".types", "Other/.tmp", "sedAb12Cd",
};

static const char *const texts[] = {
	"", "1", "5", "9", "1\n", "5\n", "9\n", "a\n", "a\nb\n", "b\nc\n", "x\n", "true\n", "false\n", "1\n2\n",
	"1\n2\n3\n", "100\n", "0.5\n", "0.5\n1\n", "abc", "a", "org.example\n", "org.other\n", "$FLEET_VAR_X\n",
	"\xff\xfe", "a\na\n", "2026-01-01T00:00:00Z\n",
	"Number string\nStrings array integer\nOther array\nRules dict\nRows array string\n",
	"Port string\nSwitch boolean\nAnything array\nOpen array\n",
};

static const char *const types[] = {
	"string", "integer", "real", "boolean", "date", "data", "dict", "array", "array integer", "array string",
};

#define ANY(list) ((list)[(size_t)rand() % COUNT(list)])

static void random_place(char path[static 128])
{
	snprintf(path, 128, OWN "/%s", ANY(places));
}

static void write_in_pieces(const char *path, const char *first, const char *second)
{
	struct handle *handle;

	if (open_at(path, O_RDWR | O_CREAT, &handle) < 0)
		return;
	write_to(handle, first, 0);
	write_to(handle, second, (off_t)strlen(first));
	if (rand() % 2)
		write_to(handle, "z", 1);
	close_handle(handle);
}

static void do_something(const char *path, const char *other)
{
	switch (rand() % 12) {
	case 0:
		put_temporary(path, ANY(texts));
		break;
	case 1:
		append_to(path, ANY(texts));
		break;
	case 2:
	case 3:
		move(path, other);
		break;
	case 4:
		move_flags(path, other, RENAME_EXCHANGE);
		break;
	case 5:
		make_dir(path);
		break;
	case 6:
		remove_file(path);
		break;
	case 7:
		remove_dir(path);
		break;
	case 8:
		if (there(path))
			set_type(path, ANY(types));
		break;
	case 9:
		if (there(path))
			tree_truncate(mounted.tree, at(path), NULL, rand() % 4);
		break;
	case 10:
		write_in_pieces(path, ANY(texts), ANY(texts));
		break;
	default:
		put(path, ANY(texts));
	}
}

/* What is missing, and too few elements, are judged at the save. */
static void refuse_wrong_value(void *context, const struct finding *finding)
{
	BUF_AUTO path = BUF_INIT;

	if (finding->severity != SEVERITY_ERROR || strcmp(finding->rule, "missing-key") == 0 ||
	    strstr(finding->text, "too few"))
		return;
	check_path(finding->node, &path);
	fail_msg("seed %u: %s: %s", *(unsigned *)context, buf_text(&path), finding->text);
}

static void no_order_of_steps_brings_in_a_wrong_value(void **state)
{
	char path[128], other[128];
	unsigned seed, step;

	(void)state;
	for (seed = 1; seed <= 400; seed++) {
		begin_own("<key>Number</key><integer>3</integer><key>Letters</key><array><string>a</string></array>"
			  "<key>Open</key><dict><key>a</key><integer>1</integer></dict>"
			  "<key>Strings</key><array><string>q</string></array>");
		srand(seed);
		for (step = 0; step < 60; step++) {
			random_place(path);
			random_place(other);
			do_something(path, other);
			assert_int_equal(check_profile(mounted.profile.doc.root, &mounted.profile.checks,
						       refuse_wrong_value, &seed), 0);
		}
		tree_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_order_of_steps_brings_in_a_wrong_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
