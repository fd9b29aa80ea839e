#!/usr/bin/env bash
# Profiles and exploded trees in git, as `profilefs git-setup` sets it up. What the merge driver does is in
# merge_test.sh, what is written for git in git_setup_test.sh.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort

# with_repository: in work, set up, with `profilefs` for git; the working directory is there then.
with_repository()
{
	need git
	export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
	export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
	mkdir "$T.run/bin"
	ln -s "$PROFILEFS" "$T.run/bin/profilefs"
	PATH=$T.run/bin:$PATH
	git init -q -b main work
	cd work
	profilefs git-setup "$@" 2>/dev/null
}

# with_profile_committed: p.mobileconfig on main, and a branch `theirs` that begins there.
with_profile_committed()
{
	make_profile p.mobileconfig
	commit Begin
	git branch theirs
}

# with_tree_committed: the same as a tree.
with_tree_committed()
{
	make_profile "$T/p"
	profilefs explode "$T/p" p.mobileconfig
	commit Begin
	git branch theirs
}

commit()
{
	git add -A
	git commit -q -m "$1"
}

# edit_on BRANCH COMMANDS: in the tree of the profile, which is mounted or is one itself.
edit_on()
{
	git checkout -q "$1"
	if [ -d p.mobileconfig ]; then
		(cd p.mobileconfig && eval "$2")
	else
		profilefs exec p.mobileconfig -- bash -ec "$2"
	fi
	commit "$2"
}

assert_no_conflict()
{
	assert_status 0
	assert_equal '' "$(git status --porcelain)" "what is not committed"
}

# --- whole profiles -----------------------------------------------------------------------------------

it_merges_branches_that_have_merged_each_other()
{
	with_repository
	with_profile_committed
	cp p.mobileconfig "$T/before"
	edit_on main "echo 3128 >$PORT"
	edit_on theirs "echo proxy >$WIFI/ProxyServer"
	git branch old-theirs
	run git merge -q --no-edit main
	assert_no_conflict
	git checkout -q main
	run git merge -q --no-edit old-theirs
	assert_no_conflict
	# Two common ancestors now, of which git makes one before it merges.
	edit_on main "echo Lab >$WIFI/SSID_STR"
	edit_on theirs "echo false >$WIFI/AutoJoin"
	run git merge -q --no-edit main
	assert_no_conflict
	assert_changes "$T/before" p.mobileconfig <<-'CHANGES'
	PayloadContent/3/AutoJoin: True -> False
	PayloadContent/3/ProxyServer: 'proxy.example.org' -> 'proxy'
	PayloadContent/3/ProxyServerPort: 8080 -> 3128
	PayloadContent/3/SSID_STR: 'Office' -> 'Lab'
	CHANGES
}

it_resolves_a_conflict_in_a_mount()
{
	with_repository
	with_profile_committed
	edit_on main "echo 3128 >$PORT; echo Lab >$WIFI/SSID_STR"
	edit_on theirs "echo 3129 >$PORT; echo false >$WIFI/AutoJoin"
	git checkout -q main
	cp p.mobileconfig "$T/before"
	run git merge -q --no-edit theirs
	assert_failed
	run profilefs check p.mobileconfig
	assert_status 1
	assert_stdout 'ProxyServerPort.*\[merge-conflict\]'
	run profilefs exec p.mobileconfig -- bash -ec "mv $PORT.conflict-theirs $PORT; rm $PORT.conflict-base"
	assert_status 0
	run profilefs check p.mobileconfig
	assert_status 0
	git add p.mobileconfig
	git commit -q --no-edit
	assert_changes "$T/before" p.mobileconfig <<-'CHANGES'
	PayloadContent/3/AutoJoin: True -> False
	PayloadContent/3/ProxyServerPort: 3128 -> 3129
	CHANGES
}

