#!/usr/bin/env bash
# implode: exploded trees back to profiles.
. "$(dirname "$0")/lib.sh"

# explode PROFILE TREE
explode()
{
	"$PROFILEFS" explode "$1" "$2"
}

# implode ARGUMENT...: must work and say nothing.
implode()
{
	run profilefs implode "$@"
	assert_status 0
	assert_no_stderr
}

# implode_signed ARGUMENT...: with a key.
implode_signed()
{
	implode --key="$CA/ec.key" --cert="$CA/ec.crt" "$@"
}

# with_tree: the example as p.mobileconfig, and its tree as `tree`.
with_tree()
{
	make_profile p.mobileconfig
	explode p.mobileconfig tree
}

# A tree as small as they come, and the profile that it is.
make_small_tree()
{
	mkdir -p "$1"
	echo "${2:-Small}" >"$1/PayloadDisplayName"
	echo Configuration >"$1/PayloadType"
}

# --- there and back -----------------------------------------------------------------------------------

it_gives_a_canonical_profile_back_to_the_byte()
{
	with_tree
	implode tree canonical.mobileconfig
	explode canonical.mobileconfig t
	implode t q.mobileconfig
	assert_same canonical.mobileconfig q.mobileconfig
	assert_changes p.mobileconfig q.mobileconfig <<-'END'
	PayloadContent/1/PayloadContent: the order of keys
	PayloadContent/2: the order of keys
	PayloadContent/3: the order of keys
	PayloadContent/4: the order of keys
	PayloadContent/5: the order of keys
	END
}

it_takes_a_copy_of_a_mount_for_a_tree()
{
	with_profile ro
	cp -r mnt copy
	implode copy of-copy
	implode mnt of-mount
	umount_profile
	explode p.mobileconfig tree
	implode tree of-tree
	assert_same of-tree of-copy
	assert_same of-tree of-mount
}

it_takes_real_profiles_there_and_back()
{
	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of real profiles"
	# Those that are no property lists are refused.
	run profilefs explode -q -t trees "$PROFILEFS_TEST_PROFILES"
	run profilefs implode -q -t back trees
	assert_status 0
	assert_no_stderr
	"$PYTHON" "$E2E/imploded.py" "$PROFILEFS_TEST_PROFILES" back | tee "$T.run/figures"
	implode --base="$PROFILEFS_TEST_PROFILES" -t same trees
	diff -rq "$PROFILEFS_TEST_PROFILES" same | grep -v '^Only in' && fail "expected: the base's bytes"
	assert_equal "$(find trees -name '*.mobileconfig' -prune | wc -l)" "$(find same -type f | wc -l)"
}

# --- with a base --------------------------------------------------------------------------------------

it_gives_the_bytes_of_the_base_back()
{
	with_tree
	implode --base=p.mobileconfig tree q.mobileconfig
	assert_same p.mobileconfig q.mobileconfig
	sed 's/$/\r/; s/UTF-8/UTF-16/' p.mobileconfig | iconv -f UTF-8 -t UTF-16 >utf16.mobileconfig
	implode --base=utf16.mobileconfig tree q.mobileconfig
	assert_same utf16.mobileconfig q.mobileconfig
	make_binary binary.mobileconfig
	implode --base=binary.mobileconfig tree q.mobileconfig
	assert_same binary.mobileconfig q.mobileconfig
}

it_changes_one_hunk_for_one_key()
{
	with_tree
	echo Lobby >tree/$WIFI/SSID_STR
	implode --base=p.mobileconfig tree q.mobileconfig
	assert_one_hunk p.mobileconfig q.mobileconfig
	assert_changes p.mobileconfig q.mobileconfig <<-'END'
	PayloadContent/3/SSID_STR: 'Office' -> 'Lobby'
	END
}

