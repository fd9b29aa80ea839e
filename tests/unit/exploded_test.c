/* Exploded trees, read back: the document they are, and what is said of what they cannot be. */
#include "tests/unit/folder.h"

#include "fs/tree/exploded.h"
#include "plist/schema/schema.h"
#include "tests/unit/text_in.h"

static struct schema *schema;
static struct exploded tree;
static struct buf said; /* "PATH:LINE severity rule key" a line, the path from the tree's top */

static int begin(void **state)
{
	struct error err;

	schema = schema_open(NULL, &err);
	return schema ? folder_open(state) : -1;
}

static int end(void **state)
{
	schema_free(schema);
	return folder_close(state);
}

static void say(const char *file, const struct error *problem)
{
	static const char *const severities[] = { "note", "warning", "error" };
	const char *top = path_of("t");

	assert_int_equal(strncmp(file, top, strlen(top)), 0);
	buf_add_text(&said, file[strlen(top)] ? file + strlen(top) + 1 : ".");
	if (problem->line)
		buf_add_format(&said, ":%lu", problem->line);
	buf_add_format(&said, " %s %s %s\n", severities[problem->severity], problem->rule ? problem->rule : "-",
		       problem->key[0] ? problem->key : "-");
}

static void take_problem(void *context, const char *file, const struct error *problem)
{
	(void)context;
	say(file, problem);
}

static void take_finding(void *context, const struct finding *finding)
{
	BUF_AUTO file = BUF_INIT;
	struct error err;

	(void)context;
	if (exploded_finding(&tree, finding, &file, &err))
		say(buf_text(&file), &err);
}

static int read_tree(struct error *err)
{
	const struct check_options checks = { .schema = schema };

	buf_clear(&said);
	return exploded_read(&tree, path_of("t"), &checks, take_problem, NULL, err);
}

static void end_tree(void)
{
	exploded_free(&tree);
	buf_free(&said);
	run_in_folder("rm -rf t");
}

static void assert_read(void)
{
	struct error err = ERROR_INIT;

	if (read_tree(&err) < 0)
		fail_msg("%s", err.text);
}

/* What is said while it is read, sorted by who reads: bytes of names. */
static void assert_problems(const char *expected)
{
	assert_read();
	assert_string_equal(buf_text(&said), expected);
	end_tree();
}

/* What checks find afterwards. */
static void assert_findings(const char *expected)
{
	const struct check_options checks = { .schema = schema };

	assert_read();
	assert_string_equal(buf_text(&said), "");
	assert_int_equal(check_profile(tree.profile.doc.root, &checks, take_finding, NULL), 0);
	assert_string_equal(buf_text(&said), expected);
	end_tree();
}

/* The keys of the document, one element a line, without tabs. */
static void assert_document(const char *expected)
{
	BUF_AUTO xml = BUF_INIT, bare = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *from, *to;

	assert_read();
	assert_string_equal(buf_text(&said), "");
	if (profile_xml(&tree.profile, &xml, &err) < 0)
		fail_msg("%s", err.text);
	from = strstr(buf_text(&xml), "<dict>\n") + strlen("<dict>\n");
	to = strstr(buf_text(&xml), "</dict>\n</plist>");
	for (; from < to; from++)
		if (*from != '\t')
			buf_add_char(&bare, *from);
	assert_string_equal(buf_text(&bare), expected);
	end_tree();
}

/* What a test that failed left is in nobody's way. */
static void make(const char *commands)
{
	assert_int_equal(run_in_folder("rm -rf t && mkdir t && cd t && %s", commands), 0);
}

/* A whole payload and profile around `commands`, which are run in the payload's directory. */
static void make_payload(const char *type, const char *commands)
{
	BUF_AUTO all = BUF_INIT;

	buf_add_text(&all, "echo p >PayloadIdentifier; echo Configuration >PayloadType; echo 1 >PayloadVersion; "
			   "echo 5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0000 >PayloadUUID; ");
	buf_add_format(&all, "mkdir -p PayloadContent/%s; cd PayloadContent/%s; echo %s >PayloadType; ", type, type,
		       type);
	buf_add_text(&all, "echo p.q >PayloadIdentifier; echo 1 >PayloadVersion; "
			   "echo 5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0001 >PayloadUUID; ");
	buf_add_text(&all, commands);
	make(buf_text(&all));
}

#define DNS "com.apple.dnsSettings.managed"

