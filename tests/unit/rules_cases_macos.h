/*
 * More cases like those of rules_cases.h: restrictions, privacy, FileVault, directories, preferences of macOS, and
 * the payloads of what is on the screen.
 */
#ifndef TESTS_UNIT_RULES_CASES_MACOS_H
#define TESTS_UNIT_RULES_CASES_MACOS_H

#include "tests/unit/rules_cases.h"

/* --- restrictions, privacy, FileVault ----------------------------------------------------------------- */

#define TCC "com.apple.TCC.configuration-profile-policy"
#define PASSCODE "com.apple.mobiledevice.passwordpolicy"
#define FILTER "com.apple.webcontent-filter"
#define LIMITS "com.apple.familycontrols.timelimits.v2"
#define FILEVAULT "com.apple.MCX.FileVault2"
#define ESCROW "com.apple.security.FDERecoveryKeyEscrow"
#define REDIRECTION "com.apple.security.FDERecoveryRedirect"

#define PLUGIN_FILTER(more) "FilterType 'Plugin' UserDefinedName 'n' PluginBundleID 'p' FilterBrowsers + " more
#define DATA_FILTER(more) PLUGIN_FILTER("FilterSockets + " more)
#define PACKET_FILTER(more) PLUGIN_FILTER("FilterPackets + " more)
#define LIMIT(name, more) "familyControlsEnabled + time-limits { " name " { enabled + rangeType 0 " more " } }"

