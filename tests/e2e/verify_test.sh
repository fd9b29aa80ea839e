#!/usr/bin/env bash
# verify: intact, trusted, expired and self-signed are told apart, and the exit status says what was asked.
#
#   PROFILEFS_TEST_PROFILES   a folder of real profiles
. "$(dirname "$0")/lib.sh"
. "$E2E/authority.sh"

# The system's certificates are not the tests' business.
export SSL_CERT_FILE=/nonexistent/file SSL_CERT_DIR=/nonexistent/folder

ROOT_CA=$AUTHORITY/root.crt

# signed_by KEY-KIND PROFILE [OPTION-OF-OPENSSL...]: a small plist, signed; plain is its content.
signed_by()
{
	local leaf=$1 profile=$2

	shift 2
	leaves "$leaf"
	[ -e plain ] || printf '\t<key>PayloadType</key>\n\t<string>grüße</string>\n' | write_plist >plain
	openssl cms -sign -binary -nodetach -nosmimecap -outform DER -in plain -out "$profile" \
		-signer "$AUTHORITY/$leaf.crt" -inkey "$AUTHORITY/${leaf%%-*}.key" "$@"
}

# tamper PROFILE: the same length, so that only the signature tells.
tamper()
{
	LC_ALL=C sed -i 's/PayloadType/PayloadTypo/' "$1"
}

# date_of KEY-KIND startdate|enddate: as openssl tells it.
date_of()
{
	openssl x509 -in "$AUTHORITY/$1.crt" -noout -"$2" -dateopt iso_8601 | sed 's/.*=//; s/ /T/'
}

# json EXPRESSION: of what the last `run` wrote, as `report`; p is its first profile.
json()
{
	"$PYTHON" -c 'if True:
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		p = report["profiles"][0]
		print(eval(sys.argv[2]))
		' "$T.run/stdout" "$1"
}

# --- what is said -------------------------------------------------------------------------------------

it_says_the_verdict_first_and_the_facts_below()
{
	signed_by p256-server p.mobileconfig -certfile "$ROOT_CA"
	run profilefs verify --cafile "$ROOT_CA" p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_equal 'p.mobileconfig: intact, trusted, signed by CN=Profile signing (p256-server),O=Example Ltd' \
		"$(head -n 1 "$T.run/stdout")"
	assert_stdout '^intact: yes$'
	assert_stdout '^trusted: yes$'
	assert_stdout '^expired: no$'
	assert_stdout '^self-signed: no$'
	assert_stdout '^signer: CN=Profile signing \(p256-server\),O=Example Ltd$'
	assert_stdout '^issuer: CN=Example root CA,O=Example Ltd$'
	assert_stdout '^key: EC P-256$'
	assert_stdout '^purposes: serverAuth$'
	assert_stdout "^valid: $(date_of p256-server startdate) to $(date_of p256-server enddate)\$"
	assert_stdout '^digest: sha256$'
	assert_stdout "^sha256: $(openssl x509 -in "$AUTHORITY/p256-server.crt" -noout -fingerprint -sha256 | cut -d= -f2)\$"
	assert_stdout "^serial: $(openssl x509 -in "$AUTHORITY/p256-server.crt" -noout -serial | cut -d= -f2)\$"
	assert_stdout '^certificates: 2$'
	run profilefs verify --brief p.mobileconfig
	assert_status 0
	assert_equal 1 "$(wc -l <"$T.run/stdout")" "lines of --brief"
	run profilefs verify -q p.mobileconfig
	assert_status 0
	assert_equal '' "$(cat "$T.run/stdout" "$T.run/stderr")" "what -q says"
}

it_says_what_the_mount_says()
{
	signed_by p256-code p.mobileconfig
	run profilefs verify p.mobileconfig
	assert_status 0
	tail -n +2 "$T.run/stdout" >facts
	mount_profile p.mobileconfig ro
	cat mnt/.profilefs/signature >mounted
	umount_profile
	assert_same facts mounted
	cat "$AUTHORITY/p256-code.crt" "$AUTHORITY/p256.key" >both.pem
	mount_profile p.mobileconfig key=both.pem,check=off
	echo Typo >mnt/PayloadType
	cat mnt/.profilefs/signature >mounted
	umount_profile
	assert_same facts <(head -n -1 mounted)
	assert_equal 'edited: yes (this is the signature on disk, over what was saved last)' "$(tail -n 1 mounted)"
}