it_merges_a_profile_that_one_branch_renamed()
{
	with_repository
	with_profile_committed
	git mv p.mobileconfig "it's new.mobileconfig"
	commit Rename
	edit_on theirs "echo 3128 >$PORT"
	git checkout -q main
	run git merge -q --no-edit theirs
	assert_no_conflict
	assert_value "it's new.mobileconfig" PayloadContent/3/ProxyServerPort 3128
	assert_missing p.mobileconfig
}

it_signs_merges_with_the_key_that_it_was_set_up_with()
{
	local keys=key=$CA/ec.key,cert=$CA/ec.crt

	make_ca
	cp "$CA/encrypted.key" "it's 5%.key"
	with_repository --key="../it's 5%.key" --cert="$CA/ec.crt" --passin="file:$CA/passphrase"
	make_profile "$T/plain"
	sign "$T/plain" p.mobileconfig
	commit Begin
	git branch theirs
	profilefs exec -o "$keys" p.mobileconfig -- bash -c "echo 3128 >$PORT"
	commit Ours
	git checkout -q theirs
	profilefs exec -o "$keys" p.mobileconfig -- bash -c "echo Lab >$WIFI/SSID_STR"
	commit Theirs
	run git rebase -q main
	assert_no_conflict
	content_of p.mobileconfig >"$T/after"
	assert_changes "$T/plain" "$T/after" <<-'CHANGES'
	PayloadContent/3/ProxyServerPort: 8080 -> 3128
	PayloadContent/3/SSID_STR: 'Office' -> 'Lab'
	CHANGES
	run git show
	assert_equal '-			<string>Office</string>|+			<string>Lab</string>' \
		"$(grep '^[-+][^-+]' "$T.run/stdout" | paste -sd '|')"
}

# --- exploded trees -----------------------------------------------------------------------------------

it_brings_a_tree_through_a_clone_to_the_byte()
{
	with_repository
	# Here git turns the ends of lines wherever it may.
	git config core.autocrlf true
	make_profile "$T/p"
	mkdir trees
	profilefs explode "$T/p" trees/p.mobileconfig
	printf 'one\r\ntwo\r\n' >"trees/p.mobileconfig/$ALL/Poem"
	cp -r trees/p.mobileconfig other
	profilefs implode trees/p.mobileconfig "$T/before" 2>/dev/null
	sign "$T/before" signed.mobileconfig
	# For the tree that is not called like a profile.
	profilefs git-setup 2>/dev/null
	commit Begin
	git clone -q -c core.autocrlf=true . "$T/clone"
	assert_same signed.mobileconfig "$T/clone/signed.mobileconfig"
	run profilefs implode "$T/clone/trees/p.mobileconfig" "$T/after"
	assert_status 0
	assert_same "$T/before" "$T/after"
	run profilefs implode "$T/clone/other" "$T/other"
	assert_status 0
	assert_same "$T/before" "$T/other"
	assert_value "$T/after" PayloadContent/5/Poem "'one\\r\\ntwo\\r'"
	# All that the tree says is what the profile said, but the value that was edited.
	run profilefs diff "$T/p" "$T/after"
	assert_status 1
	assert_equal 1 "$(wc -l <"$T.run/stdout")" "differences"
	assert_stdout 'Poem'
}

it_merges_two_keys_of_one_payload_in_a_tree()
{
	with_repository
	with_tree_committed
	edit_on main "echo 3128 >$PORT"
	edit_on theirs "echo Lab >$WIFI/SSID_STR; rm $WIFI/Password"
	git checkout -q main
	run git merge -q --no-edit theirs
	assert_no_conflict
	profilefs implode --base="$T/p" p.mobileconfig "$T/after"
	assert_changes "$T/p" "$T/after" <<-'CHANGES'
	- PayloadContent/3/Password: 'correct horse'
	PayloadContent/3/ProxyServerPort: 8080 -> 3128
	PayloadContent/3/SSID_STR: 'Office' -> 'Lab'
	CHANGES
}