static const struct rule_case restriction_cases[] = {
	{ "com.apple.applicationaccess", "ratingRegion 'br' safariAcceptCookies 1.5", "safariAcceptCookies 3.0",
	  "error not-allowed-value safariAcceptCookies" },
	{ "com.apple.applicationaccess", "safariAcceptCookies 2 enforcedFingerprintTimeout 0",
	  "enforcedFingerprintTimeout -1", "error out-of-range enforcedFingerprintTimeout" },
	{ PASSCODE, "maxInactivity 60", "maxInactivity 61", "error out-of-range maxInactivity" },
	{ PASSCODE, "maxGracePeriod 0", "maxGracePeriod -1", "error out-of-range maxGracePeriod" },
	{ PASSCODE, "maxFailedAttempts 5 minutesUntilFailedLoginReset 5", "minutesUntilFailedLoginReset -1",
	  "error out-of-range minutesUntilFailedLoginReset" },
	{ PASSCODE, "maxFailedAttempts 5 minutesUntilFailedLoginReset 5", "minutesUntilFailedLoginReset 5",
	  "warning missing-key maxFailedAttempts" },
	{ "com.apple.system-extension-policy", "AllowedSystemExtensionTypes { TEAM [ 'NetworkExtension' ] }",
	  "AllowedSystemExtensionTypes { TEAM [ 'KernelExtension' ] }",
	  "error not-allowed-value AllowedSystemExtensionTypes/TEAM/00" },
	{ FILTER, PLUGIN_FILTER(""), "FilterType 'Plugin' PluginBundleID 'p'", "error missing-key UserDefinedName" },
	{ FILTER, PLUGIN_FILTER(""), "FilterType 'Plugin' UserDefinedName 'n'", "error missing-key PluginBundleID" },
	{ FILTER, "AutoFilterEnabled +", "FilterType 'Plugin'", "warning missing-key FilterBrowsers" },
	{ FILTER, DATA_FILTER("FilterDataProviderBundleIdentifier 'b'"), DATA_FILTER(""),
	  "warning missing-key FilterDataProviderBundleIdentifier" },
	{ FILTER, DATA_FILTER("FilterDataProviderDesignatedRequirement 'r'"), DATA_FILTER(""),
	  "warning missing-key FilterDataProviderDesignatedRequirement" },
	{ FILTER, PACKET_FILTER("FilterPacketProviderBundleIdentifier 'b' "
				"FilterPacketProviderDesignatedRequirement 'r'"),
	  PACKET_FILTER("FilterPacketProviderDesignatedRequirement 'r'"),
	  "error missing-key FilterPacketProviderBundleIdentifier" },
	{ FILTER, PLUGIN_FILTER("FilterPackets -"), PACKET_FILTER("FilterPacketProviderBundleIdentifier 'b'"),
	  "error missing-key FilterPacketProviderDesignatedRequirement" },
	{ FILTER, "AutoFilterEnabled + PermittedURLs [ ]", "AutoFilterEnabled - PermittedURLs [ ]",
	  "warning not-allowed-value AutoFilterEnabled" },
	{ FILTER, "AutoFilterEnabled + PermittedURLs [ ]", "PermittedURLs [ ]",
	  "warning missing-key AutoFilterEnabled" },
	{ FILTER, "PayloadCertificateUUID id", "PayloadCertificateUUID " NOBODY,
	  "error dangling-reference PayloadCertificateUUID" },
	{ "com.apple.domains",
	  "CrossSiteTrackingPreventionRelaxedDomains [ 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' ]",
	  "CrossSiteTrackingPreventionRelaxedDomains [ 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' 'a' ]",
	  "error bad-length CrossSiteTrackingPreventionRelaxedDomains" },
	{ "com.apple.familycontrols.contentfilter", "restrictWeb + whitelistEnabled + siteWhitelist [ ]",
	  "restrictWeb + whitelistEnabled +", "error missing-key siteWhitelist" },
	{ LIMITS, LIMIT("weekday-allowance", "secondsPerDay 86400"), LIMIT("weekday-allowance", "secondsPerDay -1"),
	  "error out-of-range time-limits/weekday-allowance/secondsPerDay" },
	{ LIMITS, LIMIT("weekend-allowance", "secondsPerDay 86400"), LIMIT("weekend-allowance", "secondsPerDay -1"),
	  "error out-of-range time-limits/weekend-allowance/secondsPerDay" },
	{ LIMITS, LIMIT("weekday-curfew", "start '20:0:0'"), LIMIT("weekday-curfew", "start '20:00'"),
	  "error bad-format time-limits/weekday-curfew/start" },
	{ LIMITS, LIMIT("weekday-curfew", "end '20:00:00'"), LIMIT("weekday-curfew", "end '8 pm'"),
	  "error bad-format time-limits/weekday-curfew/end" },
	{ LIMITS, LIMIT("weekend-curfew", "start '20:0:0'"), LIMIT("weekend-curfew", "start ''"),
	  "error bad-format time-limits/weekend-curfew/start" },
	{ LIMITS, LIMIT("weekend-curfew", "end '20:0:0'"), LIMIT("weekend-curfew", "end '20'"),
	  "error bad-format time-limits/weekend-curfew/end" },
	{ FILEVAULT, "Enable 'On' Defer +", "Enable 'On'", "warning missing-key Defer" },
	{ FILEVAULT, "Enable 'Off'", "Enable 'Off' PayloadCertificateUUID ca Certificate ~3",
	  "warning unknown-key Certificate" },
	{ FILEVAULT, "Enable 'Off' PayloadCertificateUUID ca", "Enable 'Off' PayloadCertificateUUID " NOBODY,
	  "error dangling-reference PayloadCertificateUUID" },
	{ ESCROW, "Location 'l' EncryptCertPayloadUUID ca", "Location 'l' EncryptCertPayloadUUID " NOBODY,
	  "error dangling-reference EncryptCertPayloadUUID" },
	{ REDIRECTION, "RedirectURL 'https://a.example' EncryptCertPayloadUUID ca",
	  "RedirectURL 'https://a.example' EncryptCertPayloadUUID " NOBODY,
	  "error dangling-reference EncryptCertPayloadUUID" },
	{ REDIRECTION, "RedirectURL 'https://a.example' EncryptCertPayloadUUID ca",
	  "RedirectURL 'http://a.example' EncryptCertPayloadUUID ca", "error bad-format RedirectURL" },
	{ REDIRECTION, "RedirectURL 'https://a.example' EncryptCertPayloadUUID ca",
	  "RedirectURL 'https://' EncryptCertPayloadUUID ca", "error bad-format RedirectURL" },
};

/* --- directories, education, servers ------------------------------------------------------------------ */

#define AD_BIND "com.apple.DirectoryService.managed"
#define EDUCATION "com.apple.education"
#define LOM "com.apple.lom"
#define CACHE "com.apple.AssetCache.managed"
#define XSAN "com.apple.xsan"

