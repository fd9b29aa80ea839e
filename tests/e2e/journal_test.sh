#!/usr/bin/env bash
# The journal: what was committed outlives the daemon, however it ends.
. "$(dirname "$0")/lib.sh"

it_puts_edits_back_after_a_kill()
{
	with_profile
	echo https://mdm2.example.org/server >mnt/$MDM/ServerURL
	echo 3128 >mnt/$WIFI/ProxyServerPort
	rm mnt/$WIFI/AutoJoin
	mkdir mnt/PayloadContent/com.apple.webClip.managed
	echo https://example.org/ >mnt/PayloadContent/com.apple.webClip.managed/URL
	echo Help >mnt/PayloadContent/com.apple.webClip.managed/Label
	crash
	assert_same before p.mobileconfig
	run profilefs p.mobileconfig mnt
	assert_status 0
	assert_stderr '^p.mobileconfig: note: [0-9]+ edits that were not saved before, .* are back; -o norecover'
	assert_file mnt/$MDM/ServerURL $'https://mdm2.example.org/server\n'
	assert_file mnt/$WIFI/ProxyServerPort $'3128\n'
	[ ! -e mnt/$WIFI/AutoJoin ]
	assert_file mnt/PayloadContent/com.apple.webClip.managed/Label $'Help\n'
	umount_profile
	assert_line '<string>https://mdm2.example.org/server</string>' p.mobileconfig
	assert_line '<string>com.apple.webClip.managed\.[-0-9A-F]+</string>' p.mobileconfig
	assert_equal "" "$(journals)"
}

# A root of so many keys is not filled before somebody lists it.
it_completes_what_was_made_before_a_kill_beside_many_keys()
{
	make_profile p.mobileconfig
	{
		sed '/^<\/dict>/,$d' p.mobileconfig
		printf '\t<key>Key%d</key>\n\t<true/>\n' $(seq 2000)
		printf '</dict>\n</plist>\n'
	} >many.mobileconfig
	mount_profile many.mobileconfig
	mkdir mnt/PayloadContent/com.apple.webClip.managed
	echo https://example.org/ >mnt/PayloadContent/com.apple.webClip.managed/URL
	echo Help >mnt/PayloadContent/com.apple.webClip.managed/Label
	crash
	profilefs many.mobileconfig mnt 2>/dev/null
	echo false >mnt/Key2000
	umount_profile
	assert_line '<string>com.apple.webClip.managed\.[-0-9A-F]+</string>' many.mobileconfig
	assert_line '<false/>' many.mobileconfig
	assert_equal "" "$(journals)"
}

it_goes_on_after_several_kills()
{
	local i

	with_profile
	for i in 1 2 3 4; do
		echo "round $i" >mnt/PayloadDisplayName
		echo "https://mdm$i.example.org/server" >mnt/$MDM/ServerURL
		mkdir mnt/PayloadContent/com.apple.webClip.managed.$i
		echo "Clip $i" >mnt/PayloadContent/com.apple.webClip.managed.$i/Label
		echo https://example.org/ >mnt/PayloadContent/com.apple.webClip.managed.$i/URL
		crash
		profilefs p.mobileconfig mnt 2>/dev/null
		assert_file mnt/PayloadDisplayName "round $i"$'\n'
	done
	assert_equal 4 "$(ls -d mnt/PayloadContent/com.apple.webClip.managed* | wc -l)"
	umount_profile
	assert_equal 4 "$(grep -c '<string>Clip [1-4]</string>' p.mobileconfig)"
}

it_puts_back_what_was_made_in_a_folder_of_profiles()
{
	mkdir folder
	make_profile folder/a.mobileconfig
	make_profile folder/b.mobileconfig
	mkdir mnt
	profilefs folder mnt
	echo "A was edited" >mnt/a.mobileconfig/PayloadDisplayName
	crash
	run profilefs folder mnt
	assert_status 0
	assert_stderr 'a.mobileconfig: note: 1 edit that was not saved before, .* is back'
	umount_profile
	assert_line '<string>A was edited</string>' folder/a.mobileconfig
	assert_equal "" "$(journals)"
}

it_leaves_a_new_profile_as_it_was_begun()
{
	mkdir mnt
	profilefs -o new p.mobileconfig mnt
	cat mnt/PayloadUUID >uuid
	echo Fresh >mnt/PayloadDisplayName
	crash
	profilefs -o new p.mobileconfig mnt
	assert_file mnt/PayloadDisplayName $'Fresh\n'
	cmp uuid mnt/PayloadUUID
	umount_profile
	assert_line '<string>Fresh</string>' p.mobileconfig
}

