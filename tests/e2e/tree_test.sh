#!/usr/bin/env bash
# The profile as a tree: names, shapes, values, and what editing each comes to in the plist.
. "$(dirname "$0")/lib.sh"

it_lists_keys_in_the_order_of_the_document()
{
	with_profile
	assert_listing mnt "PayloadContent PayloadDisplayName PayloadIdentifier PayloadOrganization PayloadType $(
	)PayloadUUID PayloadVersion"
	assert_listing mnt/$WIFI "AutoJoin EncryptionType Password ProxyServer ProxyServerPort ProxyType SSID_STR $(
	)PayloadDisplayName PayloadIdentifier PayloadType PayloadUUID PayloadVersion"
	umount_profile
	assert_same before p.mobileconfig
}

it_names_payloads_by_their_type_and_numbers_the_next_of_a_type()
{
	with_profile
	assert_listing mnt/PayloadContent "com.apple.security.pem com.apple.security.scep com.apple.mdm $(
	)com.apple.wifi.managed com.apple.wifi.managed.2 org.example.everything"
	assert_file mnt/$WIFI/SSID_STR $'Office\n'
	assert_file mnt/$WIFI.2/SSID_STR $'Guests\n'
	umount_profile
}

it_shows_scalars_as_text_and_one_newline()
{
	with_profile
	cd mnt/$ALL
	assert_file Text $'plain\n'
	assert_file Markup $'a <b> & "c" €\n'
	assert_file Unicode $'grüße €\n'
	assert_file Edges $'  two blanks  \n'
	assert_file Poem $'first line\nsecond line\n\n'
	assert_file Empty ''
	assert_file EmptyShort ''
	assert_file Three $'3\n'
	assert_file Number $'42\n'
	assert_file Negative $'-5\n'
	assert_file Big $'18446744073709551615\n'
	assert_file Ratio $'0.1\n'
	assert_file On $'true\n'
	assert_file Off $'false\n'
	assert_file When $'2026-01-31T12:00:00Z\n'
	cd "$T"
	umount_profile
}

it_shows_data_as_its_raw_bytes()
{
	with_profile
	assert_equal 00010203ff0a "$(xxd -p mnt/$ALL/Blob)"
	assert_file mnt/$ALL/EmptyBlob ''
	openssl x509 -in "$CA/ca.crt" -outform DER -out ca.der
	assert_same ca.der mnt/PayloadContent/com.apple.security.pem/PayloadContent
	umount_profile
}

it_shows_arrays_of_scalars_as_lines()
{
	with_profile
	cd mnt/$ALL
	assert_file Words $'one\ntwo\n'
	assert_file Holes $'a\n\nb\n'
	assert_file OneEmpty $'\n'
	assert_file None ''
	assert_file Numbers $'1\n2\n'
	assert_file Digits $'1\n2\n'
	assert_file Mixed $'1\na\ntrue\n'
	cd "$T"
	assert_file mnt/$MDM/ServerCapabilities \
		$'com.apple.mdm.per-user-connections\ncom.apple.mdm.bootstraptoken\n'
	umount_profile
}

it_shows_every_other_array_as_a_numbered_folder()
{
	with_profile
	cd mnt/$ALL
	assert_listing Verses "00 01"
	assert_file Verses/00 $'a\nb\n'
	assert_listing Blobs "00 01"
	assert_equal 0001 "$(xxd -p Blobs/00)"
	assert_listing Grid "00 01"
	assert_file Grid/00 $'1\n2\n'
	assert_listing Rules "00 01"
	assert_file Rules/01/Action $'Ignore\n'
	assert_file Nested/Deeper/Deepest $'true\n'
	assert_listing Nested/Nothing ''
	cd "$T"
	assert_file mnt/PayloadContent/com.apple.security.scep/PayloadContent/Subject/01/00 \
		$'CN\nDevice %SerialNumber%\n'
	umount_profile
}