it_changes_the_base_in_place()
{
	with_tree
	cp p.mobileconfig before
	chmod 640 p.mobileconfig
	ln -s p.mobileconfig link
	state p.mobileconfig >untouched
	implode --base=p.mobileconfig tree link
	assert_file untouched "$(state p.mobileconfig)"$'\n'
	rm -r "tree/$WIFI.2"
	implode --base=link tree p.mobileconfig
	assert_one_hunk before p.mobileconfig
	assert_equal "$(value before PayloadContent/5)" "$(value p.mobileconfig PayloadContent/4)"
	assert_equal 640 "$(stat -c %a p.mobileconfig)"
	[ -L link ] || fail "expected: the link is a link"
}

it_takes_the_base_from_a_pipe_and_gives_the_profile_to_one()
{
	with_tree
	echo Lobby >tree/$WIFI/SSID_STR
	implode --base=p.mobileconfig tree q.mobileconfig
	run profilefs implode --base=- tree - <p.mobileconfig
	assert_status 0
	assert_same q.mobileconfig "$T.run/stdout"
	run profilefs implode --base=<(cat p.mobileconfig) tree /dev/stdout
	assert_same q.mobileconfig "$T.run/stdout"
}

it_makes_the_format_that_is_asked_for()
{
	with_tree
	implode --format=binary tree binary.mobileconfig
	assert_equal bplist00 "$(head -c 8 binary.mobileconfig)"
	implode --base=binary.mobileconfig --format=xml tree xml.mobileconfig
	implode tree new.mobileconfig
	"$PYTHON" "$E2E/plists.py" types xml.mobileconfig >xml
	"$PYTHON" "$E2E/plists.py" types new.mobileconfig >new
	assert_same new xml
}

it_keeps_encrypted_payloads_as_they_are()
{
	make_profile p.mobileconfig
	openssl req -x509 -key "$CA/ec.key" -subj /CN=device -addext keyUsage=critical,keyAgreement -out device.crt
	profilefs encrypt --recipient=device.crt p.mobileconfig
	explode p.mobileconfig tree
	assert_exists tree/EncryptedPayloadContent
	implode tree q.mobileconfig
	profilefs decrypt --key="$CA/ec.key" --cert=device.crt q.mobileconfig
	assert_value q.mobileconfig PayloadContent/3/SSID_STR "'Office'"
	echo Renamed >tree/PayloadDisplayName
	implode --base=p.mobileconfig tree r.mobileconfig
	assert_one_hunk p.mobileconfig r.mobileconfig
}

# --- signatures ---------------------------------------------------------------------------------------

with_signed_tree()
{
	make_profile plain
	sign plain p.mobileconfig ec -md sha384
	explode p.mobileconfig tree
}

it_keeps_a_signature_where_nothing_differs()
{
	with_signed_tree
	implode --base=p.mobileconfig tree q.mobileconfig
	assert_same p.mobileconfig q.mobileconfig
	implode_signed --base=p.mobileconfig tree q.mobileconfig
	assert_same p.mobileconfig q.mobileconfig
}

it_signs_an_edited_profile_like_its_base()
{
	with_signed_tree
	echo Lobby >tree/$WIFI/SSID_STR
	implode_signed --base=p.mobileconfig tree q.mobileconfig
	content_of q.mobileconfig >q
	assert_one_hunk plain q
	signature_of q.mobileconfig >signature
	assert_line 'algorithm: sha384' signature
	assert_equal 2 "$(grep -c 'd.certificate:' signature)" "the number of certificates"
}

it_signs_what_is_new()
{
	with_tree
	implode tree plain
	implode_signed --digest=sha512 tree q.mobileconfig
	content_of q.mobileconfig >q
	assert_same plain q
	signature_of q.mobileconfig >signature
	assert_line 'algorithm: sha512' signature
}

