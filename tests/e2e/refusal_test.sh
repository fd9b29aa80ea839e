#!/usr/bin/env bash
# What Apple's schema refuses fails at once, with the reason; what it allows passes. In shells, with editors and
# tools.
. "$(dirname "$0")/lib.sh"

# wrong KEY TEXT RULE [REDIRECTION]: `echo TEXT > KEY` fails in every shell, leaves the old value, and says why.
wrong()
{
	local key=mnt/$MDM/$1 text=$2 rule=$3 how=${4:->} shell old=absent

	[ ! -e "$key" ] || old=$(cat "$key")
	for shell in bash dash; do
		run "$shell" -c "echo '$text' $how $key"
		assert_status 1
		[ -s "$T.run/stderr" ] || fail "expected: $shell says that it failed" "$(run_said)"
		assert_line "error: $MDM/$1: .* \[$rule\]\$" mnt/.profilefs/last-error
		if [ "$old" = absent ]; then
			assert_missing "$key"
		else
			assert_equal "$old" "$(cat "$key")" "the value after $shell was refused"
		fi
	done
}

# right KEY TEXT: passes.
right()
{
	echo "$2" >"mnt/$MDM/$1"
	assert_file "mnt/$MDM/$1" "$2"$'\n'
}

it_refuses_the_six_mistakes_at_once()
{
	with_profile
	wrong ServerURL htp://x bad-format
	assert_line "htp://x.*https://" mnt/.profilefs/last-error
	wrong AccessRights 99999 '(access-rights|out-of-range)'
	wrong AccessRights 2 access-rights
	wrong SignMessage maybe wrong-type
	wrong ServerURI x unknown-key
	assert_line "did you mean ServerURL\?" mnt/.profilefs/last-error
	assert_line "-o unknown=allow" mnt/.profilefs/last-error
	wrong ServerCapabilities com.apple.mdm.tokn not-allowed-value '>>'
	assert_line "com.apple.mdm.token" mnt/.profilefs/last-error
	umount_profile
	assert_same before p.mobileconfig
}

it_makes_no_key_that_nobody_knows()
{
	local file=mnt/$MDM/ServerURI

	with_profile
	run touch "$file"
	assert_failed
	run cp before "$file"
	assert_failed
	# Nothing is written, so nothing could fail: it is said later.
	: >"$file"
	assert_missing "$file"
	run profilefs umount mnt
	assert_stderr 'ServerURI is not a known key'
	assert_same before p.mobileconfig
	run profilefs exec p.mobileconfig -- sh -c ": >$MDM/ServerURI"
	assert_status 1
	assert_same before p.mobileconfig
}

it_takes_what_is_right()
{
	with_profile
	right ServerURL https://mdm.example.org:8443/server
	right AccessRights 3
	right SignMessage true
	right CheckInURL https://mdm.example.org/in
	echo com.apple.mdm.token >>mnt/$MDM/ServerCapabilities
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/2/AccessRights: 8191 -> 3
	PayloadContent/2/CheckInURL: 'https://mdm.example.org/checkin' -> 'https://mdm.example.org/in'
	+ PayloadContent/2/ServerCapabilities/2: 'com.apple.mdm.token'
	PayloadContent/2/ServerURL: 'https://mdm.example.org/server' -> 'https://mdm.example.org:8443/server'
	+ PayloadContent/2/SignMessage: True
	EOT
}

it_refuses_without_a_final_newline_too()
{
	with_profile
	run bash -c "printf htp://x > mnt/$MDM/ServerURL"
	assert_failed
	run bash -c "printf 99999 > mnt/$MDM/AccessRights"
	assert_failed
	run bash -c "printf may > mnt/$MDM/SignMessage"
	assert_failed
	run bash -c "printf com.apple.mdm.x >> mnt/$MDM/ServerCapabilities"
	assert_failed
	umount_profile
	assert_same before p.mobileconfig
}

it_names_keys_that_differ_in_case_only()
{
	with_profile
	run bash -c "echo x > mnt/$WIFI/ssid_str"
	assert_failed
	assert_line "SSID_STR" mnt/.profilefs/last-error
	assert_line "case" mnt/.profilefs/last-error
	umount_profile
}

it_refuses_reserved_names_also_where_any_key_is_taken()
{
	local file=mnt/$ALL/PayloadIdentifer

	with_profile
	run bash -c "echo x >$file"
	assert_status 1
	assert_line 'did you mean PayloadIdentifier\?' mnt/.profilefs/last-error
	echo x >mnt/$ALL/PayloadOfTheDay
	umount_profile
	assert_value p.mobileconfig PayloadContent/5/PayloadOfTheDay "'x'"
}

