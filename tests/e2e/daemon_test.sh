#!/usr/bin/env bash
# How the process behind a mount behaves: towards the shell that started it, signals, the log, other users, and after
# it was killed.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort

# --- in the background --------------------------------------------------------------------------------

it_keeps_nobody_waiting_for_what_it_inherited()
{
	make_profile p.mobileconfig
	mkdir mnt
	run timeout 20 bash -c '"$PROFILEFS" p.mobileconfig mnt 7>&1 | cat'
	assert_status 0
	is_mounted mnt
	assert_equal / "$(readlink "/proc/$(daemon_pid mnt)/cwd")" "the daemon's directory"
	umount_profile
}

it_mounts_without_standard_streams()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	timeout 20 "$PROFILEFS" p.mobileconfig mnt <&- >&- 2>&-
	echo 3128 >mnt/$PORT
	umount_profile
	assert_one_hunk before p.mobileconfig
}

it_says_what_cannot_be_written_without_standard_output()
{
	make_profile p.mobileconfig
	status=0
	"$PROFILEFS" cat p.mobileconfig >&- 2>said || status=$?
	assert_equal 2 $status "the exit status"
	assert_line 'error: cannot write to the standard output' said
}

it_outlives_its_terminal()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	"$PYTHON" - <<-'PYTHON'
	import os, pty, sys
	pid, terminal = pty.fork()
	if pid == 0:
	    os.execlp("bash", "bash", "-c", '"$PROFILEFS" p.mobileconfig mnt; echo "mounted $?"; sleep 20')
	said = b""
	while b"mounted" not in said:
	    said += os.read(terminal, 1000)
	assert b"mounted 0" in said, said
	os.close(terminal)  # SIGHUP to all that are of it
	os.waitpid(pid, 0)
	PYTHON
	echo 3128 >mnt/$PORT
	umount_profile
	assert_one_hunk before p.mobileconfig
}

it_leaves_nothing_in_the_runtime_directory()
{
	with_profile
	echo 3128 >mnt/$PORT
	assert_equal 1 "$(find "$XDG_RUNTIME_DIR/profilefs" -name 'lock-*' | wc -l)" "the number of locks"
	umount_profile
	assert_equal '' "$(find "$XDG_RUNTIME_DIR/profilefs" -type f)" "what is left"
}

# --- signals ------------------------------------------------------------------------------------------

it_saves_whatever_signals_come_at_once()
{
	local pid

	with_profile
	pid=$(daemon_pid mnt)
	echo 3128 >mnt/$PORT
	kill -STOP "$pid"
	kill -TERM "$pid"
	kill -INT "$pid"
	kill -HUP "$pid"
	kill -CONT "$pid"
	until_true 10 has_ended "$pid"
	! is_mounted mnt
	assert_one_hunk before p.mobileconfig
}

it_says_by_its_exit_status_whether_a_signal_saved_it()
{
	local signal pid ended

	for signal in TERM INT HUP; do
		make_profile p.mobileconfig
		mkdir -p mnt
		env --default-signal=INT "$PROFILEFS" p.mobileconfig mnt -f 2>said &
		pid=$!
		until_true 10 is_mounted mnt
		echo 3128 >mnt/$PORT
		echo '<!-- theirs -->' >>p.mobileconfig
		kill -$signal $pid
		ended=0
		wait $pid || ended=$?
		assert_equal 1 $ended "the exit status at SIG$signal"
		assert_line '\.conflict' said
		! is_mounted mnt || fail "expected: unmounted at SIG$signal"
		rm -f .p.mobileconfig.conflict
	done
}

# --- the log ------------------------------------------------------------------------------------------

# with_log yes|no COMMAND...: with a /dev of its own, in which a log is there, which writes what it gets to `logged`; or
# not.
with_log()
{
	local rights=()

	[ "$(id -u)" -eq 0 ] || rights=(-Ur)
	unshare "${rights[@]}" -m true 2>/dev/null || skip "no mount name space can be made here"
	cat >log.py <<-'PYTHON'
	import os, socket
	os.chdir("dev")
	log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	log.bind("log")
	with open("../logged", "wb", 0) as out:
	    while True:
	        out.write(log.recv(65536).rstrip(b"\0\n") + b"\n")
	PYTHON
	run unshare "${rights[@]}" -m --propagation private bash -ec 'mkdir dev
		mount -t tmpfs tmpfs dev
		for name in null urandom fuse; do
			: >dev/$name
			mount --bind /dev/$name dev/$name
		done
		if [ "$1" = yes ]; then
			"$PYTHON" log.py &
			trap "kill $!" EXIT
			until [ -S dev/log ]; do sleep 0.02; done
		fi
		mount --rbind dev /dev
		shift
		"$@"' bash "$@"
}

