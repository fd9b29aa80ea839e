/*
 * The rules that are compiled in: each is proven by a profile that passes and one that fails. The cases are tables
 * (rules_cases.h, rules_cases_macos.h); rules_profile_test.c is about the profile itself, updates and secrets, and
 * rules_complete_test.c sees to it that no clause and no reference lacks one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/node.h"
#include "plist/schema/check.h"
#include "plist/schema/schema.h"
#include "tests/unit/rules_cases.h"
#include "tests/unit/rules_cases_macos.h"
#include "tests/unit/rules_findings.h"
#include "tests/unit/rules_notation.h"

static struct schema *schema;

/* --- cases -------------------------------------------------------------------------------------------- */

static void assert_case(const struct rule_case *rule_case)
{
	BUF_AUTO good = BUF_INIT, bad = BUF_INIT;

	find_in(schema, profile_of(rule_case->type, rule_case->good), &good);
	if (has_error(&good) || strstr(buf_text(&good), " unknown-key ") ||
	    (rule_case->finding && has_line(&good, rule_case->finding)))
		fail_msg("%s passes with { %s }, but found was\n%s", rule_case->type, rule_case->good, buf_text(&good));
	if (!rule_case->bad)
		return;
	find_in(schema, profile_of(rule_case->type, rule_case->bad), &bad);
	if (!has_line(&bad, rule_case->finding))
		fail_msg("%s with { %s } gives %s, but found was\n%s", rule_case->type, rule_case->bad,
			 rule_case->finding, buf_text(&bad));
}

#define ASSERT_CASES(cases) \
	do { \
		for (size_t i = 0; i < sizeof(cases) / sizeof(*(cases)); i++) \
			assert_case(&(cases)[i]); \
	} while (0)

static void certificates_and_device_management_keep_their_rules(void **state)
{
	(void)state;
	ASSERT_CASES(certificate_cases);
}

static void networks_keep_their_rules(void **state)
{
	(void)state;
	ASSERT_CASES(network_cases);
}

static void vpn_keeps_its_rules(void **state)
{
	(void)state;
	ASSERT_CASES(vpn_cases);
}

static void accounts_keep_their_rules(void **state)
{
	(void)state;
	ASSERT_CASES(account_cases);
}

static void restrictions_keep_their_rules(void **state)
{
	(void)state;
	ASSERT_CASES(restriction_cases);
}

static void servers_keep_their_rules(void **state)
{
	(void)state;
	ASSERT_CASES(server_cases);
}

static void screens_and_preferences_keep_their_rules(void **state)
{
	(void)state;
	ASSERT_CASES(screen_cases);
}

/* --- families of rules: one for each of many names ---------------------------------------------------- */

/* Adds `text` with `name` for every @ in it. */
static void add_named(struct buf *out, const char *text, const char *name)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '@')) {
		len = strcspn(text, "@");
		buf_add(out, text, len);
		if (text[len] == '@')
			buf_add_text(out, name);
	}
}

/* A case whose texts have `name` for every @ in them. */
static void assert_case_of(const char *type, const char *name, const char *good, const char *bad, const char *finding)
{
	BUF_AUTO named_good = BUF_INIT, named_bad = BUF_INIT, named_finding = BUF_INIT;

	add_named(&named_good, good, name);
	add_named(&named_bad, bad, name);
	add_named(&named_finding, finding, name);
	assert_case(&(struct rule_case){ type, buf_text(&named_good), buf_text(&named_bad), buf_text(&named_finding) });
}

static void every_ethernet_payload_has_references_as_wifi_has(void **state)
{
	static const char *const names[] = { "first", "second", "third", "firstactive", "secondactive", "thirdactive",
					     "global" };
	char type[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(type, sizeof(type), "com.apple.%sethernet.managed", names[i]);
		assert_case_of(type, "", "PayloadCertificateUUID id SetupModes [ 'System' ]@",
			       "PayloadCertificateUUID " NOBODY "@",
			       "error dangling-reference PayloadCertificateUUID@");
		assert_case_of(type, "PayloadCertificateAnchorUUID",
			       "EAPClientConfiguration { AcceptEAPTypes [ 13 ] @ [ ca ] }",
			       "EAPClientConfiguration { @ [ " NOBODY " ] }",
			       "error dangling-reference EAPClientConfiguration/@/00");
	}
}

#define ENTRY(more) "Services { @ [ { Identifier '/p' IdentifierType 'path' CodeRequirement 'c' " more " } ] }"
#define RECEIVER "AEReceiverIdentifier 'a' AEReceiverIdentifierType 'bundleID' AEReceiverCodeRequirement 'c' "