it_reads_the_standard_input_and_pem()
{
	signed_by p256-mail p.mobileconfig
	run profilefs verify - <p.mobileconfig
	assert_status 0
	assert_stdout '^-: intact, '
	openssl cms -cmsout -inform DER -in p.mobileconfig -outform PEM -out pem.mobileconfig
	run profilefs verify pem.mobileconfig
	assert_status 0
	assert_stdout '^form: PEM$'
}

it_verifies_several_and_one_that_fails_hides_none()
{
	signed_by p256-mail a.mobileconfig
	cp a.mobileconfig bad.mobileconfig
	tamper bad.mobileconfig
	run profilefs verify a.mobileconfig bad.mobileconfig plain absent.mobileconfig a.mobileconfig
	assert_status 2
	assert_equal 2 "$(grep -c '^a.mobileconfig: intact' "$T.run/stdout")" "intact ones"
	assert_stdout '^bad.mobileconfig: not intact$'
	assert_stdout '^plain: not signed$'
	assert_stderr '^bad.mobileconfig: error: .*\[bad-signature\]'
	assert_stderr '^absent.mobileconfig: error: cannot be opened'
	assert_equal '4 profiles: 2 intact, 0 trusted, 1 not signed, 1 not intact; 1 could not be read' \
		"$(tail -n 1 "$T.run/stderr")"
	assert_equal 3 "$(wc -l <"$T.run/stderr")" "lines on stderr: what is not signed is said once"
	run profilefs verify -q a.mobileconfig bad.mobileconfig
	assert_status 1
	assert_equal 1 "$(cat "$T.run/stdout" "$T.run/stderr" | wc -l)" "lines of -q"
}

it_says_one_line_of_each_that_is_not_signed()
{
	signed_by p256-mail a.mobileconfig
	head -c 500 a.mobileconfig >cut.mobileconfig
	: >empty.mobileconfig
	cp plain b.mobileconfig
	cp plain c.mobileconfig
	run profilefs verify b.mobileconfig c.mobileconfig a.mobileconfig cut.mobileconfig empty.mobileconfig
	assert_status 1
	assert_equal "$(printf '%s\n' 'b.mobileconfig: not signed' 'c.mobileconfig: not signed' '')" \
		"$(head -n 3 "$T.run/stdout")" "two that are not signed, and a blank line"
	assert_equal "$(printf '%s\n' '' 'cut.mobileconfig: no readable signature' 'empty.mobileconfig: not signed')" \
		"$(tail -n 3 "$T.run/stdout")" "after the facts"
	assert_equal '5 profiles: 1 intact, 0 trusted, 3 not signed, 1 not intact' "$(tail -n 1 "$T.run/stderr")"
	assert_equal 2 "$(wc -l <"$T.run/stderr")" "lines on stderr"
	run profilefs verify -b *.mobileconfig
	assert_status 1
	assert_equal 5 "$(wc -l <"$T.run/stdout")" "lines of --brief"
	run profilefs verify -q b.mobileconfig c.mobileconfig
	assert_status 1
	assert_equal 2 "$(grep -c 'error: not signed' "$T.run/stderr")" "errors of -q"
}

it_says_of_whom_nobody_vouches_that_it_is_a_claim()
{
	leaves p256-mail
	signed_by rsa2048-mail p.mobileconfig -signer "$AUTHORITY/p256-mail.crt" -inkey "$AUTHORITY/p256.key"
	run profilefs verify p.mobileconfig
	assert_stdout '^p.mobileconfig: intact, not trusted \(.*\), claims to be signed by CN=.* and CN='
	assert_stdout '^identity: claimed '
	run profilefs verify --cafile "$ROOT_CA" p.mobileconfig
	assert_stdout '^p.mobileconfig: intact, trusted, signed by CN=.* and CN='
	assert_stdout '^identity: confirmed '
	# A name is shown whole among the facts, and cut in a line.
	openssl req -x509 -key "$AUTHORITY/p256.key" -days 1 -out long.crt -utf8 \
		-subj "/CN=Long/description=$(printf 'é%.0s' {1..9999})"
	openssl cms -sign -binary -nodetach -outform DER -in plain -out p.mobileconfig -signer long.crt \
		-inkey "$AUTHORITY/p256.key"
	run profilefs verify --trusted p.mobileconfig
	assert_status 1
	assert_stdout '^signer: .{9000}'
	[ "$(head -n 1 "$T.run/stdout" | wc -c)" -lt 300 ] || fail "the first line is not cut"
	assert_stderr 'the signer description=.*\.\.\. is not trusted: self-signed certificate; --cafile'
	iconv -f UTF-8 -t UTF-8 "$T.run/stdout" "$T.run/stderr" >/dev/null
}

