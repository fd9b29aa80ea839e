#!/usr/bin/env bash
# profilefs exec: a command in the tree, saved if it succeeds.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort

# with_file: the profile, not mounted.
with_file()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
}

assert_saved()
{
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	assert_one_hunk before p.mobileconfig
}

# Nothing changed, and that was said.
assert_nothing_saved()
{
	assert_same before p.mobileconfig
	assert_stderr 'nothing was saved'
}

it_saves_what_a_command_edits_in_its_working_directory()
{
	with_file
	run profilefs exec p.mobileconfig -- sh -c 'echo 3128 >"$1"' sh $PORT
	assert_status 0
	assert_no_stderr
	assert_saved
	mounts_below "$T"
	assert_equal '' "${found[*]}"
}

it_runs_in_a_private_folder_and_tells_where_it_was_called()
{
	local folder

	with_file
	run profilefs exec p.mobileconfig -- bash -c 'pwd; echo "$OLDPWD"; stat -c %a ..; ls -A; echo "$1|$2"' bash \
		'two words' ''
	assert_status 0
	folder=$(head -n 1 "$T.run/stdout")
	assert_stdout "^$T\$"
	assert_stdout '^700$'
	assert_stdout '^PayloadContent$'
	assert_stdout '^two words\|$'
	assert_missing "$folder"
	assert_same before p.mobileconfig
}

it_passes_on_input_and_output()
{
	with_file
	printf '3128\n' >input
	run bash -c '"$PROFILEFS" exec p.mobileconfig -- tee "$1" <input' bash $PORT
	assert_status 0
	assert_stdout '^3128$'
	assert_saved
}

it_saves_nothing_when_the_command_fails()
{
	local wanted

	with_file
	for wanted in 1 7 255; do
		run profilefs exec p.mobileconfig -- sh -c 'echo 3128 >"$1"; exit $2' sh $PORT $wanted
		assert_status $wanted
		assert_nothing_saved
	done
	run profilefs exec p.mobileconfig -- sh -c 'echo 3128 >"$1"; kill -TERM $$' sh $PORT
	assert_status 143
	assert_nothing_saved
	run profilefs exec p.mobileconfig -- no-such-command
	assert_status 127
	run profilefs exec p.mobileconfig -- /dev/null
	assert_status 126
	assert_same before p.mobileconfig
}

it_fails_with_a_command_whose_write_was_refused()
{
	with_file
	run profilefs exec p.mobileconfig -- bash -ec 'echo 3128 >"$1"; echo yes >"$2"' bash $PORT $WIFI/AutoJoin
	assert_status 1
	assert_stderr 'Invalid argument'
	assert_nothing_saved
}

it_fails_when_a_refusal_was_silent()
{
	with_file
	# The shell drops the error of its close, and the command succeeds.
	run profilefs exec p.mobileconfig -- bash -ec 'echo 3128 >"$1"; printf tru >"$2"' bash $PORT $WIFI/AutoJoin
	assert_status 1
	assert_stderr 'AutoJoin.*boolean'
	assert_nothing_saved
	run profilefs exec p.mobileconfig -- bash -ec ': >"$1"' bash $PORT
	assert_status 1
	assert_stderr 'ProxyServerPort'
	assert_nothing_saved
	run profilefs exec p.mobileconfig -- "$PYTHON" -c "open('$WIFI/AutoJoin', 'w').write('fals')"
	assert_status 1
	assert_stderr 'AutoJoin'
	assert_nothing_saved
}

it_says_a_refusal_that_nobody_noticed_once()
{
	with_file
	run profilefs exec p.mobileconfig -- bash -ec 'printf tru >"$1"; : >"$2"' bash $WIFI/AutoJoin $PORT
	assert_status 1
	assert_stderr 'nothing was saved: 2 values were refused'
	assert_equal 1 "$(grep -c AutoJoin "$T.run/stderr")" "lines about AutoJoin"
	assert_equal 1 "$(grep -c ProxyServerPort "$T.run/stderr")" "lines about ProxyServerPort"
}

