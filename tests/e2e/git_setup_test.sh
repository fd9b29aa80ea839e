#!/usr/bin/env bash
# profilefs git-setup: git is told how profiles are shown and merged; and the hooks for pre-commit.
. "$(dirname "$0")/lib.sh"

# with_repository [FOLDER]: an empty one, of somebody with a name; `profilefs` is the program under test.
with_repository()
{
	need git
	export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
	export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
	mkdir "$T.run/bin"
	ln -s "$PROFILEFS" "$T.run/bin/profilefs"
	PATH=$T.run/bin:$PATH
	git init -q -b main "${1:-.}"
}

# assert_attributes PATH TEXT DIFF MERGE: what git makes of them.
assert_attributes()
{
	assert_equal "$2 $3 $4" "$(git check-attr text diff merge -- "$1" | sed 's/.*: //' | tr '\n' ' ' | sed 's/ $//')" \
		"text, diff and merge of $1"
}

assert_setting()
{
	assert_equal "$2" "$(git config --local --get-all "$1" || true)" "$1"
}

it_tells_git_which_files_are_profiles()
{
	with_repository
	run profilefs git-setup
	assert_status 0
	assert_attributes p.mobileconfig unset profile profile
	assert_attributes deep/down/p.mobileconfig unset profile profile
	assert_attributes p.mobileconfig/PayloadContent/x/Key unset unspecified unspecified
	assert_attributes deep/p.mobileconfig/PayloadType unset unspecified unspecified
	assert_attributes deep/p.mobileconfig/PayloadContent/x/.types unset unspecified union
	assert_attributes README.md unspecified unspecified unspecified
	assert_setting diff.profile.textconv 'profilefs cat --force'
	assert_setting diff.profile.cachetextconv true
	assert_setting merge.profile.driver 'profilefs merge --name=%P %O %A %B'
	assert_setting difftool.profilefs.cmd 'profilefs diff --label="$MERGED" "$LOCAL" "$REMOTE"'
}

it_says_what_it_did_and_does_nothing_twice()
{
	local was

	with_repository
	run profilefs git-setup
	assert_status 0
	assert_stderr '\.gitattributes: .*commit it'
	assert_stderr 'merge\.profile\.driver = profilefs merge'
	was=$(state .gitattributes; state .git/config)
	run profilefs git-setup
	assert_status 0
	assert_stderr 'nothing was changed'
	assert_equal "$was" "$(state .gitattributes; state .git/config)"
}

it_keeps_what_is_in_the_file()
{
	with_repository
	printf '*.txt text\n* text=auto' >.gitattributes
	chmod 640 .gitattributes
	run profilefs git-setup
	assert_status 0
	assert_equal '*.txt text|* text=auto' "$(head -n 2 .gitattributes | paste -sd '|')"
	assert_equal 640 "$(stat -c %a .gitattributes)"
	# Later lines win: the bytes of profiles are safe from the one above.
	assert_attributes p.mobileconfig unset profile profile
	# Ours are brought up to date where they are.
	echo '*.md text' >>.gitattributes
	cp .gitattributes wanted
	sed -i '/mobileconfig/d' .gitattributes
	run profilefs git-setup
	assert_status 0
	assert_same wanted .gitattributes
}

it_refuses_a_block_that_lost_an_end()
{
	with_repository
	profilefs git-setup 2>/dev/null
	sed -i '/profilefs: end/d' .gitattributes
	cp .gitattributes before
	run profilefs git-setup
	assert_status 2
	assert_stderr '\.gitattributes: error: .*marks.*remove'
	assert_same before .gitattributes
	rm .gitattributes
	ln -s before .gitattributes
	run profilefs git-setup
	assert_status 2
	assert_stderr 'symbolic link'
}

it_takes_it_all_out_again()
{
	with_repository
	cp .git/config before
	profilefs git-setup 2>/dev/null
	git config diff.profile.wordRegex .
	run profilefs git-setup --remove
	assert_status 0
	assert_stderr 'diff\.profile\.textconv: taken out'
	assert_missing .gitattributes
	git config --unset diff.profile.wordRegex
	assert_same before .git/config
	printf '* text=auto\n' >.gitattributes
	cp .gitattributes before
	profilefs git-setup 2>/dev/null
	profilefs git-setup --remove 2>/dev/null
	assert_same before .gitattributes
	run profilefs git-setup --remove
	assert_status 0
	assert_stderr 'nothing was changed'
}