# --- intact -------------------------------------------------------------------------------------------

# refused_as REGEX: p.mobileconfig is not intact, with the reason on stderr.
refused_as()
{
	run profilefs verify p.mobileconfig
	assert_status 1
	assert_stderr "^p.mobileconfig: error: .*$1.*\[bad-signature\]\$"
}

it_fails_for_what_is_not_what_was_signed()
{
	signed_by rsa2048-code p.mobileconfig
	cp p.mobileconfig good
	tamper p.mobileconfig
	refused_as 'changed after it was signed'
	assert_stdout '^intact: no$'
	assert_stdout '^trusted: no '
	assert_no_line 'signed by' "$T.run/stdout"
	head -c 700 good >p.mobileconfig
	refused_as 'damaged or cut short'
	{ cat good; echo; } >p.mobileconfig
	refused_as 'follow the end'
	signed_by rsa2048-code p.mobileconfig -nocerts
	refused_as 'certificate is not included'
	openssl cms -sign -binary -outform DER -in plain -out p.mobileconfig -signer "$AUTHORITY/rsa2048-code.crt" \
		-inkey "$AUTHORITY/rsa2048.key"
	refused_as 'detached'
}

it_fails_for_a_plain_profile()
{
	make_profile p.mobileconfig
	run profilefs verify p.mobileconfig
	assert_status 1
	assert_equal 'p.mobileconfig: not signed' "$(cat "$T.run/stdout" "$T.run/stderr")"
}

it_fails_when_one_signature_of_two_is_bad()
{
	leaves p256-mail
	signed_by rsa2048-mail p.mobileconfig -signer "$AUTHORITY/p256-mail.crt" -inkey "$AUTHORITY/p256.key"
	run profilefs verify --trusted --cafile "$ROOT_CA" p.mobileconfig
	assert_status 0
	assert_stdout '^signers: 2$'
	assert_stdout 'signed by CN=.*rsa2048-mail.* and CN=.*p256-mail|signed by CN=.*p256-mail.* and CN=.*rsa2048-mail'
	# The last byte belongs to the signature that comes last.
	"$PYTHON" -c 'import sys; b = bytearray(open(sys.argv[1], "rb").read()); b[-1] ^= 1; open(sys.argv[1], "wb").write(b)' \
		p.mobileconfig
	refused_as ''
}

# --- trusted ------------------------------------------------------------------------------------------

it_asks_for_trust_only_when_told_to()
{
	signed_by p256-mail p.mobileconfig
	run profilefs verify p.mobileconfig
	assert_status 0
	assert_stdout '^trusted: no \(its issuer CN=Example root CA,O=Example Ltd is neither in the profile nor trusted\)$'
	run profilefs verify --trusted p.mobileconfig
	assert_status 1
	assert_stderr '^p.mobileconfig: error: the signer CN=.*is not trusted: its issuer CN=Example root CA,.* nor trusted: sign with --chain, or trust it with --cafile$'
	run profilefs verify --trusted --cafile "$ROOT_CA" p.mobileconfig
	assert_status 0
	mkdir folder
	cp "$ROOT_CA" folder/root.pem
	run profilefs verify --trusted --capath folder p.mobileconfig
	assert_status 2
	openssl rehash folder
	run profilefs verify --trusted --capath folder p.mobileconfig
	assert_status 0
	run env SSL_CERT_FILE="$ROOT_CA" "$PROFILEFS" verify --trusted p.mobileconfig
	assert_status 0
	# What is given replaces the system's.
	run env SSL_CERT_FILE="$ROOT_CA" "$PROFILEFS" verify --trusted --cafile "$AUTHORITY/p256-mail.crt" p.mobileconfig
	assert_status 1
}