it_loses_no_signature_in_silence()
{
	with_signed_tree
	cp p.mobileconfig before
	run profilefs implode tree p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: .*signed.*--key=FILE.*--unsign'
	echo Lobby >tree/$WIFI/SSID_STR
	run profilefs implode --base=p.mobileconfig tree p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: .*signed.*--key=FILE.*--unsign'
	run profilefs implode --base=p.mobileconfig tree q.mobileconfig
	assert_status 2
	assert_missing q.mobileconfig
	assert_same before p.mobileconfig
	implode --unsign --base=p.mobileconfig tree p.mobileconfig
	assert_one_hunk plain p.mobileconfig
}

it_signs_in_place_with_a_passphrase_from_the_standard_input()
{
	with_signed_tree
	echo Lobby >tree/$WIFI/SSID_STR
	run profilefs implode --key="$CA/bundle.p12" --passin=stdin --base=p.mobileconfig tree p.mobileconfig \
		<"$CA/passphrase"
	assert_status 0
	content_of p.mobileconfig >p
	assert_one_hunk plain p
	run profilefs implode --key="$CA/bundle.p12" --passin=stdin --base=- tree q.mobileconfig <"$CA/passphrase"
	assert_status 2
	assert_stderr 'standard input can be read once'
}

it_takes_no_base_that_somebody_changed_unless_forced()
{
	with_signed_tree
	sed -i 's/Example enrolment/Another enrolment/' p.mobileconfig
	run profilefs implode --unsign --base=p.mobileconfig tree q.mobileconfig
	assert_status 1
	assert_stderr '^p\.mobileconfig: error: .*--force.*\[bad-signature\]$'
	assert_missing q.mobileconfig
	run profilefs implode --unsign --force --base=p.mobileconfig tree q.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: warning: .*\[bad-signature\]$'
	assert_same plain q.mobileconfig
}

# --- what is wrong ------------------------------------------------------------------------------------

it_refuses_what_git_could_not_merge()
{
	make_profile p.mobileconfig
	profilefs explode p.mobileconfig tree
	printf '%s\n' '<<<<<<< HEAD' Ours '=======' Theirs '>>>>>>> b' >tree/PayloadOrganization
	run profilefs implode tree out.mobileconfig
	assert_status 1
	assert_stderr '^tree/PayloadOrganization:1:1: error: PayloadOrganization: git could not merge .*\[merge-conflict\]$'
	assert_missing out.mobileconfig
	run profilefs implode -W merge-conflict tree out.mobileconfig
	assert_status 1
	assert_missing out.mobileconfig
	run profilefs check tree
	assert_status 1
	assert_stdout '^tree/PayloadOrganization:1:1: error: .*\[merge-conflict\]$'
	# Somebody may mean it.
	run profilefs implode -O merge-conflict tree out.mobileconfig
	assert_status 0
	assert_line Theirs out.mobileconfig
}

it_lists_all_damage_and_writes_nothing()
{
	with_tree
	cp p.mobileconfig before
	ln -s nowhere tree/$WIFI/link
	mkfifo tree/pipe
	printf 'yes\n' >tree/$WIFI/AutoJoin
	printf '1\nnone\n2\nnever\n' >tree/$ALL/Numbers
	mkdir tree/PayloadVersion.d
	printf 'x bogus\n' >>tree/.types
	run profilefs implode --base=p.mobileconfig tree p.mobileconfig
	assert_status 1
	assert_stderr "^tree/$WIFI/link: error: .*symbolic link"
	assert_stderr '^tree/pipe: error: '
	assert_stderr "^tree/$WIFI/AutoJoin:1:1: error: .*boolean.*\[wrong-type\]"
	assert_stderr "^tree/$ALL/Numbers:2:1: error: .*'none'"
	assert_stderr "^tree/$ALL/Numbers:4:1: error: .*'never'"
	assert_stderr '^tree/.types:[0-9]+:1: (error|warning): '
	assert_stderr '^tree: error: [56] problems: nothing was written'
	assert_same before p.mobileconfig
}

