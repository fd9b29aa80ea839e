#!/usr/bin/env bash
# The journal: what was committed outlives the daemon, however it ends.
. "$(dirname "$0")/lib.sh"

# The daemon is gone in an instant, and what it left is unmounted.
kill_daemon()
{
	local pid

	pid=$(sed -n 's/^pid: *//p' mnt/.profilefs/status)
	[ -n "$pid" ]
	kill -KILL "$pid"
	wait_for_end "$pid"
	umount -l mnt 2>/dev/null || fusermount3 -uz mnt
}

wait_for_end()
{
	while [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do
		sleep 0.01
	done
}

journals()
{
	ls "$XDG_STATE_HOME/profilefs"
}

it_puts_edits_back_after_a_kill()
{
	with_profile
	echo https://mdm2.example.org/server >mnt/$MDM/ServerURL
	echo 3128 >mnt/$WIFI/ProxyServerPort
	rm mnt/$WIFI/AutoJoin
	mkdir mnt/PayloadContent/com.apple.webClip.managed
	echo https://example.org/ >mnt/PayloadContent/com.apple.webClip.managed/URL
	echo Help >mnt/PayloadContent/com.apple.webClip.managed/Label
	kill_daemon
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
		kill_daemon
		profilefs p.mobileconfig mnt 2>/dev/null
		assert_file mnt/PayloadDisplayName "round $i"$'\n'
	done
	assert_equal 4 "$(ls -d mnt/PayloadContent/com.apple.webClip.managed* | wc -l)"
	umount_profile
	assert_equal 4 "$(grep -c '<string>Clip [1-4]</string>' p.mobileconfig)"
}

run_tests "$@"