it_resolves_a_conflict_in_a_tree()
{
	with_repository
	with_tree_committed
	edit_on main "echo 3128 >$PORT"
	edit_on theirs "echo 3129 >$PORT; echo Lab >$WIFI/SSID_STR"
	git checkout -q main
	run git merge -q --no-edit theirs
	assert_failed
	assert_equal "p.mobileconfig/$PORT" "$(git diff --name-only --diff-filter=U)" "the conflict"
	# What git left there is no number, and so cannot become a profile.
	run profilefs check p.mobileconfig
	assert_status 1
	assert_stdout "p.mobileconfig/$PORT.*\[merge-conflict\]"
	run profilefs implode p.mobileconfig "$T/after"
	assert_status 1
	assert_missing "$T/after"
	echo 3130 >"p.mobileconfig/$PORT"
	git add -A
	git commit -q --no-edit
	profilefs implode --base="$T/p" p.mobileconfig "$T/after"
	assert_changes "$T/p" "$T/after" <<-'CHANGES'
	PayloadContent/3/ProxyServerPort: 8080 -> 3130
	PayloadContent/3/SSID_STR: 'Office' -> 'Lab'
	CHANGES
}

it_merges_what_both_say_of_types()
{
	with_repository
	with_tree_committed
	# Nothing but .types says that these are strings.
	edit_on main "echo 1 >$ALL/One; printf 'One string\n' >>$ALL/.types"
	edit_on theirs "echo 2 >$ALL/Two; printf 'Two string\n' >>$ALL/.types"
	git checkout -q main
	run git merge -q --no-edit theirs
	assert_no_conflict
	profilefs implode --base="$T/p" p.mobileconfig "$T/after"
	assert_value "$T/after" PayloadContent/5/One "'1'"
	assert_value "$T/after" PayloadContent/5/Two "'2'"
}

it_rebases_edits_of_a_tree()
{
	with_repository
	with_tree_committed
	edit_on theirs "echo 3128 >$PORT"
	edit_on theirs "cp -r $WIFI ${WIFI}.3; echo Lab >${WIFI}.3/SSID_STR
		sed -i 's/0004/0009/' ${WIFI}.3/PayloadUUID; sed -i s/04/09/ ${WIFI}.3/PayloadIdentifier"
	edit_on main "echo false >$WIFI/AutoJoin"
	git checkout -q theirs
	run git rebase -q main
	assert_no_conflict
	run profilefs check p.mobileconfig
	assert_status 0
	profilefs implode p.mobileconfig "$T/after"
	run profilefs diff "$T/p" "$T/after"
	assert_status 1
	assert_stdout '^\+ PayloadContent/com.apple.wifi.managed'
	assert_stdout 'AutoJoin: true -> false'
	assert_stdout 'ProxyServerPort: 8080 -> 3128'
}

it_brings_an_edited_profile_into_its_tree_as_one_changed_file()
{
	with_repository
	with_tree_committed
	cp "$T/p" "$T/edited"
	profilefs exec "$T/edited" -- bash -c "echo 3128 >$PORT"
	profilefs explode "$T/edited" p.mobileconfig
	assert_equal " M p.mobileconfig/$PORT" "$(git status --porcelain)"
	run git diff
	assert_equal '-8080|+3128' "$(grep '^[-+][^-+]' "$T.run/stdout" | paste -sd '|')"
}

it_checks_out_into_a_mount()
{
	with_repository
	with_tree_committed
	profilefs exec "$T/p" -- bash -c "echo 3128 >$PORT; echo Lab >$WIFI/SSID_STR"
	# The files of a commit, over those of a mounted profile.
	run profilefs exec "$T/p" -- git --git-dir="$PWD/.git" --work-tree=. archive --format=tar -o "$T/archive" \
		main:p.mobileconfig
	assert_status 0
	run profilefs exec "$T/p" -- tar xf "$T/archive"
	assert_status 0
	assert_value "$T/p" PayloadContent/3/ProxyServerPort 8080
	assert_value "$T/p" PayloadContent/3/SSID_STR "'Office'"
	run profilefs diff "$T/p" p.mobileconfig
	assert_status 0
}

run_tests "$@"
