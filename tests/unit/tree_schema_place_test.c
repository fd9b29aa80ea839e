/* What the schema takes and refuses where things are made, moved, said of, scratch, there already, or saved. */
#include "tests/unit/schema_tree.h"

#include "fs/tree/item.h"

/* --- arrays and dictionaries as directories ----------------------------------------------------------- */

static void mkdir_makes_what_the_schema_has_there(void **state)
{
	(void)state;
	begin_own("");
	assert_int_equal(make_dir(OWN "/Rules"), 0);
	assert_int_equal(make_dir(OWN "/Rules/5"), 0);
	assert_takes(OWN "/Rules/05/Name", "7\n");
	assert_refuses(OWN "/Rules/05/Nam", "x\n", "did you mean Name?");
	assert_int_equal(make_dir(OWN "/Rules/05/Deep"), 0);
	assert_refuses(OWN "/Rules/05/Deep/X", "1\n", "[wrong-type]");
	assert_int_equal(make_dir(OWN "/Rows"), 0);
	assert_int_equal(make_dir(OWN "/Rows/00"), 0);
	assert_takes(OWN "/Rows/01", "1\n2\n");
	assert_int_equal(make_dir(OWN "/Datas"), 0);
	assert_int_equal(put(OWN "/Datas/00", "abc"), 0);
	assert_saves("<string>7</string>");
	assert_saves("<data>");
	assert_lists(OWN "/Rows", ".types 00 01 ");
}

static void a_value_is_no_directory(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(make_dir(WIFI "/EncryptionType"), -EINVAL);
	assert_last_error("[wrong-type]");
	assert_int_equal(remove_file(WIFI "/SSID_STR"), 0);
	assert_int_equal(make_dir(WIFI "/SSID_STR"), -EINVAL);
	assert_int_equal(make_dir(MDM "/ServerCapabilities~"), -EPERM);
	assert_int_equal(remove_file(MDM "/ServerCapabilities"), 0);
	assert_int_equal(make_dir(MDM "/ServerCapabilities"), 0); /* an array may be one */
	assert_int_equal(make_dir(MDM "/ServerCapabilities/00"), -EINVAL);
	assert_refuses(MDM "/ServerCapabilities/00", "x\n", "[not-allowed-value]");
	assert_takes(MDM "/ServerCapabilities/00", "com.apple.mdm.token\n");
}

static void a_directory_is_no_value(void **state)
{
	(void)state;
	begin(usual);
	assert_refuses("ConsentText", "x\n", "mkdir");
	assert_last_error("[wrong-type]");
	assert_refuses(CACHE "/PeerFilterRanges", "x\n", "mkdir");
	assert_refuses(CACHE "/ListenRanges/00", "x\n", "mkdir");
	assert_int_equal(put("ConsentText", ""), 0);
	assert_false(there("ConsentText"));
	assert_int_equal(tree_unreported(mounted.tree), 1);
}

static void an_empty_array_of_dictionaries_is_a_directory(void **state)
{
	(void)state;
	begin(usual);
	assert_true(S_ISDIR(attr_at(CACHE "/ListenRanges").mode));
	assert_int_equal(make_dir(CACHE "/ListenRanges/00"), 0);
	assert_takes(CACHE "/ListenRanges/00/first", "10\n");
	assert_refuses(CACHE "/ListenRanges/00/type", "IPv5\n", "[not-allowed-value]");
	assert_refuses(CACHE "/ListenRanges/00/frst", "x\n", "did you mean first?");
	assert_saves("<string>10</string>");
}

