#!/usr/bin/env bash
# Saving: what was not edited is not touched, what was edited changes only there, and what cannot be saved is
# not lost.
. "$(dirname "$0")/lib.sh"

it_does_not_touch_a_profile_that_was_not_edited()
{
	local was

	make_profile p.mobileconfig
	was=$(state p.mobileconfig)
	mount_profile p.mobileconfig
	find mnt -type f -exec cat {} + >/dev/null
	ls -lR mnt >/dev/null
	echo true >mnt/$WIFI/AutoJoin
	run bash -c 'echo yes > "$1"' bash mnt/$WIFI/AutoJoin
	sync mnt
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
	assert_equal "p.mobileconfig" "$(ls -A | grep -v mnt)"
}

it_changes_one_hunk_and_keeps_comments()
{
	with_profile
	echo 'https://mdm2.example.org/<server>' >mnt/$MDM/ServerURL
	umount_profile
	assert_one_hunk before p.mobileconfig
	assert_line '^			<string>https://mdm2.example.org/&lt;server(>|&gt;)</string>$' p.mobileconfig
	assert_equal "$(grep -c '<!--' before)" "$(grep -c '<!--' p.mobileconfig)"
}

it_gives_a_new_key_the_indentation_of_its_siblings()
{
	with_profile
	echo 5 >mnt/$ALL/Nested/Fresh
	umount_profile
	assert_one_hunk before p.mobileconfig
	assert_line '^				<key>Fresh</key>$' p.mobileconfig
	assert_line '^				<integer>5</integer>$' p.mobileconfig
}

it_keeps_line_endings_byte_order_mark_and_declarations()
{
	make_profile plain
	{
		printf '\357\273\277'
		sed "s/\$/\r/; s/encoding=\"UTF-8\"/encoding='UTF-8'/" plain
	} >p.mobileconfig
	printf '<!-- the end -->' >>p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	assert_file mnt/$ALL/Poem $'first line\nsecond line\n\n'
	echo 3128 >mnt/$WIFI/ProxyServerPort
	echo 1 >mnt/$WIFI/DisplayedOperatorName
	umount_profile
	sed -i 's/<integer>3128</<integer>8080</; /<key>DisplayedOperatorName</,+1d' p.mobileconfig
	assert_same before p.mobileconfig
}

it_keeps_what_is_odd_around_an_edit()
{
	write_plist >p.mobileconfig <<-'XML'
		<!-- before --><key>A</key> <string>a<!-- inside -->b</string><key  >B</key	><integer> 7 </integer>
	  <key>C&amp;D</key><!-- between -->
			<string><![CDATA[<x> & ]]>y</string>   <key>E</key><array><string>1</string><string>2</string></array>
		<key>F</key><dict/><key>G</key><data>
		AAEC
		Aw==
		</data>
	XML
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	assert_file mnt/A $'ab\n'
	assert_file mnt/B $'7\n'
	assert_file 'mnt/C&D' $'<x> & y\n'
	echo 8 >mnt/B
	umount_profile
	assert_changes before p.mobileconfig <<<'B: 7 -> 8'
	sed -i 's/<integer> *8 *</<integer> 7 </' p.mobileconfig
	assert_same before p.mobileconfig
	mount_profile p.mobileconfig
	echo z >'mnt/C&D'
	echo 3 >>mnt/E
	echo in >mnt/F/H
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	C&D: '<x> & y' -> 'z'
	+ E/2: '3'
	+ F/H: 'in'
	EOT
}

it_keeps_a_binary_plist_binary()
{
	local was

	make_binary p.mobileconfig
	cp p.mobileconfig before
	was=$(state p.mobileconfig)
	mount_profile p.mobileconfig
	assert_file mnt/$ALL/Ratio $'0.1\n'
	assert_equal 00010203ff0a "$(xxd -p mnt/$ALL/Blob)"
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
	mount_profile p.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_equal bplist00 "$(head -c 8 p.mobileconfig)"
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
}

it_keeps_the_uids_of_a_binary_plist()
{
	"$PYTHON" -c 'if True:
		import plistlib
		value = {"Root": plistlib.UID(1), "Name": "a"}
		plistlib.dump(value, open("p.mobileconfig", "wb"), fmt=plistlib.FMT_BINARY)'
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	echo b >mnt/Name
	umount_profile
	assert_changes before p.mobileconfig <<<"Name: 'a' -> 'b'"
}