/* A payload that lacks nothing. */
static void make_dns_payload(const char *commands)
{
	BUF_AUTO all = BUF_INIT;

	buf_add_format(&all, "mkdir DNSSettings; echo TLS >DNSSettings/DNSProtocol; "
			     "echo x.example >DNSSettings/ServerName; %s", commands);
	make_payload(DNS, buf_text(&all));
}

/* --- the document ----------------------------------------------------------------------------------- */

static void a_folder_reads_as_what_a_mount_shows(void **state)
{
	(void)state;
	make("echo x >Text; echo 5 >Number; echo true >Flag; : >Empty; mkdir Dict; echo y >Dict/In; "
	     "echo z >a%2Fb; printf 'no newline' >Bare");
	assert_document("<key>Bare</key>\n<string>no newline</string>\n<key>Dict</key>\n<dict>\n<key>In</key>\n"
			"<string>y</string>\n</dict>\n<key>Empty</key>\n<string></string>\n<key>Flag</key>\n<true/>\n"
			"<key>Number</key>\n<integer>5</integer>\n<key>Text</key>\n<string>x</string>\n<key>a/b</key>\n"
			"<string>z</string>\n");
}

static void types_come_from_the_schema(void **state)
{
	(void)state;
	make("mkdir -p PayloadContent/com.apple.mdm; cd PayloadContent/com.apple.mdm; echo 1234 >ServerURL; "
	     "echo com.apple.mdm >PayloadType; echo com.apple.mdm.token >ServerCapabilities");
	assert_document("<key>PayloadContent</key>\n<array>\n<dict>\n<key>PayloadType</key>\n"
			"<string>com.apple.mdm</string>\n<key>ServerCapabilities</key>\n<array>\n"
			"<string>com.apple.mdm.token</string>\n</array>\n<key>ServerURL</key>\n<string>1234</string>\n"
			"</dict>\n</array>\n");
}

static void what_types_says_holds_before_anything_else(void **state)
{
	(void)state;
	make("echo 5 >Z; echo 1 >A; echo 0 >List; mkdir Rules Rules/0; "
	     "printf 'A string\\nList array string\\nRules array\\nNone dict empty\\n' >.types");
	assert_document("<key>A</key>\n<string>1</string>\n<key>List</key>\n<array>\n<string>0</string>\n</array>\n"
			"<key>None</key>\n<dict/>\n<key>Rules</key>\n<array>\n<dict/>\n</array>\n"
			"<key>Z</key>\n<integer>5</integer>\n");
}

#define PAYLOAD(type, name) \
	"<dict>\n<key>Name</key>\n<string>" name "</string>\n" \
	"<key>PayloadType</key>\n<string>" type "</string>\n</dict>\n"

static void payloads_stand_by_type_and_number_or_as_types_says(void **state)
{
	(void)state;
	make("mkdir PayloadContent; cd PayloadContent; "
	     "for p in b.10 b.2 b a; do mkdir $p; echo $p >$p/Name; echo ${p%.*} >$p/PayloadType; done");
	assert_document("<key>PayloadContent</key>\n<array>\n" PAYLOAD("a", "a") PAYLOAD("b", "b")
				PAYLOAD("b", "b.2") PAYLOAD("b", "b.10") "</array>\n");
	make("mkdir PayloadContent; cd PayloadContent; printf 'a order 2\\nb order 1\\n' >.types; "
	     "for p in b a; do mkdir $p; echo $p >$p/Name; echo $p >$p/PayloadType; done");
	assert_document("<key>PayloadContent</key>\n<array>\n" PAYLOAD("b", "b") PAYLOAD("a", "a") "</array>\n");
}

static void elements_stand_by_number(void **state)
{
	(void)state;
	make("mkdir L; for i in 00 9 10 100; do echo n$i >L/$i; done; echo 'L array' >.types");
	assert_document("<key>L</key>\n<array>\n<string>n00</string>\n<string>n9</string>\n<string>n10</string>\n"
			"<string>n100</string>\n</array>\n");
}

static void what_is_no_part_of_the_tree_is_passed_over(void **state)
{
	(void)state;
	make("echo x >A; mkdir .git; echo x >.git/config; echo x >.DS_Store; echo x >A~; echo x >A.bak; ln -s A .#A");
	assert_document("<key>A</key>\n<string>x</string>\n");
}

/* --- payloads made by hand -------------------------------------------------------------------------- */

/* A profile with these directories in its PayloadContent. */
static void make_by_hand(const char *commands)
{
	BUF_AUTO all = BUF_INIT;

	buf_add_format(&all,
		       "echo 5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0000 >PayloadUUID; mkdir PayloadContent; "
		       "cd PayloadContent; %s",
		       commands);
	make(buf_text(&all));
}

