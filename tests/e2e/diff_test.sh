#!/usr/bin/env bash
# profilefs diff: what differs between two profiles, key by key, and how it goes with git.
. "$(dirname "$0")/lib.sh"

PAYLOADS=PayloadContent

# with_edit PROFILE COMMAND: the example as p.mobileconfig, and a copy of it in which COMMAND was run.
with_edit()
{
	make_profile p.mobileconfig
	cp p.mobileconfig "$1"
	run profilefs exec "$1" -- bash -e -c "$2"
	assert_status 0
}

# assert_diff STATUS LINES OLD NEW [OPTION...]: exactly that is said on stdout.
assert_diff()
{
	local expected=$1 lines=$2

	shift 2
	run profilefs diff "${@:3}" "$1" "$2"
	assert_status "$expected"
	assert_file "$T.run/stdout" "$lines"
}

# --- equal --------------------------------------------------------------------------------------------

it_finds_no_difference_between_a_profile_and_itself_whatever_it_lies_in()
{
	make_profile p.mobileconfig
	sign p.mobileconfig signed.mobileconfig
	make_binary binary.mobileconfig
	sed 's/^\t*//; s/<!--.*-->//' p.mobileconfig >bare.mobileconfig
	assert_diff 0 '' p.mobileconfig p.mobileconfig
	assert_diff 0 '' p.mobileconfig signed.mobileconfig
	assert_diff 0 '' p.mobileconfig binary.mobileconfig
	assert_diff 0 '' signed.mobileconfig bare.mobileconfig
	run bash -c '"$PROFILEFS" diff - <(cat p.mobileconfig) <signed.mobileconfig'
	assert_status 0
	assert_no_stderr
}

it_finds_no_difference_between_a_profile_and_its_tree()
{
	with_profile
	cp -r mnt tree
	assert_diff 0 '' p.mobileconfig mnt
	umount_profile
	assert_diff 0 '' p.mobileconfig tree
	assert_no_stderr
	echo Elsewhere >tree/PayloadDisplayName
	assert_diff 1 "~ PayloadDisplayName: 'Elsewhere' -> 'Example enrolment'"$'\n' tree p.mobileconfig
}

# Those that can be read; every tenth, as they are many.
it_finds_no_difference_between_real_profiles_and_themselves()
{
	local profile compared=0

	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip 'PROFILEFS_TEST_PROFILES names no folder of profiles'
	while IFS= read -r -d '' profile; do
		run profilefs diff --force "$profile" "$profile"
		[ "$status" -ne 2 ] || continue
		assert_status 0
		assert_file "$T.run/stdout" ''
		compared=$((compared + 1))
	done < <(find "$PROFILEFS_TEST_PROFILES" -name '*.mobileconfig' -print0 | sort -z | awk -v RS='\0' -v ORS='\0' 'NR % 10 == 0')
	[ $compared -gt 20 ] || fail "expected: more than 20 profiles that can be read" "got:      $compared"
}

# The data of certificates, the types of numbers, arrays in directories: all of it is there in the tree, too.
it_finds_no_difference_between_real_profiles_and_their_exploded_trees()
{
	local profile compared=0

	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip 'PROFILEFS_TEST_PROFILES names no folder of profiles'
	while IFS= read -r -d '' profile; do
		run profilefs explode "$profile" "tree$compared"
		[ "$status" -eq 0 ] || continue
		assert_diff 0 '' "$profile" "tree$compared"
		compared=$((compared + 1))
	done < <(find "$PROFILEFS_TEST_PROFILES" -name '*.mobileconfig' -print0 | sort -z | awk -v RS='\0' -v ORS='\0' 'NR % 12 == 0')
	[ $compared -gt 15 ] || fail "expected: more than 15 profiles that can be exploded" "got:      $compared"
}

# --- different ----------------------------------------------------------------------------------------

it_says_one_edited_key_in_one_line()
{
	with_edit new.mobileconfig "echo 3128 >$WIFI/ProxyServerPort"
	assert_diff 1 "~ $WIFI/ProxyServerPort: 8080 -> 3128"$'\n' p.mobileconfig new.mobileconfig
	assert_diff 1 '' p.mobileconfig new.mobileconfig --quiet
	assert_diff 1 '' p.mobileconfig new.mobileconfig -q --format=json
}