static void a_directory_moves_only_to_where_one_may_be(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(move(WIFI "/EAPClientConfiguration", WIFI "/Password"), -EPERM);
	assert_last_error("[wrong-type]");
	assert_int_equal(move(WIFI "/EAPClientConfiguration", WIFI "/SetupModes"), -EPERM);
	assert_int_equal(move(CACHE "/ListenRanges", CACHE "/PeerFilterRanges"), 0);
	assert_int_equal(move(WIFI "/EAPClientConfiguration", UNKNOWN "/EAP"), 0);
	assert_takes(UNKNOWN "/EAP/AcceptEAPTypes", "99\n");
	assert_int_equal(move(UNKNOWN "/EAP", WIFI "/EAPClientConfiguration"), -EPERM);
	assert_last_error("managed/EAPClientConfiguration/AcceptEAPTypes/00: 99 is not one of");
	assert_takes(UNKNOWN "/EAP/AcceptEAPTypes", "13\n");
	assert_takes(UNKNOWN "/EAP/Vendor", "x\n");
	assert_int_equal(move(UNKNOWN "/EAP", WIFI "/EAPClientConfiguration"), -EPERM);
	assert_last_error("EAPClientConfiguration/Vendor: Vendor is not a known key");
	assert_int_equal(remove_file(UNKNOWN "/EAP/Vendor"), 0);
	assert_int_equal(move(UNKNOWN "/EAP", WIFI "/EAPClientConfiguration"), 0);
	assert_saved();
}

static void what_is_made_in_a_directory_that_moved_is_judged_by_its_new_place(void **state)
{
	(void)state;
	begin(usual);
	assert_refuses(WIFI "/EAPClientConfiguration/Nowhere", "x\n", "[unknown-key]");
	assert_int_equal(move(WIFI "/EAPClientConfiguration", UNKNOWN "/EAP"), 0);
	assert_takes(UNKNOWN "/EAP/Nowhere", "x\n");
	assert_int_equal(remove_file(UNKNOWN "/EAP/Nowhere"), 0);
	assert_int_equal(move(UNKNOWN "/EAP", WIFI "/EAPClientConfiguration"), 0);
	assert_refuses(WIFI "/EAPClientConfiguration/Nowhere2", "x\n", "[unknown-key]");
}

static void what_is_wrong_already_may_move_to_where_it_means_the_same(void **state)
{
	(void)state;
	begin_own("<key>Rules</key><array><dict><key>Nam</key><integer>1</integer></dict></array>");
	assert_int_equal(move(OWN "/Rules/00", OWN "/Rules/07"), 0);
	assert_int_equal(move(OWN, OWN ".2"), 0);
	assert_takes(OWN ".2/Rules/07/Nam", "2\n");
	assert_saved();
}

static void a_removed_directory_does_not_come_back_as_a_file(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(remove_dir(CACHE "/ListenRanges"), 0);
	assert_int_equal(put(CACHE "/ListenRanges", "x\n"), -EINVAL);
	assert_false(there(CACHE "/ListenRanges"));
	assert_int_equal(make_dir(CACHE "/ListenRanges"), 0);
}

/* --- renames ------------------------------------------------------------------------------------------ */

static void a_rename_over_a_key_is_checked(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(put(MDM "/.ServerURL.x1", "htp://x\n"), 0);
	assert_int_equal(move(MDM "/.ServerURL.x1", MDM "/ServerURL"), -EPERM);
	assert_last_error("[bad-format]");
	assert_int_equal(move(MDM "/.ServerURL.x1", MDM "/CheckInURL"), -EPERM);
	assert_int_equal(put(MDM "/.ServerURL.x1", "https://c.example\n"), 0);
	assert_int_equal(move(MDM "/.ServerURL.x1", MDM "/ServerURL"), 0);
	assert_shows(MDM "/ServerURL", "https://c.example\n");
}

static void a_value_that_moves_is_held_against_its_new_key(void **state)
{
	(void)state;
	begin_own("<key>Open</key><dict><key>a</key><integer>5</integer></dict>"
		  "<key>Anything</key><string>7</string>"
		  "<key>Numbers</key><array><integer>1</integer><integer>2</integer></array>");
	assert_int_equal(move(OWN "/Anything", OWN "/Number"), -EPERM);
	assert_last_error("[out-of-range]");
	assert_int_equal(move(OWN "/Open/a", OWN "/Text"), 0);
	assert_saves("<key>Text</key><string>5</string>");
	assert_int_equal(move(OWN "/Numbers", OWN "/Strings"), 0); /* other elements: they are read anew */
	assert_saves("<string>1</string>");
	assert_saves("<string>2</string>");
	assert_int_equal(put(OWN "/Strings", "100\n"), 0);
	assert_int_equal(move(OWN "/Strings", OWN "/Numbers"), -EPERM);
	assert_shows(OWN "/Strings", "100\n");
}

