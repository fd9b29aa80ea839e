#!/usr/bin/env bash
# profilefs edit: a shell in the tree; what was changed is shown and saved.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort
export TERM=xterm

# with_file [NAME]: the profile, not mounted.
with_file()
{
	make_profile "${1:-p.mobileconfig}"
	cp "${1:-p.mobileconfig}" before
}

# edit_with COMMANDS [ARG...]: a POSIX shell gets the commands on its standard input.
edit_with()
{
	local commands=$1

	shift
	printf '%s\n' "$commands" >commands
	run bash -c 'SHELL=/bin/sh exec "$PROFILEFS" edit "$@" <commands' bash "$@"
}

# at_terminal SHELL PROFILE [OPTION...] <<STEPS (see terminal.py)
at_terminal()
{
	local shell

	shell=$(command -v "$1")
	shift
	run env SHELL="$shell" "$PYTHON" "$E2E/terminal.py" "$PROFILEFS" edit "$@"
	[ "$status" -ne 99 ] || fail "$(run_said)"
}

assert_saved()
{
	assert_changes before "${1:-p.mobileconfig}" <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	assert_one_hunk before "${1:-p.mobileconfig}"
}

# fish would begin to make completions of all manual pages in the background.
with_fish()
{
	mkdir -p "$HOME/.local/share/fish/generated_completions"
}

# No folder and no file of ours is left.
assert_clean()
{
	assert_equal '' "$(find "$T.run" -name 'profilefs-*' 2>&1)" "what is left in the folder for mounts"
}

it_saves_what_is_edited_in_the_shell_and_shows_it()
{
	with_file
	edit_with "echo 3128 >$PORT" p.mobileconfig
	assert_status 0
	assert_saved
	assert_stdout '^~ .*ProxyServerPort: 8080 -> 3128$'
	assert_stderr 'exit'
	assert_clean
}

it_saves_whatever_the_last_command_came_to()
{
	with_file
	edit_with "echo 3128 >$PORT
		exit 7" p.mobileconfig
	assert_status 0
	assert_saved
}

it_touches_nothing_when_nothing_was_changed()
{
	local was

	with_file
	was=$(state p.mobileconfig)
	edit_with "cat $PORT; echo 3128 >$PORT; echo 8080 >$PORT" p.mobileconfig
	assert_status 0
	assert_stderr 'nothing was changed'
	assert_equal "$was" "$(state p.mobileconfig)"
}

it_tells_the_shell_which_profile_it_is_in()
{
	with_file
	edit_with 'echo "$PROFILEFS_PROFILE|$OLDPWD"; [ "$PWD" = "$PROFILEFS_TREE" ] && ls' p.mobileconfig
	assert_status 0
	assert_stdout "^$T/p.mobileconfig\|$T\$"
	assert_stdout '^PayloadContent$'
}

it_shows_no_secret()
{
	with_file
	edit_with "echo 'battery staple' >$WIFI/Password" p.mobileconfig
	assert_status 0
	assert_stdout 'com.apple.wifi.managed/Password'
	assert_no_line 'battery|correct' "$T.run/stdout"
	assert_value p.mobileconfig PayloadContent/3/Password "'battery staple'"
}

it_saves_nothing_and_keeps_the_edits_when_the_shell_is_killed()
{
	with_file
	edit_with "echo 3128 >$PORT
		kill -KILL \$\$" p.mobileconfig
	assert_status 1
	assert_stderr 'kept beside it in \.p\.mobileconfig\.rejected'
	assert_stderr 'nothing was saved.*signal 9'
	assert_same before p.mobileconfig
	assert_value .p.mobileconfig.rejected PayloadContent/3/ProxyServerPort 3128
	rm .p.mobileconfig.rejected
	assert_clean
}

it_says_what_was_refused_and_saves_the_rest()
{
	with_file
	edit_with "printf tru >$WIFI/AutoJoin
		echo 3128 >$PORT" p.mobileconfig
	assert_status 0
	assert_stderr 'AutoJoin.*boolean'
	assert_stderr 'warning: 1 value was refused'
	assert_equal 1 "$(grep -c AutoJoin "$T.run/stderr")" "lines about AutoJoin"
	assert_saved
}

it_keeps_beside_what_cannot_be_saved()
{
	with_file
	edit_with "rm $WIFI/PayloadUUID" p.mobileconfig
	assert_status 1
	assert_stderr 'PayloadUUID.*\[missing-key\]'
	assert_same before p.mobileconfig
	assert_one_hunk before .p.mobileconfig.rejected
}

it_signs_again_what_was_signed()
{
	make_profile plain
	sign plain p.mobileconfig
	edit_with "echo 3128 >$PORT" -o "key=$CA/ec.key,cert=$CA/ec.crt" p.mobileconfig
	assert_status 0
	content_of p.mobileconfig >after
	assert_one_hunk plain after
}