it_says_what_came_and_what_went()
{
	with_edit new.mobileconfig "rm PayloadOrganization; rm -r $PAYLOADS/com.apple.mdm; mkdir $PAYLOADS/com.apple.dock
		echo true >$PAYLOADS/com.apple.dock/autohide"
	run profilefs diff p.mobileconfig new.mobileconfig
	assert_status 1
	assert_stdout "^- PayloadOrganization: 'Example Ltd'\$"
	assert_stdout "^- $PAYLOADS/com.apple.mdm: dict of [0-9]+ keys\$"
	assert_stdout "^\\+ $PAYLOADS/com.apple.dock: dict of 5 keys\$"
	assert_equal 3 "$(wc -l <"$T.run/stdout")"
}

# swap FROM TO: the payloads of p.mobileconfig in another order, written by somebody else.
swap()
{
	"$PYTHON" - "$@" <<-'EOF'
	import plistlib, sys
	with open("p.mobileconfig", "rb") as file:
	    profile = plistlib.load(file)
	payloads = profile["PayloadContent"]
	payloads.insert(int(sys.argv[2]), payloads.pop(int(sys.argv[1])))
	with open("new.mobileconfig", "wb") as file:
	    plistlib.dump(profile, file)
	EOF
}

it_says_a_payload_that_moved_in_one_line()
{
	make_profile p.mobileconfig
	swap 0 2
	run profilefs diff p.mobileconfig new.mobileconfig
	assert_status 1
	assert_equal 1 "$(wc -l <"$T.run/stdout")"
	assert_stdout "^> $PAYLOADS/[^ ]+: moved from 00 to 02\$"
}

it_knows_payloads_of_one_type_by_their_identity()
{
	with_edit new.mobileconfig "cp -r $WIFI $WIFI.3; echo Annex >$WIFI/SSID_STR"
	run profilefs diff p.mobileconfig new.mobileconfig
	assert_status 1
	assert_equal 2 "$(wc -l <"$T.run/stdout")"
	assert_stdout "^~ $WIFI/SSID_STR: '.*' -> 'Annex'\$"
	assert_stdout "^\\+ $PAYLOADS/com.apple.wifi.managed.3: dict of "
}

# --- secrets ------------------------------------------------------------------------------------------

it_shows_secrets_only_if_asked_to()
{
	local format

	with_edit new.mobileconfig "echo correcthorse >$WIFI/Password"
	for format in text json; do
		run profilefs diff --format=$format p.mobileconfig new.mobileconfig
		assert_status 1
		! grep -q correcthorse "$T.run/stdout" "$T.run/stderr" || fail "expected: no secret" "$(run_said)"
		run profilefs diff --format=$format --show-secrets p.mobileconfig new.mobileconfig
		assert_stdout correcthorse
	done
	run profilefs diff p.mobileconfig new.mobileconfig
	assert_stdout "^[~+] $WIFI/Password: \\(secret\\)"
}

# Every key that the schema calls sensitive, with one secret and then another in it.
it_shows_no_secret_of_any_key_that_the_schema_calls_sensitive()
{
	local format

	mkdir made
	run "$PYTHON" "$E2E/secrets.py" make made
	assert_status 0
	sed 's/hunter2/hunter3/' made/string.mobileconfig >new.mobileconfig
	for format in text json; do
		run profilefs diff --format=$format made/string.mobileconfig new.mobileconfig
		assert_status 1
		[ "$(grep -c 'secret' "$T.run/stdout")" -gt 70 ] || fail "expected: more than 70 secrets" "$(run_said)"
		! grep -qaE 'hunter|987654321' "$T.run/stdout" "$T.run/stderr" || fail "expected: no secret" "$(run_said)"
		run profilefs diff --format=$format /dev/null new.mobileconfig
		! grep -qaE 'hunter|987654321' "$T.run/stdout" "$T.run/stderr" || fail "expected: no secret" "$(run_said)"
	done
}

# --- JSON ---------------------------------------------------------------------------------------------

it_writes_json_that_others_read()
{
	with_edit new.mobileconfig "echo 3128 >$WIFI/ProxyServerPort; echo 'Tab	and ä' >PayloadDisplayName"
	run profilefs diff --format=json p.mobileconfig new.mobileconfig
	assert_status 1
	"$PYTHON" - "$T.run/stdout" >read <<-'EOF'
	import json, sys
	report = json.load(open(sys.argv[1]))
	print(report["old"], report["new"])
	for found in report["differences"]:
	    print(found["kind"], found["path"], found["old_type"], repr(found["old"]), repr(found["new"]))
	EOF
	assert_line '^p.mobileconfig new.mobileconfig$' read
	assert_line "^changed $WIFI/ProxyServerPort integer 8080 3128\$" read
	assert_line "^changed PayloadDisplayName string 'Example enrolment' 'Tab\\\\tand ä'\$" read
	run profilefs diff --format=json p.mobileconfig p.mobileconfig
	assert_status 0
	"$PYTHON" -m json.tool "$T.run/stdout" >/dev/null
}