it_refuses_a_line_that_stands_there_already()
{
	with_profile
	run bash -c "echo com.apple.mdm.bootstraptoken >> mnt/$MDM/ServerCapabilities"
	assert_failed
	assert_line "\[duplicate-element\]" mnt/.profilefs/last-error
	umount_profile
	assert_same before p.mobileconfig
}

it_knows_types_of_new_keys()
{
	with_profile
	echo 2025 >mnt/PayloadDescription
	echo 22 >mnt/$WIFI/ProxyServer
	printf 'abc' >mnt/PayloadContent/com.apple.security.pem/PayloadContent
	echo 5 >mnt/DurationUntilRemoval
	echo 2026-12-31T00:00:00Z >mnt/RemovalDate
	umount_profile
	assert_value p.mobileconfig PayloadDescription "'2025'"
	assert_value p.mobileconfig PayloadContent/3/ProxyServer "'22'"
	assert_value p.mobileconfig PayloadContent/0/PayloadContent "b'abc'"
	assert_line '<real>5</real>' p.mobileconfig
	assert_line '<date>2026-12-31T00:00:00Z</date>' p.mobileconfig
}

it_makes_arrays_and_dictionaries_by_their_keys()
{
	with_profile
	mkdir mnt/$WIFI/EAPClientConfiguration
	printf '13\n25\n' >mnt/$WIFI/EAPClientConfiguration/AcceptEAPTypes
	echo example.org >mnt/$WIFI/DomainName
	mkdir -p mnt/PayloadContent/com.apple.vpn.managed/IPv4
	mkdir mnt/PayloadContent/com.apple.airplay
	mkdir mnt/PayloadContent/com.apple.airplay/Passwords
	mkdir mnt/PayloadContent/com.apple.airplay/Passwords/00
	echo TV >mnt/PayloadContent/com.apple.airplay/Passwords/00/DeviceName
	echo secret >mnt/PayloadContent/com.apple.airplay/Passwords/00/Password
	rm -r mnt/PayloadContent/com.apple.vpn.managed
	run mkdir mnt/$MDM/ServerURL.d
	assert_failed
	run mkdir mnt/$MDM/SignMessage
	assert_failed
	assert_line "\[wrong-type\]" mnt/.profilefs/last-error
	run bash -c "echo x > mnt/$WIFI.2/EAPClientConfiguration"
	assert_failed
	assert_line "dict.*\[wrong-type\]" mnt/.profilefs/last-error
	umount_profile
	assert_value p.mobileconfig PayloadContent/3/EAPClientConfiguration "{'AcceptEAPTypes': [13, 25]}"
	assert_value p.mobileconfig PayloadContent/6/Passwords "[{'DeviceName': 'TV', 'Password': 'secret'}]"
}

it_lets_editors_and_tools_work()
{
	need vim git
	with_profile
	sed -i 's/mdm.example/mdm2.example/' mnt/$MDM/ServerURL
	assert_file mnt/$MDM/ServerURL $'https://mdm2.example.org/server\n'
	run sed -i 's/https/htp/' mnt/$MDM/ServerURL
	assert_failed
	assert_file mnt/$MDM/ServerURL $'https://mdm2.example.org/server\n'
	run vim -u NONE -es -c '%s/mdm2/mdm3/' -c wq mnt/$MDM/ServerURL
	assert_status 0
	assert_file mnt/$MDM/ServerURL $'https://mdm3.example.org/server\n'
	cp -r mnt copy
	git init -q copy
	git -C copy add -A
	git -C copy -c user.name=x -c user.email=x@example.org commit -qm first
	echo https://mdm4.example.org/ >mnt/$MDM/ServerURL
	git -C copy --work-tree="$T/mnt" checkout -q -- .
	assert_file mnt/$MDM/ServerURL $'https://mdm3.example.org/server\n'
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/2/ServerURL: 'https://mdm.example.org/server' -> 'https://mdm3.example.org/server'
	EOT
}

it_takes_placeholders_where_values_are_limited()
{
	with_profile
	right ServerURL '$FLEET_VAR_SERVER'
	right AccessRights '$FLEET_VAR_RIGHTS'
	right Topic 'com.apple.mgmt.{{topic}}'
	umount_profile
	assert_line '<integer>\$FLEET_VAR_RIGHTS</integer>' p.mobileconfig
}

it_takes_all_of_it_when_asked()
{
	with_profile unknown=allow
	echo x >mnt/$MDM/ServerURI
	umount_profile
	cp before p.mobileconfig
	mount_profile p.mobileconfig check=warn
	echo htp://x >mnt/$MDM/ServerURL
	echo x >mnt/$MDM/ServerURI
	run bash -c "echo maybe > mnt/$MDM/SignMessage"
	assert_failed
	run profilefs umount mnt
	assert_status 0
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/2/ServerURL: 'https://mdm.example.org/server' -> 'htp://x'
	+ PayloadContent/2/ServerURI: 'x'
	EOT
}