it_warns_of_errors_that_the_base_did_not_have()
{
	with_tree
	implode --base=p.mobileconfig tree q.mobileconfig
	echo WPA4 >tree/$WIFI/EncryptionType
	run profilefs implode --base=p.mobileconfig tree q.mobileconfig
	assert_status 0
	assert_stderr "^tree/$WIFI/EncryptionType:1:1: warning: .*'WPA4'.*\[not-allowed-value\]$"
	assert_equal 1 "$(wc -l <"$T.run/stderr")" "the number of lines"
	implode --base=q.mobileconfig --check=strict tree r.mobileconfig
	implode --base=p.mobileconfig --check=off tree r.mobileconfig
	implode --base=p.mobileconfig --check=strict -O not-allowed-value tree r.mobileconfig
	implode --base=p.mobileconfig -q tree r.mobileconfig
	run profilefs implode --base=p.mobileconfig --check=strict tree s.mobileconfig
	assert_status 1
	assert_stderr "^tree/$WIFI/EncryptionType:1:1: error: .*\[not-allowed-value\]$"
	assert_stderr '^tree: error: 1 new error: nothing was written'
	assert_missing s.mobileconfig
}

it_says_what_else_lies_in_a_tree()
{
	with_tree
	echo '# Wi-Fi' >tree/README.md
	mkdir tree/scripts
	echo true >tree/scripts/run.sh
	echo x >tree/$WIFI/notes.txt
	echo x >tree/.gitignore
	run profilefs implode --base=p.mobileconfig tree q.mobileconfig
	assert_status 0
	assert_stderr '^tree/README\.md:1:1: warning: .*everything in a tree is part of the profile.* \.README\.md \[unknown-key\]$'
	assert_stderr '^tree/scripts: warning: .*everything in a tree .*\[unknown-key\]$'
	assert_stderr "^tree/$WIFI/notes\\.txt:1:1: warning: .*everything in a tree .*\[unknown-key\]$"
	assert_equal 3 "$(wc -l <"$T.run/stderr")" "the number of lines"
	run profilefs check tree
	assert_stdout '^tree/README\.md:1:1: warning: .*everything in a tree .*\[unknown-key\]$'
	implode --base=q.mobileconfig --check=strict tree r.mobileconfig
	run profilefs implode --base=p.mobileconfig --check=strict tree s.mobileconfig
	assert_status 1
	assert_stderr '^tree/scripts: error: .*\[unknown-key\]$'
	assert_missing s.mobileconfig
}

it_fills_in_payloads_that_were_made_by_hand()
{
	with_tree
	mkdir tree/PayloadContent/com.apple.dock
	echo left >tree/PayloadContent/com.apple.dock/orientation
	run profilefs check tree
	! grep -F com.apple.dock "$T.run/stdout" || fail "expected: nothing about what is filled in"
	run profilefs implode --base=p.mobileconfig --check=strict tree q.mobileconfig
	assert_status 0
	assert_stderr '^tree/PayloadContent/com\.apple\.dock: note: .*made by hand.*: filled in were .*PayloadType'
	assert_equal 1 "$(wc -l <"$T.run/stderr")" "the number of lines"
	implode -q --base=q.mobileconfig tree r.mobileconfig
	assert_same q.mobileconfig r.mobileconfig
	run profilefs diff q.mobileconfig tree
	assert_status 0
	profilefs explode -q q.mobileconfig tree
	assert_file tree/PayloadContent/com.apple.dock/PayloadType $'com.apple.dock\n'
	implode --base=q.mobileconfig tree r.mobileconfig
	assert_same q.mobileconfig r.mobileconfig
}

