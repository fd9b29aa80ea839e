#!/usr/bin/env bash
# recover: what a killed daemon left is listed, shown, saved or dropped.
. "$(dirname "$0")/lib.sh"

# A profile with one edit that was not saved; further options are of the mount.
with_left()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	profilefs "$@" p.mobileconfig mnt
	echo Edited >mnt/PayloadDisplayName
	crash
}

it_lists_nothing_where_nothing_was_left()
{
	run profilefs recover
	assert_status 0
	assert_equal "" "$(cat stdout 2>/dev/null || true)"
}

it_lists_and_shows_what_was_left()
{
	with_left
	profilefs recover >list
	assert_line "^$T/p.mobileconfig: 1 edit, .*: the next mount puts them back, or --apply" list
	profilefs recover p.mobileconfig >shown
	assert_line 'PayloadDisplayName.*Edited' shown
	assert_same before p.mobileconfig
}

it_colours_nothing_that_no_terminal_shows()
{
	with_left
	TERM=xterm profilefs recover --show p.mobileconfig >shown
	assert_line 'PayloadDisplayName.*Edited' shown
	assert_no_line $'\e' shown
}

it_saves_it_when_asked()
{
	with_left
	run profilefs recover --apply p.mobileconfig
	assert_status 0
	assert_line '<string>Edited</string>' p.mobileconfig
	assert_equal "" "$(journals)"
}

it_saves_what_was_set_aside()
{
	with_left
	profilefs -o norecover p.mobileconfig mnt 2>/dev/null
	umount_profile
	profilefs recover >list
	assert_line 'set aside: --apply puts them back' list
	run profilefs recover --apply p.mobileconfig
	assert_status 0
	assert_line '<string>Edited</string>' p.mobileconfig
}

it_keeps_it_beside_another_version_of_the_profile()
{
	with_left
	sed -i 's/mdm.example.org/mdm9.example.org/' p.mobileconfig
	cp p.mobileconfig other
	run profilefs recover --apply p.mobileconfig
	assert_status 0
	assert_stderr 'it is not what was edited: the edited one is beside it in .p.mobileconfig.conflict'
	assert_same other p.mobileconfig
	assert_line '<string>Edited</string>' .p.mobileconfig.conflict
	assert_equal "" "$(journals)"
}

it_keeps_it_where_the_profile_is_gone()
{
	with_left
	rm p.mobileconfig
	run profilefs recover --apply p.mobileconfig
	assert_status 0
	assert_line '<string>Edited</string>' .p.mobileconfig.conflict
}

it_drops_it()
{
	with_left
	run profilefs recover --drop p.mobileconfig
	assert_status 0
	assert_equal "" "$(journals)"
	assert_same before p.mobileconfig
	run profilefs recover p.mobileconfig
	assert_status 2
}

it_leaves_a_mounted_profile_alone()
{
	with_profile
	echo Edited >mnt/PayloadDisplayName
	profilefs recover >list
	assert_line 'mounted now' list
	run profilefs recover --apply p.mobileconfig
	assert_status 2
	run profilefs recover --drop p.mobileconfig
	assert_status 2
	umount_profile
	assert_line '<string>Edited</string>' p.mobileconfig
}

it_shows_what_is_whole_of_a_damaged_one()
{
	make_profile p.mobileconfig
	mkdir mnt
	profilefs p.mobileconfig mnt
	echo One >mnt/PayloadDisplayName
	echo Two >mnt/PayloadDisplayName
	echo Three >mnt/PayloadDisplayName
	crash
	"$PYTHON" - "$XDG_STATE_HOME"/profilefs/*.journal <<-'END'
		import sys
		data = bytearray(open(sys.argv[1], 'rb').read())
		data[data.rindex(b'Two')] ^= 1
		open(sys.argv[1], 'wb').write(data)
	END
	run profilefs recover p.mobileconfig
	assert_status 0
	assert_stderr 'its journal is damaged: this is what is whole'
	profilefs recover p.mobileconfig 2>/dev/null >shown
	assert_line 'PayloadDisplayName.*One' shown
}

run_tests "$@"