it_saves_an_edit_of_every_kind_of_value()
{
	with_profile
	cd mnt/$ALL
	echo 'a < b & c > d' >Text
	printf 'no newline' >Edges
	printf 'two newlines\n\n' >Poem
	: >Unicode
	echo filled >Empty
	echo 007 >Three
	echo 2147483648 >Number
	echo 5 >Negative
	echo -9223372036854775808 >Big
	echo 2.5 >Ratio
	echo false >On
	echo 2027-12-31T23:59:59Z >When
	printf '\0\377\n' >Blob
	echo x >EmptyBlob
	printf 'three\n\nfour\n' >Words
	: >Digits
	echo 3 >>Numbers
	echo $'c\nd' >Verses/01
	printf '\1' >Blobs/01
	echo 5 >Grid/01
	echo Disconnect >Rules/00/Action
	echo false >Nested/Deeper/Deepest
	cd "$T"
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/5/Text: 'plain' -> 'a < b & c > d'
	PayloadContent/5/Unicode: 'grüße €' -> ''
	PayloadContent/5/Edges: '  two blanks  ' -> 'no newline'
	PayloadContent/5/Poem: 'first line\nsecond line\n' -> 'two newlines\n'
	PayloadContent/5/Empty: '' -> 'filled'
	PayloadContent/5/Three: '3' -> '007'
	PayloadContent/5/Number: 42 -> 2147483648
	PayloadContent/5/Negative: -5 -> 5
	PayloadContent/5/Big: 18446744073709551615 -> -9223372036854775808
	PayloadContent/5/Ratio: 0.1 -> 2.5
	PayloadContent/5/On: True -> False
	PayloadContent/5/When: datetime.datetime(2026, 1, 31, 12, 0) -> datetime.datetime(2027, 12, 31, 23, 59, 59)
	PayloadContent/5/Blob: b'\x00\x01\x02\x03\xff\n' -> b'\x00\xff\n'
	PayloadContent/5/EmptyBlob: b'' -> b'x\n'
	PayloadContent/5/Words/0: 'one' -> 'three'
	PayloadContent/5/Words/1: 'two' -> ''
	+ PayloadContent/5/Words/2: 'four'
	+ PayloadContent/5/Numbers/2: 3
	- PayloadContent/5/Digits/0: '1'
	- PayloadContent/5/Digits/1: '2'
	PayloadContent/5/Verses/1: 'c' -> 'c\nd'
	PayloadContent/5/Blobs/1: b'\x02' -> b'\x01'
	PayloadContent/5/Grid/1/0: 3 -> 5
	PayloadContent/5/Rules/0/Action: 'Connect' -> 'Disconnect'
	PayloadContent/5/Nested/Deeper/Deepest: True -> False
	EOT
}

it_refuses_text_that_is_no_value_of_the_keys_type()
{
	local key text

	with_profile
	while read -r key text; do
		echo "$text" >bad
		cp "mnt/$ALL/$key" was
		run cp bad "mnt/$ALL/$key"
		assert_status 1
		assert_same was "mnt/$ALL/$key"
		assert_line "$key" mnt/.profilefs/last-error
	done <<-'EOT'
	On yes
	On YES
	On 1
	On 0
	On True
	On true false
	Number 1.5
	Number 0x10
	Number 010
	Number 12abc
	Number 1 2
	Number - 1
	Number one
	Ratio half
	Ratio 1.2.3
	When tomorrow
	When 2026-13-01T00:00:00Z
	When 2026-01-31
	Numbers three
	EOT
	printf 'ab\377' >bad
	run cp bad mnt/$ALL/Text
	assert_status 1
	assert_file mnt/$ALL/Text $'plain\n'
	run profilefs umount mnt
	assert_same before p.mobileconfig
}

it_shows_bytes_as_they_were_written_until_the_next_mount()
{
	with_profile
	printf 'no newline' >mnt/$ALL/Text
	assert_file mnt/$ALL/Text 'no newline'
	printf 'one\ntwo\nthree' >mnt/$ALL/Words
	assert_file mnt/$ALL/Words $'one\ntwo\nthree'
	umount_profile
	mount_profile p.mobileconfig
	assert_file mnt/$ALL/Text $'no newline\n'
	assert_file mnt/$ALL/Words $'one\ntwo\nthree\n'
	umount_profile
}