it_needs_the_authority_in_between()
{
	signed_by p256-chained p.mobileconfig
	run profilefs verify --trusted --cafile "$ROOT_CA" p.mobileconfig
	assert_status 1
	assert_stderr ': its issuer CN=Example intermediate CA,O=Example Ltd is neither in the profile nor trusted: sign with'
	openssl crl2pkcs7 -nocrl -certfile "$ROOT_CA" -certfile "$AUTHORITY/intermediate.crt" -outform DER -out both.p7b
	run profilefs verify --trusted --cafile both.p7b p.mobileconfig
	assert_status 0
	signed_by p256-chained p.mobileconfig -certfile "$AUTHORITY/intermediate.crt"
	run profilefs verify --trusted --cafile "$ROOT_CA" p.mobileconfig
	assert_status 0
	run profilefs verify --trusted --cafile "$AUTHORITY/intermediate.crt" p.mobileconfig
	assert_status 1
	assert_stderr ': the issuer CN=Example root CA,O=Example Ltd of CN=Example intermediate CA,O=Example Ltd is neither'
}

it_trusts_a_self_signed_signer_that_is_given()
{
	leaves p256-mail
	openssl req -x509 -key "$AUTHORITY/p256.key" -subj /CN=Nobody -days 1 -out self.crt 2>/dev/null
	signed_by p256-mail p.mobileconfig
	openssl cms -sign -binary -nodetach -outform DER -in plain -out p.mobileconfig -signer self.crt \
		-inkey "$AUTHORITY/p256.key"
	run profilefs verify --trusted p.mobileconfig
	assert_status 1
	assert_stdout '^p.mobileconfig: intact, not trusted \(self-signed certificate\), claims to be signed by CN=Nobody$'
	assert_stdout '^self-signed: yes$'
	run profilefs verify --trusted --cafile self.crt p.mobileconfig
	assert_status 0
}

it_refuses_what_holds_no_certificates()
{
	signed_by p256-mail p.mobileconfig
	run profilefs verify --cafile plain p.mobileconfig
	assert_status 2
	assert_stderr '^plain: error: there is no certificate in it'
	run profilefs verify --cafile absent p.mobileconfig
	assert_status 2
	run profilefs verify --capath absent p.mobileconfig
	assert_status 2
	assert_stderr '^absent: error: '
}

# --- dates --------------------------------------------------------------------------------------------

it_tells_expired_from_intact_and_fails_for_it_when_told_to()
{
	local expired early profile

	signed_by p256-expired expired.mobileconfig
	signed_by p256-early early.mobileconfig
	expired=$(date_of p256-expired enddate)
	early=$(date_of p256-early startdate)
	run profilefs verify --cafile "$ROOT_CA" expired.mobileconfig early.mobileconfig
	assert_status 0
	assert_stdout "^expired.mobileconfig: intact, not trusted \(expired, .*\), expired ${expired%T*}, signed by "
	assert_stdout "^early.mobileconfig: intact, not trusted \(not valid yet, .*\), not valid before ${early%T*}, signed by "
	assert_stdout '^expired: yes$'
	assert_stdout '^not yet valid: yes$'
	assert_equal '2 profiles: 2 intact, 0 trusted, 1 expired, 1 not yet valid' "$(cat "$T.run/stderr")"
	run profilefs verify --format json --cafile "$ROOT_CA" expired.mobileconfig early.mobileconfig
	assert_status 0
	assert_stderr "^expired.mobileconfig: warning: .*expired at $expired \[expired\]\$"
	assert_stderr "^early.mobileconfig: warning: .*not valid before $early \[expired\]\$"
	for profile in expired early; do
		run profilefs verify -E expired $profile.mobileconfig
		assert_status 1
		assert_stderr "^$profile.mobileconfig: error: .*\[expired\]\$"
		run profilefs verify -O expired $profile.mobileconfig
		assert_status 0
		assert_no_stderr
		run profilefs verify --trusted --cafile "$ROOT_CA" $profile.mobileconfig
		assert_status 1
		assert_stderr "^$profile.mobileconfig: error: .*the chain is a trusted one"
	done
}