it_says_in_the_log_what_could_not_be_saved()
{
	make_profile p.mobileconfig
	make_profile other.mobileconfig
	mkdir mnt other
	with_log yes bash -c '"$PROFILEFS" p.mobileconfig mnt && "$PROFILEFS" other.mobileconfig other || exit 99
		sed -n "s/^pid: *//p" mnt/.profilefs/status >pid
		echo 3128 >"mnt/$1"
		echo "<!-- theirs -->" >>p.mobileconfig
		"$PROFILEFS" umount --force mnt
		echo "status $?"
		echo scratch >other/a.tmp
		"$PROFILEFS" umount other' bash "$PORT"
	assert_stdout '^status 1$'
	# Of the facility "daemon": 24 and the severity.
	assert_line "^<27>.* profilefs\\[$(cat pid)\\]: $T/mnt: p\\.mobileconfig: error: somebody changed" logged
	assert_line "^<29>.* profilefs\\[$(cat pid)\\]: $T/mnt: p\\.mobileconfig: note: .*\\.conflict" logged
	assert_line "^<29>.* profilefs\\[[0-9]+\\]: $T/other: .*a\\.tmp" logged
	assert_no_line 'ERR|3128' logged
}

# What libraries write: here somebody else does, through the daemon's own descriptors.
it_sends_its_standard_streams_to_the_log()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	"$PYTHON" -c 'import os, signal; os.pidfd_open' 2>/dev/null || skip "Python has no pidfd_open()"
	make_profile p.mobileconfig
	mkdir mnt
	cat >write.py <<-'PYTHON'
	import ctypes, os, sys
	process = os.pidfd_open(int(sys.argv[1]))
	for stream in 1, 2:
	    fd = ctypes.CDLL(None, use_errno=True).syscall(438, process, stream, 0)  # pidfd_getfd(2)
	    if fd < 0:
	        sys.exit(77)
	    os.write(fd, b"from a library, to stream %d\n" % stream)
	PYTHON
	with_log yes bash -c '"$PROFILEFS" p.mobileconfig mnt
		"$PYTHON" write.py "$(sed -n "s/^pid: *//p" mnt/.profilefs/status)"
		status=$?
		"$PROFILEFS" umount mnt
		exit $status'
	[ "$status" -ne 77 ] || skip "descriptors of others cannot be had here"
	assert_status 0
	assert_line '^from a library, to stream 1' logged
	assert_line '^from a library, to stream 2' logged
}

it_needs_no_log()
{
	make_profile p.mobileconfig
	mkdir mnt
	with_log no timeout 20 bash -c '"$PROFILEFS" p.mobileconfig mnt
		echo scratch >mnt/a.tmp
		echo 3128 >"mnt/$1"
		echo "<!-- theirs -->" >>p.mobileconfig
		"$PROFILEFS" umount --force mnt' bash "$PORT"
	assert_status 1
	assert_stderr 'a\.tmp'
	assert_stderr '\.conflict'
}

# --- rights -------------------------------------------------------------------------------------------

it_gains_no_more_rights_as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	with_profile
	assert_line '^NoNewPrivs:.*1$' "/proc/$(daemon_pid mnt)/status"
	umount_profile
}

# as_other COMMAND...: as nobody, who may come here.
as_other()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	need setpriv
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

it_shows_other_users_nothing()
{
	with_profile
	as_other ls mnt
	assert_failed
	assert_stderr 'Permission denied'
	umount_profile
}

it_lets_other_users_do_what_modes_say_and_no_more()
{
	make_profile p.mobileconfig
	chmod 600 p.mobileconfig
	mount_profile p.mobileconfig allow_other
	as_other cat mnt/$PORT
	assert_failed
	assert_stderr 'Permission denied'
	# (tee, because a shell says it otherwise.)
	as_other tee mnt/$PORT
	assert_failed
	assert_stderr 'Permission denied'
	umount_profile
}

# --- after it was killed ------------------------------------------------------------------------------

it_mounts_again_where_a_daemon_was_killed()
{
	with_profile
	kill_daemon mnt
	is_mounted mnt
	run profilefs p.mobileconfig mnt
	assert_status 0
	assert_stderr 'note: the mount on mnt was dead .*unmounted first'
	assert_file mnt/$PORT $'8080\n'
	umount_profile
}

again='mkdir -p mnt
	"$PROFILEFS" p.mobileconfig mnt
	kill -KILL "$(sed -n "s/^pid: *//p" mnt/.profilefs/status)"
	until ! ls mnt 2>/dev/null; do sleep 0.02; done
	"$PROFILEFS" p.mobileconfig mnt
	cat "mnt/$1"
	"$PROFILEFS" umount mnt
	! mountpoint -q mnt'

