#!/usr/bin/env bash
# What is usable in the tree and never saved: scratch files; and what is found there and not listed.
. "$(dirname "$0")/lib.sh"

# --- scratch ------------------------------------------------------------------------------------------

it_takes_scratch_files_and_saves_none()
{
	local name was

	with_profile
	was=$(state p.mobileconfig)
	for name in .hidden .SSID_STR.swp SSID_STR~ a.bak a.orig a.rej a.save a.tmp '#a#' 4913 SSID_STR.oX1y2Z3; do
		echo scratch >"mnt/$WIFI/$name"
		assert_file "mnt/$WIFI/$name" $'scratch\n'
		echo more >>"mnt/$WIFI/$name"
		assert_file "mnt/$WIFI/$name" $'scratch\nmore\n'
		echo scratch >"mnt/$ALL/Rules/$name"
		echo scratch >"mnt/PayloadContent/$name"
	done
	ls -A mnt/$WIFI >listing
	assert_line '^4913$' listing
	rm mnt/$WIFI/4913
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'SSID_STR~'
	assert_same before p.mobileconfig
	assert_equal "$was" "$(state p.mobileconfig)"
}

it_keeps_links_as_scratch()
{
	with_profile
	ln -s user@host.1234:5678 'mnt/PayloadContent/.#link'
	ln -s SSID_STR mnt/$WIFI/Link
	assert_equal user@host.1234:5678 "$(readlink 'mnt/PayloadContent/.#link')"
	assert_file mnt/$WIFI/Link $'Office\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_keeps_what_mkstemp_makes_as_scratch_until_it_is_renamed()
{
	with_profile
	"$PYTHON" - mnt/$WIFI <<-'PYTHON'
	import os, sys
	folder = sys.argv[1]
	for name, text, target in [("sedAbCdEf", "Hotel\n", "SSID_STR"), ("XXleft", "x\n", None)]:
	    fd = os.open(f"{folder}/{name}", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
	    os.write(fd, text.encode())
	    os.close(fd)
	    if target:
	        os.rename(f"{folder}/{name}", f"{folder}/{target}")
	PYTHON
	assert_file mnt/$WIFI/SSID_STR $'Hotel\n'
	assert_file mnt/$WIFI/XXleft $'x\n'
	umount_profile
	assert_changes before p.mobileconfig <<<"PayloadContent/3/SSID_STR: 'Office' -> 'Hotel'"
}

it_makes_a_key_of_a_scratch_file_that_is_renamed_to_one()
{
	with_profile
	echo 12 >mnt/$ALL/fresh.tmp
	mv mnt/$ALL/fresh.tmp mnt/$ALL/Fresh
	mv mnt/$WIFI/SSID_STR mnt/$WIFI/SSID_STR~
	assert_missing mnt/$WIFI/SSID_STR
	mv mnt/$WIFI/SSID_STR~ mnt/$WIFI/SSID_STR
	umount_profile
	assert_changes before p.mobileconfig <<<'+ PayloadContent/5/Fresh: 12'
}

it_makes_no_scratch_folder()
{
	with_profile
	run mkdir mnt/.git
	assert_status 1
	assert_stderr 'Operation not permitted'
	run mkdir mnt/$WIFI/old~
	assert_status 1
	umount_profile
	assert_same before p.mobileconfig
}

it_reads_a_file_that_was_removed_while_open()
{
	with_profile
	exec 5<mnt/$WIFI/AutoJoin
	rm mnt/$WIFI/AutoJoin
	assert_equal true "$(cat <&5)"
	exec 5<&-
	umount_profile
	assert_changes before p.mobileconfig <<<"- PayloadContent/3/AutoJoin: True"
}

# --- .profilefs ---------------------------------------------------------------------------------------

it_finds_the_control_folder_by_name_and_lists_it_nowhere()
{
	with_profile
	assert_equal '' "$(ls -A mnt | grep profilefs || true)"
	assert_equal "last-error problems profile signature status" \
		"$(find mnt/.profilefs -type f -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
	assert_equal '' "$(find mnt -name '.profilefs')"
	assert_missing mnt/PayloadContent/.profilefs
	umount_profile
}

it_shows_in_the_control_folder_how_things_stand()
{
	with_profile
	assert_line '^edited: no' mnt/.profilefs/status
	assert_same before mnt/.profilefs/profile
	echo Hotel >mnt/$WIFI/SSID_STR
	assert_line '^edited: yes' mnt/.profilefs/status
	assert_line '<string>Hotel</string>' mnt/.profilefs/profile
	cat mnt/.profilefs/profile >shown
	assert_equal "$(wc -c <shown)" "$(wc -c <mnt/.profilefs/profile)"
	assert_equal "$(tail -n 1 shown)" "$(tail -n 1 mnt/.profilefs/profile)"
	run bash -c 'echo yes > "$1"' bash mnt/$WIFI/AutoJoin
	assert_line 'AutoJoin.*boolean' mnt/.profilefs/last-error
	umount_profile
	assert_same shown p.mobileconfig
}

it_says_who_signed()
{
	make_profile plain
	sign plain p.mobileconfig rsa
	mount_profile p.mobileconfig ro
	assert_line 'Profile signing \(rsa\)' mnt/.profilefs/signature
	assert_line '^intact: *yes' mnt/.profilefs/signature
	assert_line '^trusted: *no' mnt/.profilefs/signature
	assert_line '^expired: *no' mnt/.profilefs/signature
	umount_profile
	mount_profile plain
	assert_line 'signed' mnt/.profilefs/signature
	umount_profile
}

it_lets_nobody_write_in_the_control_folder()
{
	with_profile
	run bash -c 'echo x > mnt/.profilefs/status'
	assert_failed
	run rm -f mnt/.profilefs/status
	assert_stderr 'Operation not permitted'
	run touch mnt/.profilefs/new
	assert_failed
	run mv mnt/.profilefs/status mnt/status.tmp
	assert_failed
	run mv mnt/.profilefs mnt/other.tmp
	assert_failed
	run rm -rf mnt/$WIFI mnt/PayloadOrganization
	assert_status 0
	assert_exists mnt/.profilefs/status
	umount_profile
}

# --- attributes ---------------------------------------------------------------------------------------

it_shows_types_and_refusals_as_attributes()
{
	need getfattr setfattr
	with_profile
	assert_equal boolean "$(getfattr --only-values -n user.profilefs.type mnt/$WIFI/AutoJoin)"
	assert_equal integer "$(getfattr --only-values -n user.profilefs.type mnt/$ALL/Number)"
	assert_equal string "$(getfattr --only-values -n user.profilefs.type mnt/$ALL/Three)"
	assert_equal dict "$(getfattr --only-values -n user.profilefs.type mnt/$ALL/Nested)"
	getfattr -d -m - mnt/$WIFI/AutoJoin >all
	assert_equal 'user.profilefs.type="boolean"' "$(grep type= all)"
	run getfattr -n user.profilefs.error mnt/$WIFI/AutoJoin
	assert_failed
	run bash -c 'echo yes > "$1"' bash mnt/$WIFI/AutoJoin
	getfattr --only-values -n user.profilefs.error mnt/$WIFI/AutoJoin >error
	assert_line 'boolean' error
	getfattr -d -m - mnt/$WIFI/AutoJoin >all
	assert_equal 'user.profilefs.type="boolean"' "$(grep type= all)"
	setfattr -n user.profilefs.help -v x mnt/$WIFI/AutoJoin
	run setfattr -n security.something -v x mnt/$WIFI/AutoJoin
	assert_failed
	umount_profile
	assert_same before p.mobileconfig
}

run_tests "$@"
