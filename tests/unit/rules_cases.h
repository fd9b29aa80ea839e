/*
 * What the rules demand, case by case: a payload type, keys that pass, keys that fail, and the finding that tells
 * them apart: "severity rule path", the path from the payload on. The passing keys give no error and no unknown key
 * either. Cases without failing keys are relaxations: keys that work, though Apple's files do not have them.
 *
 * The notation is that of rules_notation.h.
 */
#ifndef TESTS_UNIT_RULES_CASES_H
#define TESTS_UNIT_RULES_CASES_H

#include <stddef.h>

struct rule_case {
	const char *type;
	const char *good;
	const char *bad;
	const char *finding;
};

#define NOBODY "'33333333-3333-3333-3333-333333333333'" /* the UUID of no payload */
#define CHARS_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* --- device management, certificates ------------------------------------------------------------------ */

#define MDM_KEYS(more) "ServerURL 'https://a.example' Topic 'com.apple.mgmt.x' IdentityCertificateUUID id " more
#define SCEP_KEYS(more) "PayloadContent { URL 'https://a.example' " more " }"
#define ACME_KEYS(more) "DirectoryURL 'https://a.example' ClientIdentifier 'c' Subject [ ] " more
#define BOUND(more) ACME_KEYS("HardwareBound + " more)
#define UNBOUND(more) ACME_KEYS("HardwareBound - " more)
#define EC "KeyType 'ECSECPrimeRandom' "
#define AD_KEYS(more) "CertServer 's' CertTemplate 't' " more

#define MDM "com.apple.mdm"
#define ACME "com.apple.security.acme"
#define SCEP "com.apple.security.scep"
#define AD "com.apple.ADCertificate.managed"

static const struct rule_case certificate_cases[] = {
	{ MDM, MDM_KEYS(""),
	  "ServerURL 'https://a.example' Topic 'com.apple.mgmt.x' IdentityCertificateUUID " NOBODY,
	  "error dangling-reference IdentityCertificateUUID" },
	{ MDM, MDM_KEYS(""),
	  "ServerURL 'https://a.example' Topic 'org.example' IdentityCertificateUUID id",
	  "error bad-format Topic" },
	{ MDM, MDM_KEYS(""),
	  "ServerURL 'http://a.example' Topic 'com.apple.mgmt.x' IdentityCertificateUUID id",
	  "error bad-format ServerURL" },
	{ MDM, MDM_KEYS("CheckInURL 'https://a.example:8443/x'"), MDM_KEYS("CheckInURL 'ftp://a.example'"),
	  "error bad-format CheckInURL" },
	{ MDM, MDM_KEYS("CheckInURL 'https://[2001:db8::1]/x?y#z'"), MDM_KEYS("CheckInURL 'https://'"),
	  "error bad-format CheckInURL" },
	{ MDM, MDM_KEYS("CheckInURL 'https://a'"), MDM_KEYS("CheckInURL 'https:///x'"),
	  "error bad-format CheckInURL" },
	{ MDM, MDM_KEYS("CheckInURL 'https://{{host}}/ x'"), MDM_KEYS("CheckInURL 'https://:8443/x'"),
	  "error bad-format CheckInURL" },
	{ MDM, MDM_KEYS("CheckInURL 'https://a.example/%20'"), MDM_KEYS("CheckInURL 'https://a.exa mple'"),
	  "error bad-format CheckInURL" },
	{ MDM, MDM_KEYS(""), "ServerURL 'https://a.example/ x' Topic 'com.apple.mgmt.x' IdentityCertificateUUID id",
	  "error bad-format ServerURL" },
	{ MDM, MDM_KEYS(""), "ServerURL 'https://a.example' Topic 'com.apple.mgmt.x' IdentityCertificateUUID ''",
	  "error bad-format IdentityCertificateUUID" },
	{ MDM, MDM_KEYS("AccessRights 8191"), MDM_KEYS("AccessRights 0"), "error access-rights AccessRights" },
	{ MDM, MDM_KEYS("AccessRights 3"), MDM_KEYS("AccessRights 2"), "error access-rights AccessRights" },
	{ MDM, MDM_KEYS("AccessRights 192"), MDM_KEYS("AccessRights 128"), "error access-rights AccessRights" },
	{ MDM, MDM_KEYS("AccessRights 4096"), MDM_KEYS("AccessRights 8192"), "error access-rights AccessRights" },
	{ MDM, MDM_KEYS("AccessRights 3"), MDM_KEYS("AccessRights 3 ManagedAppleID 'a@a.example'"),
	  "warning unknown-key AccessRights" },
	{ MDM, MDM_KEYS("AssignedManagedAppleID 'a' EnrollmentMode 'BYOD'"), MDM_KEYS("AssignedManagedAppleID 'a'"),
	  "warning missing-key EnrollmentMode" },
	{ MDM, MDM_KEYS("ServerCapabilities [ 'com.apple.mdm.token' 'com.apple.mdm.bootstraptoken' ]"),
	  MDM_KEYS("ServerCapabilities [ 'com.apple.mdm.token' 'com.apple.mdm.token' ]"),
	  "error duplicate-element ServerCapabilities/01" },
	{ MDM, MDM_KEYS("ServerCapabilities [ 'com.apple.mdm.per-user-connections' ]"),
	  MDM_KEYS("ServerCapabilities [ 'com.apple.mdm.other' ]"), "error not-allowed-value ServerCapabilities/00" },
	{ MDM, MDM_KEYS("ServerURLPinningCertificateUUIDs [ ca ]"),
	  MDM_KEYS("ServerURLPinningCertificateUUIDs [ ca " NOBODY " ]"),
	  "error dangling-reference ServerURLPinningCertificateUUIDs/01" },
	{ MDM, MDM_KEYS("CheckInURLPinningCertificateUUIDs [ ca ]"),
	  MDM_KEYS("CheckInURLPinningCertificateUUIDs [ " NOBODY " ]"),
	  "error dangling-reference CheckInURLPinningCertificateUUIDs/00" },

	{ "com.apple.security.root", "PayloadContent ~1", "PayloadContent ~0", "error bad-length PayloadContent" },
	{ "com.apple.security.pem", "PayloadContent ~1", "PayloadContent ~0", "error bad-length PayloadContent" },
	{ "com.apple.security.pkcs1", "PayloadContent ~1", "PayloadContent ~0", "error bad-length PayloadContent" },
	{ "com.apple.security.pkcs12", "PayloadContent ~1", "PayloadContent ~0", "error bad-length PayloadContent" },

	{ SCEP, SCEP_KEYS(""), "PayloadContent { URL '' }", "error bad-length PayloadContent/URL" },
	{ SCEP, SCEP_KEYS("Key^Type 'RSA'"), SCEP_KEYS("Key^Type 'EC'"),
	  "error not-allowed-value PayloadContent/Key Type" },
	{ SCEP, SCEP_KEYS("Key^Usage 5"), SCEP_KEYS("Key^Usage 3"),
	  "warning not-allowed-value PayloadContent/Key Usage" },
	{ SCEP, SCEP_KEYS("Key^Usage 0"), SCEP_KEYS("Key^Usage -1"), "error out-of-range PayloadContent/Key Usage" },
	{ SCEP, SCEP_KEYS("Retries 3"), SCEP_KEYS("Retries -1"), "error out-of-range PayloadContent/Retries" },
	{ SCEP, SCEP_KEYS("RetryDelay 3"), SCEP_KEYS("RetryDelay -1"),
	  "error out-of-range PayloadContent/RetryDelay" },
	{ SCEP, SCEP_KEYS(""), "PayloadContent { URL 'ldap://a.example' }", "warning bad-format PayloadContent/URL" },
	{ SCEP, SCEP_KEYS("SubjectAltName { dNSName [ 'a.example' 'b.example' ] rfc822Name 'a@a.example' }"), NULL,
	  NULL },

	{ ACME, BOUND(EC "KeySize 256"), "DirectoryURL 'http://a.example'", "error bad-format DirectoryURL" },
	{ ACME, BOUND(EC "KeySize 256"), "DirectoryURL 'https://?a.example'", "error bad-format DirectoryURL" },
	{ ACME, UNBOUND("KeyType 'RSA' KeySize 2048"), UNBOUND("KeyType 'RSA' KeySize 512"),
	  "error out-of-range KeySize" },
	{ ACME, UNBOUND("KeyType 'RSA' KeySize 1032"), UNBOUND("KeyType 'RSA' KeySize 2044"),
	  "error bad-format KeySize" },
	{ ACME, UNBOUND("KeyType 'RSA' KeySize 3104"), UNBOUND("KeyType 'RSA' KeySize 3108"),
	  "error bad-format KeySize" },
	{ ACME, UNBOUND(EC "KeySize 521"), UNBOUND(EC "KeySize 512"), "error not-allowed-value KeySize" },
	{ ACME, BOUND(EC "KeySize 384"), BOUND(EC "KeySize 521"), "error not-allowed-value KeySize" },
	{ ACME, BOUND(EC "KeySize 256"), BOUND("KeyType 'RSA' KeySize 256"), "error not-allowed-value KeyType" },
	{ ACME, BOUND(EC "KeySize 256 Attest +"), UNBOUND(EC "KeySize 256 Attest +"),
	  "error not-allowed-value HardwareBound" },
	{ ACME, BOUND(EC "KeySize 256 UsageFlags 0"), BOUND(EC "KeySize 256 UsageFlags -1"),
	  "error out-of-range UsageFlags" },
	{ ACME, BOUND(EC "KeySize 256 UsageFlags 5"), BOUND(EC "KeySize 256 UsageFlags 2"),
	  "warning not-allowed-value UsageFlags" },
	{ ACME, BOUND(EC "KeySize 256 ExtendedKeyUsage [ '1.3.6.1.5.5.7.3.2' ]"),
	  BOUND(EC "KeySize 256 ExtendedKeyUsage [ 'clientAuth' ]"), "error bad-format ExtendedKeyUsage/00" },
	{ ACME, BOUND(EC "KeySize 256 SubjectAltName { uniformResourceIdentifier [ 'a:b' ] ntPrincipalName [ 'n' ] }"),
	  NULL, NULL },

	{ AD, AD_KEYS("CertificateAcquisitionMechanism 'RPC'"), AD_KEYS("CertificateAcquisitionMechanism 'LDAP'"),
	  "error not-allowed-value CertificateAcquisitionMechanism" },
	{ AD, AD_KEYS("CertificateRenewalTimeInterval 14"), AD_KEYS("CertificateRenewalTimeInterval -1"),
	  "error out-of-range CertificateRenewalTimeInterval" },
	{ AD, AD_KEYS("Keysize 2048"), AD_KEYS("Keysize 0"), "error out-of-range Keysize" },

	{ "com.apple.security.certificatepreference", "Name 'n' PayloadCertificateUUID ca",
	  "Name 'n' PayloadCertificateUUID " NOBODY, "error dangling-reference PayloadCertificateUUID" },
	{ "com.apple.security.identitypreference", "Name 'n' PayloadCertificateUUID id",
	  "Name 'n' PayloadCertificateUUID " NOBODY, "error dangling-reference PayloadCertificateUUID" },
	{ "com.apple.security.certificaterevocation", "EnabledForCerts [ { Algorithm 'sha256' Hash ~32 } ]",
	  "EnabledForCerts [ { Algorithm 'sha256' Hash ~20 } ]", "error bad-length EnabledForCerts/00/Hash" },
	{ "com.apple.security.certificatetransparency", "DisabledForCerts [ { Algorithm 'sha256' Hash ~32 } ]",
	  "DisabledForCerts [ { Algorithm 'sha256' Hash ~33 } ]", "error bad-length DisabledForCerts/00/Hash" },
	{ "com.apple.security.certificatetransparency", "DisabledForDomains [ '.example.com' ]",
	  "DisabledForDomains [ '*.example.com' ]", "error bad-format DisabledForDomains/00" },
};