# --- folders ------------------------------------------------------------------------------------------

# Two folders: same is in both, changed is edited in new, and is a tree there; gone and come are in one alone.
with_folders()
{
	mkdir -p old/sub new/sub
	for profile in old/same old/changed old/sub/gone new/same new/sub/come; do
		make_profile $profile.mobileconfig
	done
	profilefs explode old/changed.mobileconfig new/changed.mobileconfig
	echo Other >new/changed.mobileconfig/PayloadDisplayName
	touch old/README new/notes
}

it_compares_two_folders_by_name()
{
	with_folders
	assert_diff 1 "profilefs diff old/changed.mobileconfig new/changed.mobileconfig
~ PayloadDisplayName: 'Example enrolment' -> 'Other'
Only in new/sub: come.mobileconfig
Only in old/sub: gone.mobileconfig
" old new
	assert_diff 1 '' old new -q
	rm -r new/changed.mobileconfig new/sub/come.mobileconfig old/changed.mobileconfig old/sub/gone.mobileconfig
	assert_diff 0 '' old/ new/
	# One without profiles has none of those in the other.
	rm new/same.mobileconfig
	assert_diff 1 'Only in old: same.mobileconfig'$'\n' old/ new
	run profilefs diff new old/sub
	assert_status 2
	assert_stderr '^new: error: no profile is in this folder'
}

it_goes_on_after_a_profile_of_a_folder_that_cannot_be_read()
{
	with_folders
	echo nothing >old/b.mobileconfig
	echo nothing >new/b.mobileconfig
	run profilefs diff old new
	assert_status 2
	assert_stderr '^old/b\.mobileconfig:1:1: error: '
	assert_stdout "^~ PayloadDisplayName: "
	assert_stdout '^Only in old/sub: gone\.mobileconfig$'
}

it_writes_one_json_array_for_two_folders()
{
	with_folders
	run profilefs diff --format=json old new
	assert_status 1
	"$PYTHON" - "$T.run/stdout" >read <<-'EOF'
	import json, sys
	for pair in json.load(open(sys.argv[1])):
	    found = pair["differences"]
	    print(pair["old"], pair["new"], {one["kind"] for one in found}, found[0]["path"], len(found) > 5)
	EOF
	assert_file read "old/changed.mobileconfig new/changed.mobileconfig {'changed'} PayloadDisplayName False
None new/sub/come.mobileconfig {'added'} PayloadContent True
old/sub/gone.mobileconfig None {'removed'} PayloadContent True
"
	run profilefs diff --format=json old old
	assert_status 0
	assert_equal '[]' "$(tr -d '\n' <"$T.run/stdout")"
}

it_begins_with_a_label_if_there_is_something_to_say()
{
	with_edit new.mobileconfig "echo Other >PayloadDisplayName"
	assert_diff 1 "profilefs diff sub/x.mobileconfig
~ PayloadDisplayName: 'Example enrolment' -> 'Other'
" p.mobileconfig new.mobileconfig --label=sub/x.mobileconfig
	assert_diff 0 '' p.mobileconfig p.mobileconfig --label=sub/x.mobileconfig
	assert_diff 1 "~ PayloadDisplayName: 'Example enrolment' -> 'Other'
" p.mobileconfig new.mobileconfig --label=
}

# --- trouble ------------------------------------------------------------------------------------------

it_ends_with_2_whatever_the_trouble_is()
{
	make_profile p.mobileconfig
	write_plist >broken.mobileconfig <<<'	<key>a</key><integer>12abc</integer>'
	run profilefs diff p.mobileconfig broken.mobileconfig
	assert_status 2
	assert_stderr '^broken.mobileconfig:5:[0-9]+: error: '
	run profilefs diff absent.mobileconfig p.mobileconfig
	assert_status 2
	assert_stderr '^absent.mobileconfig: error: '
	mkdir folder
	run profilefs diff p.mobileconfig folder
	assert_status 2
	assert_stderr '^folder: error: .*name a profile'
	run profilefs diff p.mobileconfig
	assert_status 2
	run profilefs diff - -
	assert_status 2
	assert_stderr 'can be read once'
	run bash -c 'printf x | "$PROFILEFS" diff p.mobileconfig -'
	assert_status 2
	assert_file "$T.run/stdout" ''
}

it_names_every_file_of_a_damaged_tree()
{
	with_profile
	cp -r mnt tree
	umount_profile
	echo one >tree/PayloadVersion
	echo maybe >tree/$WIFI/AutoJoin
	run profilefs diff p.mobileconfig tree
	assert_status 2
	assert_stderr '^tree/PayloadVersion:1:1: error: '
	assert_stderr "^tree/$WIFI/AutoJoin:1:1: error: "
	assert_stderr '^tree: error: .*2 problems'
}