it_shows_what_it_would_write_as_commands_that_do_it()
{
	with_repository
	run profilefs git-setup --print
	assert_status 0
	assert_missing .gitattributes
	assert_setting diff.profile.textconv ''
	cp "$T.run/stdout" printed
	run profilefs git-setup
	cp .git/config wanted
	profilefs git-setup --remove 2>/dev/null
	grep '^git config' printed | sh -e
	assert_same wanted .git/config
	run profilefs git-setup
	assert_status 0
	grep -v '^git config' printed | grep -qxF '*.mobileconfig -text diff=profile merge=profile'
	assert_equal "$(cat .gitattributes; sed -n '/profilefs: begin/,/profilefs: end/p' .git/info/exclude)" \
		"$(sed -n '/profilefs: begin/,/profilefs: end/p' printed)"
}

it_calls_the_program_by_its_place_if_it_is_not_in_the_path()
{
	with_repository
	rm "$T.run/bin/profilefs"
	mkdir "a b's 100%"
	cp "$PROFILEFS" "a b's 100%/profilefs"
	run "./a b's 100%/profilefs" git-setup
	assert_status 0
	assert_setting diff.profile.textconv "'$T/a b'\''s 100%/profilefs' cat --force"
	assert_setting merge.profile.driver "'$T/a b'\''s 100%%/profilefs' merge --name=%P %O %A %B"
	# It is the right program: git can run it.
	make_profile p.mobileconfig
	git add .
	run git diff --cached p.mobileconfig
	assert_status 0
	assert_stdout '^\+.*ProxyServerPort'
	# Another program of that name is another program.
	printf '#!/bin/sh\n' >"$T.run/bin/profilefs"
	chmod +x "$T.run/bin/profilefs"
	run "$PROFILEFS" git-setup
	assert_status 0
	assert_setting diff.profile.textconv "$PROFILEFS cat --force"
}

it_gives_merges_the_key_to_sign_with()
{
	with_repository
	make_ca
	cp "$CA/ec.key" "it's 5%.key"
	mkdir sub
	cd sub
	run profilefs git-setup --key="../it's 5%.key" --cert="$CA/ec.crt" --chain="$CA/ca.crt" --passin=env:PASS --digest=sha384
	assert_status 0
	assert_setting merge.profile.driver "profilefs merge '--key=$T/it'\''s 5%%.key' --cert=$CA/ec.crt --chain=$CA/ca.crt \
--passin=env:PASS --digest=sha384 --name=%P %O %A %B"
}

