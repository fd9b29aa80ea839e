#!/usr/bin/env bash
# profilefs new: fresh profiles, what is filled in, and what is left to the user.
. "$(dirname "$0")/lib.sh"

# new [ARG...]: into p.mobileconfig, with what is said left for the assertions.
new()
{
	run profilefs new "$@"
	cp "$T.run/stdout" p.mobileconfig
}

new_or_fail()
{
	new "$@"
	assert_status 0
}

# python EXPRESSION: of the profile `o`.
python()
{
	"$PYTHON" -c 'import plistlib, re, sys; o = plistlib.load(open(sys.argv[1], "rb")); print(eval(sys.argv[2]))' \
		p.mobileconfig "$1"
}

UUID='[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}'

# open_keys: the paths that were said to be still open.
open_keys()
{
	sed -nE 's/^profilefs: note: (.*): is still (to be filled in|empty): .*/\1/p' "$T.run/stderr"
}

it_begins_an_empty_profile()
{
	new_or_fail
	assert_no_stderr
	assert_equal "Configuration 1 []" "$(python '"{PayloadType} {PayloadVersion} {PayloadContent}".format(**o)')"
	assert_equal True "$(python "bool(re.fullmatch('$UUID', o['PayloadUUID']))")"
	assert_equal True "$(python 'o["PayloadIdentifier"].endswith(o["PayloadUUID"])')"
	assert_equal True "$(python '"PayloadDisplayName" in o')"
	run profilefs check p.mobileconfig
	assert_status 0
	assert_stderr 'no problems'
}

it_is_another_one_each_time()
{
	new_or_fail com.apple.dock
	python 'o["PayloadUUID"], o["PayloadContent"][0]["PayloadUUID"]' >first
	new_or_fail com.apple.dock
	python 'o["PayloadUUID"], o["PayloadContent"][0]["PayloadUUID"]' >second
	! cmp -s first second || fail "expected: other UUIDs" "got:      $(cat second)"
}

it_takes_an_identifier_and_a_name()
{
	new_or_fail --identifier org.example.wifi --name 'Ünïcode & <more>' com.apple.wifi.managed
	assert_equal org.example.wifi "$(python 'o["PayloadIdentifier"]')"
	assert_equal 'Ünïcode & <more>' "$(python 'o["PayloadDisplayName"]')"
	assert_equal org.example.wifi.com.apple.wifi.managed "$(python 'o["PayloadContent"][0]["PayloadIdentifier"]')"
}

it_gives_each_payload_what_every_payload_has()
{
	new_or_fail --identifier org.example com.apple.wifi.managed com.apple.dock com.apple.wifi.managed
	assert_equal "['com.apple.wifi.managed', 'com.apple.dock', 'com.apple.wifi.managed']" \
		"$(python '[p["PayloadType"] for p in o["PayloadContent"]]')"
	assert_equal "['org.example.com.apple.wifi.managed', 'org.example.com.apple.dock', 'org.example.com.apple.wifi.managed.2']" \
		"$(python '[p["PayloadIdentifier"] for p in o["PayloadContent"]]')"
	assert_equal 4 "$(python 'len({p["PayloadUUID"] for p in o["PayloadContent"] + [o]})')"
	assert_equal "{1}" "$(python '{p["PayloadVersion"] for p in o["PayloadContent"]}')"
}

it_lists_what_is_still_to_be_filled_in()
{
	new_or_fail com.apple.mdm
	assert_equal "PayloadContent/com.apple.mdm/IdentityCertificateUUID
PayloadContent/com.apple.mdm/ServerURL
PayloadContent/com.apple.mdm/Topic" "$(open_keys | sort)"
	assert_stderr 'com.apple.mdm/ServerURL: is still to be filled in: .*https://'
	assert_stderr 'com.apple.mdm/IdentityCertificateUUID: is still .* com.apple.security.scep'
	assert_equal "['', '', '']" \
		"$(python '[o["PayloadContent"][0][k] for k in ("IdentityCertificateUUID", "ServerURL", "Topic")]')"
}