it_only_shows_a_profile_that_may_not_be_changed()
{
	with_file
	edit_with "cat $PORT; echo 3128 >$PORT" -r p.mobileconfig
	assert_status 0
	assert_stdout '^8080$'
	assert_stderr 'Read-only file system'
	assert_stderr 'to look at it only'
	assert_same before p.mobileconfig
}

it_makes_a_new_profile()
{
	edit_with 'mkdir PayloadContent/com.apple.wifi.managed
		echo Office >PayloadContent/com.apple.wifi.managed/SSID_STR' -o new new.mobileconfig
	assert_status 0
	assert_value new.mobileconfig PayloadContent/0/SSID_STR "'Office'"
}

it_edits_a_folder_of_profiles()
{
	mkdir all
	with_file all/p.mobileconfig
	cp before all/q.mobileconfig
	edit_with "echo 3128 >p.mobileconfig/$PORT; cat q.mobileconfig/$PORT; echo \"\$PROFILEFS_PROFILE\"" all
	assert_status 0
	assert_saved all/p.mobileconfig
	assert_same before all/q.mobileconfig
	assert_stdout "^$T/all\$"
	assert_stdout '^all/p.mobileconfig:$'
	assert_no_line 'q.mobileconfig:$' "$T.run/stdout"
}

# --- at a terminal ------------------------------------------------------------------------------------

it_asks_before_it_saves_and_enter_means_yes()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => echo 3128 >$PORT
	(p.mobileconfig) => exit
	8080 -> 3128 =>
	STEPS
	assert_status 0
	assert_stdout 'Save\?'
	assert_saved
	assert_clean
}

it_saves_nothing_if_the_answer_is_no()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => echo 3128 >$PORT
	(p.mobileconfig) => exit
	Save? => perhaps
	Save? => n
	STEPS
	assert_status 1
	assert_stdout 'nothing was saved'
	assert_same before p.mobileconfig
	assert_clean
}

it_takes_ctrl_c_for_no_and_ctrl_d_for_yes()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => echo 3128 >$PORT
	(p.mobileconfig) => exit
	Save? => ^C
	STEPS
	assert_status 1
	assert_same before p.mobileconfig
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => echo 3128 >$PORT
	(p.mobileconfig) => exit
	Save? => ^D
	Save? => n
	STEPS
	assert_status 1
	assert_same before p.mobileconfig
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => echo 3128 >$PORT
	(p.mobileconfig) => exit
	Save? => ^D
	Save? => ^D
	STEPS
	assert_status 0
	assert_saved
}

it_does_not_ask_if_nothing_was_changed()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => cat $PORT
	(p.mobileconfig) => ^D
	STEPS
	assert_status 0
	assert_stdout 'nothing was changed'
	assert_no_line 'Save\?' "$T.run/stdout"
}

it_lets_the_shell_keep_ctrl_c()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => sh -c 'echo rea""dy; exec sleep 60'
	ready => ^C
	(p.mobileconfig) => echo 3128 >$PORT
	(p.mobileconfig) => exit
	Save? => y
	STEPS
	assert_status 0
	assert_saved
}

it_goes_back_into_the_shell_when_it_cannot_be_saved()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => mv $WIFI/PayloadUUID .kept; echo 3128 >$PORT
	(p.mobileconfig) => exit
	Save? => y
	Not saved. =>
	(p.mobileconfig) => mv .kept $WIFI/PayloadUUID
	(p.mobileconfig) => exit
	Save? => y
	STEPS
	assert_status 0
	assert_stdout 'PayloadUUID.*\[missing-key\]'
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_missing .p.mobileconfig.rejected
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => echo 3129 >$PORT
	(p.mobileconfig) => exit
	Save? => e
	(p.mobileconfig) => echo 3130 >$PORT
	(p.mobileconfig) => exit
	3128 -> 3130 => y
	STEPS
	assert_status 0
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 3130
}

it_keeps_or_drops_what_cannot_be_saved_as_one_likes()
{
	with_file
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => rm $WIFI/PayloadUUID
	(p.mobileconfig) => exit
	Save? => y
	Not saved. => d
	STEPS
	assert_status 1
	assert_same before p.mobileconfig
	assert_missing .p.mobileconfig.rejected
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) => rm $WIFI/PayloadUUID
	(p.mobileconfig) => exit
	Save? => y
	Not saved. => ^D
	Not saved. => ^D
	STEPS
	assert_status 1
	assert_same before p.mobileconfig
	assert_one_hunk before .p.mobileconfig.rejected
}

it_says_a_refusal_again_that_happened_long_before()
{
	with_file
	at_terminal dash p.mobileconfig <<-STEPS
	(p.mobileconfig) => printf tru >$WIFI/AutoJoin
	(p.mobileconfig) => exit
	nothing was changed =>
	STEPS
	assert_status 0
	assert_equal 2 "$(grep -c 'AutoJoin:.*boolean' "$T.run/stdout")" "lines about AutoJoin"
	assert_same before p.mobileconfig
}