static struct node *payload_at(size_t position)
{
	return node_at(node_get(tree.profile.doc.root, "PayloadContent"), position);
}

static const char *text_at(size_t position, const char *key)
{
	const struct node *node = node_get(payload_at(position), key);

	return node ? text_in(node) : "";
}

static void a_payload_made_by_hand_gets_what_every_payload_has(void **state)
{
	BUF_AUTO identifier = BUF_INIT;

	(void)state;
	make_by_hand("mkdir com.apple.dock.2; echo 1234 >com.apple.dock.2/orientation; echo x >com.apple.dock.2/z");
	assert_read();
	assert_string_equal(text_at(0, "PayloadType"), "com.apple.dock");
	assert_string_equal(text_at(0, "PayloadVersion"), "1");
	assert_int_equal(node_get(payload_at(0), "PayloadVersion")->type, NODE_INTEGER);
	assert_int_equal(node_get(payload_at(0), "orientation")->type, NODE_STRING);
	assert_int_equal(strlen(text_at(0, "PayloadUUID")), 36);
	buf_add_format(&identifier, "com.apple.dock.%s", text_at(0, "PayloadUUID"));
	assert_string_equal(text_at(0, "PayloadIdentifier"), buf_text(&identifier));
	assert_int_equal(tree.filled.count, 1);
	assert_string_equal(tree.filled.list[0].key, "PayloadContent/com.apple.dock.2");
	assert_non_null(strstr(tree.filled.list[0].text,
			       "PayloadIdentifier, PayloadType, PayloadUUID, PayloadVersion"));
	end_tree();
}

static void its_keys_stand_in_the_order_of_their_bytes(void **state)
{
	static const char *const keys[] = { "A", "PayloadIdentifier", "PayloadType", "PayloadUUID", "PayloadVersion",
					    "z" };
	const struct node *node;
	size_t i = 0;

	(void)state;
	make_by_hand("mkdir t; echo 1 >t/A; echo 1 >t/z");
	assert_read();
	for (node = node_first(payload_at(0)); node; node = node_next(node))
		assert_string_equal(node->key, keys[i++]);
	assert_int_equal(i, 6);
	end_tree();
}

static void it_is_the_same_each_time_and_another_in_another_place(void **state)
{
	char uuids[3][64];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		make_by_hand("mkdir t t.2");
		if (i == 2)
			assert_int_equal(run_in_folder("echo another >t/PayloadUUID"), 0);
		assert_read();
		assert_string_not_equal(text_at(0, "PayloadUUID"), text_at(1, "PayloadUUID"));
		snprintf(uuids[i], sizeof(uuids[i]), "%s", text_at(0, "PayloadUUID"));
		end_tree();
	}
	assert_string_equal(uuids[0], uuids[1]);
	assert_string_not_equal(uuids[0], uuids[2]);
}

static void it_keeps_what_it_has_and_takes_no_uuid_that_is_taken(void **state)
{
	char first[64];

	(void)state;
	make_by_hand("mkdir t");
	assert_read();
	snprintf(first, sizeof(first), "%s", text_at(0, "PayloadUUID"));
	end_tree();
	make_by_hand("mkdir s t; echo own >s/PayloadUUID; echo 7 >s/PayloadVersion");
	assert_int_equal(run_in_folder("mkdir t/PayloadContent/other && cd t/PayloadContent/other && "
				       "echo o >PayloadType && echo %s | tr A-F a-f >PayloadUUID",
				       first),
			 0);
	assert_read();
	assert_string_equal(text_at(1, "PayloadUUID"), "own");
	assert_string_equal(text_at(1, "PayloadIdentifier"), "s.own");
	assert_string_equal(text_at(1, "PayloadVersion"), "7");
	assert_int_equal(strlen(text_at(2, "PayloadUUID")), 36);
	assert_string_not_equal(text_at(2, "PayloadUUID"), first);
	end_tree();
}

static void what_explode_wrote_stays_as_it_is(void **state)
{
	(void)state;
	make("mkdir -p PayloadContent/00 PayloadContent/t; echo t >PayloadContent/t/PayloadType");
	assert_document("<key>PayloadContent</key>\n<array>\n<dict/>\n<dict>\n<key>PayloadType</key>\n"
			"<string>t</string>\n</dict>\n</array>\n");
	make("mkdir PayloadContent");
	assert_document("<key>PayloadContent</key>\n<array/>\n");
}