static void an_exchange_checks_both_and_changes_none(void **state)
{
	(void)state;
	begin_own("<key>Number</key><integer>5</integer><key>Text</key><string>6</string>");
	assert_int_equal(move_flags(OWN "/Number", OWN "/Text", RENAME_EXCHANGE), -EPERM);
	assert_last_error("[out-of-range]");
	assert_shows(OWN "/Number", "5\n");
	assert_shows(OWN "/Text", "6\n");
	assert_int_equal(put(OWN "/Text", "4\n"), 0);
	assert_int_equal(move_flags(OWN "/Number", OWN "/Text", RENAME_EXCHANGE), 0);
	assert_saves("<key>Number</key><integer>4</integer>");
	assert_saves("<key>Text</key><string>5</string>");
}

/* --- what is there already is no news ------------------------------------------------------------------ */

static void the_same_bytes_pass_whatever_the_schema_says(void **state)
{
	static const char url[] = "ftp://a.example/x\n";
	struct handle *handle;
	size_t i;

	(void)state;
	begin(PROFILE(PAYLOAD("com.apple.mdm", "1", "<key>ServerURL</key><string>ftp://a.example/x</string>"
						    "<key>SignMessage</key><integer>1</integer>")));
	assert_takes(MDM "/SignMessage", "1\n");
	handle = open_ok(MDM "/ServerURL", O_WRONLY | O_TRUNC);
	for (i = 0; url[i]; i++)
		assert_int_equal(tree_write(mounted.tree, handle, url + i, 1, (off_t)i), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_refuses(MDM "/ServerURL", "ftp://b.example/x\n", "[bad-format]");
	assert_int_equal(remove_file(MDM "/ServerURL"), 0);
	assert_takes(MDM "/ServerURL", "ftp://a.example/x\n");
	assert_saved();
}

static void the_payload_type_of_a_payload_without_a_good_one_stays(void **state)
{
	(void)state;
	begin(PROFILE("<dict><key>PayloadType</key><integer>5</integer></dict>"));
	assert_takes("PayloadContent/00/PayloadType", "5\n");
	assert_refuses("PayloadContent/00/PayloadType", "com.x\n", "rename the directory");
}

static void one_that_names_no_directory_is_copied_like_any_other_value(void **state)
{
	struct profile_options options = { .create = true, .check = CHECK_OFF };

	(void)state;
	tree_begin_with("fresh.mobileconfig", &options);
	assert_int_equal(make_dir("PayloadContent/00"), 0);
	assert_int_equal(put("PayloadContent/00/.types", "PayloadType integer\n"), 0);
	assert_refuses("PayloadContent/00/PayloadType", "x\n", "not an integer");
	assert_takes("PayloadContent/00/PayloadType", "7\n");
	assert_int_equal(make_dir("PayloadContent/01"), 0);
	assert_takes("PayloadContent/01/PayloadType", "");
	assert_refuses("PayloadContent/01/PayloadType", "com.x\n", "rename the directory");
	assert_int_equal(make_dir("PayloadContent/com.x"), 0);
	put("PayloadContent/com.x/PayloadType", "");
	assert_false(there("PayloadContent/com.x/PayloadType"));
}

static void an_element_that_is_wrong_already_does_not_keep_others_from_being_edited(void **state)
{
	(void)state;
	begin_own("<key>Letters</key><array><string>a</string><string>x</string><string>y</string></array>");
	assert_int_equal(append_to(OWN "/Letters", "b\n"), 0);
	assert_int_equal(append_to(OWN "/Letters", "z\n"), -EINVAL);
	assert_last_error("'z' is not one of");
	assert_takes(OWN "/Letters", "x\nb\n"); /* sed -i */
	assert_refuses(OWN "/Letters", "y\n", "[not-allowed-value]");
	assert_int_equal(put(OWN "/.tmp", "c\nx\n"), 0);
	assert_int_equal(move(OWN "/.tmp", OWN "/Letters"), 0);
	assert_saved();
}

static void lines_that_are_there_twice_already_stay(void **state)
{
	(void)state;
	begin_own("<key>Letters</key><array><string>a</string><string>a</string></array>");
	assert_int_equal(append_to(OWN "/Letters", "b\n"), 0);
	assert_int_equal(append_to(OWN "/Letters", "b\n"), -EINVAL);
	assert_last_error("[duplicate-element]");
	assert_takes(OWN "/Letters", "a\nb\n");
	assert_refuses(OWN "/Letters", "a\nb\na\n", "[duplicate-element]");
}

static void more_lines_than_there_may_be_can_be_made_fewer(void **state)
{
	(void)state;
	begin_own("<key>Pair</key><array><string>a</string><string>b</string><string>c</string>"
		  "<string>d</string></array>");
	assert_refuses(OWN "/Pair", "a\nb\nc\nd\ne\n", "[bad-length]");
	assert_takes(OWN "/Pair", "a\nb\nc\n");
	assert_takes(OWN "/Pair", "a\nb\n");
	assert_refuses(OWN "/Pair", "a\nb\nc\n", "[bad-length]");
}

/* --- what is said of types ---------------------------------------------------------------------------- */

static void a_type_that_the_schema_refuses_is_refused_as_an_attribute(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(set_type(WIFI "/SSID_STR", "integer"), -EINVAL);
	assert_last_error("SSID_STR must be a string");
	assert_int_equal(set_type(MDM "/ServerCapabilities", "array integer"), -EINVAL);
	assert_last_error("[wrong-type]");
	assert_int_equal(set_type(WIFI "/EAPClientConfiguration", "array"), -EINVAL);
	assert_int_equal(set_type(WIFI "/SSID_STR", "string"), 0);
	assert_takes(WIFI "/SSID_STR", "5\n");
	assert_saves("<string>5</string>");
}

static void a_line_of_types_that_the_schema_refuses_is_a_problem_and_no_refusal(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(put(WIFI "/.types", "EAPClientConfiguration array\nProxyServerPort string\n"
					     "MCCAndMNCs array integer\nQoSMarkingPolicy array\n"),
			 0);
	assert_takes(WIFI "/ProxyServerPort", "80\n");
	assert_takes(WIFI "/MCCAndMNCs", "310410\n");
	assert_int_equal(make_dir(WIFI "/QoSMarkingPolicy"), 0);
	assert_saves("<integer>80</integer>");
	assert_saves("<string>310410</string>");
	assert_takes(WIFI "/QoSMarkingPolicy/QoSMarkingEnabled", "true\n");
	assert_problem("ProxyServerPort: its content is not of the type that .types says", true);
	assert_problem("EAPClientConfiguration: its content is not of the type", true);
}

static void what_is_of_a_wrong_type_and_said_to_be_stays_so(void **state)
{
	BUF_AUTO types = BUF_INIT;

	(void)state;
	begin_wifi("<key>ProxyServerPort</key><string>80</string>");
	read_file(WIFI "/.types", &types);
	assert_string_equal(buf_text(&types), "ProxyServerPort string\n");
	assert_int_equal(put(WIFI "/.types", buf_text(&types)), 0);
	assert_takes(WIFI "/ProxyServerPort", "80\n");
	assert_saves("<key>ProxyServerPort</key><string>80</string>");
	assert_takes(WIFI "/ProxyServerPort", "81\n");
	assert_saves("<key>ProxyServerPort</key><integer>81</integer>");
}

static void types_hold_where_nothing_is_refused(void **state)
{
	(void)state;
	begin_with((struct profile_options){ .check = CHECK_WARN }, usual);
	assert_int_equal(put(WIFI "/.types", "SSID_STR array\nProxyServerPort string\n"), 0);
	assert_takes(WIFI "/ProxyServerPort", "80\n");
	assert_takes(WIFI "/SSID_STR", "a\nb\n");
	assert_saves("<string>80</string>");
	assert_saves("<string>b</string>");
}

static void only_what_the_schema_does_not_tell_stands_in_types(void **state)
{
	(void)state;
	begin_own("<key>Fraction</key><integer>5</integer><key>Numbers</key><array/><key>Reals</key><array>"
		  "<real>0.5</real></array><key>Rules</key><array><dict><key>Name</key><string>5</string></dict>"
		  "</array><key>Strings</key><array><string>5</string></array><key>Switch</key><true/>"
		  "<key>Text</key><string>5</string>");
	assert_shows(OWN "/.types", "Fraction integer\n");
	assert_false(there(OWN "/Rules/.types"));
	assert_false(there(OWN "/Rules/00/.types"));
}

/* --- scratch ------------------------------------------------------------------------------------------- */

static void scratch_is_judged_by_nothing(void **state)
{
	const char *names[] = { MDM "/.ServerURL.swp", MDM "/ServerURL~", MDM "/#ServerURL#", MDM "/4913",
				MDM "/ServerURL.bak", MDM "/ServerURL.oAbCdEf" };
	struct item *link;
	size_t i;

	(void)state;
	begin(usual);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_takes(names[i], "anything\n");
	assert_int_equal(tree_symlink(mounted.tree, at(MDM), ".#ServerURL", "me@here", &link), 0);
	assert_saved();
	assert_int_equal(mounted.reported.count, 0);
}

static void a_temporary_file_under_a_name_that_is_no_key_is_scratch(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(put_temporary(MDM "/sedA1b2C3", "htp://x\n"), 0);
	assert_int_equal(put_temporary(UNKNOWN "/XXa1b2c3", "x\n"), 0);
	assert_int_equal(at(MDM "/sedA1b2C3")->kind, ITEM_SCRATCH);
	assert_int_equal(at(UNKNOWN "/XXa1b2c3")->kind, ITEM_SCRATCH);
	assert_int_equal(move(MDM "/sedA1b2C3", MDM "/ServerURL"), -EPERM);
	assert_int_equal(move(UNKNOWN "/XXa1b2c3", UNKNOWN "/Homepage"), 0);
}

static void a_file_under_a_keys_name_is_that_key_however_it_is_made(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(put_temporary(MDM "/CheckInURL", "htp://x\n"), -EINVAL);
	assert_int_equal(put_temporary(MDM "/CheckInURL", "https://x\n"), 0);
	assert_saves("<string>https://x</string>");
	assert_int_equal(make_dir(CACHE "/Parents"), 0);
	assert_int_equal(put_temporary(CACHE "/Parents/0", "10.0.0.1\n"), 0);
	assert_saves("<string>10.0.0.1</string>");
}

/* --- the save ------------------------------------------------------------------------------------------ */

static void what_was_wrong_before_is_not_said_again(void **state)
{
	(void)state;
	begin(PROFILE(PAYLOAD("com.apple.mdm", "1", "<key>ServerURL</key><string>ftp://x</string>"
						    "<key>Surprise</key><true/>")
			      PAYLOAD("com.google.Chrome", "2", "")));
	assert_problem("ServerURL", true);
	assert_problem("Surprise", true);
	assert_problem("Topic is missing", true);
	assert_problem("com.google.Chrome", true);
	assert_takes("PayloadDescription", "edited\n");
	assert_saved();
	assert_int_equal(mounted.reported.count, 0);
}

static void what_the_edits_brought_in_keeps_the_profile_from_being_saved(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(remove_file(MDM "/Topic"), 0);
	assert_int_equal(remove_file(MDM "/IdentityCertificateUUID"), 0);
	assert_int_equal(tree_sync(mounted.tree), -EINVAL);
	assert_last_error("[missing-key]");
	assert_int_equal(count_reported(SEVERITY_ERROR, "is missing"), 2);
	assert_takes(MDM "/Topic", "com.apple.mgmt.x\n");
	assert_takes(MDM "/IdentityCertificateUUID", UUID("9") "\n");
	assert_saved();
}

static void what_the_save_fills_in_is_no_problem_before(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(make_dir(WIFI ".2"), 0);
	assert_takes(WIFI ".2/PayloadUUID", UUID("2") "\n"); /* cp -r */
	assert_takes(WIFI ".2/PayloadIdentifier", "id.2\n");
	assert_int_equal(make_dir(WIFI ".2/EAPClientConfiguration"), 0);
	assert_problem("PayloadType is missing", false);
	assert_takes(WIFI ".2/PayloadType", "com.apple.wifi.managed\n");
	assert_problem("PayloadVersion is missing", false);
	assert_problem("same PayloadUUID", false);
	assert_problem("same PayloadIdentifier", false);
	assert_problem(WIFI ".2/EAPClientConfiguration/AcceptEAPTypes: AcceptEAPTypes is missing", true);
	assert_takes(WIFI ".2/EAPClientConfiguration/AcceptEAPTypes", "25\n");
	assert_takes(WIFI ".2/SSID_STR", "Guests\n");
	assert_saved();
}

static void an_identifier_that_is_the_profiles_is_odd_and_stays(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(make_dir(WIFI ".2"), 0);
	assert_takes(WIFI ".2/SSID_STR", "Guests\n");
	assert_takes(WIFI ".2/PayloadIdentifier", "id.0\n");
	assert_problem("the profile itself has the same PayloadIdentifier", true);
	assert_saved();
	assert_shows(WIFI ".2/PayloadIdentifier", "id.0\n");
	assert_int_equal(count_reported(SEVERITY_WARNING, "the profile itself has the same"), 1);
}

static void problems_have_the_names_of_the_tree(void **state)
{
	(void)state;
	begin(PROFILE(PAYLOAD("com.apple.wifi.managed", "1", "")
			      PAYLOAD("com.apple.wifi.managed", "2", "<key>EAPClientConfiguration</key><dict/>")));
	assert_true(there(WIFI ".2"));
	assert_int_equal(remove_file(WIFI "/PayloadIdentifier"), 0);
	assert_int_equal(remove_file(WIFI "/PayloadType"), 0);
	assert_int_equal(remove_file(WIFI "/PayloadUUID"), 0);
	assert_int_equal(remove_file(WIFI "/PayloadVersion"), 0);
	assert_int_equal(remove_dir(WIFI), 0);
	assert_problem(WIFI ".2/EAPClientConfiguration/AcceptEAPTypes: ", true);
}

static void the_schema_of_a_key_can_be_read(void **state)
{
	BUF_AUTO values = BUF_INIT;

	(void)state;
	begin(usual);
	assert_takes(WIFI "/EncryptionType", "WPA3\n");
	assert_int_equal(tree_getxattr(mounted.tree, at(WIFI "/EncryptionType"), "user.profilefs.values", &values), 0);
	assert_non_null(strstr(buf_text(&values), "WPA2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mkdir_makes_what_the_schema_has_there),
		TEST(a_value_is_no_directory),
		TEST(a_directory_is_no_value),
		TEST(an_empty_array_of_dictionaries_is_a_directory),
		TEST(a_directory_moves_only_to_where_one_may_be),
		TEST(what_is_made_in_a_directory_that_moved_is_judged_by_its_new_place),
		TEST(what_is_wrong_already_may_move_to_where_it_means_the_same),
		TEST(a_removed_directory_does_not_come_back_as_a_file),
		TEST(a_rename_over_a_key_is_checked),
		TEST(a_value_that_moves_is_held_against_its_new_key),
		TEST(an_exchange_checks_both_and_changes_none),
		TEST(the_same_bytes_pass_whatever_the_schema_says),
		TEST(the_payload_type_of_a_payload_without_a_good_one_stays),
		TEST(one_that_names_no_directory_is_copied_like_any_other_value),
		TEST(an_element_that_is_wrong_already_does_not_keep_others_from_being_edited),
		TEST(lines_that_are_there_twice_already_stay),
		TEST(more_lines_than_there_may_be_can_be_made_fewer),
		TEST(a_type_that_the_schema_refuses_is_refused_as_an_attribute),
		TEST(a_line_of_types_that_the_schema_refuses_is_a_problem_and_no_refusal),
		TEST(what_is_of_a_wrong_type_and_said_to_be_stays_so),
		TEST(types_hold_where_nothing_is_refused),
		TEST(only_what_the_schema_does_not_tell_stands_in_types),
		TEST(scratch_is_judged_by_nothing),
		TEST(a_temporary_file_under_a_name_that_is_no_key_is_scratch),
		TEST(a_file_under_a_keys_name_is_that_key_however_it_is_made),
		TEST(what_was_wrong_before_is_not_said_again),
		TEST(what_the_edits_brought_in_keeps_the_profile_from_being_saved),
		TEST(what_the_save_fills_in_is_no_problem_before),
		TEST(an_identifier_that_is_the_profiles_is_odd_and_stays),
		TEST(problems_have_the_names_of_the_tree),
		TEST(the_schema_of_a_key_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
