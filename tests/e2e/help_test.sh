#!/usr/bin/env bash
# What the program says of itself: help that fits a terminal, and the nearest word for one that is unknown.
. "$(dirname "$0")/lib.sh"

# The commands, as the program's own list of them has them.
commands()
{
	if without_fuse; then
		echo "cat check schema new verify sign encrypt decrypt explode implode diff merge recover git-setup"
		return
	fi
	profilefs --help | sed -n 's/^\(usage:\|      \) profilefs \[\{0,1\}\([a-z-]*\).*/\2/p' | grep -v '^-'
}

# assert_fits LINES: what was said has no line of more than 80 columns, and no more lines than that.
assert_fits()
{
	local wide

	wide=$(awk 'length > 80' "$T.run/stdout")
	[ -z "$wide" ] || fail "expected: at most 80 columns; there is: $wide"
	[ "$(wc -l <"$T.run/stdout")" -le "$1" ] || fail "expected: at most $1 lines"
}

# --- help ---------------------------------------------------------------------------------------------

it_explains_itself_on_one_screen()
{
	run profilefs --help
	assert_status 0
	assert_no_stderr
	assert_fits 40
	assert_stdout '^usage: profilefs '
	assert_stdout '^Examples:$'
	assert_stdout '`man profilefs`'
}

it_explains_each_command_in_80_columns_with_an_example()
{
	local command count=0

	for command in $(commands); do
		run profilefs $command --help
		assert_status 0
		assert_no_stderr
		assert_fits 48
		assert_stdout "^usage: profilefs \[?$command"
		assert_stdout '^Examples?:'
		[[ $(tail -1 "$T.run/stdout") == *"\`man profilefs-$command\` has more." ]] ||
			fail "expected: the last line names the manual page of $command"
		count=$((count + 1))
	done
	[ $count -ge 14 ] || fail "expected: all commands, not $count"
}

it_says_the_same_at_help_COMMAND()
{
	local command

	for command in $(commands); do
		[ "$(profilefs help $command)" = "$(profilefs $command --help)" ] || fail "expected: the help of $command"
	done
	[ "$(profilefs help)" = "$(profilefs --help)" ] || fail "expected: the help"
	run profilefs help sgin
	assert_status 2
	assert_stderr "did you mean 'sign'"
}

it_says_how_it_is_called_if_it_is_called_without_a_word()
{
	run profilefs
	assert_status 2
	[ ! -s "$T.run/stdout" ] || fail "expected: nothing on stdout"
	assert_stderr '^usage: profilefs '
	assert_stderr 'profilefs --help'
}

# --- the nearest word ---------------------------------------------------------------------------------

# assert_meant NAME COMMAND...: it is refused, with the name that is near.
assert_meant()
{
	local name=$1

	shift
	run profilefs "$@"
	assert_status 2
	[ ! -s "$T.run/stdout" ] || fail "expected: nothing on stdout"
	assert_stderr "did you mean '?(--)?$name'?\?"
}

it_names_the_command_that_is_near()
{
	assert_meant check chek p.mobileconfig
	assert_meant git-setup git-setpu
}

it_names_the_long_option_that_is_near()
{
	assert_meant format check --formt json p.mobileconfig
	assert_meant recipient encrypt --recipent=a.pem p.mobileconfig
	assert_meant key sign -key a.pem p.mobileconfig
}

it_names_the_mount_option_that_is_near()
{
	! without_fuse || skip "it mounts nothing"
	assert_meant check p.mobileconfig mnt -o chek=warn
	assert_meant decrypt_key exec -o decrypt-key=a.pem p.mobileconfig -- true
}

it_names_the_value_that_is_near()
{
	assert_meant never check --color nevr p.mobileconfig
	assert_meant json check --format jsn p.mobileconfig
	assert_meant json diff --format jsn a b
	assert_meant allow check --placeholders alow p.mobileconfig
	assert_meant sha256 sign --key=a.pem --digest=sha265 p.mobileconfig
	without_fuse || assert_meant format=xml p.mobileconfig mnt -o format=xmll
}

it_names_the_rule_that_is_near()
{
	assert_meant unknown-key check -E unkown-key p.mobileconfig
	assert_meant unknown-key check -W expired,unkown-key p.mobileconfig
	assert_meant weak-signature verify -W weak-signatur p.mobileconfig
	without_fuse || assert_meant expired p.mobileconfig mnt -O expird
}

it_names_the_limit_that_is_near()
{
	assert_meant profile check --limit profle=1G p.mobileconfig
	without_fuse || assert_meant profile p.mobileconfig mnt -o limit=profle:1G
}

# macOS is macOS in any case.
it_names_the_system_that_is_near()
{
	profilefs new >p.mobileconfig
	run profilefs check --target macos:15 p.mobileconfig
	assert_status 0
	assert_meant macOS:15 check --target mac:15 p.mobileconfig
	assert_meant macOS:14.1 check --target mcaOS:14.1 p.mobileconfig
	assert_meant macOS:15.1 check --target mac p.mobileconfig
	without_fuse || assert_meant watchOS:11 p.mobileconfig mnt -o target=watch:11
}

# What is near nothing gets the list, or where it is.
it_names_nothing_that_is_far()
{
	run profilefs check --color of-all-things p.mobileconfig
	assert_stderr "takes auto, always or never, not 'of-all-things'; see"
	run profilefs check --target Windows:11 p.mobileconfig
	assert_stderr 'macOS'
	assert_no_stderr 'did you mean'
}

# --- streams ------------------------------------------------------------------------------------------