static void what_is_refused_is_not_filled_in(void **state)
{
	(void)state;
	make_by_hand("mkdir t s; ln -s x t/PayloadType; echo many >s/PayloadVersion");
	assert_read();
	assert_null(node_first(payload_at(1)));
	assert_null(node_get(payload_at(0), "PayloadVersion"));
	assert_int_equal(tree.filled.count, 1);
	end_tree();
}

/* --- what cannot be taken --------------------------------------------------------------------------- */

static void every_file_that_is_no_value_is_a_problem(void **state)
{
	(void)state;
	make_payload("com.apple.mdm", "echo maybe >SignMessage; echo 1.5 >AccessRights; printf '\\377' >ServerURL");
	assert_problems("PayloadContent/com.apple.mdm/AccessRights:1 error wrong-type "
			"PayloadContent/com.apple.mdm/AccessRights\n"
			"PayloadContent/com.apple.mdm/ServerURL:1 error wrong-type "
			"PayloadContent/com.apple.mdm/ServerURL\n"
			"PayloadContent/com.apple.mdm/SignMessage:1 error wrong-type "
			"PayloadContent/com.apple.mdm/SignMessage\n");
}

static void every_line_that_is_no_value_is_a_problem(void **state)
{
	(void)state;
	make("printf '1\\nx\\n3\\n\\n5' >N; echo 'N array integer' >.types");
	assert_problems("N:2 error wrong-type N\nN:4 error wrong-type N\n");
}

#define MARKS(a, b) "<<<<<<< HEAD\\n" a "=======\\n" b ">>>>>>> theirs\\n"

static void conflicts_that_git_left_are_problems(void **state)
{
	(void)state;
	make_dns_payload("cd DNSSettings; printf '" MARKS("x\\n", "y\\n") "' >ServerName; "
			 "printf '::1\\n" MARKS("", "::2\\n") "' >ServerAddresses; "
			 "printf '" MARKS("true\\n", "false\\n") "' >../ProhibitDisablement; cd ../../..; "
			 "printf '" MARKS("A\\r\\n", "B\\r\\n") "' >PayloadDisplayName; "
			 "printf '" MARKS("A integer\\n", "A string\\n") "' >.types; echo 5 >A");
	assert_problems(".types:1 error merge-conflict .types\n"
			"PayloadContent/" DNS "/DNSSettings/ServerAddresses:2 error merge-conflict "
			"PayloadContent/" DNS "/DNSSettings/ServerAddresses\n"
			"PayloadContent/" DNS "/DNSSettings/ServerName:1 error merge-conflict "
			"PayloadContent/" DNS "/DNSSettings/ServerName\n"
			"PayloadContent/" DNS "/ProhibitDisablement:1 error merge-conflict "
			"PayloadContent/" DNS "/ProhibitDisablement\n"
			"PayloadDisplayName:1 error merge-conflict PayloadDisplayName\n");
}

static void what_only_looks_like_a_conflict_is_text(void **state)
{
	(void)state;
	make("printf '<<<<<<< a\\n>>>>>>> b\\n=======\\n' >Order; printf '<<<<<<<< a\\n=======\\n>>>>>>> b\\n' >Eight; "
	     "printf '" MARKS("x\\n", "y\\n") "' >Said; echo 'Said data' >.types; "
	     "printf '" MARKS("\\377\\n", "y\\n") "' >Bytes");
	assert_problems("");
}

static void conflicts_are_text_for_whom_they_are_none(void **state)
{
	struct check_options checks = { .schema = schema };
	struct error err = ERROR_INIT;

	(void)state;
	make("printf '" MARKS("x\\n", "y\\n") "' >Text");
	buf_clear(&said);
	assert_int_equal(rule_level_set(&checks.levels, "merge-conflict", RULE_OFF, &err), 0);
	assert_int_equal(exploded_read(&tree, path_of("t"), &checks, take_problem, NULL, &err), 0);
	assert_string_equal(buf_text(&said), "");
	assert_string_equal(text_in(node_get(tree.profile.doc.root, "Text")),
			    "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> theirs");
	end_tree();
}

static void links_and_devices_are_problems(void **state)
{
	(void)state;
	make("echo x >A; ln -s A B; ln -s nowhere C; ln -s . D; mkfifo E; mkdir F; ln -s ../A F/.types");
	assert_problems("B error not-a-plist B\nC error not-a-plist C\nD error not-a-plist D\nE error not-a-plist E\n"
			"F/.types error not-a-plist F/.types\n");
}