it_keeps_the_key_until_it_gets_another_or_is_taken_out()
{
	local driver

	with_repository
	make_ca
	cp "$CA/ec.key" "it's 5%.key"
	profilefs git-setup --key="it's 5%.key" --cert="$CA/ec.crt" --digest=sha384 2>/dev/null
	driver=$(git config merge.profile.driver)
	run profilefs git-setup
	assert_status 0
	assert_stderr 'nothing was changed'
	assert_setting merge.profile.driver "$driver"
	# A program of another name takes it along; a file that is gone since does not matter.
	rm "it's 5%.key"
	ln -s "$PROFILEFS" "$T.run/another name"
	PATH=${PATH#"$T.run/bin:"} run "$T.run/another name" git-setup
	assert_status 0
	assert_setting merge.profile.driver "$PROFILEFS${driver#profilefs}"
	run profilefs git-setup --print
	grep -qF "5%%.key" "$T.run/stdout" || fail "expected: the key is printed" "$(run_said)"
	run profilefs git-setup --key="$CA/rsa.key" --cert="$CA/rsa.crt"
	assert_status 0
	assert_setting merge.profile.driver "profilefs merge --key=$CA/rsa.key --cert=$CA/rsa.crt --name=%P %O %A %B"
	profilefs git-setup --remove 2>/dev/null
	run profilefs git-setup
	assert_setting merge.profile.driver 'profilefs merge --name=%P %O %A %B'
}

it_leaves_what_somebody_else_calls_profile_alone()
{
	with_repository
	git config diff.profile.textconv mycat
	git config diff.profile.cachetextconv false
	cp .git/config before
	run profilefs git-setup
	assert_status 2
	assert_stderr "error: diff\\.profile\\.textconv is 'mycat', which .*\`git config --unset-all diff\\.profile\\.textconv\`"
	assert_same before .git/config
	assert_missing .gitattributes
	run profilefs git-setup --remove
	assert_status 0
	assert_same before .git/config
	# One of ours that an older program wrote, or one in another place.
	git config diff.profile.textconv "'/a b/profilefs' cat"
	git config difftool.profilefs.cmd 'profilefs diff "$LOCAL" "$REMOTE"'
	run profilefs git-setup
	assert_status 0
	assert_setting diff.profile.textconv 'profilefs cat --force'
	assert_setting difftool.profilefs.cmd 'profilefs diff --label="$MERGED" "$LOCAL" "$REMOTE"'
	# Who wants no cache has said so.
	assert_setting diff.profile.cachetextconv false
}

it_looks_at_the_key_before_it_takes_it()
{
	with_repository
	make_ca
	run profilefs git-setup --key="$CA/ec.key"
	assert_status 2
	assert_stderr '^/.*ec\.key: error: .*no certificate: give .*\(--cert\)$'
	run profilefs git-setup --key="$CA/ec.key" --cert="$CA/rsa.crt"
	assert_status 2
	assert_stderr 'is not the one of the key'
	run profilefs git-setup --key="$CA/ec.crt"
	assert_status 2
	assert_stderr 'no private key'
	# It is not asked for a passphrase; what is not encrypted is looked at.
	run profilefs git-setup --key="$CA/encrypted.key"
	assert_status 2
	assert_stderr 'encrypted\.key: error: .*no certificate: give .*\(--cert\)$'
	run profilefs git-setup --key="$CA/encrypted.key" --cert="$CA/ec.key"
	assert_status 2
	assert_stderr 'ec\.key: error: .*no certificate'
	run profilefs git-setup --key="$CA/encrypted.key" --cert="$CA/rsa.crt" --passin="file:$CA/passphrase"
	assert_status 2
	assert_stderr 'is not the one of the key'
	echo wrong >passphrase
	run profilefs git-setup --key="$CA/encrypted.key" --cert="$CA/ec.crt" --passin=file:passphrase
	assert_status 2
	assert_stderr 'the right one \(--passin\)'
	assert_missing .gitattributes
	assert_setting merge.profile.driver ''
	for passin in '' --passin=env:NOT_THERE_NOW "--passin=file:$CA/passphrase"; do
		run profilefs git-setup --key="$CA/encrypted.key" --cert="$CA/ec.crt" $passin
		assert_status 0
		assert_no_stderr 'error|warning'
	done
}

it_writes_no_passphrase()
{
	with_repository
	make_ca
	run profilefs git-setup --key="$CA/encrypted.key" --cert="$CA/ec.crt" --passin='pass:open sesame'
	assert_status 2
	assert_stderr 'passphrase would be written.*env:NAME or --passin=file:PATH'
	run profilefs git-setup --key='pkcs11:token=a?pin-value=12345' --cert="$CA/ec.crt"
	assert_status 2
	assert_stderr 'PIN.*pin-value'
	assert_no_line '12345|sesame' "$T.run/stderr"
	run profilefs git-setup --key="$CA/ec.key" --passin=stdin
	assert_status 2
	assert_stderr 'no input'
	assert_missing .gitattributes
	run profilefs git-setup --key='pkcs11:token=a;object=b' --cert="$CA/ec.crt" --passin="file:$CA/passphrase"
	assert_status 0
	assert_setting merge.profile.driver "profilefs merge '--key=pkcs11:token=a;object=b' --cert=$CA/ec.crt \
--passin=file:$CA/passphrase --name=%P %O %A %B"
}

it_finds_exploded_trees_that_are_called_otherwise()
{
	local tree

	with_repository
	for tree in wifi wifi-x 'a b/"q"' 'x[1]*?\y' p.mobileconfig; do
		mkdir -p "$tree/PayloadContent/com.apple.mdm"
		echo Configuration >"$tree/PayloadType"
		echo com.apple.mdm >"$tree/PayloadContent/com.apple.mdm/PayloadType"
	done
	mkdir 'x1zz' other
	touch 'x1zz/file' other/file
	git add wifi
	run profilefs git-setup
	assert_status 0
	assert_equal 4 "$(grep -c '^"\?/' .gitattributes)" "lines for trees"
	for tree in wifi wifi-x 'a b/"q"' 'x[1]*?\y'; do
		assert_attributes "$tree/PayloadContent/com.apple.mdm/PayloadType" unset unspecified unspecified
		assert_attributes "$tree/Any" unset unspecified unspecified
	done
	assert_attributes wifi/.types unset unspecified union
	assert_attributes x1zz/file unspecified unspecified unspecified
	assert_attributes other/file unspecified unspecified unspecified
}

it_knows_a_repository_that_is_a_tree_itself()
{
	with_repository
	echo Configuration >PayloadType
	mkdir -p PayloadContent/x
	echo x >PayloadContent/x/PayloadType
	run profilefs git-setup
	assert_status 0
	assert_attributes PayloadContent/x/PayloadType unset unspecified unspecified
	assert_attributes PayloadDescription unset unspecified unspecified
}

it_sets_up_worktrees_and_submodules()
{
	with_repository one
	git -C one commit -q --allow-empty -m Begin
	git -C one worktree add -q ../two
	run profilefs git-setup two
	assert_status 0
	assert_exists two/.gitattributes
	assert_missing one/.gitattributes
	git init -q three
	git -C three -c protocol.file.allow=always submodule --quiet add "$T/one" sub
	mkdir three/sub/deep
	cd three/sub/deep
	run profilefs git-setup
	assert_status 0
	assert_exists ../.gitattributes
	assert_missing ../../.gitattributes
	assert_equal 'profilefs cat --force' "$(git config --file "$T/three/.git/modules/sub/config" diff.profile.textconv)"
	assert_equal '' "$(git -C "$T/three" config --local diff.profile.textconv || true)" "the other repository's"
}

it_says_where_nothing_can_be_set_up()
{
	with_repository
	git init -q --bare "$T.run/bare.git"
	run profilefs git-setup "$T.run/bare.git"
	assert_status 2
	assert_stderr 'bare repository.*clone'
	run profilefs git-setup .git
	assert_status 2
	assert_stderr "not among a repository's files"
	run env GIT_CEILING_DIRECTORIES="$T.run" "$PROFILEFS" git-setup "$T.run/bin"
	assert_status 2
	assert_stderr 'not a git repository.*git init'
	run profilefs git-setup absent
	assert_status 2
	assert_stderr 'absent'
	run env PATH=/nowhere "$PROFILEFS" git-setup
	assert_status 2
	assert_stderr 'git cannot be run'
}

it_passes_on_all_that_git_says()
{
	with_repository
	run env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$PROFILEFS" git-setup .
	assert_status 2
	assert_stderr 'dubious ownership.*safe\.directory'
	assert_no_stderr 'git init'
}

it_keeps_what_a_failed_save_leaves_out_of_git()
{
	with_repository
	mkdir -p .git/info
	echo '*.orig' >.git/info/exclude
	cp .git/info/exclude "$T.run/exclude"
	run profilefs git-setup
	assert_status 0
	assert_stderr 'info/exclude: '
	# As an edit that met a changed profile leaves it.
	with_profile
	echo Mine >mnt/PayloadDisplayName
	sed -i 's/Example Ltd/Other Ltd/' p.mobileconfig
	run profilefs umount --force mnt
	assert_exists .p.mobileconfig.conflict
	rmdir mnt
	mkdir sub
	touch 'sub/.a b.mobileconfig.rejected.2' 'sub/.a b.mobileconfig.base' sub/x.orig
	assert_equal '?? .gitattributes|?? before|?? p.mobileconfig' "$(git status --porcelain | paste -sd '|')"
	run profilefs git-setup
	assert_stderr 'nothing was changed'
	# Worktrees have it in common; where there is no such folder yet, it is made.
	run profilefs git-setup --remove
	assert_status 0
	assert_same "$T.run/exclude" .git/info/exclude
	rm -r .git/info
	run profilefs git-setup
	assert_status 0
	assert_line '^\.\*\.mobileconfig\.rejected\*$' .git/info/exclude
	run profilefs git-setup --remove
	assert_missing .git/info/exclude
}

it_names_each_file_in_difftool()
{
	with_repository
	profilefs git-setup 2>/dev/null
	mkdir sub
	for profile in a.mobileconfig 'sub/b c.mobileconfig'; do
		make_profile "$profile"
	done
	git add .
	git commit -q -m Begin
	sed -i 's/Example enrolment/Other/' a.mobileconfig 'sub/b c.mobileconfig'
	run git difftool -y -t profilefs
	assert_file "$T.run/stdout" "profilefs diff a.mobileconfig
~ PayloadDisplayName: 'Example enrolment' -> 'Other'
profilefs diff sub/b c.mobileconfig
~ PayloadDisplayName: 'Example enrolment' -> 'Other'
"
	rm a.mobileconfig
	run git difftool -d -t profilefs
	assert_no_stderr error
	assert_stdout '^Only in .*/left/?: a\.mobileconfig$'
	assert_stdout '^profilefs diff .*/left/sub/b c\.mobileconfig .*/right/sub/b c\.mobileconfig$'
}

it_shows_an_edit_of_a_signed_profile_as_one_changed_key()
{
	with_repository
	make_profile plain
	sign plain p.mobileconfig
	profilefs git-setup 2>/dev/null
	git add .gitattributes p.mobileconfig
	git commit -q -m Begin
	profilefs exec -o "key=$CA/ec.key,cert=$CA/ec.crt" p.mobileconfig -- sh -c "echo 3128 >$WIFI/ProxyServerPort"
	run git diff
	assert_status 0
	assert_equal '-			<integer>8080</integer>|+			<integer>3128</integer>' \
		"$(grep '^[-+][^-+]' "$T.run/stdout" | paste -sd '|')"
	assert_equal 1 "$(grep -c '^@@' "$T.run/stdout")" "hunks"
	run git difftool -y -t profilefs
	assert_stdout '^~ .*ProxyServerPort: 8080 -> 3128$'
}

it_is_told_how_it_is_used_wrongly()
{
	with_repository
	run profilefs git-setup one two
	assert_status 2
	assert_stderr "'two' is too much"
	run profilefs git-setup --print --remove
	assert_status 2
	run profilefs git-setup --cert="$T.run/cert"
	assert_status 2
	assert_stderr 'need --key'
	run profilefs git-setup --key=absent.key
	assert_status 2
	assert_stderr 'absent\.key.*--key'
	run profilefs git-setup --kye=x
	assert_status 2
	assert_stderr "did you mean '--key'"
	assert_missing .gitattributes
}

# --- hooks --------------------------------------------------------------------------------------------

# hook ID FIELD: from the file that pre-commit reads.
hook()
{
	"$PYTHON" -c 'if True:
		import sys, yaml
		hook = {hook["id"]: hook for hook in yaml.safe_load(open(sys.argv[1]))}[sys.argv[2]]
		print(hook[sys.argv[3]] if isinstance(hook[sys.argv[3]], str) else " ".join(hook[sys.argv[3]]))
		' "$ROOT/.pre-commit-hooks.yaml" "$1" "$2"
}

# with_hooks: what can be read of them.
with_hooks()
{
	"$PYTHON" -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	with_repository
}

it_has_hooks_whose_commands_work()
{
	with_hooks
	make_profile good.mobileconfig
	sed 's/<integer>8080/<integer>80800/' good.mobileconfig >bad.mobileconfig
	run $(hook profilefs-check entry) good.mobileconfig
	assert_status 0
	run $(hook profilefs-check entry) good.mobileconfig bad.mobileconfig
	assert_status 1
	assert_stdout 'bad.mobileconfig.*ProxyServerPort'
	rm bad.mobileconfig
	run $(hook profilefs-check-trees entry) $(hook profilefs-check-trees args)
	assert_status 0
	profilefs exec good.mobileconfig -- sh -c 'cp -r . "$OLDPWD/tree"'
	rm tree/$WIFI/PayloadUUID
	run $(hook profilefs-check-trees entry) $(hook profilefs-check-trees args)
	assert_status 1
	assert_stdout 'tree/.*PayloadUUID'
}

it_has_hooks_for_the_right_files()
{
	with_hooks
	[[ a/p.mobileconfig =~ $(hook profilefs-check files) ]] || fail "a profile is not checked"
	[[ ! a/p.mobileconfig.orig =~ $(hook profilefs-check files) ]] || fail "what is no profile is checked"
	# A key of a tree can be called anything, a tree too.
	assert_line '^  always_run: true$' "$ROOT/.pre-commit-hooks.yaml"
}

it_has_hooks_that_pre_commit_runs()
{
	need pre-commit
	with_hooks
	git init -q -b main "$T.run/hooks"
	cp "$ROOT/.pre-commit-hooks.yaml" "$T.run/hooks"
	git -C "$T.run/hooks" add .
	git -C "$T.run/hooks" commit -q -m Hooks
	make_profile p.mobileconfig
	git add .
	run pre-commit try-repo "$T.run/hooks" --files p.mobileconfig
	assert_status 0
	assert_stdout 'check configuration profiles.*Passed'
	sed -i 's/<integer>8080/<integer>80800/' p.mobileconfig
	run pre-commit try-repo "$T.run/hooks" profilefs-check --files p.mobileconfig
	assert_status 1
	assert_stdout 'ProxyServerPort'
}

run_tests "$@"
