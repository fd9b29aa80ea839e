#!/usr/bin/env bash
# Payloads that are made, copied, renamed; and fresh profiles.
. "$(dirname "$0")/lib.sh"

UUID='[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}'

it_fills_in_what_a_new_payload_lacks()
{
	with_profile
	mkdir mnt/PayloadContent/com.apple.dock
	echo left >mnt/PayloadContent/com.apple.dock/orientation
	umount_profile
	assert_value p.mobileconfig PayloadContent/6/PayloadType "'com.apple.dock'"
	assert_value p.mobileconfig PayloadContent/6/PayloadVersion 1
	assert_value p.mobileconfig PayloadContent/6/orientation "'left'"
	[[ $(value p.mobileconfig PayloadContent/6/PayloadUUID) =~ ^\'$UUID\'$ ]] ||
		fail "expected: a UUID" "got:      $(value p.mobileconfig PayloadContent/6)"
	[ -n "$(value p.mobileconfig PayloadContent/6/PayloadIdentifier | tr -d "'")" ]
	assert_one_hunk before p.mobileconfig
}

it_shows_what_it_filled_in_after_a_sync()
{
	local dock=mnt/PayloadContent/com.apple.dock uuid

	with_profile
	mkdir $dock
	echo left >$dock/orientation
	assert_listing $dock orientation
	sync mnt
	[[ $(cat $dock/PayloadUUID) =~ ^$UUID$ ]]
	assert_listing $dock "orientation PayloadType PayloadVersion PayloadUUID PayloadIdentifier"
	assert_file $dock/PayloadType $'com.apple.dock\n'
	uuid=$(cat $dock/PayloadUUID)
	echo right >$dock/orientation
	umount_profile
	assert_value p.mobileconfig PayloadContent/6/PayloadUUID "'$uuid'"
	assert_value p.mobileconfig PayloadContent/6/orientation "'right'"
}

it_keeps_what_a_new_payload_was_given()
{
	with_profile
	mkdir mnt/PayloadContent/com.apple.dock
	echo org.example.dock >mnt/PayloadContent/com.apple.dock/PayloadIdentifier
	echo 1 >mnt/PayloadContent/com.apple.dock/PayloadVersion
	echo 0F6D2A34-0D5A-4A0F-8E8B-6B9A1C1E0001 >mnt/PayloadContent/com.apple.dock/PayloadUUID
	umount_profile
	assert_value p.mobileconfig PayloadContent/6 "{'PayloadIdentifier': 'org.example.dock', 'PayloadVersion': 1, $(
	)'PayloadUUID': '0F6D2A34-0D5A-4A0F-8E8B-6B9A1C1E0001', 'PayloadType': 'com.apple.dock'}"
}

it_gives_a_cloned_payload_a_uuid_and_an_identifier_of_its_own()
{
	with_profile
	cp -r mnt/$WIFI mnt/$WIFI.3
	echo Hotel >mnt/$WIFI.3/SSID_STR
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'managed.3/PayloadUUID'
	assert_stderr 'managed.3/PayloadIdentifier'
	run "$PYTHON" - before p.mobileconfig <<-'PYTHON'
	import plistlib, re, sys
	before, after = (plistlib.load(open(file, "rb"))["PayloadContent"] for file in sys.argv[1:])
	[clone] = [payload for payload in after if payload.get("SSID_STR") == "Hotel"]
	assert [payload for payload in after if payload is not clone] == before, "the others are as they were"
	office = before[3]
	differ = {key for key in office if office[key] != clone[key]}
	assert differ == {"SSID_STR", "PayloadUUID", "PayloadIdentifier"}, differ
	assert re.fullmatch("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", clone["PayloadUUID"]), clone
	PYTHON
	assert_status 0
	mount_profile p.mobileconfig
	assert_file mnt/$WIFI.3/SSID_STR $'Hotel\n'
	umount_profile
}

it_clones_into_the_next_number_with_cp_of_a_folder()
{
	with_profile
	cp -a mnt/$MDM mnt/$MDM.2
	assert_file mnt/$MDM.2/AccessRights $'8191\n'
	run mkdir mnt/$MDM
	assert_stderr 'File exists'
	rm -r mnt/$MDM.2
	umount_profile
	assert_changes before p.mobileconfig <<<''
}

it_refuses_another_payload_type_than_the_folders_name_says()
{
	with_profile
	run bash -c 'echo com.apple.dock > "$1"' bash mnt/$WIFI/PayloadType
	assert_status 1
	assert_stderr 'Invalid argument'
	assert_line 'PayloadType' mnt/.profilefs/last-error
	assert_file mnt/$WIFI/PayloadType $'com.apple.wifi.managed\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_changes_the_payload_type_when_the_folder_is_renamed()
{
	with_profile
	mv mnt/$ALL mnt/PayloadContent/org.example.other
	assert_file mnt/PayloadContent/org.example.other/PayloadType $'org.example.other\n'
	assert_file mnt/PayloadContent/org.example.other/Number $'42\n'
	umount_profile
	assert_changes before p.mobileconfig <<<\
"PayloadContent/5/PayloadType: 'org.example.everything' -> 'org.example.other'"
	assert_one_hunk before p.mobileconfig
}

it_keeps_names_until_the_unmount()
{
	with_profile
	rm -r mnt/$WIFI
	assert_file mnt/$WIFI.2/SSID_STR $'Guests\n'
	assert_missing mnt/$WIFI
	umount_profile
	mount_profile p.mobileconfig
	assert_file mnt/$WIFI/SSID_STR $'Guests\n'
	assert_missing mnt/$WIFI.2
	umount_profile
}

it_renames_keys_and_moves_them_between_payloads()
{
	with_profile
	mv mnt/$ALL/Number mnt/$ALL/Count
	mv mnt/$ALL/Text mnt/$ALL/Nested/Text
	mv mnt/$ALL/Nested/Deeper mnt/$ALL/Deeper
	umount_profile
	assert_value p.mobileconfig PayloadContent/5/Count 42
	assert_value p.mobileconfig PayloadContent/5/Nested "{'Nothing': {}, 'Text': 'plain'}"
	assert_value p.mobileconfig PayloadContent/5/Deeper "{'Deepest': True}"
	assert_no_line '<key>Number</key>' p.mobileconfig
}

it_renames_over_a_folder_only_if_that_is_empty()
{
	with_profile
	run mv -T mnt/$WIFI mnt/$WIFI.2
	assert_status 1
	assert_stderr 'not empty'
	run mv -n mnt/$WIFI/SSID_STR mnt/$WIFI/Password
	assert_file mnt/$WIFI/Password $'correct horse\n'
	assert_file mnt/$WIFI/SSID_STR $'Office\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_begins_a_fresh_profile()
{
	mkdir mnt
	run profilefs new.mobileconfig mnt -o new
	assert_status 0
	mkdir mnt/PayloadContent/com.apple.wifi.managed
	echo Office >mnt/$WIFI/SSID_STR
	echo 'My profile' >mnt/PayloadDisplayName
	umount_profile
	assert_value new.mobileconfig PayloadType "'Configuration'"
	assert_value new.mobileconfig PayloadVersion 1
	assert_value new.mobileconfig PayloadDisplayName "'My profile'"
	assert_value new.mobileconfig PayloadContent/0/SSID_STR "'Office'"
	assert_value new.mobileconfig PayloadContent/0/PayloadType "'com.apple.wifi.managed'"
	run profilefs new.mobileconfig mnt -o new
	assert_status 2
	assert_stderr 'new'
}

it_wants_new_to_be_said()
{
	mkdir mnt
	run profilefs absent.mobileconfig mnt
	assert_status 2
	assert_stderr 'absent.mobileconfig.*new'
	assert_missing absent.mobileconfig
}

run_tests "$@"