it_converts_between_the_formats_when_asked()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig format=binary
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_equal bplist00 "$(head -c 8 p.mobileconfig)"
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	mount_profile p.mobileconfig format=xml
	echo 8080 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_line '^<\?xml' p.mobileconfig
	assert_changes before p.mobileconfig <<<''
}

it_saves_latin_1_as_utf_8_and_says_so()
{
	local was

	make_profile plain
	sed 's/UTF-8/ISO-8859-1/; s/€//g; s/Office/Büro/' plain | iconv -f UTF-8 -t ISO-8859-1 >p.mobileconfig
	cp p.mobileconfig before
	was=$(state p.mobileconfig)
	mount_profile p.mobileconfig
	assert_file mnt/$WIFI/SSID_STR $'Büro\n'
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
	mount_profile p.mobileconfig
	assert_stderr 'ISO-8859-1.*UTF-8'
	echo 3128 >mnt/$WIFI/ProxyServerPort
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'UTF-8'
	iconv -f UTF-8 -t UTF-8 p.mobileconfig >/dev/null
	assert_line 'Büro' p.mobileconfig
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
}

it_follows_a_link_to_the_profile()
{
	mkdir real
	make_profile real/p.mobileconfig
	cp real/p.mobileconfig before
	ln -s real/p.mobileconfig link.mobileconfig
	mount_profile link.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_equal real/p.mobileconfig "$(readlink link.mobileconfig)"
	assert_one_hunk before real/p.mobileconfig
	assert_equal p.mobileconfig "$(ls -A real)"
}

it_keeps_mode_owner_and_attributes_of_the_file()
{
	make_profile p.mobileconfig
	chmod 640 p.mobileconfig
	setfattr -n user.origin -v somewhere p.mobileconfig 2>/dev/null || true
	[ "$(id -u)" -ne 0 ] || chown 1234:4321 p.mobileconfig
	stat -c '%a %u %g' p.mobileconfig >was
	getfattr -d p.mobileconfig >>was 2>/dev/null || true
	mount_profile p.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	stat -c '%a %u %g' p.mobileconfig >is
	getfattr -d p.mobileconfig >>is 2>/dev/null || true
	assert_same was is
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_saves_a_profile_in_the_folder_that_the_mount_covers()
{
	mkdir folder
	make_profile folder/p.mobileconfig
	cp folder/p.mobileconfig before
	run profilefs folder/p.mobileconfig folder
	assert_status 0
	echo 3128 >folder/$WIFI/ProxyServerPort
	umount_profile folder
	assert_one_hunk before folder/p.mobileconfig
	assert_equal p.mobileconfig "$(ls -A folder)"
}

it_keeps_a_backup_or_saves_elsewhere_when_asked()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig backup=.old
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_same before p.mobileconfig.old
	assert_one_hunk before p.mobileconfig
	cp before p.mobileconfig
	mount_profile p.mobileconfig output=q.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_same before p.mobileconfig
	assert_one_hunk before q.mobileconfig
}

it_saves_nothing_of_a_read_only_mount()
{
	local was

	make_profile p.mobileconfig
	was=$(state p.mobileconfig)
	mount_profile p.mobileconfig ro
	run bash -c 'echo 1 > "$1"' bash mnt/$WIFI/ProxyServerPort
	assert_status 1
	assert_stderr 'Read-only file system'
	run rm mnt/$WIFI/ProxyServerPort
	assert_stderr 'Read-only file system'
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
}

# --- invalid ------------------------------------------------------------------------------------------

it_stays_mounted_when_the_edits_brought_in_an_error()
{
	with_profile
	rm mnt/$WIFI/PayloadUUID
	assert_line 'wifi.managed.*\[missing-key\]' mnt/.profilefs/problems
	run sync mnt
	assert_status 1
	assert_stderr 'Invalid argument'
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'PayloadUUID.*\[missing-key\]'
	is_mounted mnt
	assert_same before p.mobileconfig
	assert_missing .p.mobileconfig.rejected
	echo 5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0004 >mnt/$WIFI/PayloadUUID
	umount_profile
	assert_same before p.mobileconfig
}

two_rejected()
{
	[ "$(find . -maxdepth 1 -name '.p.mobileconfig.rejected*' | wc -l)" -eq 2 ]
}