static const struct schema_key *services(void)
{
	const struct schema_key *payload = schema_payload(schema, TCC, strlen(TCC));

	assert_non_null(payload);
	return schema_declared(payload, "Services", strlen("Services"));
}

static bool can_be_allowed(const char *service)
{
	return !strstr("Camera Microphone ListenEvent ScreenCapture", service);
}

static void every_privacy_service_needs_one_of_allowed_and_authorization(void **state)
{
	const struct schema_key *key = services();

	(void)state;
	assert_true(key->key_count >= 24);
	for (size_t i = 0; i < key->key_count; i++) {
		const char *name = key->keys[i]->name;
		bool events = strcmp(name, "AppleEvents") == 0;

		assert_case_of(TCC, name, events ? ENTRY(RECEIVER "Allowed -") : ENTRY("Allowed -"),
			       ENTRY(""), "error missing-key Services/@/00/Allowed");
		assert_case_of(TCC, name,
			       events ? ENTRY(RECEIVER "Authorization 'Deny'") : ENTRY("Authorization 'Deny'"),
			       ENTRY("Allowed - Authorization 'Deny'"),
			       "error unknown-key Services/@/00/Authorization");
		assert_case_of(TCC, name, events ? ENTRY(RECEIVER "Allowed -") : ENTRY("Allowed -"),
			       "Services { @ [ { Identifier 'p' IdentifierType 'path' CodeRequirement 'c' } ] }",
			       "warning bad-format Services/@/00/Identifier");
	}
}

static void privacy_services_have_authorizations_of_their_own(void **state)
{
	const struct schema_key *key = services();

	(void)state;
	for (size_t i = 0; i < key->key_count; i++) {
		const char *name = key->keys[i]->name;

		if (strcmp(name, "AppleEvents") == 0)
			continue;
		if (can_be_allowed(name)) {
			assert_case_of(TCC, name, ENTRY("Authorization 'Allow'"),
				       ENTRY("Authorization 'AllowStandardUserToSetSystemService'"),
				       "error not-allowed-value Services/@/00/Authorization");
			continue;
		}
		assert_case_of(TCC, name, ENTRY("Allowed -"), ENTRY("Allowed +"),
			       "warning not-allowed-value Services/@/00/Allowed");
		assert_case_of(TCC, name, ENTRY("Authorization 'Deny'"), ENTRY("Authorization 'Allow'"),
			       "warning not-allowed-value Services/@/00/Authorization");
	}
	assert_case_of(TCC, "ScreenCapture", ENTRY("Authorization 'AllowStandardUserToSetSystemService'"), ENTRY(""),
		       "error missing-key Services/@/00/Allowed");
}

static void only_apple_events_have_a_receiver_and_need_it(void **state)
{
	static const char *const keys[] = { "AEReceiverIdentifier", "AEReceiverIdentifierType",
					    "AEReceiverCodeRequirement" };
	const struct schema_key *key = services();
	char finding[128];

	(void)state;
	for (size_t i = 0; i < key->key_count; i++) {
		const char *name = key->keys[i]->name;

		for (size_t j = 0; j < 3 && strcmp(name, "AppleEvents") != 0; j++) {
			snprintf(finding, sizeof(finding), "warning unknown-key Services/@/00/%s", keys[j]);
			assert_case_of(TCC, name, ENTRY("Allowed -"), ENTRY("Allowed - " RECEIVER), finding);
		}
	}
	for (size_t j = 0; j < 3; j++) {
		snprintf(finding, sizeof(finding), "error missing-key Services/@/00/%s", keys[j]);
		assert_case_of(TCC, "AppleEvents", ENTRY("Allowed + " RECEIVER), ENTRY("Allowed +"), finding);
	}
	assert_case_of(TCC, "AppleEvents", ENTRY("Authorization 'Allow' " RECEIVER),
		       ENTRY("Authorization 'AllowStandardUserToSetSystemService'"),
		       "error not-allowed-value Services/@/00/Authorization");
}

static void every_medium_takes_one_action_or_a_list(void **state)
{
	static const char *const controls[] = { "logout-eject", "mount-controls", "unmount-controls" };
	const struct schema_key *key;
	char text[3][256];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		key = schema_payload(schema, MEDIA, strlen(MEDIA));
		key = schema_declared(key, controls[i], strlen(controls[i]));
		for (size_t j = 0; j < key->key_count; j++) {
			if (strcmp(key->keys[j]->name, "all-media") == 0) {
				snprintf(text[0], sizeof(text[0]), "%s { @ [ '' ] }", controls[i]);
				snprintf(text[1], sizeof(text[1]), "%s { @ [ 1 ] }", controls[i]);
				snprintf(text[2], sizeof(text[2]), "error wrong-type %s/@/00", controls[i]);
				assert_case_of(MEDIA, "all-media", text[0], text[1], text[2]);
				continue;
			}
			snprintf(text[0], sizeof(text[0]), "%s { @ [ 'alert' 'deny' ] }", controls[i]);
			snprintf(text[1], sizeof(text[1]), "%s { @ [ 'x' ] }", controls[i]);
			snprintf(text[2], sizeof(text[2]), "error not-allowed-value %s/@/00", controls[i]);
			assert_case_of(MEDIA, key->keys[j]->name, text[0], text[1], text[2]);
			snprintf(text[0], sizeof(text[0]), "%s { @ 'eject' }", controls[i]);
			assert_case_of(MEDIA, key->keys[j]->name, text[0], text[1], text[2]);
		}
	}
}