static void names_that_no_key_has_are_problems(void **state)
{
	(void)state;
	make("echo x >50%; echo x >%41B; mkdir L; echo x >L/a; echo x >L/1; echo x >L/01; mkdir L/x; echo x >L/x/y; "
	     "mkdir A.bak; echo 'L array' >.types; mkdir PayloadContent; echo x >PayloadContent/file");
	assert_problems("%41B:1 error not-a-plist %41B\n50%:1 error not-a-plist 50%\nA.bak error not-a-plist A.bak\n"
			"L/1:1 error not-a-plist L/1\nL/a:1 error not-a-plist L/a\nL/x error not-a-plist L/x\n"
			"PayloadContent/file:1 error not-a-plist PayloadContent/file\n");
}

static void a_payload_of_another_type_than_its_name_is_a_problem(void **state)
{
	(void)state;
	make("mkdir -p PayloadContent/a; echo b >PayloadContent/a/PayloadType");
	assert_problems("PayloadContent/a/PayloadType:1 error wrong-type PayloadContent/a/PayloadType\n");
}

static void lines_of_types_that_mean_nothing_are_warnings(void **state)
{
	(void)state;
	make("mkdir D; echo x >D/A; printf '# A comment\\n\\nC colour\\nB integer\\n  D order\\n"
	     "%%%%# key\\nA string\\n\\tB date' >D/.types");
	assert_problems("D/.types:8 warning wrong-type D/B\nD/.types:3 warning wrong-type D/.types\n"
			"D/.types:5 warning wrong-type D/.types\n"
			"D/.types:6 warning wrong-type D/.types\n");
	make("mkdir D; echo x >D/A; printf 'A string\\nB integer\\nC colour\\n' >D/.types");
	assert_problems("D/.types:2 warning wrong-type D/B\nD/.types:3 warning wrong-type D/.types\n");
}

static void a_cut_name_that_no_line_tells_is_a_problem_of_its_own(void **state)
{
	(void)state;
	make("echo x >abc%-0123456789abcdef; mkdir D; echo x >D/abc%-0123456789abcdef; "
	     "echo abc%-0123456789abcdef string >D/.types");
	assert_problems("abc%-0123456789abcdef:1 error wrong-type abc%-0123456789abcdef\n"
			"D/.types:1 error wrong-type D/abc%-0123456789abcdef\n");
}

/* --- other spellings -------------------------------------------------------------------------------- */

static void portable_names_read_as_the_keys_they_are(void **state)
{
	(void)state;
	make("echo a >%53%53%49%44; echo b >ssid; echo c >%43ON; echo 5 >a%3Ab; echo e >%C3%BC; "
	     "echo 'a:b string' >.types");
	assert_document("<key>CON</key>\n<string>c</string>\n<key>SSID</key>\n<string>a</string>\n<key>a:b</key>\n"
			"<string>5</string>\n<key>ssid</key>\n<string>b</string>\n<key>ü</key>\n<string>e</string>\n");
	make("mkdir PayloadContent; cd PayloadContent; mkdir a%2Ebak%20.2 org.%58 org.x; echo a >org.%58/Name; "
	     "echo b >org.x/Name; echo c >a%2Ebak%20.2/Name; printf 'org.x order 1\\norg.X order 2\\n' >.types");
	assert_problems("PayloadContent/a%2Ebak%20.2 error not-a-plist PayloadContent/a%2Ebak%20.2\n");
	make("mkdir PayloadContent; cd PayloadContent; mkdir org.%58 org.x; echo a >org.%58/Name; echo b >org.x/Name; "
	     "echo org.X >org.%58/PayloadType; echo org.x >org.x/PayloadType; "
	     "printf 'org.x order 1\\norg.X order 2\\n' >.types");
	assert_document("<key>PayloadContent</key>\n<array>\n" PAYLOAD("org.x", "b") PAYLOAD("org.X", "a")
			"</array>\n");
}

static void two_spellings_of_one_key_are_a_problem(void **state)
{
	(void)state;
	make("echo a >%53SID; echo b >SSID; echo c >%53%53%49%44; mkdir D%3A D:; echo x >D:/A; echo x >D%3A/B");
	assert_problems("%53SID:1 error not-a-plist %53SID\nD%3A error not-a-plist D:\n"
			"%53%53%49%44:1 error not-a-plist SSID\n");
}

