# The harness of the end-to-end tests; every *_test.sh sources it and ends in `run_tests`.
#
# Most of what a test costs is the start of other programs, so what all tests do is done by the shell alone.
#
# A test is a function named it_...: the sentence that it proves. Each runs in a subshell of its own with
# errexit, in an empty folder ($T) that is its working directory. It fails if an assertion or an unexpected
# command fails, if it leaves a mount or a daemon behind, or if a sanitizer spoke; `skip REASON` skips it. What it writes
# to $T.run/figures is told if it succeeds.
#
# A file can be run alone, and a pattern picks tests by name:  tests/e2e/tree_test.sh array
#
#   PROFILEFS   the program (build/profilefs)
#   E2E_DIR     where folders are made; default: beside the program, else in build/. Never below a temporary
#               directory: vim makes no backups there
#   E2E_KEEP    set: folders of failed tests stay
set -u
unset CDPATH
# Tests compare bytes, order and messages.
export LC_ALL=C.UTF-8 TZ=UTC

# Without symbolic links, as mount points are listed.
E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=${E2E%/*/*}
PROFILEFS=$(realpath -m "${PROFILEFS:-$ROOT/build/profilefs}")
# A shim in front of python3 can take half a second to start.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3

if [ ! -x "$PROFILEFS" ]; then
	echo "$0: there is no program $PROFILEFS: run make first, or set PROFILEFS" >&2
	exit 2
fi

if [ -z "${E2E_DIR-}" ]; then
	E2E_DIR=$(dirname "$PROFILEFS")
	case $E2E_DIR/ in
	"$ROOT"/*) ;;
	*) E2E_DIR=$ROOT/build ;;
	esac
	mkdir -p "$E2E_DIR"
	E2E_DIR=$(mktemp -d "$E2E_DIR/e2e.XXXXXX")
	# Tests of ordinary users work there, too.
	chmod 755 "$E2E_DIR"
	trap '{ leave_no_mount "$E2E_DIR"; leave_no_daemon "$E2E_DIR"; } >/dev/null; [ -n "${E2E_KEEP-}" ] || rm -rf "$E2E_DIR"' EXIT
fi
export PROFILEFS E2E_DIR ROOT PYTHON

profilefs()
{
	"$PROFILEFS" "$@"
}

# --- what is left behind ------------------------------------------------------------------------------

# The functions that look set $found, an array.

# mounts_below FOLDER: mount points, the last first. The list is read in one go: the shell's own small reads miss some
# while others mount.
mounts_below()
{
	local point

	found=()
	while read -r _ _ _ _ point _; do
		printf -v point %b "$point"
		[[ $point/ != "$1"/* ]] || found=("$point" "${found[@]}")
	done <<<"$(cat /proc/self/mountinfo)"
}

# daemons_of FOLDER: the programs under test that were started by tests below that folder, known by the
# environment that the harness gave them.
daemons_of()
{
	local exe pid variable variables

	found=()
	for exe in /proc/[0-9]*/exe; do
		[ "$exe" -ef "$PROFILEFS" ] || continue
		pid=${exe#/proc/}
		pid=${pid%/exe}
		{ mapfile -d '' variables <"/proc/$pid/environ"; } 2>/dev/null || continue
		for variable in "${variables[@]}"; do
			[[ $variable/ != "E2E_FOLDER=$1"/* ]] || found+=("$pid")
		done
	done
}

# leave_no_mount FOLDER: unmounts what is left, and names it.
leave_no_mount()
{
	local mount found

	mounts_below "$1"
	for mount in "${found[@]}"; do
		echo "left mounted: $mount"
		umount -l "$mount" 2>/dev/null || fusermount3 -uz "$mount"
	done
}

# leave_no_daemon FOLDER: ends what is left after two seconds, and names it.
leave_no_daemon()
{
	local pid found tries=0

	daemons_of "$1"
	while [ ${#found[@]} -gt 0 ] && [ $tries -lt 80 ]; do
		sleep 0.025
		daemons_of "$1"
		tries=$((tries + 1))
	done
	for pid in "${found[@]}"; do
		echo "left running: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
		kill -KILL "$pid"
	done
}

# --- running tests ------------------------------------------------------------------------------------

skip()
{
	echo "skip: $*"
	exit 77
}

# need COMMAND...: skips where one is not installed.
need()
{
	local command

	for command; do
		command -v "$command" >/dev/null || skip "$command is not installed"
	done
}

# Says where a command failed that was expected not to.
unexpected()
{
	local status=$1 frame=1

	while [[ ${BASH_SOURCE[frame]-} == */lib.sh ]]; do
		frame=$((frame + 1))
	done
	echo "${BASH_SOURCE[frame]##*/}:${BASH_LINENO[frame - 1]}: exit status $status: $2"
}

# Whether the program under test cannot mount; what needs a mount ends in what such a program says, and is skipped.
NO_MOUNT='built without FUSE and cannot mount'
WITHOUT_FUSE=
[[ $("$PROFILEFS" --version) != *"without FUSE"* ]] || WITHOUT_FUSE=yes

without_fuse()
{
	[ -n "$WITHOUT_FUSE" ]
}

# prove NAME COMMAND...: runs one test and prints its line.
prove()
{
	local name=$1 log status=0

	shift
	[[ $name == *${PATTERN-}* ]] || return 0
	T=$FOLDER/$name
	log=$FOLDER/$name.log
	mkdir -p "$T"
	mkdir -p -m 700 "$T.run"
	# errexit has no force in a condition, so the status is fetched in a statement of its own.
	(
		set -eE -o pipefail
		trap 'unexpected $? "$BASH_COMMAND"' ERR
		export E2E_FOLDER=$T XDG_RUNTIME_DIR=$T.run XDG_STATE_HOME=$T.run/state HOME=$T.run
		export ASAN_OPTIONS=log_path=$T.sanitizer UBSAN_OPTIONS=print_stacktrace=1:log_path=$T.sanitizer
		cd "$T"
		"$@"
	) >"$log" 2>&1 </dev/null
	status=$?
	{
		leave_no_mount "$T"
		leave_no_daemon "$T"
	} >"$T.left"
	if without_fuse && [ $status -ne 0 ] && grep -qs "$NO_MOUNT" "$log" "$T.run/stderr"; then
		status=77
		echo "skip: it mounts, and the program was built without FUSE" >>"$log"
	fi
	# What a failed test left is no news.
	if [ $status -eq 0 ] && [ -s "$T.left" ]; then
		status=1
		cat "$T.left" >>"$log"
	fi
	if compgen -G "$T.sanitizer*" >/dev/null; then
		status=1
		cat "$T".sanitizer* >>"$log"
	fi
	tell "$name" $status "$log"
	[ $status -ne 0 ] || PASSED+=("$T" "$T.run" "$T.left")
}

# tell NAME STATUS LOG
tell()
{
	case $2 in
	0)
		echo "ok   $1"
		[ ! -e "$T.run/figures" ] || sed 's/^/     | /' "$T.run/figures"
		;;
	77)
		echo "skip $1: $(sed -n 's/^skip: //p' "$3" | tail -n 1)"
		;;
	*)
		echo "FAIL $1"
		sed 's/^/     | /' "$3"
		FAILED=$((FAILED + 1))
		;;
	esac
}