it_keeps_a_rejected_edit_beside_the_profile_and_announces_it()
{
	with_profile
	rm mnt/$WIFI/PayloadUUID
	run profilefs umount --force mnt
	assert_status 1
	assert_stderr '\.p\.mobileconfig\.rejected'
	! is_mounted mnt
	assert_same before p.mobileconfig
	assert_one_hunk before .p.mobileconfig.rejected
	assert_equal 600 "$(stat -c %a .p.mobileconfig.rejected)"
	cp .p.mobileconfig.rejected first
	mount_profile p.mobileconfig
	assert_stderr '\.p\.mobileconfig\.rejected'
	# The next one does not overwrite it. After a plain umount, nobody is there to be told.
	rm mnt/$WIFI/PayloadVersion
	umount mnt 2>/dev/null || fusermount3 -u mnt
	until_true 10 two_rejected
	assert_same first .p.mobileconfig.rejected
	assert_same before p.mobileconfig
}

it_saves_an_error_that_was_there_before()
{
	make_profile p.mobileconfig
	sed -i '0,/<key>PayloadUUID</s//<key>Unused</' p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	assert_one_hunk before p.mobileconfig
}

it_saves_all_the_same_when_told_to_warn_or_not_to_look()
{
	with_profile check=warn
	rm mnt/$WIFI/PayloadUUID
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'warning.*PayloadUUID.*\[missing-key\]'
	assert_one_hunk before p.mobileconfig
	with_profile check=off
	rm mnt/$WIFI/PayloadUUID
	run profilefs umount mnt
	assert_status 0
	assert_no_stderr
	assert_one_hunk before p.mobileconfig
}

# --- conflicts ----------------------------------------------------------------------------------------

it_keeps_both_when_somebody_changed_the_profile_meanwhile()
{
	with_profile
	echo 3128 >mnt/$WIFI/ProxyServerPort
	sed -i 's/Guests/Visitors/' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'changed'
	is_mounted mnt
	assert_file mnt/$WIFI/ProxyServerPort $'3128\n'
	run profilefs umount --force mnt
	assert_status 1
	assert_stderr '\.conflict'
	! is_mounted mnt
	assert_same theirs p.mobileconfig
	assert_one_hunk before .p.mobileconfig.conflict
	assert_equal 600 "$(stat -c %a .p.mobileconfig.conflict)"
	mount_profile p.mobileconfig
	assert_stderr '\.conflict'
	umount_profile
}

it_does_not_mind_a_change_of_the_file_when_nothing_was_edited()
{
	with_profile
	sed -i 's/Guests/Visitors/' p.mobileconfig
	umount_profile
	assert_line Visitors p.mobileconfig
	assert_missing .p.mobileconfig.conflict
}

it_saves_when_the_file_was_replaced_by_the_same_content()
{
	with_profile
	echo 3128 >mnt/$WIFI/ProxyServerPort
	cp before copy
	mv copy p.mobileconfig
	umount_profile
	assert_one_hunk before p.mobileconfig
}

it_refuses_a_second_mount_of_one_profile()
{
	with_profile
	mkdir second
	ln -s p.mobileconfig other-name.mobileconfig
	run profilefs other-name.mobileconfig second
	assert_status 2
	assert_stderr 'mounted'
	! is_mounted second
	umount_profile
	run profilefs p.mobileconfig second
	assert_status 0
	umount_profile second
}

it_waits_for_a_mount_that_is_just_leaving()
{
	local round

	make_profile p.mobileconfig
	for round in 1 2 3; do
		mount_profile p.mobileconfig
		echo "3128$round" | cut -c 1-5 >mnt/$WIFI/ProxyServerPort
		umount mnt 2>/dev/null || fusermount3 -u mnt
	done
	mount_profile p.mobileconfig
	assert_file mnt/$WIFI/ProxyServerPort $'31283\n'
	umount_profile
}

it_refuses_what_is_no_profile_before_mounting()
{
	local file

	mkdir mnt
	: >empty.mobileconfig
	echo 'no plist at all' >text.mobileconfig
	write_plist >broken.mobileconfig <<<'	<key>a</key><string>b</strong>'
	write_plist >integer.mobileconfig <<<'	<key>a</key><integer>12abc</integer>'
	printf '<plist><array/></plist>' >array.mobileconfig
	printf 'bplist00garbage' >binary.mobileconfig
	for file in empty text broken integer array binary; do
		run profilefs $file.mobileconfig mnt
		assert_failed
		assert_stderr "^$file.mobileconfig:.*error:"
		! is_mounted mnt
	done
	run profilefs broken.mobileconfig mnt
	assert_stderr '^broken.mobileconfig:5:[0-9]+: error:'
	run profilefs text.mobileconfig nowhere
	assert_status 2
}

run_tests "$@"