/* --- networks ----------------------------------------------------------------------------------------- */

#define WIFI "com.apple.wifi.managed"
#define PROXY "com.apple.proxy.http.global"
#define PROXIES "com.apple.SystemConfiguration"
#define DNS "com.apple.dnsSettings.managed"
#define APN "com.apple.apn.managed"

#define SSID(more) "SSID_STR 's' " more
#define EAP(more) SSID("EAPClientConfiguration { AcceptEAPTypes [ 25 ] " more " }")
#define HTTPS_DNS(more) "DNSSettings { DNSProtocol 'HTTPS' ServerURL 'https://a.example' " more " }"
#define DNS_RULES(rule) HTTPS_DNS("") " OnDemandRules [ { " rule " } ]"
#define PARAMETERS "ActionParameters [ { Domains [ 'a.example' ] DomainAction 'NeverConnect' } ]"
#define GEOFENCE "{ Longitude 1.0 Latitude 1.0 Radius 200.0 GeofenceId 'g' }"

static const struct rule_case network_cases[] = {
	{ WIFI, SSID(""), "AutoJoin +", "error missing-key SSID_STR" },
	{ WIFI, "DomainName 'a.example'", "HIDDEN_NETWORK +", "error missing-key SSID_STR" },
	{ WIFI, SSID(""), "SSID_STR ''", "error bad-length SSID_STR" },
	{ WIFI, "SSID_STR '' DomainName 'a.example'", "SSID_STR '' IsHotspot +", "error bad-length SSID_STR" },
	{ WIFI, "SSID_STR '' RoamingConsortiumOIs [ '5A03BA' ]", NULL, NULL },
	{ WIFI, "SSID_STR '' NAIRealmNames [ 'a.example' ]", NULL, NULL },
	{ WIFI, "SSID_STR '' MCCAndMNCs [ '310410' ]", NULL, NULL },
	{ WIFI, "SSID_STR '0123456789abcdef0123456789abcdef'", "SSID_STR '0123456789abcdef0123456789abcdef0'",
	  "error bad-length SSID_STR" },
	{ WIFI, SSID("EncryptionType 'WPA2' Password '12345678'"), SSID("EncryptionType 'WPA2' Password '1234567'"),
	  "error bad-format Password" },
	{ WIFI, SSID("EncryptionType 'WPA' Password '" CHARS_64 "'"),
	  SSID("EncryptionType 'WPA' Password 'x" CHARS_64 "'"), "error bad-format Password" },
	{ WIFI, SSID("EncryptionType 'WPA' Password '" CHARS_64 "'"),
	  SSID("EncryptionType 'WPA' Password 'x123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'"),
	  "error bad-format Password" },
	{ WIFI, SSID("EncryptionType 'WPA3' Password 'short'"), NULL, NULL },
	{ WIFI, SSID("EncryptionType 'WPA2' Password '$FLEET_SECRET_W'"), NULL, NULL },
	{ WIFI, SSID("EncryptionType 'WEP' Password '12345'"), SSID("EncryptionType 'WEP' Password '123456'"),
	  "warning bad-format Password" },
	{ WIFI, SSID("EncryptionType 'WEP' Password '0123456789'"), SSID("EncryptionType 'WPA2'"),
	  "warning missing-key Password" },
	{ WIFI, SSID("EncryptionType 'None'"), SSID("EncryptionType 'None' Password '12345678'"),
	  "warning unknown-key Password" },
	{ WIFI, SSID("EAPClientConfiguration { AcceptEAPTypes [ 13 ] } PayloadCertificateUUID id"),
	  SSID("EAPClientConfiguration { AcceptEAPTypes [ 13 ] }"), "warning missing-key PayloadCertificateUUID" },
	{ WIFI, SSID("EAPClientConfiguration { AcceptEAPTypes [ 13 25 ] }"),
	  SSID("EAPClientConfiguration { AcceptEAPTypes [ 13 ] }"), "warning missing-key PayloadCertificateUUID" },
	{ WIFI, SSID("PayloadCertificateUUID id"), SSID("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference PayloadCertificateUUID" },
	{ WIFI, EAP("PayloadCertificateAnchorUUID [ ca ]"), EAP("PayloadCertificateAnchorUUID [ " NOBODY " ]"),
	  "error dangling-reference EAPClientConfiguration/PayloadCertificateAnchorUUID/00" },
	{ WIFI, EAP("TLSTrustedCertificates [ ~3 'c' ]"), EAP("TLSTrustedCertificates [ 3 ]"),
	  "error wrong-type EAPClientConfiguration/TLSTrustedCertificates/00" },
	{ WIFI, EAP("TLSMinimumVersion '1.3' OuterIdentity 'anonymous' TLSMaximumVersion '1.3'"),
	  EAP("TLSMinimumVersion '1.3' TLSMaximumVersion '1.3'"),
	  "error missing-key EAPClientConfiguration/OuterIdentity" },
	{ WIFI, EAP("TLSMinimumVersion '1.3' TLSMaximumVersion '1.3' OuterIdentity 'a'"),
	  EAP("TLSMinimumVersion '1.3' TLSMaximumVersion '1.2' OuterIdentity 'a'"),
	  "warning not-allowed-value EAPClientConfiguration/TLSMaximumVersion" },
	{ WIFI, EAP("TLSMinimumVersion '1.2' TLSMaximumVersion '1.2'"),
	  EAP("TLSMinimumVersion '1.2' TLSMaximumVersion '1.1'"),
	  "warning not-allowed-value EAPClientConfiguration/TLSMaximumVersion" },
	{ WIFI, EAP("TLSMinimumVersion '1.1' TLSMaximumVersion '1.1'"),
	  EAP("TLSMinimumVersion '1.1' TLSMaximumVersion '1.0'"),
	  "warning not-allowed-value EAPClientConfiguration/TLSMaximumVersion" },
	{ WIFI, EAP("SystemModeCredentialsSource 'ActiveDirectory'"), EAP("SystemModeCredentialsSource 'AD'"),
	  "warning not-allowed-value EAPClientConfiguration/SystemModeCredentialsSource" },
	{ WIFI, EAP("SystemModeUseOpenDirectoryCredentials +"),
	  EAP("SystemModeUseOpenDirectoryCredentials + SystemModeCredentialsSource 'ActiveDirectory'"),
	  "error unknown-key EAPClientConfiguration/SystemModeCredentialsSource" },
	{ WIFI, EAP("EAPFASTUsePAC + EAPFASTProvisionPAC +"), EAP("EAPFASTUsePAC + EAPFASTProvisionPAC -"),
	  "warning not-allowed-value EAPClientConfiguration/EAPFASTProvisionPAC" },
	{ WIFI, EAP("EAPFASTUsePAC + EAPFASTProvisionPAC +"), EAP("EAPFASTUsePAC +"),
	  "warning missing-key EAPClientConfiguration/EAPFASTProvisionPAC" },
	{ WIFI, SSID("RoamingConsortiumOIs [ '004096' '5A03BA000' '5A03BA0000' ]"),
	  SSID("RoamingConsortiumOIs [ '0040967' ]"), "error bad-format RoamingConsortiumOIs/00" },
	{ WIFI, SSID("ProxyType 'Manual' ProxyServer 'p' ProxyServerPort 80"),
	  SSID("ProxyType 'Manual' ProxyServerPort 80"), "error missing-key ProxyServer" },
	{ WIFI, SSID("ProxyType 'Manual' ProxyServer 'p' ProxyServerPort 80"),
	  SSID("ProxyType 'Manual' ProxyServer 'p'"), "error missing-key ProxyServerPort" },
	{ WIFI, SSID("ProxyType 'Auto' ProxyPACURL 'http://a.example/p'"), SSID("ProxyType 'Auto' ProxyPACURL 'a.pac'"),
	  "warning bad-format ProxyPACURL" },
	{ WIFI, SSID("ProxyServerPort 65535"), SSID("ProxyServerPort 65536"), "error out-of-range ProxyServerPort" },

	{ PROXY, "ProxyServer 'p' ProxyServerPort 80", "ProxyServerPort 80", "error missing-key ProxyServer" },
	{ PROXY, "ProxyServer 'p' ProxyServerPort 80", "ProxyServer 'p'", "error missing-key ProxyServerPort" },
	{ PROXY, "ProxyType 'Auto'", "ProxyType 'Manual'", "error missing-key ProxyServer" },
	{ PROXY, "ProxyServer 'p' ProxyServerPort 80", "ProxyServer 'p' ProxyServerPort 70000",
	  "error out-of-range ProxyServerPort" },
	{ PROXY, "ProxyType 'Auto' ProxyPACURL 'https://a.example'", "ProxyType 'Auto' ProxyPACURL 'file:///p'",
	  "warning bad-format ProxyPACURL" },
	{ PROXIES, "Proxies { SOCKSEnable 1 SOCKSProxy 'p' SOCKSPort 1080 }", "Proxies { SOCKSPort 70000 }",
	  "error out-of-range Proxies/SOCKSPort" },
	{ PROXIES, "Proxies { SOCKSPort 1080 }", "Proxies { SOCKSPortinteger 1080 }",
	  "warning unknown-key Proxies/SOCKSPortinteger" },
	{ PROXIES, "Proxies { FTPEnable 1 FTPProxy 'p' }", "Proxies { FTPEnable 1 }",
	  "warning missing-key Proxies/FTPProxy" },
	{ PROXIES, "Proxies { HTTPEnable 1 HTTPProxy 'p' }", "Proxies { HTTPEnable 1 }",
	  "warning missing-key Proxies/HTTPProxy" },
	{ PROXIES, "Proxies { HTTPSEnable 1 HTTPSProxy 'p' }", "Proxies { HTTPSEnable 1 }",
	  "warning missing-key Proxies/HTTPSProxy" },
	{ PROXIES, "Proxies { RTSPEnable 0 }", "Proxies { RTSPEnable 1 }", "warning missing-key Proxies/RTSPProxy" },
	{ PROXIES, "Proxies { SOCKSEnable 0 }", "Proxies { SOCKSEnable 1 }",
	  "warning missing-key Proxies/SOCKSProxy" },
	{ PROXIES, "Proxies { ProxyAutoConfigEnable 1 ProxyAutoConfigURLString 'http://a.example' }",
	  "Proxies { ProxyAutoConfigEnable 1 }", "warning missing-key Proxies/ProxyAutoConfigURLString" },

	{ DNS, HTTPS_DNS(""), "DNSSettings { DNSProtocol 'HTTPS' }", "error missing-key DNSSettings/ServerURL" },
	{ DNS, "DNSSettings { DNSProtocol 'TLS' ServerName 's' }", "DNSSettings { DNSProtocol 'TLS' }",
	  "error missing-key DNSSettings/ServerName" },
	{ DNS, HTTPS_DNS(""), "DNSSettings { DNSProtocol 'HTTPS' ServerURL 'http://a.example' }",
	  "error bad-format DNSSettings/ServerURL" },
	{ DNS, "DNSSettings { DNSProtocol 'HTTPS' ServerURL 'https://a.example/dns-query{?dns}' }",
	  "DNSSettings { DNSProtocol 'HTTPS' ServerURL 'https://' }", "error bad-format DNSSettings/ServerURL" },
	{ DNS, HTTPS_DNS(""), HTTPS_DNS("ServerName 's'"), "warning unknown-key DNSSettings/ServerName" },
	{ DNS, "DNSSettings { DNSProtocol 'TLS' ServerName 's' }",
	  "DNSSettings { DNSProtocol 'TLS' ServerName 's' ServerURL 'https://a.example' }",
	  "warning unknown-key DNSSettings/ServerURL" },
	{ DNS, DNS_RULES("Action 'EvaluateConnection' " PARAMETERS), DNS_RULES("Action 'EvaluateConnection'"),
	  "warning missing-key OnDemandRules/00/ActionParameters" },
	{ DNS, DNS_RULES("Action 'Connect'"), DNS_RULES("Action 'Connect' " PARAMETERS),
	  "warning unknown-key OnDemandRules/00/ActionParameters" },
	{ DNS, HTTPS_DNS("") " PayloadCertificateUUID id", HTTPS_DNS("") " PayloadCertificateUUID " NOBODY,
	  "error dangling-reference PayloadCertificateUUID" },

	{ "com.apple.relay.managed", "Relays [ { HTTP2RelayURL 'https://a.example' PayloadCertificateUUID id } ]",
	  "Relays [ { } ]", "error missing-key Relays/00/HTTP3RelayURL" },
	{ "com.apple.relay.managed", "Relays [ { HTTP3RelayURL 'https://a.example' PayloadCertificateUUID id } ]",
	  "Relays [ { HTTP3RelayURL 'https://a.example' PayloadCertificateUUID " NOBODY " } ]",
	  "error dangling-reference Relays/00/PayloadCertificateUUID" },
	{ "com.apple.cellular", "APNs [ { Name 'a' ProxyPort 80 } ]", "APNs [ { Name 'a' ProxyPort 80000 } ]",
	  "error out-of-range APNs/00/ProxyPort" },
	{ APN, "DefaultsDomainName 'com.apple.managedCarrier' DefaultsData { apns [ { apn 'a' password 'p' } ] }",
	  "DefaultsDomainName 'com.apple.managedCarrier'", "error missing-key DefaultsData" },
	{ APN, "PayloadContent [ { DefaultsDomainName 'com.apple.managedCarrier' "
	       "DefaultsData { apns [ { apn 'a' username 'u' password ~3 proxy 'p' proxyPort 80 } ] } } ]",
	  "DefaultsData { apns [ ] }", "error missing-key DefaultsDomainName" },
	{ "com.apple.networkusagerules", "ApplicationRules [ { AppIdentifierMatches [ 'org.example.*' 'a.b' ] } ]",
	  "ApplicationRules [ { AppIdentifierMatches [ 'org.*.a' ] } ]",
	  "error bad-format ApplicationRules/00/AppIdentifierMatches/00" },
	{ "com.apple.networkusagerules", "ApplicationRules [ ]", "", "error missing-key ApplicationRules" },
};

/* --- VPN ---------------------------------------------------------------------------------------------- */

#define VPN "com.apple.vpn.managed"
#define APP_VPN "com.apple.vpn.managed.applayer"

#define MAPPING "com.apple.vpn.managed.appmapping"

#define MAPPED(more) "AppLayerVPNMapping [ { Identifier 'i' VPNUUID 'v' " more " } ]"
#define NAMED(more) "UserDefinedName 'n' " more
#define PLUGIN(more) NAMED("VPNType 'VPN' VPNSubType 'org.example' VPN { " more " }")
#define IKE(more) \
	NAMED("VPNType 'IKEv2' IKEv2 { RemoteAddress 'r' LocalIdentifier 'l' RemoteIdentifier 'i' " \
	      "AuthenticationMethod 'None' " more " }")
#define IKE_BY(method) \
	NAMED("VPNType 'IKEv2' IKEv2 { RemoteAddress 'r' LocalIdentifier 'l' RemoteIdentifier 'i' " \
	      "AuthenticationMethod " method " }")
#define IPSEC(more) NAMED("VPNType 'IPSec' IPSec { " more " }")
#define TRANSPARENT(more) NAMED("VPNType 'TransparentProxy' VPNSubType 'org.example' TransparentProxy { " more " }")
#define VPN_DNS(more) NAMED("VPNType 'VPN' VPNSubType 'v' VPN { } DNS { " more " }")
#define VPN_PROXIES(more) NAMED("VPNType 'VPN' VPNSubType 'v' VPN { } Proxies { " more " }")
#define RULES(rule) "OnDemandRules [ { " rule " } ]"
#define EVALUATE "Action 'EvaluateConnection' "
#define CONNECT "Action 'Connect' "
#define ADDRESSES "ServerAddresses [ '192.0.2.1' ]"

static const struct rule_case vpn_cases[] = {
	{ VPN, PLUGIN(""), NAMED("VPNType 'VPN' VPN { }"), "error missing-key VPNSubType" },
	{ VPN, PLUGIN(""), NAMED("VPNType 'VPN' VPNSubType 'v'"), "warning missing-key VPN" },
	{ VPN, IKE(""), NAMED("VPNType 'IKEv2'"), "error missing-key IKEv2" },
	{ VPN, IPSEC(""), NAMED("VPNType 'IPSec'"), "error missing-key IPSec" },
	{ VPN, NAMED("VPNType 'L2TP' PPP { AuthProtocol [ 'MSCHAP2' ] }"), NAMED("VPNType 'L2TP'"),
	  "error missing-key PPP" },
	{ VPN, NAMED("VPNType 'AlwaysOn' AlwaysOn { TunnelConfigurations [ ] }"), NAMED("VPNType 'AlwaysOn'"),
	  "error missing-key AlwaysOn" },
	{ VPN, TRANSPARENT(""), NAMED("VPNType 'TransparentProxy' VPNSubType 'v'"),
	  "warning missing-key TransparentProxy" },
	{ VPN, IKE("") " VPNSubType ''", IKE("") " VPNSubType 'v'", "warning not-allowed-value VPNSubType" },
	{ VPN, PLUGIN(""), NAMED("VPNType 'PPTP' PPP { }"), "warning not-allowed-value VPNType" },
	{ VPN, PLUGIN("") " VendorConfig { Realm 'r' Any { x 1 } }", PLUGIN("") " VendorConfig { Realm 1 }",
	  "error wrong-type VendorConfig/Realm" },
	{ VPN, PLUGIN("RemoteAddress 'r' AuthName 'n' AuthPassword 'p' OnDemandEnabled +"), PLUGIN("OnDemandEnabled 2"),
	  "error not-allowed-value VPN/OnDemandEnabled" },
	{ VPN, PLUGIN("DisconnectOnIdleTimer 0"), PLUGIN("DisconnectOnIdleTimer -1"),
	  "error out-of-range VPN/DisconnectOnIdleTimer" },
	{ VPN, PLUGIN("PayloadCertificateUUID id"), PLUGIN("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference VPN/PayloadCertificateUUID" },
	{ VPN, PLUGIN("AuthenticationMethod 'Certificate' PayloadCertificateUUID id"),
	  PLUGIN("AuthenticationMethod 'Certificate'"), "warning missing-key VPN/PayloadCertificateUUID" },
	{ VPN, PLUGIN(RULES(EVALUATE PARAMETERS)), PLUGIN(RULES(EVALUATE)),
	  "warning missing-key VPN/OnDemandRules/00/ActionParameters" },
	{ VPN, PLUGIN(RULES(CONNECT)), PLUGIN(RULES(CONNECT PARAMETERS)),
	  "warning unknown-key VPN/OnDemandRules/00/ActionParameters" },

	{ VPN, IPSEC("PayloadCertificateUUID id"), IPSEC("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference IPSec/PayloadCertificateUUID" },
	{ VPN, IPSEC("AuthenticationMethod 'SharedSecret' SharedSecret 's' XAuthEnabled + OnDemandEnabled 1"),
	  IPSEC("AuthenticationMethod 'Certificate'"), "warning missing-key IPSec/PayloadCertificateUUID" },
	{ VPN, IPSEC(RULES(EVALUATE PARAMETERS)), IPSEC(RULES(EVALUATE)),
	  "warning missing-key IPSec/OnDemandRules/00/ActionParameters" },
	{ VPN, IPSEC(RULES(CONNECT)), IPSEC(RULES(CONNECT PARAMETERS)),
	  "warning unknown-key IPSec/OnDemandRules/00/ActionParameters" },

	{ VPN, IKE_BY("'Certificate' PayloadCertificateUUID id"), IKE_BY("'Certificate'"),
	  "warning missing-key IKEv2/PayloadCertificateUUID" },
	{ VPN, IKE_BY("'Certificate' PayloadCertificateUUID id"),
	  IKE_BY("'Certificate' PayloadCertificateUUID " NOBODY),
	  "error dangling-reference IKEv2/PayloadCertificateUUID" },
	{ VPN, IKE_BY("'SharedSecret' SharedSecret 's'"), IKE_BY("'SharedSecret'"),
	  "warning missing-key IKEv2/SharedSecret" },
	{ VPN, IKE(""),
	  NAMED("VPNType 'IKEv2' IKEv2 { RemoteAddress '' LocalIdentifier '' RemoteIdentifier 'i' "
		"AuthenticationMethod 'None' }"),
	  "error bad-length IKEv2/RemoteAddress" },
	{ VPN, IKE("PPK ~8 PPKIdentifier 'p'"), IKE("PPK ~8"), "error missing-key IKEv2/PPKIdentifier" },
	{ VPN, IKE("PPK ~8 PPKIdentifier 'p'"), IKE("PPKIdentifier 'p'"), "error missing-key IKEv2/PPK" },
	{ VPN, IKE("CertificateType 'RSA' ExtendedAuthEnabled 1 ServerCertificateIssuerCommonName 'c'"),
	  IKE("CertificateType 'RSA' ExtendedAuthEnabled 1"),
	  "warning missing-key IKEv2/ServerCertificateIssuerCommonName" },
	{ VPN, IKE("CertificateType 'RSA'"), IKE("CertificateType 'RSA' ExtendedAuthEnabled +"),
	  "warning missing-key IKEv2/ServerCertificateIssuerCommonName" },
	{ VPN, IKE("NATKeepAliveInterval 20"), IKE("NATKeepAliveInterval 19"),
	  "warning out-of-range IKEv2/NATKeepAliveInterval" },
	{ VPN, IKE("TLSMinimumVersion '1.2' TLSMaximumVersion '1.2'"),
	  IKE("TLSMinimumVersion '1.2' TLSMaximumVersion '1.1'"), "warning not-allowed-value IKEv2/TLSMaximumVersion" },
	{ VPN, IKE("TLSMinimumVersion '1.1' TLSMaximumVersion '1.2'"),
	  IKE("TLSMinimumVersion '1.1' TLSMaximumVersion '1.0'"), "warning not-allowed-value IKEv2/TLSMaximumVersion" },
	{ VPN, IKE("EnablePFS + DisableRedirect + DisableMOBIKE 0"), IKE("EnablePFS 'yes'"),
	  "error wrong-type IKEv2/EnablePFS" },
	{ VPN, IKE("DisconnectOnIdleTimer 0"), IKE("DisconnectOnIdleTimer -1"),
	  "error out-of-range IKEv2/DisconnectOnIdleTimer" },
	{ VPN, IKE(RULES(EVALUATE PARAMETERS)), IKE(RULES(EVALUATE)),
	  "warning missing-key IKEv2/OnDemandRules/00/ActionParameters" },
	{ VPN, IKE(RULES(CONNECT)), IKE(RULES(CONNECT PARAMETERS)),
	  "warning unknown-key IKEv2/OnDemandRules/00/ActionParameters" },

	{ VPN, TRANSPARENT("AuthenticationMethod 'Certificate' PayloadCertificateUUID id"),
	  TRANSPARENT("AuthenticationMethod 'Certificate'"),
	  "warning missing-key TransparentProxy/PayloadCertificateUUID" },
	{ VPN, TRANSPARENT("PayloadCertificateUUID id"), TRANSPARENT("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference TransparentProxy/PayloadCertificateUUID" },
	{ VPN, TRANSPARENT(RULES(EVALUATE PARAMETERS)), TRANSPARENT(RULES(EVALUATE)),
	  "warning missing-key TransparentProxy/OnDemandRules/00/ActionParameters" },
	{ VPN, TRANSPARENT(RULES(CONNECT)), TRANSPARENT(RULES(CONNECT PARAMETERS)),
	  "warning unknown-key TransparentProxy/OnDemandRules/00/ActionParameters" },

	{ VPN, VPN_DNS("DNSProtocol 'Cleartext' SupplementalMatchDomainsNoSearch + " ADDRESSES),
	  VPN_DNS("DNSProtocol 'Cleartext'"),
	  "error missing-key DNS/ServerAddresses" },
	{ VPN, VPN_DNS(ADDRESSES " SupplementalMatchDomains [ 'a.example' ]"),
	  VPN_DNS("SupplementalMatchDomains [ 'a.example' ]"), "error missing-key DNS/ServerAddresses" },
	{ VPN, VPN_DNS("DNSProtocol 'HTTPS' ServerURL 'https://a.example'"), VPN_DNS("DNSProtocol 'HTTPS'"),
	  "error missing-key DNS/ServerURL" },
	{ VPN, VPN_DNS("DNSProtocol 'HTTPS' ServerURL 'https://a.example'"),
	  VPN_DNS("DNSProtocol 'HTTPS' ServerURL 'a.example'"), "error bad-format DNS/ServerURL" },
	{ VPN, VPN_DNS("DNSProtocol 'HTTPS' ServerURL 'https://a.example/{?dns}'"),
	  VPN_DNS("DNSProtocol 'HTTPS' ServerURL 'https:///{?dns}'"), "error bad-format DNS/ServerURL" },
	{ VPN, VPN_DNS("DNSProtocol 'TLS' ServerName 's'"), VPN_DNS("DNSProtocol 'TLS'"),
	  "error missing-key DNS/ServerName" },
	{ VPN, VPN_DNS("DNSProtocol 'TLS' ServerName 's' PayloadCertificateUUID id"),
	  VPN_DNS("DNSProtocol 'TLS' ServerName 's' PayloadCertificateUUID " NOBODY),
	  "error dangling-reference DNS/PayloadCertificateUUID" },
	{ VPN, VPN_PROXIES("HTTPEnable + HTTPProxy 'p' HTTPPort 80"), VPN_PROXIES("HTTPProxy 'p'"),
	  "error missing-key Proxies/HTTPPort" },
	{ VPN, VPN_PROXIES("HTTPSEnable 1 HTTPSProxy 'p' HTTPSPort 80"), VPN_PROXIES("HTTPSProxy 'p'"),
	  "error missing-key Proxies/HTTPSPort" },
	{ VPN, VPN_PROXIES("ProxyAutoConfigEnable 0"), VPN_PROXIES("ProxyAutoConfigEnable 1"),
	  "warning missing-key Proxies/ProxyAutoConfigURLString" },
	{ VPN, NAMED("VPNType 'AlwaysOn' AlwaysOn { TunnelConfigurations [ { ProtocolType 'IKEv2' RemoteAddress 'r' "
		     "PayloadCertificateUUID id } ] }"),
	  NAMED("VPNType 'AlwaysOn' AlwaysOn { TunnelConfigurations [ { ProtocolType 'IKEv2' "
		"PayloadCertificateUUID " NOBODY " } ] }"),
	  "error dangling-reference AlwaysOn/TunnelConfigurations/00/PayloadCertificateUUID" },

	{ APP_VPN, "VPNUUID 'v' VPNType 'VPN' VPNSubType 's'", "VPNUUID 'v' VPNType 'VPN'",
	  "error missing-key VPNSubType" },
	{ APP_VPN, "VPNUUID 'v' VPNType 'IKEv2' IKEv2 { RemoteAddress 'r' PayloadCertificateUUID id }",
	  "VPNUUID 'v' VPNType 'IKEv2'", "error missing-key IKEv2" },
	{ APP_VPN, "VPNUUID 'v' VPNType 'IPSec' IPSec { } UserDefinedName 'n'", "VPNUUID 'v' VPNType 'IPSec'",
	  "error missing-key IPSec" },
	{ APP_VPN, "VPNUUID 'v' IKEv2 { PayloadCertificateUUID id }",
	  "VPNUUID 'v' IKEv2 { PayloadCertificateUUID " NOBODY " }",
	  "error dangling-reference IKEv2/PayloadCertificateUUID" },
	{ APP_VPN, "VPNUUID 'v' VPN { PayloadCertificateUUID id }",
	  "VPNUUID 'v' VPN { PayloadCertificateUUID " NOBODY " }",
	  "error dangling-reference VPN/PayloadCertificateUUID" },
	{ APP_VPN, "VPNUUID 'v' IPSec { PayloadCertificateUUID id }",
	  "VPNUUID 'v' IPSec { PayloadCertificateUUID " NOBODY " }",
	  "error dangling-reference IPSec/PayloadCertificateUUID" },
	{ APP_VPN, "VPNUUID 'v' DNS { PayloadCertificateUUID id }",
	  "VPNUUID 'v' DNS { PayloadCertificateUUID " NOBODY " }",
	  "error dangling-reference DNS/PayloadCertificateUUID" },
	{ APP_VPN, "VPNUUID 'v' TransparentProxy { PayloadCertificateUUID id }",
	  "VPNUUID 'v' TransparentProxy { PayloadCertificateUUID " NOBODY " }",
	  "error dangling-reference TransparentProxy/PayloadCertificateUUID" },
	{ APP_VPN, "VPNUUID 'v' DNS { " ADDRESSES " SupplementalMatchDomains [ 'a.example' ] }", NULL, NULL },

	{ MAPPING, MAPPED("SigningIdentifier 's' DesignatedRequirement 'd'"), MAPPED("SigningIdentifier 's'"),
	  "warning missing-key AppLayerVPNMapping/00/DesignatedRequirement" },
	{ MAPPING, MAPPED("SigningIdentifier 's' DesignatedRequirement 'd'"), MAPPED("DesignatedRequirement 'd'"),
	  "warning missing-key AppLayerVPNMapping/00/SigningIdentifier" },
	{ MAPPING, MAPPED(""), MAPPED("MatchTools [ { SigningIdentifier 's' } ]"),
	  "error missing-key AppLayerVPNMapping/00/MatchTools/00/DesignatedRequirement" },
};

/* --- accounts and single sign-on ---------------------------------------------------------------------- */

#define MAIL "com.apple.mail.managed"
#define EAS "com.apple.eas.account"
#define EWS "com.apple.ews.account"
#define SSO "com.apple.sso"
#define EXTENSION "com.apple.extensiblesso"

#define MAIL_KEYS(more) \
	"EmailAccountType 'EmailTypeIMAP' IncomingMailServerAuthentication 'EmailAuthNone' " \
	"OutgoingMailServerAuthentication 'EmailAuthNone' IncomingMailServerHostName 'i' " \
	"OutgoingMailServerHostName 'o' " more
#define HOST(more) "Host 'h' " more
#define NO_SERVICE_BUT_NOTES "EnableMail - EnableContacts - EnableCalendars - EnableReminders - "
#define REDIRECT(more) "ExtensionIdentifier 'e' Type 'Redirect' " more
#define URLS "URLs [ 'https://a.example/x' ] "
#define PLATFORM(more) REDIRECT(URLS "PlatformSSO { " more " }")
#define KERBEROS_ID "ExtensionIdentifier 'com.apple.AppSSOKerberos.KerberosExtension' "
#define KERBEROS(more) KERBEROS_ID "TeamIdentifier 'apple' Type 'Credential' Realm 'R' " more
#define SSO_KEYS(more) "Name 'n' Kerberos { Realm 'R' " more " }"
#define OFFLINE "[ 'RequireAuthentication' 'AllowOfflineGracePeriod' ] "
#define GRACE "[ 'AllowAuthenticationGracePeriod' ] "

static const struct rule_case account_cases[] = {
	{ MAIL, MAIL_KEYS(""), "IncomingMailServerHostName ''", "error bad-length IncomingMailServerHostName" },
	{ MAIL, MAIL_KEYS(""), "OutgoingMailServerHostName ''", "error bad-length OutgoingMailServerHostName" },
	{ MAIL, MAIL_KEYS("IncomingMailServerPortNumber 993"), MAIL_KEYS("IncomingMailServerPortNumber 65536"),
	  "error out-of-range IncomingMailServerPortNumber" },
	{ MAIL, MAIL_KEYS("OutgoingMailServerPortNumber 587"), MAIL_KEYS("OutgoingMailServerPortNumber -1"),
	  "error out-of-range OutgoingMailServerPortNumber" },
	{ MAIL, MAIL_KEYS("SMIMESigningCertificateUUID id"), MAIL_KEYS("SMIMESigningCertificateUUID " NOBODY),
	  "error dangling-reference SMIMESigningCertificateUUID" },
	{ MAIL, MAIL_KEYS("SMIMEEncryptionCertificateUUID id"), MAIL_KEYS("SMIMEEncryptionCertificateUUID " NOBODY),
	  "error dangling-reference SMIMEEncryptionCertificateUUID" },
	{ EAS, HOST("PayloadCertificateUUID id"), HOST("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference PayloadCertificateUUID" },
	{ EAS, HOST("SMIMESigningCertificateUUID id"), HOST("SMIMESigningCertificateUUID " NOBODY),
	  "error dangling-reference SMIMESigningCertificateUUID" },
	{ EAS, HOST("SMIMEEncryptionCertificateUUID id"), HOST("SMIMEEncryptionCertificateUUID " NOBODY),
	  "error dangling-reference SMIMEEncryptionCertificateUUID" },
	{ EAS, HOST(NO_SERVICE_BUT_NOTES), HOST(NO_SERVICE_BUT_NOTES "EnableNotes -"),
	  "error not-allowed-value EnableNotes" },
	{ EAS, HOST("OAuthSignInURL 'https://a.example'"), "OAuth + OAuthSignInURL 'https://a.example'",
	  "error missing-key Host" },
	{ EAS, "OAuth +", "OAuth + Password 'p'", "warning unknown-key Password" },
	{ EAS, HOST("PayloadCertificateUUID id"), HOST("PayloadCertificateUUID id Certificate ~3"),
	  "warning unknown-key Certificate" },
	{ EAS, HOST(""), "EmailAddress 'a@a.example'", "warning missing-key Host" },
	{ EAS, HOST("OAuthSignInURL 'https://a.example'"), "OAuth + OAuthSignInURL 'https://a.example' Host ''",
	  "error bad-length Host" },
	{ EAS, "OAuth + Host ''", "EmailAddress 'a@a.example' Host ''", "warning bad-length Host" },
	{ EWS, "PayloadCertificateUUID id", "PayloadCertificateUUID " NOBODY,
	  "error dangling-reference PayloadCertificateUUID" },
	{ EWS, "AuthenticationCertificateUUID id", "AuthenticationCertificateUUID " NOBODY,
	  "error dangling-reference AuthenticationCertificateUUID" },
	{ EWS, HOST("OAuthSignInURL 'https://a.example'"), "OAuthSignInURL 'https://a.example'",
	  "error missing-key Host" },
	{ EWS, "Host ''", "OAuthSignInURL 'https://a.example' Host ''", "error bad-length Host" },
	{ EWS, "OAuth +", "OAuth + Password 'p'", "warning unknown-key Password" },
	{ EWS, "Port 443", "Port 70000", "error out-of-range Port" },
	{ EWS, "ExternalPort 443", "ExternalPort 70000", "error out-of-range ExternalPort" },
	{ "com.apple.caldav.account", "CalDAVHostName 'h' CalDAVPort 443", "CalDAVHostName 'h' CalDAVPort 70000",
	  "error out-of-range CalDAVPort" },
	{ "com.apple.carddav.account", "CardDAVHostName 'h' CardDAVPort 443", "CardDAVHostName 'h' CardDAVPort 70000",
	  "error out-of-range CardDAVPort" },
	{ "com.apple.caldav.account", "CalDAVHostName 'h'", "CalDAVHostName ''", "error bad-length CalDAVHostName" },
	{ "com.apple.carddav.account", "CardDAVHostName 'h'", "CardDAVHostName ''",
	  "error bad-length CardDAVHostName" },
	{ "com.apple.ldap.account", "LDAPAccountHostName 'h'", "LDAPAccountHostName ''",
	  "error bad-length LDAPAccountHostName" },
	{ "com.apple.subscribedcalendar.account", "SubCalAccountHostName 'h'", "SubCalAccountHostName ''",
	  "error bad-length SubCalAccountHostName" },
	{ "com.apple.configurationprofile.identification",
	  "PayloadIdentification { UserName 'u' FullName 'f' EmailAddress 'e' AuthMethod 'UserEnteredPassword' }",
	  "PayloadIdentification { UserName 'u' FullName 'f' EmailAddress 'e' AuthMethod 'Password' }",
	  "error missing-key PayloadIdentification/Password" },

	{ SSO, SSO_KEYS("PayloadCertificateUUID id"), SSO_KEYS("PayloadCertificateUUID " NOBODY),
	  "error dangling-reference Kerberos/PayloadCertificateUUID" },
	{ SSO, SSO_KEYS("URLPrefixMatches [ 'https://a.example' ]"), SSO_KEYS("URLPrefixMatches [ 'a.example' ]"),
	  "error bad-format Kerberos/URLPrefixMatches/00" },
	{ SSO, SSO_KEYS("AppIdentifierMatches [ 'org.example.*' ]"), SSO_KEYS("AppIdentifierMatches [ ]"),
	  "error bad-length Kerberos/AppIdentifierMatches" },
	{ SSO, SSO_KEYS("AppIdentifierMatches [ 'org.example' ]"), SSO_KEYS("AppIdentifierMatches [ 'org*' ]"),
	  "error bad-format Kerberos/AppIdentifierMatches/00" },

	{ EXTENSION, REDIRECT(URLS), REDIRECT(""), "error missing-key URLs" },
	{ EXTENSION, "ExtensionIdentifier 'e' Type 'Credential' Hosts [ 'a.example' ]",
	  "ExtensionIdentifier 'e' Type 'Credential'", "error missing-key Hosts" },
	{ EXTENSION, REDIRECT(URLS), "ExtensionIdentifier 'e' Type 'Credential' Hosts [ 'a.example' ] " URLS,
	  "warning unknown-key URLs" },
	{ EXTENSION, REDIRECT(URLS), REDIRECT(URLS "Hosts [ 'a.example' ]"), "warning unknown-key Hosts" },
	{ EXTENSION, REDIRECT(URLS), REDIRECT("URLs [ 'https://a.example/?q' ]"), "error bad-format URLs/00" },
	{ EXTENSION, KERBEROS("ExtensionData { domainRealmMapping { EXAMPLE [ 'a.example' ] } other 1 }"),
	  KERBEROS("ExtensionData { domainRealmMapping { EXAMPLE 'a.example' } }"),
	  "error wrong-type ExtensionData/domainRealmMapping/EXAMPLE" },
	{ EXTENSION, KERBEROS("ExtensionData { certificateUUID id }"),
	  KERBEROS("ExtensionData { certificateUUID " NOBODY " }"),
	  "error dangling-reference ExtensionData/certificateUUID" },
	{ EXTENSION, KERBEROS(""), KERBEROS_ID "TeamIdentifier 'apple' Type 'Credential'", "error missing-key Realm" },
	{ EXTENSION, KERBEROS(""), KERBEROS_ID "Type 'Credential' Realm 'R'", "error missing-key TeamIdentifier" },
	{ EXTENSION, KERBEROS(""), KERBEROS_ID "TeamIdentifier 'Apple' Type 'Credential' Realm 'R'",
	  "error not-allowed-value TeamIdentifier" },
	{ EXTENSION, KERBEROS(""), KERBEROS_ID "TeamIdentifier 'apple' Type 'Redirect' Realm 'R' " URLS,
	  "error not-allowed-value Type" },
	{ EXTENSION, PLATFORM("FileVaultPolicy " OFFLINE "OfflineGracePeriod 1"), PLATFORM("FileVaultPolicy " OFFLINE),
	  "error missing-key PlatformSSO/OfflineGracePeriod" },
	{ EXTENSION, PLATFORM("LoginPolicy " OFFLINE "OfflineGracePeriod 1"), PLATFORM("LoginPolicy " OFFLINE),
	  "error missing-key PlatformSSO/OfflineGracePeriod" },
	{ EXTENSION, PLATFORM("UnlockPolicy [ 'RequireAuthentication' ]"), PLATFORM("UnlockPolicy " OFFLINE),
	  "error missing-key PlatformSSO/OfflineGracePeriod" },
	{ EXTENSION, PLATFORM("FileVaultPolicy " GRACE "AuthenticationGracePeriod 1"),
	  PLATFORM("FileVaultPolicy " GRACE),
	  "error missing-key PlatformSSO/AuthenticationGracePeriod" },
	{ EXTENSION, PLATFORM("LoginPolicy " GRACE "AuthenticationGracePeriod 1"), PLATFORM("LoginPolicy " GRACE),
	  "error missing-key PlatformSSO/AuthenticationGracePeriod" },
	{ EXTENSION, PLATFORM("UnlockPolicy " GRACE "AuthenticationGracePeriod 1"), PLATFORM("UnlockPolicy " GRACE),
	  "error missing-key PlatformSSO/AuthenticationGracePeriod" },
	{ EXTENSION, PLATFORM("EnableCreateUserAtLogin + UseSharedDeviceKeys +"), PLATFORM("EnableCreateUserAtLogin +"),
	  "error missing-key PlatformSSO/UseSharedDeviceKeys" },
	{ EXTENSION, PLATFORM("EnableAuthorization + UseSharedDeviceKeys +"), PLATFORM("EnableAuthorization +"),
	  "error missing-key PlatformSSO/UseSharedDeviceKeys" },
	{ EXTENSION, PLATFORM("UseSharedDeviceKeys -"), PLATFORM("EnableCreateUserAtLogin + UseSharedDeviceKeys -"),
	  "error not-allowed-value PlatformSSO/UseSharedDeviceKeys" },
	{ EXTENSION, PLATFORM("UseSharedDeviceKeys -"), PLATFORM("EnableAuthorization + UseSharedDeviceKeys -"),
	  "error not-allowed-value PlatformSSO/UseSharedDeviceKeys" },
	{ EXTENSION, PLATFORM("AuthenticationMethod 'SmartCard' EnableCreateUserAtLogin + UseSharedDeviceKeys +"),
	  PLATFORM("AuthenticationMethod 'UserSecureEnclaveKey' EnableCreateUserAtLogin + UseSharedDeviceKeys +"),
	  "warning not-allowed-value PlatformSSO/AuthenticationMethod" },
	{ "com.apple.associated-domains",
	  "Configuration [ { ApplicationIdentifier 'a' AssociatedDomains [ 'webcredentials:a.example' ] } ]",
	  "Configuration [ { ApplicationIdentifier 'a' AssociatedDomains [ 'a.example' ] } ]",
	  "error bad-format Configuration/00/AssociatedDomains/00" },
};

#endif
