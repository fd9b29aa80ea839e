/* What the schema takes and refuses in a tree as it is written: values, keys, types, placeholders, check=. */
#include "tests/unit/schema_tree.h"

#include "fs/tree/text.h"

/* --- writing ------------------------------------------------------------------------------------------ */

static void what_cannot_become_a_value_is_refused_by_the_write(void **state)
{
	struct handle *handle;

	(void)state;
	begin(usual);
	handle = open_ok(MDM "/ServerURL", O_WRONLY | O_TRUNC);
	assert_int_equal(write_to(handle, "htp", 0), -EINVAL);
	assert_last_error("[bad-format]");
	assert_int_equal(write_to(handle, "https://b.example\n", 0), -EINVAL); /* not half taken */
	assert_int_equal(tree_truncate(mounted.tree, at(MDM "/ServerURL"), handle, 0), 0);
	assert_int_equal(write_to(handle, "https://b.example\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_saves("<string>https://b.example</string>");
}

static void a_beginning_is_taken_by_the_write_and_refused_by_the_close(void **state)
{
	struct handle *handle;

	(void)state;
	begin(usual);
	handle = open_ok(WIFI "/EncryptionType", O_WRONLY | O_CREAT | O_EXCL);
	assert_int_equal(write_to(handle, "W", 0), 0);
	assert_int_equal(write_to(handle, "P", 1), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_last_error("WPA2");
	assert_false(there(WIFI "/EncryptionType"));
}

static void a_value_may_arrive_in_pieces(void **state)
{
	static const char url[] = "https://very.long.example/server\n";
	struct handle *handle;
	size_t i;

	(void)state;
	begin(usual);
	handle = open_ok(MDM "/ServerURL", O_WRONLY | O_TRUNC);
	for (i = 0; url[i]; i++)
		assert_int_equal(tree_write(mounted.tree, handle, url + i, 1, (off_t)i), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_shows(MDM "/ServerURL", url);
}

static void each_kind_of_limit_refuses(void **state)
{
	(void)state;
	begin(usual);
	assert_refuses(WIFI "/EncryptionType", "WPA4\n", "[not-allowed-value]");
	assert_refuses(WIFI "/ProxyServerPort", "70000\n", "[out-of-range]");
	assert_refuses(WIFI "/SSID_STR", "0123456789012345678901234567890123\n", "[bad-length]");
	assert_refuses(WIFI "/AutoJoin", "1\n", "[wrong-type]");
	assert_refuses(MDM "/AccessRights", "2\n", "[access-rights]");
	assert_refuses(MDM "/Topic", "com.example\n", "[bad-format]");
	assert_refuses("PayloadVersion", "2\n", "[not-allowed-value]");
	assert_refuses("RemovalDate", "2026-02-31T00:00:00Z\n", "[wrong-type]");
	assert_saved();
}

static void a_refusal_names_file_key_and_line(void **state)
{
	const struct error *err;

	(void)state;
	begin(usual);
	assert_refuses(WIFI "/SSID_STR", "0123456789012345678901234567890123\n", "SSID_STR");
	err = tree_last_error(mounted.tree);
	assert_string_equal(err->key, WIFI "/SSID_STR");
	assert_non_null(strstr(err->file, "p.mobileconfig"));
	assert_true(err->line > 0);
}

static void a_line_that_is_complete_and_wrong_is_refused_at_once(void **state)
{
	struct handle *handle;

	(void)state;
	begin(usual);
	handle = open_ok(MDM "/ServerCapabilities", O_WRONLY | O_TRUNC);
	assert_int_equal(write_to(handle, "com.apple.mdm.token\ncom.apple.mdm.boot", 0), 0);
	assert_int_equal(write_to(handle, "\n", 38), -EINVAL);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows(MDM "/ServerCapabilities", "com.apple.mdm.token\n");
}

static void too_many_lines_are_refused_at_once(void **state)
{
	struct handle *handle;

	(void)state;
	begin_own("");
	handle = open_ok(OWN "/Pair", O_WRONLY | O_CREAT);
	assert_int_equal(write_to(handle, "a\nb\n", 0), 0);
	assert_int_equal(write_to(handle, "c", 4), -EINVAL);
	assert_last_error("[bad-length]");
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_takes(OWN "/Pair", "a\n"); /* it is filled line by line */
	assert_int_equal(append_to(OWN "/Pair", "b\n"), 0);
	assert_int_equal(append_to(OWN "/Pair", "c\n"), -EINVAL);
	assert_shows(OWN "/Pair", "a\nb\n");
}

static void a_truncation_is_a_write(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(tree_truncate(mounted.tree, at(MDM "/ServerURL"), NULL, 4), -EINVAL);
	assert_int_equal(tree_truncate(mounted.tree, at(MDM "/ServerURL"), NULL, 0), -EINVAL);
	assert_int_equal(tree_truncate(mounted.tree, at(MDM "/AccessRights"), NULL, 1), 0);
	assert_shows(MDM "/ServerURL", "https://a.example\n");
	assert_shows(MDM "/AccessRights", "8");
}

static void a_truncation_that_nothing_follows_is_decided_and_not_forgotten(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(put(MDM "/ServerURL", ""), 0); /* : > ServerURL */
	assert_shows(MDM "/ServerURL", "https://a.example\n");
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_takes(MDM "/ServerURL", "https://b.example\n");
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

static void a_secret_is_in_no_message(void **state)
{
	(void)state;
	begin_own("");
	assert_refuses(OWN "/Secret", "hunter2\n", "[bad-format]");
	assert_null(strstr(tree_last_error(mounted.tree)->text, "hunter2"));
}

static void a_long_value_is_judged_in_linear_time(void **state)
{
	static char bytes[400000];
	static const enum node_type types[] = { NODE_STRING, NODE_TYPE_COUNT, NODE_INTEGER };
	struct schema_key limited = { .types = TYPE_BIT(NODE_STRING), .type = NODE_STRING, .length = { "1", NULL } };
	struct schema_key any = { .types = TYPES_ANY, .type = NODE_TYPE_COUNT };
	size_t len, judged, i;

	(void)state;
	memset(bytes, '7', sizeof(bytes));
	for (i = 0; i < 3; i++) {
		struct expect expect = { .type = types[i], .strict = true, .key = i == 0 ? &limited : &any };

		judged = 0;
		for (len = 1000; len <= sizeof(bytes); len += 1000) {
			assert_int_not_equal(text_prefix(&expect, bytes, len, &judged), VERDICT_NEVER);
			/* What was judged once is not looked at again, once it is much. */
			assert_true(len <= (64 << 10) || judged == len);
		}
	}
}

static void a_long_value_is_still_judged_when_it_is_complete(void **state)
{
	static char bytes[200000];
	struct handle *handle;
	off_t at_offset;

	(void)state;
	begin_own("");
	memset(bytes, '7', sizeof(bytes));
	handle = open_ok(OWN "/Secret", O_WRONLY | O_CREAT);
	for (at_offset = 0; at_offset < (off_t)sizeof(bytes); at_offset += 4000)
		assert_int_equal(tree_write(mounted.tree, handle, bytes + at_offset, 4000, at_offset), 0);
	assert_int_equal(write_to(handle, "x", at_offset), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_false(there(OWN "/Secret"));
}

/* --- keys --------------------------------------------------------------------------------------------- */

static void a_new_key_must_be_one_of_its_payload(void **state)
{
	(void)state;
	begin(usual);
	assert_refuses(MDM "/ServerURI", "https://x\n", "did you mean ServerURL?");
	assert_last_error("-o unknown=allow");
	assert_last_error("[unknown-key]");
	assert_refuses(WIFI "/ssid_str", "x\n", "upper and lower case");
	assert_refuses("Payload", "x\n", "[unknown-key]");
	assert_refuses(WIFI "/EAPClientConfiguration/Usr", "x\n", "[unknown-key]");
	assert_int_equal(make_dir(WIFI "/Things"), -EINVAL);
	assert_last_error("[unknown-key]");
}

static void a_rename_makes_no_unknown_key(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(put(MDM "/.tmp", "https://x\n"), 0);
	assert_int_equal(move(MDM "/.tmp", MDM "/ServerURI"), -EPERM);
	assert_int_equal(move(MDM "/ServerURL", MDM "/ServerURI"), -EPERM);
	assert_int_equal(move(WIFI "/EAPClientConfiguration", WIFI "/EAP"), -EPERM);
	assert_shows(MDM "/ServerURL", "https://a.example\n");
	assert_true(there(WIFI "/EAPClientConfiguration/AcceptEAPTypes"));
}

static void unknown_keys_can_be_allowed(void **state)
{
	(void)state;
	begin_with((struct profile_options){ .unknown_allowed = true }, usual);
	assert_takes(MDM "/ServerURI", "5\n");
	assert_saves("<key>ServerURI</key><integer>5</integer>");
	assert_refuses(MDM "/ServerURL", "x\n", "[bad-format]");
}

static void payloads_of_unknown_types_take_any_key(void **state)
{
	(void)state;
	begin(usual);
	assert_takes(UNKNOWN "/HomepageLocation", "https://x\n");
	assert_int_equal(make_dir(UNKNOWN "/Deep"), 0);
	assert_takes(UNKNOWN "/Deep/Key", "5\n");
	assert_refuses(UNKNOWN "/PayloadVersion", "two\n", "[wrong-type]"); /* a key of every payload */
}

static void an_open_dictionary_takes_any_key_of_its_type(void **state)
{
	(void)state;
	begin_own("<key>Open</key><dict/>");
	assert_takes(OWN "/Open/some key", "5\n");
	assert_refuses(OWN "/Open/other", "6\n", "[out-of-range]");
	assert_int_equal(make_dir(OWN "/Open/third"), -EINVAL);
	assert_last_error("[wrong-type]");
	assert_int_equal(make_dir(OWN "/Anything"), 0);
	assert_takes(OWN "/Anything/x", "6\n");
}

static void an_unknown_key_that_is_there_can_be_edited_removed_and_made_again(void **state)
{
	(void)state;
	begin_wifi("<key>Vendor</key><string>a</string><key>Extra</key><dict><key>x</key><true/></dict>");
	assert_takes(WIFI "/Vendor", "b\n");
	assert_int_equal(remove_file(WIFI "/Vendor"), 0);
	assert_takes(WIFI "/Vendor", "c\n");
	assert_int_equal(move(WIFI "/Vendor", WIFI "/Vendor~"), 0); /* vim */
	assert_takes(WIFI "/Vendor", "d\n");
	assert_int_equal(remove_file(WIFI "/Extra/x"), 0);
	assert_int_equal(remove_dir(WIFI "/Extra"), 0);
	assert_int_equal(make_dir(WIFI "/Extra"), 0);
	assert_takes(WIFI "/Extra/y", "1\n");
	assert_saved();
}

static void a_payload_that_was_just_made_is_known_by_its_directory(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(make_dir(WIFI ".2"), 0);
	assert_refuses(WIFI ".2/EncryptionType", "WPA4\n", "[not-allowed-value]");
	assert_refuses(WIFI ".2/SID", "x\n", "[unknown-key]");
	assert_takes(WIFI ".2/ProxyServer", "22\n");
	assert_saves("<string>22</string>");
	assert_refuses(WIFI ".2/PayloadType", "com.apple.mdm\n", "rename the directory");
	assert_takes(WIFI ".2/PayloadType", "com.apple.wifi.managed\n");
	assert_refuses(WIFI ".2/EncryptionType", "WPA4\n", "[not-allowed-value]");
}

static void a_payload_that_gets_another_type_gets_its_keys(void **state)
{
	(void)state;
	begin(PROFILE(PAYLOAD("com.google.Chrome", "1", "")));
	assert_int_equal(move(UNKNOWN, WIFI), 0);
	assert_saves("<string>com.apple.wifi.managed</string>");
	assert_refuses(WIFI "/EncryptionType", "WPA4\n", "[not-allowed-value]");
	assert_refuses(WIFI "/HomepageLocation", "x\n", "[unknown-key]");
	assert_int_equal(move(WIFI, UNKNOWN), 0);
	assert_takes(UNKNOWN "/HomepageLocation", "x\n");
}

static void a_removed_payload_type_does_not_open_the_door(void **state)
{
	(void)state;
	begin(usual);
	assert_int_equal(remove_file("PayloadType"), 0);
	assert_refuses("Anything", "x\n", "[unknown-key]");
	assert_int_equal(remove_file(MDM "/PayloadType"), 0);
	assert_refuses(MDM "/Anything", "x\n", "[unknown-key]");
	assert_int_equal(put("PayloadType", "Something\n"), -EINVAL);
	assert_shows("PayloadType", "Configuration\n");
}

static void a_plist_that_is_no_profile_takes_any_key(void **state)
{
	(void)state;
	begin(FRAME("<key>Label</key><string>x</string>"));
	assert_takes("ProgramArguments", "a\nb\n");
	assert_int_equal(make_dir("KeepAlive"), 0);
	assert_takes("KeepAlive/Crashed", "true\n");
	assert_saved();
}

static void an_old_profile_service_profile_has_a_dictionary_for_content(void **state)
{
	(void)state;
	begin(FRAME("<key>PayloadType</key><string>Profile Service</string><key>PayloadContent</key><dict>"
		    "<key>URL</key><string>https://x</string></dict>"));
	assert_takes("PayloadContent/Challenge", "5\n");
	assert_takes("PayloadContent/DeviceAttributes", "UDID\nVERSION\n");
	assert_takes("PayloadContent/URL", "https://y\n");
}

static void content_of_a_payload_may_be_a_dictionary(void **state)
{
	(void)state;
	begin(PROFILE(PAYLOAD("com.apple.security.scep", "1", "")));
	assert_int_equal(make_dir("PayloadContent/com.apple.security.scep/PayloadContent"), 0);
	assert_takes("PayloadContent/com.apple.security.scep/PayloadContent/Key Type", "RSA\n");
	assert_takes("PayloadContent/com.apple.security.scep/PayloadContent/Keysize", "2048\n");
	assert_refuses("PayloadContent/com.apple.security.scep/PayloadContent/Keysize", "2049\n",
		       "[not-allowed-value]");
	assert_refuses("PayloadContent/com.apple.security.scep/PayloadContent/Keysiz", "x\n", "did you mean Keysize?");
}

/* --- types -------------------------------------------------------------------------------------------- */

static void new_keys_have_the_types_of_the_schema(void **state)
{
	(void)state;
	begin(usual);
	assert_takes("PayloadDescription", "2025\n");
	assert_takes(WIFI "/ProxyServer", "true\n");
	assert_takes("RemovalDate", "2026-12-31T00:00:00Z\n");
	assert_takes("DurationUntilRemoval", "0.5\n");
	assert_int_equal(put("EncryptedPayloadContent", "abc\n"), 0);
	assert_takes(WIFI "/MCCAndMNCs", "310410\n310150\n");
	assert_saves("<string>2025</string>");
	assert_saves("<string>true</string>");
	assert_saves("<date>2026-12-31T00:00:00Z</date>");
	assert_saves("<real>0.5</real>");
	assert_saves("YWJjCg==");
	assert_saves("<string>310410</string>");
}

static void a_value_of_a_wrong_type_is_mended_by_writing_a_right_one(void **state)
{
	(void)state;
	begin_wifi("<key>AutoJoin</key><integer>1</integer><key>ProxyServerPort</key><string>80</string>");
	assert_refuses(WIFI "/AutoJoin", "0\n", "[wrong-type]");
	assert_takes(WIFI "/AutoJoin", "true\n");
	assert_takes(WIFI "/ProxyServerPort", "80\n");
	assert_saves("<key>AutoJoin</key><true/>");
	assert_saves("<key>ProxyServerPort</key><integer>80</integer>");
}

static void elements_of_a_wrong_type_are_mended_as_well(void **state)
{
	(void)state;
	begin_own("<key>Strings</key><array><integer>1</integer><integer>2</integer></array>");
	assert_int_equal(append_to(OWN "/Strings", "three\n"), 0);
	assert_takes(OWN "/Strings", "1\n2\nthree\n");
	assert_saves("<string>1</string><string>2</string><string>three</string>");
}

static void an_integer_under_a_real_key_may_become_a_fraction(void **state)
{
	(void)state;
	begin_own("<key>Fraction</key><integer>1</integer>"
		  "<key>Reals</key><array><integer>1</integer><integer>2</integer></array>");
	assert_takes(OWN "/Fraction", "2\n");
	assert_saves("<key>Fraction</key><integer>2</integer>");
	assert_takes(OWN "/Fraction", "0.5\n");
	assert_saves("<key>Fraction</key><real>0.5</real>");
	assert_int_equal(append_to(OWN "/Reals", "2.5\n"), 0);
	assert_saves("<integer>1</integer><integer>2</integer><real>2.5</real>");
	assert_refuses(OWN "/Reals", "1\nx\n", "[wrong-type]");
}

static void of_two_types_the_one_that_is_there_is_only_preferred(void **state)
{
	(void)state;
	begin_own("<key>Switch</key><integer>1</integer><key>Port</key><string>9</string>");
	assert_takes(OWN "/Switch", "0\n");
	assert_saves("<key>Switch</key><integer>0</integer>");
	assert_takes(OWN "/Switch", "true\n");
	assert_saves("<key>Switch</key><true/>");
	assert_refuses(OWN "/Switch", "maybe\n", "Switch");
	assert_refuses(OWN "/Switch", "2\n", "Switch");
	assert_takes(OWN "/Port", "8\n"); /* it was a string, and stays one */
	assert_saves("<key>Port</key><string>8</string>");
}

static void what_a_value_of_several_types_is_read_as_is_refused_by_the_write_already(void **state)
{
	struct handle *handle;

	(void)state;
	begin_own("");
	handle = open_ok(OWN "/Port", O_WRONLY | O_CREAT);
	assert_int_equal(write_to(handle, "9\n", 0), -EINVAL);
	assert_last_error("[out-of-range]");
	close_handle(handle);
	assert_takes(OWN "/Port", "nine\n");
}

/* --- placeholders --------------------------------------------------------------------------------------- */

static void a_placeholder_stands_for_a_value(void **state)
{
	(void)state;
	begin(usual);
	assert_takes(MDM "/ServerURL", "$FLEET_VAR_URL/x\n");
	assert_takes(MDM "/AccessRights", "$FLEET_VAR_RIGHTS\n");
	assert_takes(WIFI "/ProxyServerPort", "{{port}}\n");
	assert_takes("DurationUntilRemoval", "${DURATION}\n");
	assert_takes(WIFI "/EncryptionType", "{{type}}\n");
	assert_refuses(WIFI "/AutoJoin", "{{join}}\n", "[wrong-type]");
	assert_saves("<integer>$FLEET_VAR_RIGHTS</integer>");
	assert_saves("<integer>{{port}}</integer>");
	assert_saves("<real>${DURATION}</real>");
	assert_saved();
}

static void placeholders_can_be_denied(void **state)
{
	(void)state;
	begin_with((struct profile_options){ .no_placeholders = true }, usual);
	assert_refuses(MDM "/ServerURL", "$FLEET_VAR_URL\n", "[bad-format]");
	assert_refuses(MDM "/AccessRights", "$FLEET_VAR_RIGHTS\n", "[wrong-type]");
}

static void strings_of_a_binary_plist_hold_placeholders_too(void **state)
{
	(void)state;
	begin_with((struct profile_options){ .format = FORMAT_BINARY }, usual);
	assert_takes(MDM "/ServerURL", "$FLEET_VAR_URL/x\n");
	assert_refuses(MDM "/AccessRights", "$FLEET_VAR_RIGHTS\n", "[wrong-type]");
	assert_saved();
}

/* --- check= ---------------------------------------------------------------------------------------------- */

static void with_warnings_only_what_is_no_value_of_its_type_is_refused(void **state)
{
	(void)state;
	begin_with((struct profile_options){ .check = CHECK_WARN }, usual);
	assert_takes(MDM "/ServerURL", "ftp://x\n");
	assert_takes(MDM "/Surprise", "x\n");
	assert_takes(MDM "/AccessRights", "2\n");
	assert_refuses(MDM "/AccessRights", "two\n", "[wrong-type]");
	assert_refuses(WIFI "/HIDDEN_NETWORK", "yes\n", "[wrong-type]");
	assert_int_equal(make_dir(WIFI "/Password"), 0);
	assert_saved();
	assert_int_equal(count_reported(SEVERITY_WARNING, "ftp://x"), 1);
	assert_saves("<string>ftp://x</string>");
}

static void with_warnings_a_value_of_two_types_is_still_one_of_the_two(void **state)
{
	struct handle *handle;

	(void)state;
	begin_own_with((struct profile_options){ .check = CHECK_WARN }, "");
	handle = open_ok(OWN "/Switch", O_WRONLY | O_CREAT);
	assert_int_equal(write_to(handle, "maybe\n", 0), -EINVAL);
	close_handle(handle);
	assert_takes(OWN "/Switch", "7\n");
	assert_takes(OWN "/Open", "a string under a dictionary's key\n");
}

static void without_checks_nothing_is_judged(void **state)
{
	(void)state;
	begin_with((struct profile_options){ .check = CHECK_OFF }, usual);
	assert_takes(MDM "/ServerURL", "ftp://x\n");
	assert_takes(MDM "/Surprise", "x\n");
	assert_int_equal(remove_file(MDM "/Topic"), 0);
	assert_saved();
	assert_int_equal(mounted.reported.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_become_a_value_is_refused_by_the_write),
		TEST(a_beginning_is_taken_by_the_write_and_refused_by_the_close),
		TEST(a_value_may_arrive_in_pieces),
		TEST(each_kind_of_limit_refuses),
		TEST(a_refusal_names_file_key_and_line),
		TEST(a_line_that_is_complete_and_wrong_is_refused_at_once),
		TEST(too_many_lines_are_refused_at_once),
		TEST(a_truncation_is_a_write),
		TEST(a_truncation_that_nothing_follows_is_decided_and_not_forgotten),
		TEST(a_secret_is_in_no_message),
		TEST(a_long_value_is_judged_in_linear_time),
		TEST(a_long_value_is_still_judged_when_it_is_complete),
		TEST(a_new_key_must_be_one_of_its_payload),
		TEST(a_rename_makes_no_unknown_key),
		TEST(unknown_keys_can_be_allowed),
		TEST(payloads_of_unknown_types_take_any_key),
		TEST(an_open_dictionary_takes_any_key_of_its_type),
		TEST(an_unknown_key_that_is_there_can_be_edited_removed_and_made_again),
		TEST(a_payload_that_was_just_made_is_known_by_its_directory),
		TEST(a_payload_that_gets_another_type_gets_its_keys),
		TEST(a_removed_payload_type_does_not_open_the_door),
		TEST(a_plist_that_is_no_profile_takes_any_key),
		TEST(an_old_profile_service_profile_has_a_dictionary_for_content),
		TEST(content_of_a_payload_may_be_a_dictionary),
		TEST(new_keys_have_the_types_of_the_schema),
		TEST(a_value_of_a_wrong_type_is_mended_by_writing_a_right_one),
		TEST(elements_of_a_wrong_type_are_mended_as_well),
		TEST(an_integer_under_a_real_key_may_become_a_fraction),
		TEST(of_two_types_the_one_that_is_there_is_only_preferred),
		TEST(what_a_value_of_several_types_is_read_as_is_refused_by_the_write_already),
		TEST(a_placeholder_stands_for_a_value),
		TEST(placeholders_can_be_denied),
		TEST(strings_of_a_binary_plist_hold_placeholders_too),
		TEST(with_warnings_only_what_is_no_value_of_its_type_is_refused),
		TEST(with_warnings_a_value_of_two_types_is_still_one_of_the_two),
		TEST(without_checks_nothing_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