it_appends_elements_to_a_numbered_folder()
{
	with_profile
	cd mnt/$ALL
	mkdir Rules/99
	echo Evaluate >Rules/99/Action
	mkdir Rules/7
	echo Allow >Rules/7/Action
	assert_listing Rules "00 01 07 99"
	printf x >Verses/10
	printf y >Verses/9
	cd "$T"
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	+ PayloadContent/5/Verses/2: 'y'
	+ PayloadContent/5/Verses/3: 'x'
	+ PayloadContent/5/Rules/2: {'Action': 'Allow'}
	+ PayloadContent/5/Rules/3: {'Action': 'Evaluate'}
	EOT
	mount_profile p.mobileconfig
	assert_listing mnt/$ALL/Rules "00 01 02 03"
	umount_profile
}

it_leaves_a_gap_where_an_element_is_removed()
{
	with_profile
	rm -r mnt/$ALL/Rules/00
	assert_listing mnt/$ALL/Rules "01"
	assert_file mnt/$ALL/Rules/01/Action $'Ignore\n'
	rm mnt/$ALL/Verses/01
	umount_profile
	assert_value p.mobileconfig PayloadContent/5/Rules "[{'Action': 'Ignore'}]"
	assert_value p.mobileconfig PayloadContent/5/Verses "['a\\nb']"
}

it_knows_an_element_by_any_spelling_of_its_number()
{
	with_profile
	assert_file mnt/$ALL/Verses/1 $'c\n'
	assert_file mnt/$ALL/Verses/001 $'c\n'
	run mkdir mnt/$ALL/Rules/1
	assert_status 1
	assert_stderr 'File exists'
	run cp p.mobileconfig mnt/$ALL/Rules/first
	assert_failed
	umount_profile
	assert_same before p.mobileconfig
}

it_answers_those_who_walk_and_count()
{
	with_profile
	assert_equal 7 "$(grep -rl 'org\.example\.enrolment' mnt | wc -l)"
	assert_equal mnt/$WIFI.2/SSID_STR "$(grep -rl '^Guests$' mnt)"
	df mnt >/dev/null
	du -s mnt >/dev/null
	find mnt -name 'Payload*' -print0 | xargs -0 stat >/dev/null
	find mnt/$ALL -delete
	assert_missing mnt/$ALL
	umount_profile
	assert_one_hunk before p.mobileconfig
}

# Keys that would read as something else, and the names they have.
special_keys()
{
	cat <<-'EOT'
	a/b                  a%2Fb
	50%                  50%25
	.GlobalPreferences   %2EGlobalPreferences
	..                   %2E.
	.types               %2Etypes
	.profilefs           %2Eprofilefs
	x~                   x%7E
	note.bak             note%2Ebak
	note.orig            note%2Eorig
	note.tmp             note%2Etmp
	#c#                  %23c#
	4913                 %34913
	p.oABC123            p%2EoABC123
	with blank           with blank
	$HOME;*"'            $HOME;*"'
	-rf                  -rf
	EOT
}

# name_column: "key" or "name", of special_keys.
name_column()
{
	special_keys | sed -E 's/ {2,}/\t/' | cut -f "$1"
}

special_profile()
{
	{
		name_column 1 | while IFS= read -r key; do
			printf '\t<key>%s</key>\n\t<string>v</string>\n' "$key"
		done
		printf '\t<key></key>\n\t<string>empty</string>\n'
		printf '\t<key>%0300d</key>\n\t<string>long</string>\n' 1
	} | write_plist >"$1"
}