it_refers_to_a_payload_of_the_same_profile()
{
	new_or_fail com.apple.mdm com.apple.security.scep com.apple.security.scep
	assert_equal True "$(python 'o["PayloadContent"][0]["IdentityCertificateUUID"] == o["PayloadContent"][1]["PayloadUUID"]')"
	assert_no_stderr IdentityCertificateUUID
}

it_fills_in_defaults_and_only_values()
{
	cat >own.schema <<-'EOT'
	payload org.example.door macOS(10.7)
	  Colour string required default=red
	  Mode string required values=open
	  Sample string required values=one custom
	  Wrong integer required default=many
	  Far integer required range=5..9
	  Width real required
	  Shut boolean required
	  Since date required
	  Image data required
	  Any any required
	  Hinges array required items=2..
	    - dict
	      Side string required default=left
	      Note string
	  Locks array required
	    - string
	  Frame dict required
	    Wood string
	  Lamp dict required
	    Volt integer required default=230
	  Optional string default=x
	profile
	  PayloadType string required
	common
	  PayloadType string required
	EOT
	new_or_fail --schema own.schema org.example.door
	door()
	{
		assert_equal "$2" "$(python "o['PayloadContent'][0]['$1']")" "$1"
	}
	door Colour red
	door Mode open
	door Sample ''
	door Wrong 0
	door Far 0
	door Width 0.0
	door Shut False
	door Since '2001-01-01 00:00:00'
	door Image "b''"
	door Any ''
	door Hinges "[{'Side': 'left'}, {'Side': 'left'}]"
	door Locks '[]'
	door Frame '{}'
	door Lamp "{'Volt': 230}"
	assert_equal False "$(python '"Optional" in o["PayloadContent"][0]')"
	assert_equal "Sample Wrong Far Width Shut Since Image Any Locks Frame" \
		"$(open_keys | sed 's|.*/||' | tr '\n' ' ' | sed 's/ $//')"
	assert_stderr 'org.example.door/Far: is still to be filled in: .*5.*9'
	assert_stderr 'org.example.door/Locks: is still empty: array of string'
	assert_stderr 'org.example.door/Frame: is still empty: .*Wood'
}

it_adds_what_a_rule_needs()
{
	cat >own.schema <<-'EOT'
	payload org.example.door macOS(10.7)
	  Colour string required default=red
	  Paint string
	  Brush string
	  Price integer default=5
	  ! need Paint when Colour=red
	  ! need Brush Price when Paint
	  ! need Ladder when Colour=blue
	profile
	  PayloadType string required
	common
	  PayloadType string required
	EOT
	new_or_fail --schema own.schema org.example.door
	assert_equal "PayloadContent/org.example.door/Paint PayloadContent/org.example.door/Brush" \
		"$(open_keys | tr '\n' ' ' | sed 's/ $//')"
	assert_equal False "$(python '"Price" in o["PayloadContent"][0]')"
}

it_comes_to_an_end_where_required_keys_nest_forever()
{
	cat >own.schema <<-'EOT'
	payload org.example.door macOS(10.7)
	  Door dict required as=Door
	    Inner dict required like=Door
	  Rows array required as=Rows items=1..
	    - array required like=Rows items=3..
	profile
	  PayloadType string required
	common
	  PayloadType string required
	EOT
	timeout 20 "$PROFILEFS" new --schema own.schema org.example.door >p.mobileconfig
	assert_equal True "$(python '"Inner" in o["PayloadContent"][0]["Door"]["Inner"]')"
}

it_passes_check_once_it_is_filled_in()
{
	new_or_fail --identifier org.example.mdm com.apple.security.pem com.apple.security.scep com.apple.mdm
	make_ca
	cat >fill <<-EOT
	set -e
	cat $CA/ca.crt >PayloadContent/com.apple.security.pem/PayloadContent
	echo https://scep.example.org >PayloadContent/com.apple.security.scep/PayloadContent/URL
	cd PayloadContent/com.apple.mdm
	echo https://mdm.example.org >ServerURL
	echo com.apple.mgmt.External.1234 >Topic
	EOT
	open_keys | sort >open
	assert_file open "PayloadContent/com.apple.mdm/ServerURL
PayloadContent/com.apple.mdm/Topic
PayloadContent/com.apple.security.pem/PayloadContent
PayloadContent/com.apple.security.scep/PayloadContent/URL
"
	run profilefs check p.mobileconfig
	assert_status 1
	run profilefs exec p.mobileconfig -- sh "$PWD/fill"
	assert_status 0
	run profilefs check p.mobileconfig
	assert_status 0
	assert_stderr 'no problems'
}