it_says_where_the_tree_is_of_a_directory_in_it()
{
	with_tree
	run profilefs implode tree/PayloadContent/ out.mobileconfig
	assert_status 2
	assert_stderr "^tree/PayloadContent/: error: .*PayloadContent of a profile.* tree is $T/tree,"
	run profilefs implode -t out tree/$WIFI
	assert_status 2
	assert_stderr "^tree/$WIFI: error: .*one payload.* tree is $T/tree,"
	mkdir tree/PayloadContent/com.apple.dock
	cd tree/PayloadContent/com.apple.dock
	run profilefs implode . "$T/out.mobileconfig"
	assert_status 2
	assert_stderr "^\.: error: .*one payload.* tree is $T/tree,"
	cd "$T"
	assert_missing out
	assert_missing out.mobileconfig
	# A profile may be where payloads are.
	mkdir PayloadContent
	mv tree PayloadContent
	implode -q PayloadContent/tree out.mobileconfig
}

it_makes_no_folder_that_is_called_like_a_profile()
{
	with_trees
	run profilefs implode --check=off trees out.mobileconfig
	assert_status 2
	assert_stderr '^out\.mobileconfig: error: .*name of a profile: give one tree'
	run profilefs implode --check=off -t out.MobileConfig trees/two.mobileconfig
	assert_status 2
	assert_missing out.mobileconfig
	assert_missing out.MobileConfig
}

it_replaces_no_profile_that_is_mounted()
{
	with_profile
	explode p.mobileconfig tree
	echo Lobby >tree/$WIFI/SSID_STR
	run profilefs implode tree p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: .*mounted.*unmount'
	implode --base=p.mobileconfig tree q.mobileconfig
	umount_profile
	assert_same before p.mobileconfig
}

it_takes_no_empty_folder_for_a_profile()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	run profilefs implode mnt p.mobileconfig
	assert_status 2
	assert_stderr '^mnt: error: there is no exploded tree here'
	run profilefs implode before p.mobileconfig
	assert_status 2
	assert_stderr '^before: error: this is no directory: give the tree first'
	run profilefs implode nowhere p.mobileconfig
	assert_status 2
	assert_stderr '^nowhere: error: cannot be opened'
	assert_same before p.mobileconfig
}

it_says_what_is_wrong_with_its_arguments()
{
	make_small_tree tree
	run profilefs implode
	assert_status 2
	assert_stderr 'the tree is missing'
	run profilefs implode tree
	assert_status 2
	assert_stderr 'the profile is missing'
	run profilefs implode --format=json tree p
	assert_status 2
	assert_stderr '--format takes keep, xml or binary'
	run profilefs implode --chek=off tree p
	assert_status 2
	assert_stderr "did you mean '--check'"
	run profilefs implode --key=k --unsign tree p
	assert_status 2
	assert_stderr 'give one of them'
	run profilefs implode --cert=c tree p
	assert_status 2
	assert_stderr 'need --key=FILE'
	run profilefs implode --base=nowhere tree p
	assert_status 2
	assert_stderr '^nowhere: error: cannot be opened'
	run profilefs implode --base=tree tree p
	assert_status 2
	assert_stderr '^tree: error: .*--base takes a profile'
	assert_missing p
	run profilefs implode tree tree/p
	assert_status 2
	assert_stderr '^tree/p: error: .*in the tree itself'
	assert_missing tree/p
}

it_gives_a_new_profile_the_tree_s_mode()
{
	make_small_tree tree
	chmod 700 tree
	run profilefs implode tree p.mobileconfig
	assert_equal 600 "$(stat -c %a p.mobileconfig)"
	chmod 755 tree
	run profilefs implode tree q.mobileconfig
	assert_equal 644 "$(stat -c %a q.mobileconfig)"
}

# --- many ---------------------------------------------------------------------------------------------

with_trees()
{
	make_small_tree trees/sub/deep/one One
	make_small_tree trees/two.mobileconfig Two
	make_small_tree trees/sub/three.MOBILECONFIG Three
	mkdir trees/.git
	make_small_tree trees/.git/four Four
	make_profile trees/sub/beside.mobileconfig
}