it_takes_the_terminal_back_from_a_shell_that_was_killed()
{
	with_file
	# Killed at its prompt, where it reads key by key; whoever started us reads lines again.
	printf '%s edit p.mobileconfig; echo "status $?"; read -r line && echo "got $line"\n' "$PROFILEFS" >outer
	run env SHELL="$(command -v bash)" "$PYTHON" "$E2E/terminal.py" bash --norc outer <<-STEPS
	(p.mobileconfig) => echo 3128 >$PORT; (sleep 0.2; kill -KILL \$\$) &
	status 1 => hello
	STEPS
	assert_status 0
	assert_stdout '^got hello$'
	assert_same before p.mobileconfig
}

# --- the prompt ---------------------------------------------------------------------------------------

it_says_in_bash_where_one_is_in_the_tree()
{
	with_file
	at_terminal bash p.mobileconfig <<-'STEPS'
	(p.mobileconfig) => PS1='<\w>'; cd PayloadContent
	(p.mobileconfig) <./PayloadContent> => cd ..
	(p.mobileconfig) <.> => cd /etc
	(p.mobileconfig) </etc> => exit
	nothing =>
	STEPS
	assert_status 0
}

it_reads_the_users_own_files_of_bash()
{
	with_file
	cat >"$HOME/.bashrc" <<-'RC'
	alias tellme='echo mine'
	set_prompt() { PS1="{\u \W $?} "; }
	PROMPT_COMMAND=set_prompt
	RC
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) {$(id -un) tree 0} => tellme; (exit 3)
	mine =>
	(p.mobileconfig) {$(id -un) tree 3} => cd PayloadContent
	(p.mobileconfig) {$(id -un) PayloadContent 0} => exit
	nothing =>
	STEPS
	assert_status 0
	# As an array, which bash 5.1 knows.
	cat >"$HOME/.bashrc" <<-'RC'
	PROMPT_COMMAND=('PS1="first "' 'PS1="second "')
	RC
	at_terminal bash p.mobileconfig <<-STEPS
	(p.mobileconfig) second => exit
	nothing =>
	STEPS
	assert_status 0
}

it_reads_the_users_own_files_of_zsh()
{
	need zsh
	with_file
	echo 'export FROM_ENV=one' >"$HOME/.zshenv"
	printf '%s\n' 'PS1="$FROM_ENV %~> "' 'touch "${ZDOTDIR:-$HOME}/made"' >"$HOME/.zshrc"
	at_terminal zsh p.mobileconfig <<-'STEPS'
	(p.mobileconfig) one ~profile> => cd PayloadContent
	(p.mobileconfig) one ~profile/PayloadContent> => echo "[$ZDOTDIR]"
	[] => exit
	nothing =>
	STEPS
	assert_status 0
	assert_exists "$HOME/made"
	# A folder of their own for them.
	mkdir dots
	echo 'PS1="%~> "; touch "$ZDOTDIR/.zcompdump"' >dots/.zshrc
	export ZDOTDIR=$PWD/dots
	at_terminal zsh p.mobileconfig <<-'STEPS'
	(p.mobileconfig) ~profile> => echo "[$ZDOTDIR]"
	dots] => exit
	nothing =>
	STEPS
	assert_status 0
	assert_exists dots/.zcompdump
	assert_clean
}

it_names_the_profile_in_fish()
{
	need fish
	with_file
	with_fish
	at_terminal fish p.mobileconfig <<-'STEPS'
	(p.mobileconfig) => exit
	nothing =>
	STEPS
	assert_status 0
}

it_says_in_other_shells_where_one_is()
{
	local mark='$'

	with_file
	[ "$(id -u)" -ne 0 ] || mark='#'
	at_terminal dash p.mobileconfig <<-STEPS
	(p.mobileconfig) $mark => cd PayloadContent
	(p.mobileconfig) /PayloadContent$mark => exit
	nothing =>
	STEPS
	assert_status 0
}

it_runs_nothing_that_is_in_a_name()
{
	local name='$(touch pwned)`touch pwned`%n\u'\''.mobileconfig' shell

	with_file "$name"
	echo 'setopt prompt_subst' >"$HOME/.zshrc"
	with_fish
	for shell in bash zsh dash fish; do
		command -v $shell >/dev/null || continue
		at_terminal $shell "$name" <<-STEPS
		(??touch pwned??touch pwned??n?u?.mobileconfig) => exit
		nothing was changed =>
		STEPS
		assert_status 0
	done
	assert_missing pwned
}

it_is_told_how_it_is_used_wrongly()
{
	with_file
	edit_with ''
	assert_status 2
	assert_stderr 'profile is missing'
	edit_with '' p.mobileconfig before
	assert_status 2
	assert_stderr "'before' is too much"
	edit_with '' absent.mobileconfig
	assert_status 2
	assert_stderr 'absent.mobileconfig'
	run env SHELL=/no/shell "$PROFILEFS" edit p.mobileconfig
	assert_status 2
	assert_stderr '/no/shell.*\$SHELL'
	assert_clean
}

run_tests "$@"