static void every_list_of_the_dock_takes_tiles_and_spacers(void **state)
{
	static const char *const lists[] = { "static-others", "static-apps", "persistent-apps", "persistent-others" };

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		assert_case_of(DOCK, lists[i],
			       "@ [ { tile-type 'file-tile' tile-data { url { _CFURLString 'u' } file-type 41 "
			       "more 1 } } "
			       "{ tile-type 'spacer-tile' } { tile-type 'small-spacer-tile' } "
			       "{ tile-type 'flex-spacer-tile' } { tile-type 'recents-tile' } ]",
			       "@ [ { tile-type 'directory-tyle' } ]", "error not-allowed-value @/00/tile-type");
		assert_case_of(DOCK, lists[i], "@ [ { tile-type 'url-tile' tile-data { url 'u' label 'l' } } ]",
			       "@ [ { tile-type 'file-tile' tile-data { url 1 } } ]",
			       "error wrong-type @/00/tile-data/url");
	}
}

static void every_power_switch_is_a_number_or_a_boolean(void **state)
{
	static const char *const switches[] = { "Reduce^Processor^Speed", "Dynamic^Power^Step", "Wake^on^LAN",
						"Wake^On^LAN", "Wake^On^Modem^Ring",
						"Automatic^Restart^On^Power^Loss" };
	static const char *const sources[] = { "desktop.ACPower", "portable.ACPower", "portable.BatteryPower" };
	char good[256], bad[256], finding[256];

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		for (size_t j = 0; j < sizeof(switches) / sizeof(*switches); j++) {
			snprintf(good, sizeof(good), "com.apple.EnergySaver.@ { %s + Disk^Sleep^Timer-boolean + } "
						     "com.apple.EnergySaver.@-ProfileNumber -1",
				 switches[j]);
			snprintf(bad, sizeof(bad), "com.apple.EnergySaver.@ { %s 2 }", switches[j]);
			snprintf(finding, sizeof(finding), "error not-allowed-value com.apple.EnergySaver.@/%s",
				 switches[j]);
			for (char *p = finding; (p = strchr(p, '^')); p++)
				*p = ' ';
			assert_case_of(MCX, sources[i], good, bad, finding);
			snprintf(good, sizeof(good), "com.apple.EnergySaver.@ { %s 1 }", switches[j]);
			assert_case_of(MCX, sources[i], good, bad, finding);
		}
	}
}

static void every_dictionary_of_an_app_vpn_is_open(void **state)
{
	static const char *const names[] = { "VendorConfig", "IPv4", "PPP", "IPSec", "IKEv2",
					     "VPN", "DNS", "Proxies", "AlwaysOn", "TransparentProxy" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_case_of(APP_VPN, names[i], "VPNUUID 'v' @ { Anything 1 }", "VPNUUID 'v' @ 1",
			       "error wrong-type @");
}

/* The names of the 0-or-1 keys of a VPN's dictionaries: booleans on older pages. */
static void vpn_switches_are_numbers_or_booleans(void **state)
{
	static const char *const dicts[] = { "VPN", "IPv4", "PPP", "IPSec", "IKEv2", "Proxies", "AlwaysOn",
					     "TransparentProxy" };
	const struct schema_key *payload = schema_payload(schema, VPN, strlen(VPN)), *dict;
	size_t switches = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(dicts) / sizeof(*dicts); i++) {
		dict = schema_declared(payload, dicts[i], strlen(dicts[i]));
		for (size_t j = 0; j < dict->key_count; j++) {
			const struct schema_key *key = dict->keys[j];

			if (key->values.count < 2 || strcmp(key->values.list[0], "0") != 0)
				continue;
			switches++;
			if (!schema_allows_type(key, NODE_BOOLEAN) || key->type != NODE_INTEGER)
				fail_msg("%s/%s is no switch", dicts[i], key->name);
		}
	}
	assert_true(switches > 40);
}