/* The file is called as on the disk, the key as it is. */
static void problems_name_files_as_they_are_spelt(void **state)
{
	(void)state;
	make("mkdir -p 'PayloadContent/com.apple.%4D%43%58' PayloadContent/com.apple.mcx; "
	     "cd PayloadContent/com.apple.%4D%43%58; "
	     "echo x >a%3Ab; echo 'a:b integer' >.types; mkdir D%3A; echo 'X integer' >D%3A/.types");
	assert_problems("PayloadContent/com.apple.%4D%43%58/a%3Ab:1 error wrong-type PayloadContent/com.apple.MCX/a:b\n"
			"PayloadContent/com.apple.%4D%43%58/D%3A/.types:1 warning wrong-type "
			"PayloadContent/com.apple.MCX/D:/X\n");
	make_payload("com.apple.wifi.managed", "echo x >SSID_STR; echo None >EncryptionType; cd ..; "
					       "mv com.apple.wifi.managed %63om.apple.wifi.managed");
	assert_problems("PayloadContent/%63om.apple.wifi.managed error not-a-plist "
			"PayloadContent/%63om.apple.wifi.managed\n");
	make_payload("com.apple.wifi.managed", "echo x >SSID_STR; echo None >EncryptionType; echo 1 >Two:words; "
					       "mv Two:words Two%3Awords");
	assert_findings("PayloadContent/com.apple.wifi.managed/Two%3Awords:1 warning unknown-key "
			"PayloadContent/com.apple.wifi.managed/Two:words\n");
}

static void keys_stand_in_the_order_of_their_bytes(void **state)
{
	(void)state;
	make("echo 1 >a%2F; echo 2 >a; echo 3 >a.; echo 4 >%2Eb; echo 5 >%43ON; echo 6 >B; : >%; mkdir a-; "
	     "echo 7 >a-/x");
	assert_document("<key></key>\n<string></string>\n<key>.b</key>\n<integer>4</integer>\n<key>B</key>\n"
			"<integer>6</integer>\n<key>CON</key>\n<integer>5</integer>\n<key>a</key>\n"
			"<integer>2</integer>\n"
			"<key>a-</key>\n<dict>\n<key>x</key>\n<integer>7</integer>\n</dict>\n<key>a.</key>\n"
			"<integer>3</integer>\n<key>a/</key>\n<integer>1</integer>\n");
}

/* --- more than one problem -------------------------------------------------------------------------- */

static void all_that_is_damaged_is_told(void **state)
{
	(void)state;
	make_payload("com.apple.mdm", "echo maybe >SignMessage; ln -s x Topic; mkfifo ServerURL; echo x >5%; "
				      "mkdir 6.bak; printf 'SignMessage colour\\n' >.types; mkdir CheckInURL; "
				      "echo x >CheckInURL/00; "
				      "cd ..; touch file; mkdir 50%; cd ..; mkdir PayloadVersion.d; rm PayloadVersion; "
				      "mkdir PayloadVersion; echo x >PayloadVersion/y");
	assert_problems("PayloadContent/50% error not-a-plist PayloadContent/50%\n"
			"PayloadContent/com.apple.mdm/5%:1 error not-a-plist PayloadContent/com.apple.mdm/5%\n"
			"PayloadContent/com.apple.mdm/6.bak error not-a-plist PayloadContent/com.apple.mdm/6.bak\n"
			"PayloadContent/com.apple.mdm/ServerURL error not-a-plist "
			"PayloadContent/com.apple.mdm/ServerURL\n"
			"PayloadContent/com.apple.mdm/SignMessage:1 error wrong-type "
			"PayloadContent/com.apple.mdm/SignMessage\n"
			"PayloadContent/com.apple.mdm/Topic error not-a-plist PayloadContent/com.apple.mdm/Topic\n"
			"PayloadContent/file:1 error not-a-plist PayloadContent/file\n"
			"PayloadContent/com.apple.mdm/.types:1 warning wrong-type "
			"PayloadContent/com.apple.mdm/.types\n");
}

static void what_types_says_of_a_refused_file_is_no_second_problem(void **state)
{
	(void)state;
	make("echo x >A; echo 'A integer' >.types");
	assert_problems("A:1 error wrong-type A\n");
}

static void directories_deeper_than_a_plist_are_refused(void **state)
{
	(void)state;
	make("d=; for i in $(seq 520); do d=${d}d/; done; mkdir -p $d");
	assert_read();
	assert_non_null(strstr(buf_text(&said), "d error not-a-plist "));
	assert_null(strchr(strchr(buf_text(&said), '\n') + 1, '\n'));
	end_tree();
}