it_encodes_keys_that_would_read_as_something_else()
{
	special_profile p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	name_column 2 >expected
	echo '%' >>expected
	ls -AU mnt | grep -vx '.types' | head -n -1 >got
	assert_same expected got
	while IFS= read -r name; do
		assert_file "mnt/$name" $'v\n'
		echo w >"mnt/$name"
	done < <(name_column 2)
	assert_file mnt/% $'empty\n'
	umount_profile
	assert_equal "$(name_column 1 | wc -l)" "$("$PYTHON" "$E2E/plists.py" changes before p.mobileconfig |
		grep -c "'v' -> 'w'")"
	mount_profile p.mobileconfig
	ls -AU mnt | grep -vx '.types' | head -n -1 >got
	assert_same expected got
	umount_profile
}

it_knows_no_other_spelling_of_a_name()
{
	local name

	special_profile p.mobileconfig
	mount_profile p.mobileconfig
	for name in 'a%2fb' 'note%2ebak' '%61%2Fb' 'x~' 'note.bak' '4913' 'with%20blank' '50%'; do
		assert_missing "mnt/$name"
	done
	run bash -c 'echo v > mnt/a%2fb'
	assert_failed
	run bash -c 'echo v > mnt/%zz'
	assert_failed
	umount_profile
}

it_reaches_a_key_whose_name_would_be_too_long()
{
	local name

	special_profile p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	name=$(ls -AU mnt | grep -vx '.types' | tail -n 1)
	assert_file "mnt/$name" $'long\n'
	echo changed >"mnt/$name"
	umount_profile
	assert_changes before p.mobileconfig <<<"$(printf "%0300d: 'long' -> 'changed'" 1)"
}

it_makes_new_keys_with_the_same_spelling()
{
	write_plist >p.mobileconfig <<<'	<key>a</key><string>v</string>'
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	while IFS= read -r name; do
		echo new >"mnt/$name"
	done < <(name_column 2)
	umount_profile
	name_column 1 | sed 's/^/+ /; s/$/: '"'new'/" >expected
	"$PYTHON" "$E2E/plists.py" changes before p.mobileconfig >got
	echo >>got
	assert_same expected got
}

it_keeps_a_payload_content_that_is_a_dict()
{
	write_plist >p.mobileconfig <<-'XML'
		<key>PayloadContent</key>
		<dict>
			<key>URL</key>
			<string>https://example.org</string>
			<key>DeviceAttributes</key>
			<array>
				<string>UDID</string>
			</array>
		</dict>
		<key>PayloadType</key>
		<string>Profile Service</string>
	XML
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	assert_listing mnt/PayloadContent "URL DeviceAttributes"
	echo IMEI >>mnt/PayloadContent/DeviceAttributes
	umount_profile
	assert_changes before p.mobileconfig <<<"+ PayloadContent/DeviceAttributes/1: 'IMEI'"
}