# Proves all functions it_* of the file, in their order. $1 of the file: a part of the names wanted.
run_tests()
{
	local name

	for name in $(sed -n 's/^\(it_[a-zA-Z0-9_]*\)().*/\1/p' "$0"); do
		prove "$name" "$name"
	done
	if [ -z "${E2E_KEEP-}" ]; then
		rm -rf "$FOLDER"/it_*
	elif [ ${#PASSED[@]} -gt 0 ]; then
		rm -rf "${PASSED[@]}"
	fi
	[ "$FAILED" -eq 0 ]
}

# --- assertions ---------------------------------------------------------------------------------------

# fail LINE...: ends the test.
fail()
{
	local frame=0

	while [[ ${BASH_SOURCE[frame]-} == */lib.sh ]]; do
		frame=$((frame + 1))
	done
	echo "${BASH_SOURCE[frame]##*/}:${BASH_LINENO[frame - 1]}:"
	printf '  %s\n' "$@"
	exit 1
}

# run COMMAND...: leaves $status, and what was said for the assertions below. Anything is allowed.
run()
{
	printf -v RAN '%q ' "$@"
	status=0
	"$@" >"$T.run/stdout" 2>"$T.run/stderr" || status=$?
}

run_said()
{
	echo "command:  $RAN"
	echo "stdout:   $(head -c 2000 "$T.run/stdout" | tr -d '\0')"
	echo "stderr:   $(head -c 2000 "$T.run/stderr" | tr -d '\0')"
}

# What the last `run` must have come to.
assert_status()
{
	[ "$status" -eq "$1" ] || fail "expected: exit status $1" "got:      exit status $status" "$(run_said)"
}

assert_failed()
{
	[ "$status" -ne 0 ] || fail "expected: a failure" "got:      exit status 0" "$(run_said)"
}

# has_line REGEX FILE: a line matches. What is long is for grep.
has_line()
{
	local line number=0

	while IFS= read -r line || [ -n "$line" ]; do
		if [[ $line =~ $1 ]]; then
			return 0
		fi
		number=$((number + 1))
		if [ $number -eq 100 ]; then
			grep -qaE -- "$1"
			return
		fi
	done <"$2"
	return 1
}

# assert_stderr REGEX, assert_stdout REGEX: a line matches.
assert_stderr()
{
	has_line "$1" "$T.run/stderr" || fail "expected: a line on stderr like $1" "$(run_said)"
}

assert_no_stderr()
{
	! has_line "${1:-.}" "$T.run/stderr" || fail "expected: no line on stderr like ${1:-.}" "$(run_said)"
}

assert_stdout()
{
	has_line "$1" "$T.run/stdout" || fail "expected: a line on stdout like $1" "$(run_said)"
}

# assert_equal EXPECTED GOT [WHAT]
assert_equal()
{
	[ "$1" = "$2" ] || fail "${3:-the value}:" "expected: $(printf %q "$1")" "got:      $(printf %q "$2")"
}

# holds FILE BYTES
holds()
{
	local got=

	# read does not tell a file without content from one that cannot be read.
	if [ -z "$2" ]; then
		cmp -s "$1" /dev/null
		return
	fi
	# It succeeds at a NUL only.
	! IFS= read -r -d '' got <"$1" && [ "$got" = "$2" ]
}

# assert_file FILE BYTES: the whole content (without NUL).
assert_file()
{
	holds "$1" "$2" || fail "content of $1:" "expected: $(printf %q "$2")" \
		"got:      $(printf %q "$(cat "$1" 2>&1; echo .)") (and a dot)"
}

# assert_same FILE FILE: the same bytes.
assert_same()
{
	cmp "$1" "$2" || fail "expected: $1 and $2 are the same" "got:      $(diff -a "$1" "$2" | head -n 20)"
}

assert_exists()
{
	[ -e "$1" ] || [ -L "$1" ] || fail "expected: $1 is there" "got:      $(ls -A "$(dirname "$1")" 2>&1)"
}

assert_missing()
{
	! [ -e "$1" ] || fail "expected: there is no $1" "got:      $(stat "$1")"
}

# assert_line REGEX FILE, assert_no_line REGEX FILE
assert_line()
{
	has_line "$1" "$2" || fail "expected: a line in $2 like $1" "got:      $(head -n 60 "$2" 2>&1)"
}

assert_no_line()
{
	! has_line "$1" "$2" || fail "expected: no line in $2 like $1" "got:      $(grep -aE -- "$1" "$2")"
}

# assert_listing FOLDER NAMES: what readdir gives, in its order, one blank between. A .types may be there
# wherever names and text do not say all.
assert_listing()
{
	assert_equal "$2" "$(ls -AU "$1" | sed '/^\.types$/d' | tr '\n' ' ' | sed 's/ $//')" "the listing of $1"
}

# assert_changes OLD NEW: the lines on stdin are what differs between two plists (see plists.py).
assert_changes()
{
	local expected got

	IFS= read -r -d '' expected || true
	expected=${expected%$'\n'}
	got=$("$PYTHON" "$E2E/plists.py" changes "$1" "$2" 2>&1) || true
	[ "$expected" = "$got" ] || fail "changes from $1 to $2:" "expected:" "${expected:-nothing}" "got:" \
		"${got:-nothing}"
}

# assert_one_hunk OLD NEW
assert_one_hunk()
{
	local line hunks=0

	while IFS= read -r line; do
		[[ $line != @@* ]] || hunks=$((hunks + 1))
	done < <(diff -aU0 "$1" "$2")
	[ "$hunks" -eq 1 ] || fail "expected: one hunk between $1 and $2" "got:      $hunks" "$(diff -aU0 "$1" "$2")"
}

# assert_value FILE PATH EXPECTED: as Python writes it.
assert_value()
{
	assert_equal "$3" "$(value "$1" "$2" 2>&1)" "$2 in $1"
}

# value FILE PATH: the value in a plist, as Python writes it.
value()
{
	"$PYTHON" "$E2E/plists.py" get "$1" "$2"
}

# with_profile [OPTIONS]: the example as p.mobileconfig, mounted at mnt; before is a copy.
with_profile()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig "$@"
}

# until_true SECONDS COMMAND...: asks again until it succeeds.
until_true()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || fail "expected: soon true" "got:      never: $*"
		sleep 0.05
	done
}