it_refuses_a_tampered_signature_unless_forced()
{
	make_profile plain
	sign plain p.mobileconfig
	LC_ALL=C sed -i 's/Guests/Ghosts/' p.mobileconfig
	run profilefs diff plain p.mobileconfig
	assert_status 2
	assert_stderr '\[bad-signature\]'
	run profilefs diff --force plain p.mobileconfig
	assert_status 1
	assert_stderr '^p.mobileconfig: warning: '
	assert_stdout 'Ghosts'
}

it_notices_a_full_disk()
{
	with_edit new.mobileconfig "echo Other >PayloadDisplayName"
	run bash -c '"$PROFILEFS" diff p.mobileconfig new.mobileconfig >/dev/full'
	assert_status 2
	assert_stderr 'No space left'
}

it_colours_for_terminals_only()
{
	with_edit new.mobileconfig "echo Other >PayloadDisplayName"
	run profilefs diff p.mobileconfig new.mobileconfig
	! grep -q $'\e' "$T.run/stdout" || fail "expected: no colour" "$(run_said)"
	run profilefs diff --color=always p.mobileconfig new.mobileconfig
	grep -q $'\e\[31m' "$T.run/stdout" || fail "expected: colour" "$(run_said)"
	need script
	TERM=xterm script -qec '"$PROFILEFS" diff p.mobileconfig new.mobileconfig' /dev/null >said || true
	grep -q $'\e' said || fail "expected: colour on a terminal" "got: $(cat said)"
	NO_COLOR=1 TERM=xterm script -qec '"$PROFILEFS" diff p.mobileconfig new.mobileconfig' /dev/null >said || true
	! grep -q $'\e' said || fail "expected: no colour with NO_COLOR" "got: $(cat said)"
}

# --- git ----------------------------------------------------------------------------------------------

# A repository with the example in it, that asks us what differs.
with_repository()
{
	need git
	git init -q
	git config user.name Tester
	git config user.email tester@example.org
	git config diff.profile.command "'$PROFILEFS' diff --git"
	echo '*.mobileconfig diff=profile' >.gitattributes
	git add .gitattributes
	"$@"
	git add p.mobileconfig
	git commit -qm 'Before'
}

it_is_an_external_diff_of_git()
{
	with_repository make_profile p.mobileconfig
	cp p.mobileconfig new.mobileconfig
	run profilefs exec p.mobileconfig -- bash -c 'echo Other >PayloadDisplayName'
	assert_status 0
	git add -N new.mobileconfig
	run git --no-pager diff
	assert_status 0
	assert_stdout "^~ PayloadDisplayName: 'Example enrolment' -> 'Other'\$"
	assert_stdout '^profilefs diff a/p.mobileconfig b/p.mobileconfig$'
	assert_stdout '^new file mode 100644$'
	assert_stdout "^\\+ $WIFI: dict of "
	git rm -qf --cached p.mobileconfig
	run git --no-pager diff --cached
	assert_status 0
	assert_stdout '^deleted file mode 100644$'
}

it_tells_git_of_layout_and_trouble_and_goes_on()
{
	with_repository make_profile p.mobileconfig
	echo 'no profile' >a.mobileconfig
	git add a.mobileconfig
	git commit -qm 'No profile'
	echo 'none either' >a.mobileconfig
	sed -i 's/^\t*//' p.mobileconfig
	chmod +x p.mobileconfig
	run git --no-pager diff
	assert_status 0
	assert_stdout 'a.mobileconfig:1:1: error: '
	assert_stdout '^no key differs: only layout'
	assert_stdout '^new mode 100755$'
}

it_compares_renamed_and_unmerged_files_for_git()
{
	with_repository make_profile p.mobileconfig
	git mv p.mobileconfig q.mobileconfig
	run profilefs exec q.mobileconfig -- bash -c 'echo Other >PayloadDisplayName'
	git add q.mobileconfig
	run git --no-pager diff --cached -M
	assert_status 0
	assert_stdout '^profilefs diff a/p.mobileconfig b/q.mobileconfig$'
	assert_stdout '^rename to q.mobileconfig$'
	assert_stdout "^~ PayloadDisplayName: "
	run profilefs diff --git p.mobileconfig
	assert_status 0
	assert_file "$T.run/stdout" $'* Unmerged path p.mobileconfig\n'
	run profilefs diff --git a b
	assert_status 2
	assert_stderr 'seven arguments'
}

run_tests