#define BIND(more) "HostName 'h' " more
#define FLAGGED(key, value) \
	{ \
		AD_BIND, BIND(key "Flag + " key " " value), BIND(key " " value), "warning missing-key " key "Flag" \
	}
#define CLASS(more) "OrganizationUUID 'o' OrganizationName 'o' Users [ ] " more
#define GROUP(id) "Groups [ { BeaconID " id " Name 'n' MemberIdentifiers [ ] } ]"
#define SAN(more) "sanName 's' sanConfigURLs [ ] " more

static const struct rule_case server_cases[] = {
	{ AD_BIND, BIND("ADMountStyle 'smb'"), BIND("ADMountStyle 'SMB'"),
	  "error not-allowed-value ADMountStyle" },
	{ AD_BIND, BIND("ADNamespaceFlag + ADNamespace 'forest'"), BIND("ADNamespace 'tree'"),
	  "error not-allowed-value ADNamespace" },
	{ AD_BIND, BIND("ADPacketSignFlag + ADPacketSign 'allow'"), BIND("ADPacketSign 'ssl'"),
	  "error not-allowed-value ADPacketSign" },
	{ AD_BIND, BIND("ADPacketEncryptFlag + ADPacketEncrypt 'ssl'"), BIND("ADPacketEncrypt 'yes'"),
	  "error not-allowed-value ADPacketEncrypt" },
	{ AD_BIND, BIND("ADTrustChangePassIntervalDaysFlag + ADTrustChangePassIntervalDays 0"),
	  BIND("ADTrustChangePassIntervalDays -1"), "error out-of-range ADTrustChangePassIntervalDays" },
	FLAGGED("ADCreateMobileAccountAtLogin", "+"),
	FLAGGED("ADWarnUserBeforeCreatingMA", "+"),
	FLAGGED("ADForceHomeLocal", "-"),
	FLAGGED("ADUseWindowsUNCPath", "+"),
	FLAGGED("ADAllowMultiDomainAuth", "+"),
	FLAGGED("ADDefaultUserShell", "'/bin/zsh'"),
	FLAGGED("ADMapUIDAttribute", "'u'"),
	FLAGGED("ADMapGIDAttribute", "'g'"),
	FLAGGED("ADMapGGIDAttribute", "'g'"),
	FLAGGED("ADPreferredDCServer", "'s'"),
	FLAGGED("ADDomainAdminGroupList", "[ ]"),
	FLAGGED("ADNamespace", "'domain'"),
	FLAGGED("ADPacketSign", "'require'"),
	FLAGGED("ADPacketEncrypt", "'disable'"),
	FLAGGED("ADRestrictDDNS", "[ ]"),
	FLAGGED("ADTrustChangePassIntervalDays", "14"),

	{ EDUCATION, CLASS(GROUP("65535")), CLASS(GROUP("65536")), "error out-of-range Groups/00/BeaconID" },
	{ EDUCATION, CLASS(GROUP("1") " Departments [ { Name 'n' GroupBeaconIDs [ 1 ] } ]"),
	  CLASS("Departments [ { Name 'n' GroupBeaconIDs [ -1 ] } ]"),
	  "error out-of-range Departments/00/GroupBeaconIDs/00" },
	{ EDUCATION, CLASS(GROUP("1") " PayloadCertificateUUID id"), CLASS("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference PayloadCertificateUUID" },
	{ EDUCATION, CLASS(GROUP("1") " ResourcePayloadCertificateUUID id"),
	  CLASS("ResourcePayloadCertificateUUID " NOBODY), "error dangling-reference ResourcePayloadCertificateUUID" },
	{ EDUCATION, CLASS(GROUP("1") " LeaderPayloadCertificateAnchorUUID [ ca ]"),
	  CLASS("LeaderPayloadCertificateAnchorUUID [ " NOBODY " ]"),
	  "error dangling-reference LeaderPayloadCertificateAnchorUUID/00" },
	{ EDUCATION, CLASS(GROUP("1") " MemberPayloadCertificateAnchorUUID [ ca ]"),
	  CLASS("MemberPayloadCertificateAnchorUUID [ " NOBODY " ]"),
	  "error dangling-reference MemberPayloadCertificateAnchorUUID/00" },

	{ LOM, "DeviceCertificateUUID id", "DeviceCertificateUUID " NOBODY,
	  "error dangling-reference DeviceCertificateUUID" },
	{ LOM, "ControllerCertificateUUID id", "ControllerCertificateUUID " NOBODY,
	  "error dangling-reference ControllerCertificateUUID" },
	{ LOM, "DeviceCACertificateUUIDs [ ca ]", "DeviceCACertificateUUIDs [ " NOBODY " ]",
	  "error dangling-reference DeviceCACertificateUUIDs/00" },
	{ LOM, "ControllerCACertificateUUIDs [ ca ]", "ControllerCACertificateUUIDs [ " NOBODY " ]",
	  "error dangling-reference ControllerCACertificateUUIDs/00" },

	{ CACHE, "AllowPersonalCaching -", "AllowPersonalCaching - AllowSharedCaching -",
	  "error not-allowed-value AllowSharedCaching" },
	{ CACHE, "DataPath '/Volumes/Data/Library/Application Support/Apple/AssetCache/Data'", "DataPath '/tmp'",
	  "error bad-format DataPath" },
	{ CACHE, "CacheLimit 0", "CacheLimit -1", "error out-of-range CacheLimit" },
	{ CACHE, "Port 0", "Port 65536", "error out-of-range Port" },

	{ XSAN, "fsnameservers [ 's' ]", "sharedSecret 's'", "error missing-key sanName" },
	{ XSAN, SAN("sanAuthMethod 'auth_secret' sharedSecret 's'"), "sanName 's'", "error missing-key sanConfigURLs" },
	{ XSAN, SAN("sanAuthMethod 'auth_secret' sharedSecret 's'"), SAN(""), "error missing-key sanAuthMethod" },
	{ XSAN, SAN("sanAuthMethod 'auth_secret' sharedSecret 's'"), SAN("sanAuthMethod 'auth_secret'"),
	  "error missing-key sharedSecret" },
};

/* --- screens and preferences -------------------------------------------------------------------------- */

#define AIRPLAY "com.apple.airplay"
#define AIRPLAY_TV "com.apple.airplay.security"
#define REMOTE "com.apple.tvremote"
#define CLIP "com.apple.webClip.managed"
#define HOME "com.apple.homescreenlayout"
#define MANAGED "com.apple.ManagedClient.preferences"
#define SAVER "com.apple.screensaver"
#define DOCK "com.apple.dock"
#define MEDIA "com.apple.systemuiserver"
#define MCX "com.apple.MCX"

#define DOMAIN(keys) "PayloadContent { org.example { " keys " } }"
#define SETTINGS "[ { mcx_preference_settings { x 1 } mcx_data_timestamp 'd' } ]"
#define ICONS(icon) "Dock [ " icon " ] Pages [ ]"
#define PAGES(icon) "Pages [ [ " icon " ] ]"
#define FOLDER(icon) "{ Type 'Folder' DisplayName 'f' Pages [ [ " icon " ] ] }"
#define TILES(name, tile) name " [ { " tile " } ]"
#define SCHEDULE(name, keys) "com.apple.EnergySaver.desktop.Schedule { " name " { eventtype 'wake' " keys " } }"

/* An icon at the bottom and on a page. */
#define ICON(good, bad, finding) \
	{ HOME, ICONS(good), ICONS(bad), finding("Dock/00") }, \
	{ \
		HOME, PAGES(good), PAGES(bad), finding("Pages/00/00") \
	}

#define NO_BUNDLE(at) "error missing-key " at "/BundleID"
#define NO_URL(at) "error missing-key " at "/URL"
#define NO_PAGES(at) "error missing-key " at "/Pages"
#define A_NAME(at) "warning unknown-key " at "/DisplayName"

static const struct rule_case screen_cases[] = {
	{ AIRPLAY, "AllowList [ { DeviceName 'n' } ]", "AllowList [ { } ]", "error missing-key AllowList/00/DeviceID" },
	{ AIRPLAY, "Passwords [ { DeviceID '00:00:00:00:00:00' Password 'p' } ]", "Passwords [ { Password 'p' } ]",
	  "error missing-key Passwords/00/DeviceName" },
	{ AIRPLAY_TV, "AccessType 'ANY' SecurityType 'PASSWORD' Password 'p'",
	  "AccessType 'ANY' SecurityType 'PASSWORD'", "error missing-key Password" },
	{ AIRPLAY_TV, "AccessType 'ANY' SecurityType 'PASSCODE_ONCE'", "AccessType 'ANY' SecurityType 'NONE'",
	  "warning not-allowed-value SecurityType" },
	{ AIRPLAY_TV, "AccessType 'ANY' SecurityType 'NONE'", NULL, NULL },
	{ CLIP, "URL 'shortcuts://x' Label 'l'", "URL 'x.example' Label 'l'", "warning bad-format URL" },
	{ CLIP, "URL 'tel:1' Label ' '", "URL '' Label 'l'", "error bad-length URL" },
	{ CLIP, "URL 'https://a.example' Label 'l'", "URL 'https://a.example' Label ''", "error bad-length Label" },
	{ "com.apple.font", "Font ~1 Name ''", "Font ~0", "error bad-length Font" },
	{ REMOTE, "AllowedRemotes [ { RemoteDeviceID '0a:0B:0c:0d:0e:0f' } ]",
	  "AllowedRemotes [ { RemoteDeviceID '0a0b0c0d0e0f' } ]",
	  "error bad-format AllowedRemotes/00/RemoteDeviceID" },
	{ REMOTE, "AllowedTVs [ { TVDeviceID '0a:0B:0c:0d:0e:0f' } ]", "AllowedTVs [ { TVDeviceID 'x' } ]",
	  "error bad-format AllowedTVs/00/TVDeviceID" },
	ICON("{ Type 'App' BundleID 'b' }", "{ Type 'App' }", NO_BUNDLE),
	ICON("{ Type 'WebClip' URL 'u' }", "{ Type 'WebClip' }", NO_URL),
	ICON(FOLDER("{ Type 'App' BundleID 'b' }"), "{ Type 'Folder' DisplayName 'f' }", NO_PAGES),
	ICON("{ Type 'App' BundleID 'b' }", "{ Type 'App' BundleID 'b' DisplayName 'n' }", A_NAME),
	{ HOME, PAGES(FOLDER("{ Type 'App' BundleID 'b' }")), PAGES(FOLDER("{ Type 'App' }")),
	  "error missing-key Pages/00/00/Pages/00/00/BundleID" },

	{ ".GlobalPreferences", "AppleLocale 'de' CSUIDisable32BitWarning +", "MultipleSessionEnabled 1",
	  "error wrong-type MultipleSessionEnabled" },
	{ MANAGED, DOMAIN("Forced [ { mcx_union_policy_keys [ ] x 1 } ] mcx_targets [ ]"), DOMAIN("Forced [ { } ]"),
	  "error missing-key PayloadContent/org.example/Forced/00/mcx_preference_settings" },
	{ MANAGED, DOMAIN("Set-Once [ { mcx_union_policy_keys [ ] more 1 } ]"), DOMAIN("Set-Once [ { more 1 } ]"),
	  "error missing-key PayloadContent/org.example/Set-Once/00/mcx_preference_settings" },
	{ MANAGED, DOMAIN("Often [ { mcx_preference_settings { x { y [ 1 ] } } } ]"), DOMAIN("x 1"),
	  "warning missing-key PayloadContent/org.example/Forced" },
	{ "com.apple.loginwindow", "AdminHostInfo 'DSStatus' DisableLoginItemsSuppression +",
	  "DisableLoginItemsSuppression 1", "error wrong-type DisableLoginItemsSuppression" },
	{ SAVER, "askForPassword + askForPasswordDelay 5", "askForPassword +",
	  "warning missing-key askForPasswordDelay" },
	{ SAVER, "idleTime 600", "askForPassword - askForPasswordDelay 5", "warning not-allowed-value askForPassword" },
	{ SAVER, "askForPassword + askForPasswordDelay 2147483647", "askForPassword + askForPasswordDelay -1",
	  "error out-of-range askForPasswordDelay" },
	{ SAVER, "loginWindowIdleTime 0", "loginWindowIdleTime -1", "error out-of-range loginWindowIdleTime" },
	{ SAVER, "idleTime 0", "idleTime -1", "error out-of-range idleTime" },
	{ "com.apple.screensaver.user", "idleTime 0", "idleTime -1", "error out-of-range idleTime" },
	{ DOCK, "mineffect 'suck' showhidden +", "mineffect 'magic'", "error not-allowed-value mineffect" },
	{ DOCK, TILES("static-others", "tile-type 'directory-tile' tile-data { url { _CFURLString 'u' } x 2 }"),
	  TILES("static-others", "tile-type 'directory-tyle' tile-data { }"),
	  "error not-allowed-value static-others/00/tile-type" },
	{ DOCK, TILES("static-apps", "tile-type 'spacer-tile'"), TILES("static-apps", "tile-type 'file-tile'"),
	  "error missing-key static-apps/00/tile-data" },
	{ DOCK, TILES("static-others", "tile-type 'flex-spacer-tile'"), TILES("static-others", "tile-type 'url-tile'"),
	  "error missing-key static-others/00/tile-data" },
	{ DOCK, TILES("persistent-apps", "tile-type 'file-tile' tile-data { file-type 41 }"),
	  TILES("persistent-apps", "tile-type 'file-tile'"), "error missing-key persistent-apps/00/tile-data" },
	{ DOCK, TILES("persistent-others", "tile-type 'small-spacer-tile'"),
	  TILES("persistent-others", "tile-type 'file-tile'"), "error missing-key persistent-others/00/tile-data" },
	{ "com.apple.systempreferences",
	  "EnabledPreferencePanes [ 'org.example.pane' ] DisabledPreferencePanes [ 'org.example.other' ] "
	  "DisabledSystemSettings [ 'com.apple.Spotlight-Settings.extension' ]",
	  "EnabledPreferencePanes [ 1 ]", "error wrong-type EnabledPreferencePanes/00" },
	{ MEDIA, "mount-controls { cd [ 'deny' 'alert' ] dvd 'eject' all-media '' }",
	  "mount-controls { cd [ 'allow' ] }",
	  "error not-allowed-value mount-controls/cd/00" },
	{ "com.apple.mcxMenuExtras", "/Library/Menu^Extras/Mine.menu +", "/Library/Mine.menu 1",
	  "error wrong-type %2FLibrary%2FMine.menu" },
	{ "com.apple.mcxprinting",
	  "FooterFontSize 7 UserPrinterList { Lobby { DeviceURI 'd' DisplayName 'd' Location 'l' Model 'm' PPDURL "
	  "'p' PrinterLocked + } }",
	  "UserPrinterList { Lobby { PrinterLocked 1 } }", "error wrong-type UserPrinterList/Lobby/PrinterLocked" },
	{ "com.apple.universalaccess", "closeViewFarPoint 1.5 closeViewNearPoint 20 mouseDriverMaxSpeed 2.5 "
				       "mouseDriverInitialDelay 0.5 mouseDriverCursorSize 1.5",
	  "closeViewFarPoint 'far'",
	  "error wrong-type closeViewFarPoint" },
	{ MCX, "EnableGuestAccount -", "EnableGuestAccount + DisableGuestAccount -",
	  "warning unknown-key DisableGuestAccount" },
	{ MCX, SCHEDULE("RepeatingPowerOn", "weekdays 127"), SCHEDULE("RepeatingPowerOn", "weekdays 128"),
	  "error out-of-range com.apple.EnergySaver.desktop.Schedule/RepeatingPowerOn/weekdays" },
	{ MCX, SCHEDULE("RepeatingPowerOn", "time 1439"), SCHEDULE("RepeatingPowerOn", "time 1441"),
	  "error out-of-range com.apple.EnergySaver.desktop.Schedule/RepeatingPowerOn/time" },
	{ MCX, SCHEDULE("RepeatingPowerOff", "weekdays 31"), SCHEDULE("RepeatingPowerOff", "weekdays -1"),
	  "error out-of-range com.apple.EnergySaver.desktop.Schedule/RepeatingPowerOff/weekdays" },
	{ MCX, SCHEDULE("RepeatingPowerOff", "time 0"), SCHEDULE("RepeatingPowerOff", "time -1"),
	  "error out-of-range com.apple.EnergySaver.desktop.Schedule/RepeatingPowerOff/time" },
	{ MCX, "cachedaccounts.expiry.delete.disusedSeconds -1", "cachedaccounts.expiry.delete.disusedSeconds -2",
	  "error out-of-range cachedaccounts.expiry.delete.disusedSeconds" },
};

#endif