# --- mounts -------------------------------------------------------------------------------------------

# mount_profile PROFILE [OPTIONS]: at mnt.
mount_profile()
{
	mkdir -p mnt
	run profilefs "$1" mnt ${2:+-o "$2"}
	assert_status 0
	is_mounted mnt || fail "expected: $1 is mounted when profilefs returns" "$(run_said)"
}

# mount_signed PROFILE [SIGNER] [OPTIONS]
mount_signed()
{
	mount_profile "$1" "key=$CA/${2:-ec}.key,cert=$CA/${2:-ec}.crt${3:+,$3}"
}

# Saves, unmounts, waits; all must be well.
umount_profile()
{
	run profilefs umount "${1:-mnt}"
	assert_status 0
	! is_mounted "${1:-mnt}" || fail "expected: not mounted any more" "$(run_said)"
}

# Kills the daemon of a mount; what is left of it stays mounted.
kill_daemon()
{
	local pid

	pid=$(daemon_pid "${1:-mnt}")
	kill -KILL "$pid"
	until_true 10 has_ended "$pid"
}

# The same, as after a crash and what the user does then.
crash()
{
	kill_daemon "${1:-mnt}"
	umount -l "${1:-mnt}" 2>/dev/null || fusermount3 -uz "${1:-mnt}"
}