it_begins_without_the_edits_when_asked()
{
	with_profile
	echo lost >mnt/PayloadDisplayName
	crash
	run profilefs -o norecover p.mobileconfig mnt
	assert_stderr 'note: edits that were not saved before are not put back: as you asked; they are in the journal'
	umount_profile
	assert_same before p.mobileconfig
	assert_line aside <(journals)
}

it_does_not_put_edits_into_another_version_of_the_profile()
{
	with_profile
	echo lost >mnt/PayloadDisplayName
	crash
	sed -i 's/mdm.example.org/mdm9.example.org/' p.mobileconfig
	cp p.mobileconfig other
	run profilefs p.mobileconfig mnt
	assert_status 0
	assert_stderr 'not put back: somebody changed the profile since'
	umount_profile
	assert_same other p.mobileconfig
	assert_line aside <(journals)
}

it_says_that_a_journal_is_damaged_and_keeps_it()
{
	with_profile
	echo one >mnt/PayloadDisplayName
	echo two >mnt/PayloadDisplayName
	crash
	"$PYTHON" - "$XDG_STATE_HOME"/profilefs/*.journal <<-'END'
		import sys
		data = bytearray(open(sys.argv[1], 'rb').read())
		data[data.rindex(b'one')] ^= 1
		open(sys.argv[1], 'wb').write(data)
	END
	run profilefs p.mobileconfig mnt
	assert_status 0
	assert_stderr 'not put back: the journal is damaged'
	umount_profile
	assert_same before p.mobileconfig
	assert_line aside <(journals)
}

it_drops_what_was_not_written_to_its_end()
{
	with_profile
	echo one >mnt/PayloadDisplayName
	echo two >mnt/PayloadDisplayName
	crash
	truncate -s -3 "$XDG_STATE_HOME"/profilefs/*.journal
	profilefs p.mobileconfig mnt 2>/dev/null
	assert_file mnt/PayloadDisplayName $'one\n'
	umount_profile
	assert_line '<string>one</string>' p.mobileconfig
}

it_refuses_a_write_that_it_cannot_keep_and_saves_it_all_the_same()
{
	[ "$(id -u)" -eq 0 ] || skip "a small file system is mounted by root alone"
	with_profile
	umount_profile
	mkdir -m 700 -p "$XDG_STATE_HOME"
	mount -t tmpfs -o size=16k,mode=700 tmpfs "$XDG_STATE_HOME" || skip "no tmpfs can be mounted"
	mount_profile p.mobileconfig
	head -c 100000 /dev/zero | tr '\0' x >large
	run bash -c 'cat large > mnt/PayloadDisplayName'
	assert_failed
	assert_line 'journal cannot be .*free space' mnt/.profilefs/last-error
	umount_profile
	umount "$XDG_STATE_HOME"
	assert_line xxxxxxxxxxxxxxxx p.mobileconfig
}

it_works_without_a_place_for_it_and_says_so()
{
	make_profile p.mobileconfig
	mkdir mnt
	: >"$T.run/file"
	run env XDG_STATE_HOME="$T.run/file" "$PROFILEFS" p.mobileconfig mnt
	assert_status 0
	assert_stderr 'note: no journal is kept, so what is edited is lost if profilefs is killed'
	echo well >mnt/PayloadDisplayName
	umount_profile
	assert_line '<string>well</string>' p.mobileconfig
}

it_writes_none_for_exec_and_takes_up_what_is_there()
{
	with_profile
	echo "from the mount" >mnt/PayloadDisplayName
	crash
	run profilefs exec p.mobileconfig -- false
	assert_failed
	assert_same before p.mobileconfig
	run profilefs exec p.mobileconfig -- sh -c 'echo 3128 > PayloadContent/com.apple.wifi.managed/ProxyServerPort'
	assert_status 0
	assert_line '<string>from the mount</string>' p.mobileconfig
	assert_line '<integer>3128</integer>' p.mobileconfig
	assert_equal "" "$(journals)"
}

it_writes_over_a_file_that_cannot_be_replaced()
{
	local inode

	[ "$(id -u)" -eq 0 ] || skip "a file is bound by root alone"
	make_profile p.mobileconfig
	mount --bind p.mobileconfig p.mobileconfig || skip "a file cannot be bound here"
	inode=$(stat -c %i p.mobileconfig)
	mount_profile p.mobileconfig
	echo "written over" >mnt/PayloadDisplayName
	run profilefs umount mnt
	umount p.mobileconfig
	assert_status 0
	assert_equal "$inode" "$(stat -c %i p.mobileconfig)"
	assert_line '<string>written over</string>' p.mobileconfig
	assert_equal "" "$(journals)"
	assert_equal "" "$(ls -A | grep '^[.]' || true)"
}

run_tests "$@"