it_implodes_folders_of_trees_with_their_subfolders()
{
	with_trees
	implode --check=off trees out
	assert_equal './sub/deep/one.mobileconfig ./sub/three.MOBILECONFIG ./two.mobileconfig' \
		"$(cd out && find . -type f | sort | xargs)"
	assert_value out/sub/deep/one.mobileconfig PayloadDisplayName "'One'"
	implode --check=off -t again trees/sub/deep/one/ trees/two.mobileconfig
	assert_equal 'one.mobileconfig two.mobileconfig' "$(ls again | xargs)"
	(cd trees/sub/deep/one && implode --check=off -t "$T/again" .)
	(cd trees/two.mobileconfig && implode --check=off --target-directory="$T/third" "$PWD/../sub/deep/one" .)
	assert_equal 'one.mobileconfig two.mobileconfig' "$(ls third | xargs)"
	implode --check=off trees/two.mobileconfig third
	assert_equal 'one.mobileconfig two.mobileconfig' "$(ls third | xargs)"
}

it_takes_bases_of_the_same_names_from_a_folder()
{
	with_trees
	implode --check=off --format=binary trees bases
	rm bases/two.mobileconfig
	echo Other >trees/sub/deep/one/PayloadDisplayName
	run profilefs implode --check=off --base=bases -t out trees
	assert_status 0
	assert_stderr '^bases/two\.mobileconfig: warning: there is no base for trees/two\.mobileconfig here'
	assert_equal 1 "$(wc -l <"$T.run/stderr")" "the number of lines"
	assert_equal bplist00 "$(head -c 8 out/sub/deep/one.mobileconfig)"
	assert_value out/sub/deep/one.mobileconfig PayloadDisplayName "'Other'"
	assert_same bases/sub/three.MOBILECONFIG out/sub/three.MOBILECONFIG
	assert_equal '<?xml' "$(head -c 5 out/two.mobileconfig)"
	state bases/sub/three.MOBILECONFIG >untouched
	implode -q --check=off --base=bases -t bases trees
	assert_file untouched "$(state bases/sub/three.MOBILECONFIG)"$'\n'
	diff -r out bases
}

it_goes_on_after_one_that_is_damaged()
{
	with_trees
	ln -s nowhere trees/sub/deep/one/link
	run profilefs implode --check=off trees out
	assert_status 1
	assert_stderr '^trees/sub/deep/one/link: error: '
	assert_missing out/sub/deep
	assert_exists out/two.mobileconfig
	assert_exists out/sub/three.MOBILECONFIG
	rm out/two.mobileconfig
	mkdir out/two.mobileconfig
	run profilefs implode --check=off trees out
	assert_status 2
	assert_stderr '^out/two\.mobileconfig: error: a directory is here'
}

it_writes_nothing_where_two_would_be_one_profile()
{
	make_small_tree a/one
	make_small_tree b/one.mobileconfig
	make_small_tree c
	run profilefs implode --check=off a/one b/one.mobileconfig c out
	assert_status 2
	assert_stderr 'a/one and b/one\.mobileconfig would both be out/one\.mobileconfig'
	assert_missing out
	run profilefs implode --check=off a/one c -
	assert_status 2
	assert_stderr 'the standard output takes one'
	echo text >file
	run profilefs implode --check=off a b file
	assert_status 2
	assert_stderr '^file: error: .*folder'
	assert_file file $'text\n'
	run profilefs implode --check=off a c b/one.mobileconfig
	assert_status 2
	assert_stderr '^b/one\.mobileconfig: error: this is an exploded tree'
	run profilefs implode --check=off --base=file a c out
	assert_status 2
	assert_stderr 'for several trees --base takes a folder'
	assert_missing out
}

it_asks_for_a_passphrase_once()
{
	with_trees
	make_ca
	run profilefs implode --check=off --key="$CA/bundle.p12" --passin=stdin trees out <"$CA/passphrase"
	assert_status 0
	content_of out/two.mobileconfig >two
	content_of out/sub/deep/one.mobileconfig >one
	assert_value two PayloadDisplayName "'Two'"
	assert_value one PayloadDisplayName "'One'"
}

run_tests "$@"