# Profiles a, b (a signed), and an exploded tree of one, for what follows.
make_work()
{
	profilefs new --identifier org.example.a >a.mobileconfig
	sed s/org.example.a/org.example.b/ a.mobileconfig >b.mobileconfig
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem -subj /CN=x 2>log
	profilefs sign --key=k.pem --cert=c.pem -o s.mobileconfig a.mobileconfig
	profilefs explode a.mobileconfig tree
}

# What prints its result: the words of one command a line.
printing()
{
	cat <<-'END'
		--help
		--version
		help sign
		sign --help
		schema
		schema com.apple.mdm
		schema --format json com.apple.mdm
		cat s.mobileconfig
		check -q --format json b.mobileconfig
		check -q --format sarif b.mobileconfig
		diff a.mobileconfig b.mobileconfig
		diff --format json a.mobileconfig b.mobileconfig
		verify -O expired s.mobileconfig
		verify -O expired --format json s.mobileconfig
		new
		merge -p a.mobileconfig a.mobileconfig b.mobileconfig
		implode tree -
		sign --key=k.pem --cert=c.pem -o - a.mobileconfig
	END
}

it_writes_results_to_stdout_and_nothing_else_to_stderr()
{
	local words

	make_work
	while read -ra words; do
		run profilefs "${words[@]}"
		[ "$status" -le 1 ] || fail "expected: it works: ${words[*]}"
		[ -s "$T.run/stdout" ] || fail "expected: output of: ${words[*]}"
		assert_no_stderr
	done <<<"$(printing)"
}

it_says_that_stdout_is_full()
{
	local words

	make_work
	while read -ra words; do
		status=0
		profilefs "${words[@]}" >/dev/full 2>"$T.run/stderr" || status=$?
		RAN="${words[*]}"
		: >"$T.run/stdout"
		assert_status 2
		assert_stderr 'error: cannot write to the standard output: No space left on device'
	done <<<"$(printing)"
}

# Who has read enough closes the pipe: SIGPIPE ends the program, as it ends others.
it_ends_quietly_when_nobody_reads_on()
{
	local words

	make_work
	while read -ra words; do
		RAN="${words[*]}"
		: >"$T.run/stdout"
		status=0
		exec 3> >(:)
		wait $! || : # the reader is gone; bash may not know any more how it ended
		profilefs "${words[@]}" >&3 2>"$T.run/stderr" || status=$?
		exec 3>&-
		assert_status 141
		assert_no_stderr
	done <<<"$(printing)"
}

# --- colours ------------------------------------------------------------------------------------------

# shown VARIABLES COMMAND: what a terminal is sent, with only these variables that matter.
shown()
{
	env -u NO_COLOR -u CLICOLOR_FORCE TERM=xterm $1 script -qec "'$PROFILEFS' $2" /dev/null </dev/null || true
}

assert_coloured()
{
	[[ $1 == *$'\e['* ]] || fail "expected: colours${2:+ with $2}" "got: $1"
}

assert_plain()
{
	[[ $1 == *p.mobileconfig* && $1 != *$'\e['* ]] || fail "expected: no colours${2:+ with $2}" "got: $1"
}

it_colours_what_a_terminal_shows_unless_told_otherwise()
{
	local check='check p.mobileconfig' set

	need script
	echo '<plist' >p.mobileconfig
	assert_coloured "$(shown '' "$check")"
	assert_coloured "$(shown NO_COLOR= "$check")" 'an empty NO_COLOR'
	for set in NO_COLOR=1 NO_COLOR=0 TERM=dumb TERM= 'NO_COLOR=1 CLICOLOR_FORCE=1'; do
		assert_plain "$(shown "$set" "$check")" "$set"
	done
	assert_plain "$(shown '' "$check --color=never")" --color=never
	assert_coloured "$(shown NO_COLOR=1 "$check --color=always")" 'NO_COLOR and --color=always'
}

it_colours_what_no_terminal_shows_only_if_told_to()
{
	local check='profilefs check p.mobileconfig'

	unset NO_COLOR CLICOLOR_FORCE
	echo '<plist' >p.mobileconfig
	assert_plain "$($check 2>&1)"
	assert_plain "$(CLICOLOR_FORCE=0 $check 2>&1)" CLICOLOR_FORCE=0
	assert_plain "$(CLICOLOR_FORCE= $check 2>&1)" 'an empty CLICOLOR_FORCE'
	assert_plain "$(CLICOLOR_FORCE=1 NO_COLOR=1 $check 2>&1)" 'NO_COLOR and CLICOLOR_FORCE'
	assert_plain "$(CLICOLOR_FORCE=1 $check --color never 2>&1)" '--color never'
	assert_coloured "$(CLICOLOR_FORCE=1 $check 2>&1)" CLICOLOR_FORCE=1
}

# --- progress -----------------------------------------------------------------------------------------

# slowly COMMAND: what a terminal is sent while the command waits for the profile "slow".
slowly()
{
	mkfifo slow
	(sleep 1.1; timeout 10 sh -c 'cat s.mobileconfig >slow') &
	TERM=xterm script -qec "'$PROFILEFS' $*" /dev/null </dev/null || true
	wait
	rm slow
}

# What is left on the terminal has nothing of it. (check_test.sh has `check`.)
it_tells_who_waits_how_many_profiles_are_done()
{
	need script
	make_work
	slowly verify -q -O expired s.mobileconfig slow s.mobileconfig >terminal
	assert_equal '' "$(cat terminal)"
	slowly verify -O expired s.mobileconfig slow s.mobileconfig >terminal
	grep -qa '2 of 3 profiles verified' terminal || fail "expected: progress" "got: $(cat terminal)"
	assert_equal '' "$(sed 's/.*\r\x1b\[K//' terminal | grep -a ' of 3 profiles' || true)"
}

run_tests "$@"
