#!/usr/bin/env bash
# When and how a mount ends: signals, sync, umount in all its forms, mount(8), ordinary users.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort

assert_saved()
{
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	assert_one_hunk before p.mobileconfig
}

# --- signals ------------------------------------------------------------------------------------------

it_saves_when_a_signal_ends_it()
{
	local signal pid

	for signal in TERM INT HUP; do
		with_profile
		echo 3128 >mnt/$PORT
		pid=$(daemon_pid mnt)
		kill -$signal "$pid"
		until_true 10 has_ended "$pid"
		! is_mounted mnt || fail "expected: unmounted at SIG$signal"
		assert_saved
	done
}

it_stays_in_the_foreground_and_tells_there()
{
	local pid ended=0

	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	"$PROFILEFS" p.mobileconfig mnt -f 2>said &
	pid=$!
	until_true 10 is_mounted mnt
	run bash -c 'echo yes > "$1"' bash mnt/$WIFI/AutoJoin
	echo 3128 >mnt/$PORT
	echo scratch >mnt/a.tmp
	kill -INT $pid
	wait $pid || ended=$?
	assert_equal 0 $ended "the exit status"
	assert_line 'error: .*AutoJoin.*boolean' said
	assert_line 'a\.tmp' said
	assert_saved
}

it_tells_in_the_foreground_what_could_not_be_saved()
{
	local pid ended=0

	make_profile p.mobileconfig
	mkdir mnt
	"$PROFILEFS" mount p.mobileconfig mnt -f 2>said &
	pid=$!
	until_true 10 is_mounted mnt
	echo 3128 >mnt/$PORT
	echo '<!-- theirs -->' >>p.mobileconfig
	umount mnt 2>/dev/null || fusermount3 -u mnt
	wait $pid || ended=$?
	assert_equal 1 $ended "the exit status"
	assert_line '\.conflict' said
	assert_exists .p.mobileconfig.conflict
}

# --- sync ---------------------------------------------------------------------------------------------

it_saves_at_sync_and_stays_mounted()
{
	with_profile
	echo 3128 >mnt/$PORT
	sync mnt
	assert_saved
	assert_line '^edited: no' mnt/.profilefs/status
	echo 1080 >mnt/$PORT
	sync mnt
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 1080
	umount_profile
}

it_fails_at_sync_when_somebody_changed_the_profile()
{
	with_profile
	echo 3128 >mnt/$PORT
	echo '<!-- theirs -->' >>p.mobileconfig
	run sync mnt
	assert_status 1
	assert_stderr 'Stale file handle'
	assert_missing .p.mobileconfig.conflict
	assert_line 'changed' mnt/.profilefs/last-error
	cp before p.mobileconfig
	sync mnt
	assert_saved
	umount_profile
}

it_fails_at_sync_when_the_folder_is_gone()
{
	mkdir folder
	make_profile folder/p.mobileconfig
	mount_profile folder/p.mobileconfig
	echo 3128 >mnt/$PORT
	rm -r folder
	run sync mnt
	assert_status 1
	run profilefs umount --force mnt
	assert_status 1
	! is_mounted mnt
}

it_decides_at_sync_what_is_still_being_written()
{
	with_profile
	# (What forks closes, and so decides, what is half written: all in one process.)
	run "$PYTHON" - mnt/$PORT mnt/$WIFI/AutoJoin <<-'PYTHON'
	import os, shutil, sys
	whole = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC)
	part = os.open(sys.argv[2], os.O_WRONLY | os.O_TRUNC)
	os.write(whole, b"3128\n")
	os.write(part, b"fal")
	root = os.open("mnt", os.O_RDONLY)
	os.fsync(root)
	os.close(root)
	shutil.copyfile("p.mobileconfig", "at-sync")
	os.write(part, b"se\n")
	os.close(part)
	os.close(whole)
	PYTHON
	assert_status 0
	umount_profile
	assert_changes before at-sync <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	assert_changes at-sync p.mobileconfig <<<'PayloadContent/3/AutoJoin: True -> False'
}

# --- profilefs umount ---------------------------------------------------------------------------------

it_waits_until_the_daemon_is_gone()
{
	local pid

	with_profile
	pid=$(daemon_pid mnt)
	echo 3128 >mnt/$PORT
	profilefs umount mnt
	has_ended "$pid" || fail "expected: the daemon is gone" "got:      $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	assert_saved
}

it_stays_mounted_when_it_is_busy()
{
	with_profile
	echo 3128 >mnt/$PORT
	exec 5<mnt/$PORT
	run profilefs umount mnt
	assert_status 2
	assert_stderr "in use by [a-z_.]+ \($BASHPID\), so it stays mounted: close the files .* or use -l"
	is_mounted mnt
	exec 5<&-
	(cd mnt && exec sleep 20) &
	until_true 10 has_line '^sleep$' /proc/$!/comm
	run profilefs umount mnt
	assert_status 2
	assert_stderr "in use by sleep \($!\), so it stays mounted"
	kill $!
	wait $! || :
	umount_profile
	assert_saved
}

it_refuses_to_unmount_what_is_not_its_own()
{
	mkdir folder
	run profilefs umount folder
	assert_status 2
	assert_stderr 'folder'
	run profilefs umount absent
	assert_status 2
	assert_stderr 'absent'
	run profilefs umount /proc
	assert_status 2
	run profilefs umount
	assert_status 2
	is_mounted /proc
}