# --- weak ---------------------------------------------------------------------------------------------

it_warns_of_a_weak_signature_and_fails_for_it_when_told_to()
{
	signed_by rsa2048-mail strong.mobileconfig
	signed_by rsa2048-mail weak.mobileconfig -md sha1
	run profilefs verify -b --trusted --cafile "$ROOT_CA" weak.mobileconfig
	assert_status 0
	assert_equal 'weak.mobileconfig: intact, trusted, weak (sha1), signed by CN=Profile signing (rsa2048-mail),O=Example Ltd' \
		"$(cat "$T.run/stdout" "$T.run/stderr")"
	run profilefs verify -E weak-signature strong.mobileconfig weak.mobileconfig
	assert_status 1
	assert_stdout '^weak: yes \(sha1\)$'
	assert_stdout '^weak: no$'
	assert_stderr '^weak.mobileconfig: error: the signature of CN=.* is weak \(sha1\).*\[weak-signature\]$'
	assert_equal '2 profiles: 2 intact, 0 trusted, 1 weak' "$(tail -n 1 "$T.run/stderr")"
	run profilefs verify -q -O expired,weak-signature weak.mobileconfig
	assert_status 0
	assert_no_stderr
	run profilefs verify --format json strong.mobileconfig weak.mobileconfig
	assert_status 0
	assert_stderr '^weak.mobileconfig: warning: .*\[weak-signature\]$'
	assert_equal "[None, 'sha1']" "$(json '[p["weak"] for p in report["profiles"]]')"
	assert_equal "[None, 'sha1']" "$(json '[p["signatures"][0]["weak"] for p in report["profiles"]]')"
	assert_equal "[[], ['weak-signature']]" "$(json '[[w["rule"] for w in p["warnings"]] for p in report["profiles"]]')"
}

# --- what was signed ----------------------------------------------------------------------------------

# signed_what REGEX RULE: p.mobileconfig is intact and its content breaks the rule.
signed_what()
{
	run profilefs verify p.mobileconfig
	assert_status 0
	assert_stdout '^p.mobileconfig: intact'
	assert_stderr "^p.mobileconfig:.*warning: .*$1.*\[$2\]\$"
	run profilefs verify -E "not-a-plist,not-a-profile" p.mobileconfig
	assert_status 1
	assert_stderr "^p.mobileconfig:.*error: .*$1.*\[$2\]\$"
	run profilefs verify -O "$2" p.mobileconfig
	assert_status 0
	assert_no_stderr
	run profilefs verify --format json p.mobileconfig
	assert_equal "$2" "$(json 'p["warnings"][0]["rule"]')"
}

it_warns_when_what_was_signed_is_no_profile()
{
	echo 'hello world' >plain
	signed_by p256-mail p.mobileconfig
	signed_what 'what was signed is no property list: ' not-a-plist
	: >plain
	signed_by p256-mail p.mobileconfig
	signed_what 'what was signed is no property list: ' not-a-plist
	printf '\t<key>Color</key>\n\t<string>red</string>\n' | write_plist >plain
	signed_by p256-mail p.mobileconfig
	signed_what 'no configuration profile' not-a-profile
}

it_knows_what_was_signed_twice()
{
	local form

	signed_by p256-mail once.mobileconfig
	for form in DER PEM; do
		openssl cms -cmsout -inform DER -in once.mobileconfig -outform $form -out plain
		signed_by p256-mail p.mobileconfig
		signed_what 'it was signed twice.*`profilefs sign --unsign` takes one layer off' not-a-plist
	done
	run profilefs sign --unsign p.mobileconfig
	assert_status 0
	run profilefs verify p.mobileconfig
	assert_status 0
	assert_no_stderr
}

# --- json ---------------------------------------------------------------------------------------------