it_keeps_what_was_wrong_before_editable()
{
	make_profile p.mobileconfig
	sed -i 's,https://mdm.example.org/server,http://old/,; s,<key>ProxyType,<key>ProxyTipe,' p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	assert_line 'ServerURL.*\[bad-format\]' mnt/.profilefs/problems
	# The same bytes are no news.
	cp mnt/$MDM/ServerURL url
	cp url mnt/$MDM/ServerURL
	echo Auto >mnt/$WIFI/ProxyTipe
	rm mnt/$WIFI/ProxyTipe
	echo Auto >mnt/$WIFI/ProxyTipe
	run bash -c "echo http://new/ > mnt/$MDM/ServerURL"
	assert_failed
	umount_profile
	assert_line 'ProxyTipe' p.mobileconfig
	assert_line '<string>http://old/</string>' p.mobileconfig
}

it_mends_an_integer_under_a_boolean_key()
{
	make_profile p.mobileconfig
	sed -i '0,/<key>AutoJoin/{/<key>AutoJoin/{n;s,<true/>,<integer>1</integer>,}}' p.mobileconfig
	assert_line '<integer>1</integer>' p.mobileconfig
	mount_profile p.mobileconfig
	echo false >mnt/$WIFI/AutoJoin
	umount_profile
	assert_value p.mobileconfig PayloadContent/3/AutoJoin False
}

it_leaves_a_string_a_string_under_sed()
{
	with_profile
	sed -i 's/3/4/' mnt/$ALL/Three
	umount_profile
	assert_value p.mobileconfig PayloadContent/5/Three "'4'"
}

it_tells_the_schema_by_attributes()
{
	need getfattr
	with_profile
	attribute()
	{
		getfattr --only-values -n "user.profilefs.$1" "mnt/$2" 2>/dev/null
	}
	assert_equal string "$(attribute type $WIFI/EncryptionType)"
	attribute values $WIFI/EncryptionType >values
	assert_line '^WPA3$' values
	assert_equal required "$(attribute presence $MDM/ServerURL)"
	[[ $(attribute format $MDM/ServerURL) == '^https://'* ]]
	attribute since $MDM/ServerURL >since
	assert_line 'macOS 10.7' since
	attribute keys $MDM >keys
	assert_line '^ServerURL$' keys
	assert_line '^SignMessage$' keys
	[ "$(grep -n '^ServerURL$' keys | cut -d: -f1)" -lt "$(grep -n '^SignMessage$' keys | cut -d: -f1)" ]
	run getfattr -n user.profilefs.values mnt/$ALL/Text
	assert_failed
	getfattr -d mnt/$WIFI/EncryptionType >listed
	assert_equal 1 "$(grep -c '^user\.' listed)"
	umount_profile
}

it_refuses_to_save_what_the_edits_broke_together()
{
	with_profile
	rm mnt/$MDM/Topic
	assert_line "$MDM/Topic: .*\[missing-key\]" mnt/.profilefs/problems
	run profilefs umount mnt
	assert_failed
	assert_stderr '\[missing-key\]'
	echo com.apple.mgmt.External.x >mnt/$MDM/Topic
	rm -r mnt/PayloadContent/com.apple.security.scep
	assert_line "IdentityCertificateUUID: .*\[dangling-reference\]" mnt/.profilefs/problems
	run profilefs umount mnt
	assert_failed
	assert_stderr '\[dangling-reference\]'
	run profilefs umount --force mnt
	assert_same before p.mobileconfig
}

it_warns_when_a_fixed_key_changes()
{
	with_profile
	echo https://elsewhere.example.org/ >mnt/$MDM/ServerURL
	assert_line "warning: $MDM/ServerURL: .*\[immutable-key\]" mnt/.profilefs/problems
	run profilefs umount mnt
	assert_status 0
}

it_reads_a_schema_that_is_named()
{
	cat >my.schema <<-'EOT'
	payload com.apple.mdm
	  ServerURL string required
	  Extra integer range=1..3
	EOT
	make_profile p.mobileconfig
	mount_profile p.mobileconfig schema="$T/my.schema"
	echo 2 >mnt/$MDM/Extra
	run bash -c "echo 4 > mnt/$MDM/Extra"
	assert_failed
	run profilefs umount --force mnt
	printf 'payload x\n  A strin\n' >bad.schema
	cp "$FOLDER/example.mobileconfig" p.mobileconfig
	run profilefs p.mobileconfig mnt -o schema=bad.schema
	assert_status 2
	assert_stderr 'bad.schema:2:.*strin'
	! is_mounted mnt
}

run_tests