it_unmounts_a_mount_whose_daemon_was_killed()
{
	local pid

	with_profile
	pid=$(daemon_pid mnt)
	kill -KILL "$pid"
	until_true 10 has_ended "$pid"
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'error: .*/mnt was dead .* mounted again; `profilefs recover`'
	! is_mounted mnt
	assert_same before p.mobileconfig
	mount_profile p.mobileconfig
	umount_profile
}

it_saves_after_a_plain_umount_too()
{
	local pid

	with_profile
	pid=$(daemon_pid mnt)
	echo 3128 >mnt/$PORT
	fusermount3 -u mnt
	until_true 10 has_ended "$pid"
	assert_saved
}

# --- mount(8), umount(8) ------------------------------------------------------------------------------

# in_private_sbin NAMES COMMAND...: with the program in /sbin under those names, and nothing of it left
# afterwards: a folder of links lies over /usr/sbin in a mount name space of its own.
in_private_sbin()
{
	local name names=$1 others

	shift
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	unshare -m true 2>/dev/null || skip "no mount name space can be made here"
	mkdir -p "$T/real" "$T/sbin"
	others=(/usr/sbin/*)
	ln -s "${others[@]/#\/usr\/sbin/$T/real}" "$T/sbin/"
	for name in $names; do
		ln -sf "$PROFILEFS" "$T/sbin/$name"
	done
	# umount(8) keeps what it was told by mount(8) in /run/mount.
	run unshare -m --propagation private bash -ec 'mount --bind /usr/sbin "$1/real"
		mount --bind "$1/sbin" "$(realpath /sbin)"
		[ ! -d /run/mount ] || mount -t tmpfs tmpfs /run/mount
		shift
		"$@"' bash "$T" "$@"
}

# What `make install` puts there.
HELPERS='mount.fuse.profilefs umount.fuse.profilefs'

it_is_mounted_and_unmounted_by_mount_and_umount()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	in_private_sbin "$HELPERS" bash -ec 'mount -t fuse.profilefs "$PWD/p.mobileconfig" "$PWD/mnt" -o rw,noatime
		echo 3128 >"mnt/$1"
		umount mnt
		! mountpoint -q mnt
		cp p.mobileconfig after' bash "$PORT"
	assert_status 0
	# umount came back when all was saved.
	assert_one_hunk before after
	assert_same after p.mobileconfig
}

# umount_reports MOUNT OPTIONS
umount_reports()
{
	make_profile p.mobileconfig
	mkdir mnt
	in_private_sbin "$HELPERS" bash -c 'mount -t fuse.profilefs "$PWD/p.mobileconfig" "$PWD/mnt" -o "$3" || exit 99
		echo 3128 >"mnt/$1"
		echo "<!-- theirs -->" >>p.mobileconfig
		umount "$2"
		echo "status $?"
		mountpoint -q mnt && echo "still mounted"
		"$PROFILEFS" umount --force mnt' bash "$PORT" "$1" "$2"
	assert_stdout '^status [1-9]'
	assert_stdout '^still mounted'
	assert_stderr 'changed'
	assert_exists .p.mobileconfig.conflict
}

it_reports_through_umount_what_could_not_be_saved()
{
	umount_reports mnt rw
}

# Given an absolute path, root's umount(8) knows no more than that it is FUSE, and asks no helper of ours; unless
# mount(8) has left word, as it does about any x- option.
it_reports_through_umount_of_an_absolute_path_after_an_x_option()
{
	umount_reports "$PWD/mnt" rw,x-profilefs
}

# Without helpers of ours, FUSE's own finds the program where programs are.
it_is_found_by_the_helper_of_fuse_too()
{
	[ -x /sbin/mount.fuse ] || [ -x /sbin/mount.fuse3 ] || skip "there is no mount.fuse"
	[ ! -e /sbin/mount.fuse.profilefs ] || skip "profilefs is installed here"
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	in_private_sbin profilefs bash -ec 'mount -t fuse.profilefs "$PWD/p.mobileconfig" "$PWD/mnt" -o noatime
		echo 3128 >"mnt/$1"
		"$PROFILEFS" umount mnt' bash "$PORT"
	assert_status 0
	assert_saved
}

# --- ordinary users -----------------------------------------------------------------------------------

user_session='mkdir -p mnt
	"$PROFILEFS" p.mobileconfig mnt
	echo 3128 >"mnt/$1"
	! echo yes >"mnt/$2" 2>/dev/null
	"$PROFILEFS" umount mnt
	! mountpoint -q mnt'

it_works_in_a_user_name_space_without_any_right()
{
	unshare -Urm true 2>/dev/null || skip "no user name space can be made here"
	make_profile p.mobileconfig
	cp p.mobileconfig before
	unshare -Urm bash -ec "$user_session" bash "$PORT" "$WIFI/AutoJoin"
	assert_saved
}

it_works_for_an_ordinary_user()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not set-user-id"
	as_user bash -ec "$user_session" bash "$PORT" "$WIFI/AutoJoin"
	assert_saved
	assert_equal 65534 "$(stat -c %u p.mobileconfig)"
}

it_works_for_an_ordinary_user_in_a_name_space()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	unshare -Urm true 2>/dev/null || skip "no user name space can be made here"
	as_user unshare -Urm bash -ec "$user_session" bash "$PORT" "$WIFI/AutoJoin"
	assert_saved
}

run_tests "$@"