it_writes_json_with_booleans()
{
	signed_by p256-expired p.mobileconfig -certfile "$ROOT_CA"
	run profilefs verify --format json -O expired --cafile "$ROOT_CA" p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_equal 'p.mobileconfig True der True False True False None None []' \
		"$(json '" ".join(str(p[k]) for k in "file signed form intact trusted expired not_yet_valid weak error warnings".split())')"
	run profilefs verify --format json p.mobileconfig
	assert_equal expired "$(json 'p["warnings"][0]["rule"]')"
	run profilefs verify --format json -O expired --cafile "$ROOT_CA" p.mobileconfig
	assert_equal True "$(json 'p["signatures"][0]["chained"]')"
	assert_equal "['emailProtection'] EC P-256 False" \
		"$(json '"{purposes} {key} {self_signed}".format(**p["signatures"][0]["certificate"])')"
	assert_equal '[False, True]' "$(json 'sorted(c["authority"] for c in p["certificates"])')"
	assert_equal "$(openssl x509 -in "$AUTHORITY/p256-expired.crt" -noout -fingerprint -sha256 | cut -d= -f2)" \
		"$(json 'p["signatures"][0]["certificate"]["sha256"]')"
}

it_writes_json_of_what_fails_too()
{
	local odd=$'odd\xff.mobileconfig'

	signed_by p256-mail "$odd"
	cp "$odd" bad
	tamper bad
	head -c 500 "$odd" >short
	run profilefs verify --format json bad short plain absent "$odd"
	assert_status 2
	assert_stderr '^bad: error: .*\[bad-signature\]'
	assert_equal '[False, False, False, False, True]' "$(json '[p["intact"] for p in report["profiles"]]')"
	assert_equal '[True, True, False, None, True]' "$(json '[p["signed"] for p in report["profiles"]]')"
	assert_equal '[True, True, True, True, False]' "$(json '[bool(p["error"]) for p in report["profiles"]]')"
	assert_equal "['bad-signature', 'bad-signature', None, None, None]" \
		"$(json '[p["rule"] for p in report["profiles"]]')"
	assert_equal "odd\\ufffd.mobileconfig" "$(json 'ascii(report["profiles"][4]["file"]).strip(chr(39))')"
}

# --- the same -----------------------------------------------------------------------------------------

it_proves_that_the_content_is_the_plain_file()
{
	signed_by p256-mail p.mobileconfig
	run profilefs verify --same p.mobileconfig plain
	assert_status 0
	assert_equal "p.mobileconfig: intact, and what was signed is plain, byte for byte ($(wc -c <plain) bytes)" \
		"$(cat "$T.run/stdout")"
	run profilefs verify --same p.mobileconfig - <plain
	assert_status 0
	run profilefs verify --same -q p.mobileconfig plain
	assert_status 0
	assert_equal '' "$(cat "$T.run/stdout" "$T.run/stderr")" "what -q says"
}

# differs REGEX: from `other`.
differs()
{
	run profilefs verify --same p.mobileconfig other
	assert_status 1
	assert_stderr "^other:$1"
	assert_equal '' "$(cat "$T.run/stdout")" "the standard output"
}

it_says_where_the_content_differs()
{
	local size offset

	signed_by p256-mail p.mobileconfig
	size=$(wc -c <plain)
	sed 's/grüße/grüne/' plain >other
	offset=$(cmp plain other | sed -n 's/.*byte \([0-9]*\),.*/\1/p') || true
	differs "6:13: error: byte $offset is the first that differs: 0xC3 in 'p.mobileconfig', 0x6E here"
	head -c 50 plain >other
	differs ".*error: it ends after byte 50, and 'p.mobileconfig' has $((size - 50)) more"
	{ cat plain; echo; } >other
	differs ".*error: 'p.mobileconfig' ends after byte $size, and here are 1 more"
}

it_knows_openssls_text_conversion()
{
	signed_by p256-mail p.mobileconfig
	sed 's/$/\r/' plain >other
	differs '.*only line endings differ: LF in .*, CR LF here'
	mv plain other
	openssl cms -sign -nodetach -outform DER -in other -out p.mobileconfig -signer "$AUTHORITY/p256-mail.crt" \
		-inkey "$AUTHORITY/p256.key"
	differs '.*only line endings differ: CR LF in .*, LF here.*-binary'
}