it_mounts_again_in_a_user_name_space()
{
	unshare -Urm true 2>/dev/null || skip "no user name space can be made here"
	make_profile p.mobileconfig
	run unshare -Urm bash -ec "$again" bash "$PORT"
	assert_status 0
	assert_stdout '^8080$'
}

it_mounts_again_for_an_ordinary_user()
{
	make_profile p.mobileconfig
	[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not set-user-id"
	run as_user bash -ec "$again" bash "$PORT"
	[ "$status" -ne 77 ] || skip "nobody may not come here"
	assert_status 0
	assert_stdout '^8080$'
}

# An ordinary user's daemon needs a program with root's rights for that.
it_unmounts_at_a_signal_for_an_ordinary_user()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not set-user-id"
	as_user bash -ec 'mkdir mnt
		"$PROFILEFS" p.mobileconfig mnt
		echo 3128 >"mnt/$1"
		kill -TERM "$(sed -n "s/^pid: *//p" mnt/.profilefs/status)"
		for i in {1..200}; do
			mountpoint -q mnt || exit 0
			sleep 0.05
		done
		exit 1' bash "$PORT"
	until_true 10 test ! -e "$(echo "$T.run"/profilefs/lock-*)"
	assert_one_hunk before p.mobileconfig
}

it_lets_root_unmount_what_a_killed_daemon_of_a_user_left()
{
	make_profile p.mobileconfig
	[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not set-user-id"
	need setpriv
	run as_user true
	[ "$status" -ne 77 ] || skip "needs root, and that nobody may come here"
	mkdir mnt
	chown 65534 mnt
	run unshare -m --propagation private bash -ec 'mount --bind fuse /dev/fuse
		setpriv --reuid=65534 --regid=65534 --clear-groups bash -ec "\"\$PROFILEFS\" p.mobileconfig mnt
			kill -KILL \$(sed -n \"s/^pid: *//p\" mnt/.profilefs/status)"
		sleep 0.1
		status=0
		"$PROFILEFS" umount mnt || status=$?
		! mountpoint -q mnt
		exit $status'
	assert_status 1
	assert_stderr 'mnt was dead'
}

# begin_exec: a command that runs in a private folder and does not end; its tree in $tree, the process that answers in $pid.
begin_exec()
{
	make_profile p.mobileconfig
	"$PROFILEFS" exec p.mobileconfig -- sh -c 'pwd >"$OLDPWD/tree.new"; mv "$OLDPWD/tree.new" "$OLDPWD/tree"; exec sleep 20' &
	pid=$!
	until_true 10 test -e tree
	tree=$(cat tree)
	sleeper=$(pgrep -P $pid)
}

end_sleeper()
{
	kill "$sleeper"
	until_true 10 has_ended "$sleeper"
}

# assert_cleaned REGEX: it was said, unless another test that runs beside this one was faster: any exec takes away what
# it finds.
assert_cleaned()
{
	[ ! -s "$T.run/stderr" ] || assert_stderr "$1"
}

it_takes_away_what_a_killed_exec_left()
{
	local pid tree sleeper

	need pgrep
	begin_exec
	: >"${tree%/tree}/.bashrc"
	assert_exists "${tree%/tree}"
	kill -KILL $pid
	until_true 10 has_ended $pid
	end_sleeper
	run profilefs exec p.mobileconfig -- true
	assert_status 0
	assert_cleaned "note: the tree of a killed command in ${tree%/tree} was dead: it was unmounted, and its folder removed"
	assert_missing "${tree%/tree}"
	! is_mounted "$tree"
}

it_keeps_files_in_the_folder_of_a_killed_exec()
{
	local pid tree sleeper

	need pgrep
	begin_exec
	echo mine >"${tree%/tree}/notes"
	kill -KILL $pid
	until_true 10 has_ended $pid
	end_sleeper
	run profilefs exec p.mobileconfig -- true
	assert_cleaned "in ${tree%/tree} was dead: it was unmounted; look at what is in the folder"
	assert_file "${tree%/tree}/notes" $'mine\n'
	! is_mounted "$tree"
}

# As Ctrl-Z does it, to all that the terminal started.
it_leaves_a_stopped_exec_alone_and_does_not_wait_for_it()
{
	local pid tree sleeper

	need pgrep
	begin_exec
	kill -STOP $pid
	make_profile other.mobileconfig
	run timeout 20 "$PROFILEFS" exec other.mobileconfig -- true
	kill -CONT $pid
	assert_status 0
	assert_no_stderr
	is_mounted "$tree"
	end_sleeper
	wait $pid || :
	assert_missing "${tree%/tree}"
}

run_tests "$@"