it_removes_keys_and_payloads()
{
	with_profile
	rm mnt/$WIFI/Password
	rm -r mnt/$WIFI.2 mnt/$ALL/Nested
	run rmdir mnt/$ALL
	assert_stderr 'Directory not empty'
	umount_profile
	assert_equal 5 "$(value p.mobileconfig PayloadContent | grep -o PayloadUUID | wc -l)"
	assert_no_line 'correct horse.*Office|Guests' p.mobileconfig
	assert_no_line Deepest p.mobileconfig
	mount_profile p.mobileconfig
	rm -r mnt/*
	assert_listing mnt ''
	# What is left is no valid profile any more.
	run profilefs umount mnt
	assert_status 1
	assert_stderr '\[missing-key\]'
	run profilefs umount --force mnt
	mount_profile p.mobileconfig check=off
	rm -r mnt/*
	umount_profile
	assert_value p.mobileconfig '' '{}'
}

it_shows_placeholders_and_takes_them_for_values_of_any_type()
{
	write_plist >p.mobileconfig <<-'XML'
		<key>Port</key>
		<integer>$FLEET_VAR_PORT</integer>
		<key>Secret</key>
		<data>$FLEET_SECRET_X</data>
		<key>Other</key>
		<integer>1</integer>
		<key>Name</key>
		<string>Device %SerialNumber%</string>
	XML
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	assert_file mnt/Port $'$FLEET_VAR_PORT\n'
	assert_line '^\$FLEET_SECRET_X$' mnt/Secret
	echo '{{port}}' >mnt/Other
	run bash -c 'echo "\$NOT_ONE_OF_THEM" > mnt/Other'
	assert_failed
	umount_profile
	assert_one_hunk before p.mobileconfig
	assert_line '<integer>\{\{port\}\}</integer>' p.mobileconfig
	assert_line '<data>\$FLEET_SECRET_X</data>' p.mobileconfig
	make_profile q.mobileconfig
	mount_profile q.mobileconfig placeholders=deny
	run bash -c 'echo "\$FLEET_VAR_PORT" > "$1"' bash mnt/$WIFI/ProxyServerPort
	assert_failed
	umount_profile
}

# Of so many keys those that are looked up are shown one by one, until somebody lists them.
it_shows_some_of_many_keys_and_then_all_in_order()
{
	local dir=mnt/PayloadContent/org.example.many expected

	printf '\t\t\t<key>key%04d</key>\n\t\t\t<string>value %d</string>\n' $(seq 3000 | sed 's/.*/& &/') |
		payload org.example.many Many 01 | profile_around >p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig unknown=allow
	assert_file $dir/key2900 $'value 2900\n'
	assert_missing $dir/key3001
	assert_missing $dir/.key2900.swp
	echo edited >$dir/key0007
	rm $dir/key0100
	mv $dir/key2000 $dir/moved
	expected=$(printf 'key%04d\n' $(seq 3000) | sed '/key0100/d; s/key2000/moved/')
	assert_equal "$expected" "$(ls -AU $dir | grep -v '^Payload\|^\.types$')"
	assert_file $dir/key2900 $'value 2900\n'
	umount_profile
	assert_changes before p.mobileconfig <<-'EOF'
	PayloadContent/0/key0007: 'value 7' -> 'edited'
	- PayloadContent/0/key0100: 'value 100'
	- PayloadContent/0/key2000: 'value 2000'
	+ PayloadContent/0/moved: 'value 2000'
	EOF
}

# The kernel keeps what it listed, and asks again only when the directory's time has changed.
it_lists_what_is_there_also_for_the_second_time()
{
	local dir=mnt/PayloadContent/com.example.listed

	with_profile unknown=allow
	mkdir "$dir"
	ls -A "$dir" >/dev/null
	echo one >"$dir/One"
	ls -A "$dir" >/dev/null
	assert_equal "One" "$(ls "$dir" | grep -v '^Payload')"
	echo two >"$dir/Two"
	rm "$dir/One"
	assert_equal "Two" "$(ls "$dir" | grep -v '^Payload')"
	mv "$dir/Two" "$dir/Three"
	assert_equal "Three" "$(ls "$dir" | grep -v '^Payload')"
	ls -A "$dir" | grep -qx .types && fail "expected: no .types yet"
	# What is written says more than its text does: now .types is needed, though nothing else came.
	: >"$dir/Four"
	setfattr -n user.profilefs.type -v array "$dir/Four"
	ls -A "$dir" >/dev/null
	echo 5 >"$dir/Four"
	assert_equal ".types" "$(ls -A "$dir" | grep -x .types)"
	mkdir "$dir/Five"
	assert_equal "Five" "$(ls "$dir" | grep -x Five)"
	rmdir "$dir/Five"
	[ -z "$(ls "$dir" | sed -n /^Five$/p)" ] || fail "expected: it is not listed any more"
	umount_profile
}

# What changes a folder makes the kernel forget its attributes. An answer with older ones that is still on its way to
# another process must not bring them back.
it_shows_at_once_what_changes_while_others_look()
{
	with_profile unknown=allow
	"$PYTHON" "$E2E/fresh.py" "mnt/$ALL" 1000 || fail "expected: what is there, each time"
	umount_profile
}

run_tests "$@"