it_compares_only_what_is_intact_with_what_is_plain()
{
	signed_by p256-mail p.mobileconfig
	cp p.mobileconfig other
	run profilefs verify --same p.mobileconfig other
	assert_status 2
	assert_stderr '^other: error: it is signed itself'
	run profilefs verify --same plain plain
	assert_status 1
	assert_stderr '^plain: error: not signed'
	tamper p.mobileconfig
	sed 's/PayloadType/PayloadTypo/' plain >other
	run profilefs verify --same p.mobileconfig other
	assert_status 1
	assert_stderr '^p.mobileconfig: error: .*\[bad-signature\]'
	run profilefs verify --same p.mobileconfig absent
	assert_status 1
	for words in p.mobileconfig 'p.mobileconfig plain plain' '--format json p.mobileconfig plain'; do
		# shellcheck disable=SC2086 # a list of words
		run profilefs verify --same $words
		assert_status 2
	done
}

# --- folders ------------------------------------------------------------------------------------------

it_verifies_what_is_in_a_folder()
{
	mkdir -p all/deep all/tree
	echo Configuration >all/tree/PayloadType
	signed_by p256-mail all/a.mobileconfig
	cp all/a.mobileconfig all/deep/b.mobileconfig
	cp plain all/deep/other.plist
	run profilefs verify -b all plain
	assert_status 1
	assert_equal 'all/a.mobileconfig all/deep/b.mobileconfig plain' \
		"$(sed 's/:.*//' "$T.run/stdout" | paste -sd ' ')"
	assert_stderr '^all/tree: warning: this is an exploded tree'
	assert_stderr '^3 profiles: 2 intact, 0 trusted, 1 not signed$'
	run profilefs verify -q all
	assert_status 0
	assert_no_stderr
	run profilefs verify all/tree
	assert_status 2
	assert_stderr '^all/tree: error: this is an exploded tree'
	mkdir empty
	run profilefs verify --format json empty all
	assert_status 2
	assert_stderr '^empty: error: no profile is in this folder'
	assert_equal 2 "$(json 'len(report["profiles"])')"
}

# --- usage --------------------------------------------------------------------------------------------

it_says_how_it_is_used_wrongly()
{
	run profilefs verify
	assert_status 2
	assert_stderr 'the profiles are missing'
	run profilefs verify --format xml p
	assert_status 2
	assert_stderr 'text or json'
	run profilefs verify -W bad-signature p
	assert_status 2
	assert_stderr "'bad-signature' is not looked at here: the rules are expired, weak-signature, not-a-plist and not-a-profile\$"
	run profilefs verify -E expired,foo p
	assert_status 2
	assert_stderr "no rule 'foo': the rules are expired, weak-signature, not-a-plist and not-a-profile\$"
	run profilefs verify -E expird p
	assert_status 2
	assert_stderr 'did you mean expired'
	run profilefs verify - -
	assert_status 2
	run profilefs verify --trust p
	assert_status 2
	run profilefs verify .
	assert_status 2
	run profilefs verify --help
	assert_status 0
	assert_stdout '^usage: profilefs verify'
}

# --- real ones ----------------------------------------------------------------------------------------

it_finds_every_real_signed_profile_intact()
{
	[ -n "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of real profiles"
	[ -d "$PROFILEFS_TEST_PROFILES" ] || skip "there is no folder $PROFILEFS_TEST_PROFILES"
	# A CMS begins with a SEQUENCE of a long or indefinite length; no property list does.
	find -L "$PROFILEFS_TEST_PROFILES" -type f -name '*.mobileconfig' -print0 |
		"$PYTHON" -c 'if True:
			import sys
			for name in sys.stdin.buffer.read().split(b"\0")[:-1]:
				with open(name, "rb") as file:
					start = file.read(2)
				if len(start) == 2 and start[0] == 0x30 and start[1] >= 0x80:
					sys.stdout.buffer.write(name + b"\0")
			' >signed
	[ -s signed ] || skip "no profile in $PROFILEFS_TEST_PROFILES is signed"
	mapfile -d '' -t profiles <signed
	run profilefs verify --format json -O expired "${profiles[@]}"
	assert_no_stderr
	assert_status 0
	assert_equal "${#profiles[@]}" "$(json 'sum(p["intact"] and not p["trusted"] for p in report["profiles"])')" \
		"how many are intact, and not trusted without the system's certificates"
	assert_equal True "$(json '2 * sum(p["expired"] for p in report["profiles"]) > len(report["profiles"])')" \
		"most have expired"
}

run_tests "$@"