it_leaves_nothing_wrong_but_what_it_says()
{
	local types

	# Of some types a profile may have one; each is there once.
	mapfile -t types < <(profilefs schema | awk '{ print $1 }')
	new_or_fail "${types[@]}"
	assert_equal "${#types[@]}" "$(python 'len(o["PayloadContent"])')"
	open_keys >open
	assert_line . open
	grep -E ': (warning|error): ' "$T.run/stderr" | grep -v '\[deprecated-key\]' && fail "expected: no other problem"
	profilefs check p.mobileconfig 2>summary | grep -v '\[deprecated-key\]' >found || true
	sed 's/$/: /' open | grep -vFf - found >rest || true
	assert_file rest ''
}

it_takes_a_preference_domain()
{
	new_or_fail --identifier org.example com.google.Chrome
	assert_stderr "^profilefs: note: .*'com.google.Chrome'.*preference domain"
	assert_equal 1 "$(grep -c com.google.Chrome "$T.run/stderr")" "lines about the type"
	assert_equal org.example.com.google.Chrome "$(python 'o["PayloadContent"][0]["PayloadIdentifier"]')"
	run profilefs check p.mobileconfig
	assert_status 0
}

it_refuses_types_that_are_misspelt()
{
	new_says()
	{
		new com.apple.dock "$1"
		assert_status 2
		assert_stderr "$2"
		assert_equal 0 "$(wc -c <p.mobileconfig)"
	}
	new_says com.apple.mdn "did you mean 'com.apple.mdm'"
	new_says com.apple.wifi.Managed "did you mean 'com.apple.wifi.managed'"
	new_says mdm "did you mean 'com.apple.mdm'"
	new_says nonsense "there is no payload type 'nonsense'"
	new_says 'a b.c' "there is no payload type"
	new_says .x "there is no payload type"
	new_says x. "there is no payload type"
	new_says '' 'must not be empty'
	new_says $'a.b\x01' 'cannot stand in a profile'
}

it_refuses_what_may_be_there_once()
{
	new com.apple.mdm com.apple.mdm
	assert_status 2
	assert_stderr 'com.apple.mdm'
	assert_equal 0 "$(wc -c <p.mobileconfig)"
}

it_says_what_is_out_of_use()
{
	new_or_fail com.apple.dashboard
	assert_stderr 'warning: .*com.apple.dashboard.*\[deprecated-key\]'
}

it_knows_types_of_manifests()
{
	mkdir manifests
	write_plist >manifests/org.example.fence.plist <<-'EOT'
		<key>pfm_domain</key><string>org.example.fence</string>
		<key>pfm_subkeys</key>
		<array>
			<dict>
				<key>pfm_name</key><string>Planks</string>
				<key>pfm_type</key><string>integer</string>
				<key>pfm_require</key><string>always</string>
				<key>pfm_default</key><integer>7</integer>
			</dict>
		</array>
	EOT
	new_or_fail --manifests manifests org.example.fence
	assert_equal 7 "$(python 'o["PayloadContent"][0]["Planks"]')"
}

it_helps_who_uses_it_wrongly()
{
	new --identifier ''
	assert_status 2
	assert_stderr 'identifier must not be empty'
	new --name $'a\x02'
	assert_status 2
	assert_stderr 'name cannot stand in a profile'
	new --name
	assert_status 2
	assert_stderr 'needs a value'
	new --nane x
	assert_status 2
	new --schema absent
	assert_status 2
	assert_stderr '^absent: error: '
	run profilefs new --help
	assert_status 0
	assert_stdout '^usage: profilefs new'
	[ "$(wc -l <"$T.run/stdout")" -le 24 ] || fail "expected: a help of one screen"
}

it_notices_a_full_disk()
{
	run bash -c '"$PROFILEFS" new >/dev/full'
	assert_status 2
	assert_stderr 'No space left'
}

run_tests "$@"