it_forgives_a_refusal_of_a_key_that_was_written_well_afterwards()
{
	with_file
	run profilefs exec p.mobileconfig -- bash -ec ': >"$1"; : >"$1"; echo 3128 >"$1"' bash $PORT
	assert_status 0
	assert_saved
}

it_forgives_a_refusal_that_the_command_saw_and_let_pass()
{
	with_file
	run profilefs exec p.mobileconfig -- bash -c 'echo yes >"$1" || echo seen; echo 3128 >"$2"' bash \
		$WIFI/AutoJoin $PORT
	assert_status 0
	assert_stdout '^seen$'
	assert_saved
}

it_fails_when_what_the_command_left_is_invalid()
{
	with_file
	run profilefs exec p.mobileconfig -- rm $WIFI/PayloadUUID
	assert_status 1
	assert_stderr 'PayloadUUID.*\[missing-key\]'
	assert_stderr '\.rejected'
	assert_same before p.mobileconfig
	assert_one_hunk before .p.mobileconfig.rejected
}

it_fails_when_somebody_changed_the_profile_meanwhile()
{
	with_file
	run profilefs exec p.mobileconfig -- bash -ec 'echo 3128 >"$1"; echo "<!-- theirs -->" >>"$OLDPWD/p.mobileconfig"' \
		bash $PORT
	assert_status 1
	assert_stderr '\.conflict'
	assert_line theirs p.mobileconfig
	assert_one_hunk before .p.mobileconfig.conflict
}

it_signs_again_what_was_signed()
{
	make_profile plain
	sign plain p.mobileconfig
	run profilefs exec -o "key=$CA/ec.key" -o "cert=$CA/ec.crt" p.mobileconfig -- sed -i 's/8080/3128/' $PORT
	assert_status 0
	content_of p.mobileconfig >after
	assert_one_hunk plain after
	assert_line '<integer>3128</integer>' after
}

it_lets_a_command_only_look_at_a_signed_profile_without_a_key()
{
	make_profile plain
	sign plain p.mobileconfig
	cp p.mobileconfig before
	run profilefs exec p.mobileconfig -- cat $PORT
	assert_status 0
	assert_stdout '^8080$'
	run profilefs exec p.mobileconfig -- bash -c 'echo 3128 >"$1"' bash $PORT
	assert_status 1
	assert_stderr 'Read-only file system'
	assert_same before p.mobileconfig
}

it_makes_a_new_profile()
{
	run profilefs exec -o new new.mobileconfig -- bash -ec 'mkdir PayloadContent/com.apple.wifi.managed
		echo Office >"$1/SSID_STR"' bash $WIFI
	assert_status 0
	assert_value new.mobileconfig PayloadContent/0/SSID_STR "'Office'"
}

it_uses_the_tree_as_git_knows_it()
{
	need git
	with_file
	git init -q
	git add p.mobileconfig
	run profilefs exec p.mobileconfig -- git --git-dir="$T/.git" --work-tree=. add -A
	assert_status 0
	git ls-files >files
	assert_line "^$PORT\$" files
	assert_same before p.mobileconfig
}

it_is_told_how_it_is_used_wrongly()
{
	with_file
	run profilefs exec
	assert_status 2
	run profilefs exec p.mobileconfig
	assert_status 2
	assert_stderr 'command'
	run profilefs exec absent.mobileconfig -- true
	assert_status 2
	assert_stderr 'absent.mobileconfig'
	run profilefs exec -o placeholder=deny p.mobileconfig -- true
	assert_status 2
	assert_stderr "did you mean 'placeholders'"
	run profilefs exec -o 'key=a\,b.key,cert=c' p.mobileconfig -- true
	assert_status 2
	assert_stderr 'a,b\.key'
}

run_tests "$@"