static void a_folder_larger_than_a_plist_is_refused_as_a_whole(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	make("yes '' | head -n 5000000 >L; echo 'L array string' >.types");
	assert_int_equal(read_tree(&err), -1);
	assert_int_equal(err.code, EFBIG);
	assert_string_equal(err.file, path_of("t"));
	assert_null(err.rule);
	buf_free(&said);
	run_in_folder("rm -rf t");
	assert_int_equal(run_in_folder("mkdir t; truncate -s 70M t/Zeros"), 0);
	assert_read();
	assert_string_equal(buf_text(&said), "Zeros error - -\n");
	end_tree();
}

static void a_folder_that_is_not_there_cannot_be_read(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(read_tree(&err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_null(err.rule);
	put_text("t", "a file");
	assert_int_equal(read_tree(&err), -1);
	assert_int_equal(err.code, ENOTDIR);
	buf_free(&said);
	run_in_folder("rm t");
}

static int read_forbidden(void)
{
	struct error err;

	if (read_tree(&err) < 0)
		return 2;
	return strcmp(buf_text(&said), "A error - -\nB error - -\n") != 0;
}

static void what_may_not_be_read_is_a_problem_without_a_rule(void **state)
{
	(void)state;
	make("echo x >A; mkdir B; echo x >C; chmod 0 A B");
	assert_int_equal(as_ordinary_user(read_forbidden), 0);
	run_in_folder("chmod 700 t/B; rm -rf t");
}

/* --- findings --------------------------------------------------------------------------------------- */

static void findings_name_the_file_of_the_key(void **state)
{
	(void)state;
	make_payload("com.apple.wifi.managed", "echo Office >SSID_STR; echo WPA4 >EncryptionType");
	assert_findings("PayloadContent/com.apple.wifi.managed/EncryptionType:1 error not-allowed-value "
			"PayloadContent/com.apple.wifi.managed/EncryptionType\n");
	make_payload("com.apple.wifi.managed", "echo Office >SSID_STR; echo None >EncryptionType; echo 1 >'Two words'");
	assert_findings("PayloadContent/com.apple.wifi.managed/Two words:1 warning unknown-key "
			"PayloadContent/com.apple.wifi.managed/Two%20words\n");
}

static void findings_in_a_file_of_lines_name_the_line(void **state)
{
	(void)state;
	make_payload("com.apple.mdm", "printf 'com.apple.mdm.token\\ncom.apple.mdm.tokn\\n' >ServerCapabilities; "
				      "echo 8191 >AccessRights; echo https://x.example >ServerURL; echo a.b >Topic; "
				      "echo 5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0001 >IdentityCertificateUUID");
	assert_read();
	assert_string_equal(buf_text(&said), "");
	check_profile(tree.profile.doc.root, &(struct check_options){ .schema = schema }, take_finding, NULL);
	assert_non_null(strstr(buf_text(&said),
			       "PayloadContent/com.apple.mdm/ServerCapabilities:2 error not-allowed-value "
			       "PayloadContent/com.apple.mdm/ServerCapabilities/01\n"));
	end_tree();
}

static void a_missing_key_points_to_the_directory(void **state)
{
	(void)state;
	make_dns_payload("rm PayloadIdentifier");
	assert_findings("PayloadContent/" DNS " error missing-key PayloadContent/" DNS "/PayloadIdentifier\n");
}

static void what_the_profile_lacks_points_to_the_tree(void **state)
{
	(void)state;
	make_dns_payload("rm ../../PayloadVersion");
	assert_findings(". error missing-key PayloadVersion\n");
}

static void a_key_whose_file_was_refused_is_not_missing(void **state)
{
	(void)state;
	make_dns_payload("printf '\\377' >PayloadIdentifier");
	assert_read();
	buf_clear(&said);
	check_profile(tree.profile.doc.root, &(struct check_options){ .schema = schema }, take_finding, NULL);
	assert_string_equal(buf_text(&said), "");
	end_tree();
}

/* Marks with '*' each finding that says what is part of a profile. */
static void take_stray(void *context, const struct finding *finding)
{
	BUF_AUTO file = BUF_INIT;
	struct error err;

	(void)context;
	if (strcmp(finding->rule, "unknown-key") == 0 && exploded_finding(&tree, finding, &file, &err))
		buf_add_format(&said, "%s%s\n", strstr(err.text, "everything in a tree is part of") ? "*" : "",
			       err.key);
}

static void a_file_that_was_not_meant_to_be_a_key_is_told_to_be_one(void **state)
{
	const struct check_options checks = { .schema = schema };

	(void)state;
	make_payload("com.apple.dock", "echo x >notes.TXT; echo x >newkey; echo x >Orientation; mkdir d.txt; cd ../..; "
				       "echo x >Thumbs.db; mkdir scripts; echo y >scripts/a.sh; echo x >PayloadScop");
	assert_read();
	assert_int_equal(check_profile(tree.profile.doc.root, &checks, take_stray, NULL), 0);
	assert_string_equal(buf_text(&said), "PayloadContent/com.apple.dock/Orientation\n"
					     "PayloadContent/com.apple.dock/d.txt\n"
					     "PayloadContent/com.apple.dock/newkey\n"
					     "*PayloadContent/com.apple.dock/notes.TXT\n"
					     "PayloadScop\n*Thumbs.db\n*scripts\n");
	end_tree();
}

/* --- what is a tree --------------------------------------------------------------------------------- */

static void a_tree_is_known_by_one_of_three_names(void **state)
{
	(void)state;
	make("mkdir -p a/PayloadContent b c d/e; echo x >b/PayloadType; echo x >c/PayloadIdentifier; "
	     "echo x >d/PayloadUUID; echo x >d/e/PayloadType");
	assert_true(exploded_is_tree(path_of("t/a")));
	assert_true(exploded_is_tree(path_of("t/a/")));
	assert_true(exploded_is_tree(path_of("t/b")));
	assert_true(exploded_is_tree(path_of("t/c")));
	assert_false(exploded_is_tree(path_of("t/d")));
	assert_false(exploded_is_tree(path_of("t/absent")));
	run_in_folder("rm -rf t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_reads_as_what_a_mount_shows),
		cmocka_unit_test(types_come_from_the_schema),
		cmocka_unit_test(what_types_says_holds_before_anything_else),
		cmocka_unit_test(payloads_stand_by_type_and_number_or_as_types_says),
		cmocka_unit_test(elements_stand_by_number),
		cmocka_unit_test(what_is_no_part_of_the_tree_is_passed_over),
		cmocka_unit_test(a_payload_made_by_hand_gets_what_every_payload_has),
		cmocka_unit_test(its_keys_stand_in_the_order_of_their_bytes),
		cmocka_unit_test(it_is_the_same_each_time_and_another_in_another_place),
		cmocka_unit_test(it_keeps_what_it_has_and_takes_no_uuid_that_is_taken),
		cmocka_unit_test(what_explode_wrote_stays_as_it_is),
		cmocka_unit_test(what_is_refused_is_not_filled_in),
		cmocka_unit_test(a_file_that_was_not_meant_to_be_a_key_is_told_to_be_one),
		cmocka_unit_test(every_file_that_is_no_value_is_a_problem),
		cmocka_unit_test(every_line_that_is_no_value_is_a_problem),
		cmocka_unit_test(conflicts_that_git_left_are_problems),
		cmocka_unit_test(what_only_looks_like_a_conflict_is_text),
		cmocka_unit_test(conflicts_are_text_for_whom_they_are_none),
		cmocka_unit_test(links_and_devices_are_problems),
		cmocka_unit_test(names_that_no_key_has_are_problems),
		cmocka_unit_test(a_payload_of_another_type_than_its_name_is_a_problem),
		cmocka_unit_test(lines_of_types_that_mean_nothing_are_warnings),
		cmocka_unit_test(what_types_says_of_a_refused_file_is_no_second_problem),
		cmocka_unit_test(a_cut_name_that_no_line_tells_is_a_problem_of_its_own),
		cmocka_unit_test(portable_names_read_as_the_keys_they_are),
		cmocka_unit_test(two_spellings_of_one_key_are_a_problem),
		cmocka_unit_test(problems_name_files_as_they_are_spelt),
		cmocka_unit_test(keys_stand_in_the_order_of_their_bytes),
		cmocka_unit_test(all_that_is_damaged_is_told),
		cmocka_unit_test(directories_deeper_than_a_plist_are_refused),
		cmocka_unit_test(a_folder_larger_than_a_plist_is_refused_as_a_whole),
		cmocka_unit_test(a_folder_that_is_not_there_cannot_be_read),
		cmocka_unit_test(what_may_not_be_read_is_a_problem_without_a_rule),
		cmocka_unit_test(findings_name_the_file_of_the_key),
		cmocka_unit_test(findings_in_a_file_of_lines_name_the_line),
		cmocka_unit_test(a_missing_key_points_to_the_directory),
		cmocka_unit_test(what_the_profile_lacks_points_to_the_tree),
		cmocka_unit_test(a_key_whose_file_was_refused_is_not_missing),
		cmocka_unit_test(a_tree_is_known_by_one_of_three_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