# The names of the journals that are there.
journals()
{
	ls "$XDG_STATE_HOME/profilefs"
}

# is_mounted FOLDER: true also where its daemon has died.
is_mounted()
{
	local found

	case $1 in
	/*) mounts_below "$1" ;;
	*) mounts_below "$PWD/$1" ;;
	esac
	[ ${#found[@]} -gt 0 ]
}

# daemon_pid MOUNT
daemon_pid()
{
	sed -n 's/^pid: *//p' "$1/.profilefs/status"
}

# as_user COMMAND...: as nobody, to whom /dev/fuse is open as udev has it.
as_user()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	need setpriv fusermount3
	mknod -m 666 fuse c 10 229
	chown 65534:65534 . "$T.run" p.mobileconfig
	setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$PROFILEFS" -a -w . ||
		skip "nobody may not come here"
	unshare -m --propagation private bash -ec 'mount --bind fuse /dev/fuse
		exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"' bash "$@"
}

# is_running PID: what has ended and was not waited for by its parent does not run.
is_running()
{
	[[ $(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) == [!ZX]* ]]
}

has_ended()
{
	! is_running "$1"
}

# state FILE: what an untouched file keeps.
state()
{
	stat -c 'inode %i, modified %y, changed %z, mode %a' "$1"
}

. "$E2E/fixtures.sh"

FAILED=0
PASSED=()
PATTERN=${1-}
FOLDER=$E2E_DIR/$(basename "$0" _test.sh)
mkdir -p "$FOLDER"