static void every_port_and_every_time_has_its_range(void **state)
{
	static const char *const proxies[] = { "FTPPort", "GopherPort", "HTTPPort", "HTTPSPort", "RTSPPort" };
	static const char *const idle[] = { "PPP", "IPSec", "TransparentProxy" };

	(void)state;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(*proxies); i++)
		assert_case_of(PROXIES, proxies[i], "Proxies { @ 65535 }", "Proxies { @ 65536 }",
			       "error out-of-range Proxies/@");
	for (size_t i = 0; i < 3; i++)
		assert_case_of(VPN, idle[i],
			       NAMED("VPNType 'VPN' VPNSubType 's' VPN { } ") "@ { DisconnectOnIdleTimer 0 }",
			       NAMED("VPNType 'VPN' VPNSubType 's' ") "@ { DisconnectOnIdleTimer -1 }",
			       "error out-of-range @/DisconnectOnIdleTimer");
	assert_case_of("com.apple.osxserver.account", "Port",
		       "HostName 'h' UserName 'u' ConfiguredAccounts [ { Type 'com.apple.osxserver.documents' @ 1 } ]",
		       "ConfiguredAccounts [ { @ 65536 } ]", "error out-of-range ConfiguredAccounts/00/@");
	assert_case_of(APN, "proxyPort",
		       "DefaultsDomainName 'com.apple.managedCarrier' DefaultsData { apns [ { apn 'a' @ 1 } ] }",
		       "DefaultsData { apns [ { @ -1 } ] }", "error out-of-range DefaultsData/apns/00/@");
	assert_case_of(APN, "proxyPort",
		       "PayloadContent [ { DefaultsDomainName 'com.apple.managedCarrier' "
		       "DefaultsData { apns [ { apn 'a' @ 1 } ] } } ]",
		       "PayloadContent [ { DefaultsData { apns [ { @ 65536 } ] } } ]",
		       "error out-of-range PayloadContent/00/DefaultsData/apns/00/@");
}

/* A text of `count` times the same. The caller frees it. */
static char *times(const char *text, size_t count)
{
	struct buf buf = BUF_INIT;

	while (count--)
		buf_add_text(&buf, text);
	assert_true(buf_ok(&buf));
	return buf_steal(&buf, NULL);
}

static void assert_limit(const char *type, const char *before, const char *unit, size_t limit, const char *after,
			 const char *finding)
{
	char *most = times(unit, limit), *more = times(unit, limit + 1);
	BUF_AUTO good = BUF_INIT, bad = BUF_INIT;

	buf_add_format(&good, "%s%s%s", before, most, after);
	buf_add_format(&bad, "%s%s%s", before, more, after);
	assert_case(&(struct rule_case){ type, buf_text(&good), buf_text(&bad), finding });
	free(most);
	free(more);
}

static void long_lists_and_texts_have_a_limit(void **state)
{
	(void)state;
	assert_limit("com.apple.cellularprivatenetwork.managed", "DataSetName 'd' VersionNumber '1' Geofences [ ",
		     GEOFENCE " ", 1000, "]", "error bad-length Geofences");
	assert_limit(PASSCODE, "customRegex { passwordContentRegex '", "x", 2048, "' }",
		     "error bad-length customRegex/passwordContentRegex");
}

static int open_schema(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	schema = schema_open(NULL, &err);
	if (!schema)
		print_error("%s:%lu:%lu: %s\n", err.file, err.line, err.column, err.text);
	return schema ? 0 : -1;
}

static int close_schema(void **state)
{
	(void)state;
	schema_free(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_and_device_management_keep_their_rules),
		cmocka_unit_test(networks_keep_their_rules),
		cmocka_unit_test(vpn_keeps_its_rules),
		cmocka_unit_test(accounts_keep_their_rules),
		cmocka_unit_test(restrictions_keep_their_rules),
		cmocka_unit_test(servers_keep_their_rules),
		cmocka_unit_test(screens_and_preferences_keep_their_rules),
		cmocka_unit_test(every_ethernet_payload_has_references_as_wifi_has),
		cmocka_unit_test(every_privacy_service_needs_one_of_allowed_and_authorization),
		cmocka_unit_test(privacy_services_have_authorizations_of_their_own),
		cmocka_unit_test(only_apple_events_have_a_receiver_and_need_it),
		cmocka_unit_test(every_medium_takes_one_action_or_a_list),
		cmocka_unit_test(every_list_of_the_dock_takes_tiles_and_spacers),
		cmocka_unit_test(every_power_switch_is_a_number_or_a_boolean),
		cmocka_unit_test(every_dictionary_of_an_app_vpn_is_open),
		cmocka_unit_test(vpn_switches_are_numbers_or_booleans),
		cmocka_unit_test(every_port_and_every_time_has_its_range),
		cmocka_unit_test(long_lists_and_texts_have_a_limit),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
