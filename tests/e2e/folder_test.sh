#!/usr/bin/env bash
# A folder of profiles mounted as one tree: every profile is a directory by its file name, opened when it is entered,
# saved by itself.
. "$(dirname "$0")/lib.sh"

# The folder p: two profiles, one in a subfolder, one that is none, and what is no profile.
with_folder()
{
	make_profile wifi.mobileconfig
	mkdir -p p/sub/.git p/empty
	cp wifi.mobileconfig p/a.mobileconfig
	cp wifi.mobileconfig p/sub/b.mobileconfig
	echo 'no profile' >p/bad.mobileconfig
	echo text >p/README.md
	cp wifi.mobileconfig p/sub/.git/c.mobileconfig
	cp -r p before
	mount_profile p "$@"
}

# assert_unchanged FILE...: as before, times and inode included.
assert_unchanged()
{
	local file

	for file; do
		assert_same "before/$file" "p/$file"
	done
}

it_shows_each_profile_as_a_directory_by_its_name()
{
	with_folder
	assert_listing mnt "a.mobileconfig bad.mobileconfig sub"
	assert_listing mnt/sub "b.mobileconfig"
	assert_file mnt/a.mobileconfig/PayloadType $'Configuration\n'
	mkdir alone
	run profilefs wifi.mobileconfig alone
	assert_status 0
	diff -r alone mnt/sub/b.mobileconfig
	profilefs umount alone
	profilefs umount mnt
	diff -r before p
}

it_saves_only_what_was_edited_and_each_by_itself()
{
	local inode

	with_folder
	inode=$(stat -c %i p/a.mobileconfig)
	cat mnt/a.mobileconfig/PayloadType >/dev/null
	echo 3128 >mnt/sub/b.mobileconfig/$WIFI/ProxyServerPort
	assert_line '^edited: 1$' mnt/.profilefs/status
	run profilefs umount mnt
	assert_status 0
	assert_no_stderr
	assert_equal "$inode" "$(stat -c %i p/a.mobileconfig)"
	assert_unchanged a.mobileconfig bad.mobileconfig README.md
	assert_changes before/sub/b.mobileconfig p/sub/b.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	assert_one_hunk before/sub/b.mobileconfig p/sub/b.mobileconfig
}

it_is_edited_by_a_loop_over_all_profiles()
{
	local payload

	with_folder
	for payload in mnt/*/PayloadContent/com.apple.wifi.managed mnt/sub/*/PayloadContent/com.apple.wifi.managed; do
		echo "a secret of eight" >"$payload/Password"
	done
	sync mnt
	assert_value p/a.mobileconfig PayloadContent/3/Password "'a secret of eight'"
	assert_value p/sub/b.mobileconfig PayloadContent/3/Password "'a secret of eight'"
	profilefs umount mnt
}

it_names_what_cannot_be_read_and_goes_on()
{
	with_folder
	run ls mnt/bad.mobileconfig
	assert_failed
	assert_stderr 'Input/output error'
	assert_line '^p/bad.mobileconfig:1:.*error: .*\[not-a-plist\]$' mnt/.profilefs/last-error
	assert_line '^p/bad.mobileconfig:1:.*error: .*\[not-a-plist\]$' mnt/.profilefs/problems
	assert_file mnt/a.mobileconfig/PayloadType $'Configuration\n'
	cp wifi.mobileconfig p/bad.mobileconfig
	assert_file mnt/bad.mobileconfig/PayloadType $'Configuration\n'
	profilefs umount mnt
}

it_lists_the_problems_of_all_without_keeping_them_open()
{
	with_folder
	assert_line '^p/bad.mobileconfig:1:' mnt/.profilefs/problems
	assert_line '^opened: 0$' mnt/.profilefs/status
	assert_line '^profiles: 3$' mnt/.profilefs/status
	assert_line "^folder: $PWD/p$" mnt/.profilefs/status
	assert_listing mnt/.profilefs "status problems last-error"
	profilefs umount mnt
}

it_refuses_what_the_schema_refuses_and_says_of_which_profile()
{
	with_folder
	run bash -c 'echo perhaps >"$1"' bash mnt/sub/b.mobileconfig/$WIFI/AutoJoin
	assert_failed
	assert_line '^p/sub/b.mobileconfig:[0-9:]* error: .*AutoJoin.*\[wrong-type\]$' mnt/.profilefs/last-error
	assert_line 'AutoJoin' mnt/sub/b.mobileconfig/.profilefs/last-error
	profilefs umount mnt
	diff -r before p
}

it_does_not_let_one_that_cannot_be_saved_stop_the_others()
{
	with_folder
	rm mnt/a.mobileconfig/PayloadIdentifier
	echo 3128 >mnt/sub/b.mobileconfig/$WIFI/ProxyServerPort
	run sync mnt
	assert_failed
	assert_line '^p/a.mobileconfig:.*PayloadIdentifier.*missing-key' mnt/.profilefs/last-error
	assert_value p/sub/b.mobileconfig PayloadContent/3/ProxyServerPort 3128
	run profilefs umount mnt
	assert_status 1
	assert_stderr '^p/a.mobileconfig:.*PayloadIdentifier.*missing-key'
	is_mounted mnt
	run profilefs umount --force mnt
	assert_status 1
	assert_unchanged a.mobileconfig
	assert_exists p/.a.mobileconfig.rejected
	run profilefs p mnt
	assert_stderr 'note: .*\.a\.mobileconfig\.rejected'
	profilefs umount mnt
}

it_saves_one_of_them_at_a_sync_of_its_directory()
{
	with_folder
	echo 3128 >mnt/a.mobileconfig/$WIFI/ProxyServerPort
	echo 3128 >mnt/sub/b.mobileconfig/$WIFI/ProxyServerPort
	run sync mnt/a.mobileconfig
	assert_status 0
	assert_value p/a.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_unchanged sub/b.mobileconfig
	profilefs umount mnt
}

it_does_not_need_the_file_of_one_that_was_not_edited()
{
	with_folder
	ls mnt/sub/b.mobileconfig >/dev/null
	echo 3128 >mnt/a.mobileconfig/$WIFI/ProxyServerPort
	rm -r p/sub
	run profilefs umount mnt
	assert_status 0
	assert_no_stderr
	assert_value p/a.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_saves_where_the_whole_folder_was_moved()
{
	with_folder
	echo 3128 >mnt/a.mobileconfig/$WIFI/ProxyServerPort
	echo 3128 >mnt/sub/b.mobileconfig/$WIFI/ProxyServerPort
	mv p q
	run profilefs umount mnt
	assert_status 0
	assert_value q/a.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_value q/sub/b.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_saves_in_a_subfolder_that_was_made_anew_as_it_was()
{
	with_folder
	echo 3128 >mnt/sub/b.mobileconfig/$WIFI/ProxyServerPort
	mv p/sub away
	cp -r before/sub p/sub
	run profilefs umount mnt
	assert_status 0
	assert_value p/sub/b.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_same before/sub/b.mobileconfig away/b.mobileconfig
}

it_refuses_a_fresh_profile_that_lacks_what_was_removed_from_it()
{
	with_folder
	mkdir mnt/n.mobileconfig
	ls mnt/n.mobileconfig >/dev/null
	rm mnt/n.mobileconfig/PayloadIdentifier
	run profilefs umount mnt
	assert_status 1
	assert_stderr '^p/n.mobileconfig:.*PayloadIdentifier.*missing-key'
	run profilefs umount --force mnt
	assert_missing p/n.mobileconfig
	assert_exists p/.n.mobileconfig.rejected
}

it_takes_all_threads_of_a_process_for_the_maker_of_a_profile()
{
	with_folder
	"$PYTHON" - mnt/n.mobileconfig <<-'END'
		import os, sys, threading
		def make():
		    with open(sys.argv[1] + "/PayloadIdentifier", "x") as file:
		        file.write("org.example.made\n")
		os.mkdir(sys.argv[1])
		thread = threading.Thread(target=make)
		thread.start()
		thread.join()
	END
	profilefs umount mnt
	assert_value p/n.mobileconfig PayloadIdentifier "'org.example.made'"
}

it_removes_a_link_and_not_what_it_leads_to()
{
	make_profile wifi.mobileconfig
	cp wifi.mobileconfig before
	mkdir p
	ln -s ../wifi.mobileconfig p/l.mobileconfig
	mount_profile p delete=allow
	rm -r mnt/l.mobileconfig
	profilefs umount mnt
	assert_equal "" "$(ls -A p)"
	assert_same before wifi.mobileconfig
}

it_edits_a_file_under_one_of_its_names()
{
	with_folder
	profilefs umount mnt
	ln -s a.mobileconfig p/l.mobileconfig
	mount_profile p
	ls mnt/a.mobileconfig >/dev/null
	run ls mnt/l.mobileconfig
	assert_failed
	assert_line '^p/l.mobileconfig: error: it is the same file as p/a.mobileconfig' mnt/.profilefs/last-error
	profilefs umount mnt
}

it_never_waits_for_itself_where_paths_lead_into_the_mount()
{
	local name

	with_folder
	profilefs umount mnt
	ln -s ../p/a.mobileconfig p/l.mobileconfig
	ln -s "$PWD/far/sub/b.mobileconfig" p/m.mobileconfig
	ln -s p far
	mount_profile p
	ls mnt/l.mobileconfig mnt/m.mobileconfig >/dev/null
	profilefs umount mnt
	profilefs p p
	for name in l m; do
		run timeout 10 ls p/$name.mobileconfig
		assert_failed
		assert_line "^p/$name.mobileconfig: error: the way to it leads into this mount" p/.profilefs/last-error
	done
	ls p/sub/b.mobileconfig >/dev/null
	profilefs umount p
	mkdir p/here
	profilefs p p/here
	run timeout 10 mkdir -p p/here/here/n.mobileconfig
	assert_failed
	assert_line 'this is where the folder is mounted' p/here/.profilefs/last-error
	profilefs umount p/here
}

it_can_save_when_no_more_profiles_can_be_opened()
{
	local i

	make_profile wifi.mobileconfig
	mkdir p mnt
	for ((i = 0; i < 40; i++)); do
		cp wifi.mobileconfig p/$i.mobileconfig
	done
	(ulimit -n 40 && profilefs p mnt)
	echo 3128 >mnt/0.mobileconfig/$WIFI/ProxyServerPort
	ls mnt/* >/dev/null 2>errors || true
	assert_line 'Too many open files' errors
	assert_line 'so many profiles are open that no more fit' mnt/.profilefs/last-error
	run profilefs umount mnt
	assert_status 0
	assert_value p/0.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_says_of_what_came_or_went_that_it_did()
{
	with_folder
	rm p/a.mobileconfig
	cp wifi.mobileconfig p/z.mobileconfig
	run ls mnt/a.mobileconfig
	assert_failed
	assert_line '^p/a.mobileconfig: error: the file is gone since' mnt/.profilefs/last-error
	run mkdir mnt/z.mobileconfig
	assert_failed
	assert_line '^p/z.mobileconfig: error: .*mount the folder again' mnt/.profilefs/last-error
	profilefs umount mnt
}

it_names_subfolders_that_it_cannot_look_into()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	with_folder
	profilefs umount mnt
	chmod 0 p/sub
	# Root may look everywhere, without its capabilities it may not.
	run setpriv --bounding-set=-dac_override,-dac_read_search "$PROFILEFS" p mnt
	assert_status 0
	assert_stderr '^p: note: the profiles in sub are not shown, as it cannot be read: Permission denied'
	assert_listing mnt "a.mobileconfig bad.mobileconfig"
	profilefs umount mnt
	chmod 755 p/sub
}

it_takes_what_tar_rsync_and_git_put_there()
{
	need rsync git
	with_folder
	rm p/bad.mobileconfig
	tar -C mnt --exclude=bad.mobileconfig -cf all.tar .
	tar -C mnt -xf all.tar
	mkdir copy
	tar -C copy -xf all.tar
	rsync -a --delete --exclude=bad.mobileconfig copy/ mnt/
	export GIT_DIR=$PWD/history GIT_WORK_TREE=$PWD/mnt
	git -c init.defaultBranch=main init -q
	git add a.mobileconfig sub
	git -c user.name=a -c user.email=a@b commit -qm before
	echo 3128 >mnt/a.mobileconfig/$WIFI/ProxyServerPort
	git checkout -q -f HEAD
	assert_equal "" "$(git status --porcelain -uno)"
	run profilefs umount mnt
	assert_status 0
	assert_unchanged a.mobileconfig sub/b.mobileconfig
}

it_makes_profiles_and_folders()
{
	with_folder
	mkdir -p mnt/new/n.mobileconfig/PayloadContent/com.apple.wifi.managed
	echo Office >mnt/new/n.mobileconfig/PayloadContent/com.apple.wifi.managed/SSID_STR
	mkdir mnt/empty
	run bash -c 'echo text >mnt/new/file.txt'
	assert_failed
	assert_line 'mkdir NAME.mobileconfig' mnt/.profilefs/last-error
	assert_missing p/new/n.mobileconfig
	profilefs umount mnt
	assert_value p/new/n.mobileconfig PayloadContent/0/SSID_STR "'Office'"
	assert_value p/new/n.mobileconfig PayloadType "'Configuration'"
	rmdir p/empty
}

it_drops_a_profile_that_was_made_and_removed_again()
{
	with_folder
	mkdir mnt/n.mobileconfig
	rm -r mnt/n.mobileconfig
	assert_listing mnt "a.mobileconfig bad.mobileconfig sub"
	profilefs umount mnt
	diff -r before p
}

it_removes_a_profile_only_where_that_was_asked_for()
{
	with_folder
	run rm -r mnt/a.mobileconfig
	assert_failed
	assert_line 'delete=allow' mnt/.profilefs/last-error
	assert_file mnt/a.mobileconfig/PayloadType $'Configuration\n'
	run profilefs umount mnt
	assert_status 0
	diff -r before p
	mount_profile p delete=allow
	rm -r mnt/a.mobileconfig
	assert_missing p/a.mobileconfig
	assert_missing mnt/a.mobileconfig
	cp -r mnt/sub/b.mobileconfig mnt/a.mobileconfig
	profilefs umount mnt
	assert_changes before/sub/b.mobileconfig p/a.mobileconfig </dev/null
}

it_does_not_remove_a_profile_that_somebody_changed()
{
	with_folder delete=allow
	cat mnt/a.mobileconfig/PayloadType >/dev/null
	echo >>p/a.mobileconfig
	run rm -r mnt/a.mobileconfig
	assert_failed
	assert_exists p/a.mobileconfig
	run profilefs umount --force mnt
	assert_status 1
	assert_exists p/a.mobileconfig
}

it_keeps_the_removed_one_as_a_backup()
{
	with_folder delete=allow,backup=.old
	rm -r mnt/a.mobileconfig
	profilefs umount mnt
	assert_same before/a.mobileconfig p/a.mobileconfig.old
	assert_missing p/a.mobileconfig
}

it_copies_payloads_between_profiles()
{
	with_folder
	mkdir mnt/n.mobileconfig
	# mkdir leaves what every profile has.
	cp -r mnt/a.mobileconfig/PayloadContent/com.apple.wifi.managed mnt/n.mobileconfig/PayloadContent/
	mv mnt/sub/b.mobileconfig/PayloadContent/com.apple.security.pem mnt/n.mobileconfig/PayloadContent/
	run mv mnt/a.mobileconfig mnt/z.mobileconfig
	assert_failed
	assert_line 'not renamed' mnt/.profilefs/last-error
	run profilefs umount --force mnt
	assert_value p/n.mobileconfig PayloadContent/0/PayloadType "'com.apple.security.pem'"
	assert_value p/n.mobileconfig PayloadContent/1/PayloadType "'com.apple.wifi.managed'"
	assert_unchanged a.mobileconfig
}

it_signs_each_that_was_signed_with_a_key_that_is_opened_once()
{
	make_profile plain.mobileconfig
	mkdir p mnt
	sign plain.mobileconfig p/a.mobileconfig
	sign plain.mobileconfig p/b.mobileconfig
	cp p/b.mobileconfig before
	run profilefs p mnt -o key="$CA/encrypted.key",cert="$CA/ec.crt",passin=file:"$CA/passphrase"
	assert_status 0
	echo 3128 >mnt/a.mobileconfig/$WIFI/ProxyServerPort
	profilefs umount mnt
	content_of p/a.mobileconfig >content
	assert_changes plain.mobileconfig content <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
	assert_same before p/b.mobileconfig
}

it_shows_signed_ones_read_only_without_a_key()
{
	make_profile plain.mobileconfig
	mkdir p mnt
	sign plain.mobileconfig p/signed.mobileconfig
	cp plain.mobileconfig p/plain.mobileconfig
	run profilefs p mnt
	assert_status 0
	assert_no_stderr
	run bash -c 'echo 3128 >"$1"' bash mnt/signed.mobileconfig/$WIFI/ProxyServerPort
	assert_failed
	assert_stderr 'Read-only file system'
	assert_line 'key=FILE' mnt/.profilefs/last-error
	run rm mnt/signed.mobileconfig/$WIFI/ProxyServerPort
	assert_stderr 'Read-only file system'
	run mkdir mnt/signed.mobileconfig/PayloadContent/com.apple.vpn.managed
	assert_stderr 'Read-only file system'
	run mv mnt/signed.mobileconfig/PayloadType mnt/signed.mobileconfig/PayloadScope
	assert_stderr 'Read-only file system'
	echo 3128 >mnt/plain.mobileconfig/$WIFI/ProxyServerPort
	profilefs umount mnt
	assert_value p/plain.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_mounts_over_the_folder_itself()
{
	with_folder
	profilefs umount mnt
	run profilefs p p
	assert_status 0
	echo 3128 >p/sub/b.mobileconfig/$WIFI/ProxyServerPort
	run profilefs umount p
	assert_status 0
	assert_value p/sub/b.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_follows_links_to_profiles_and_replaces_what_they_lead_to()
{
	make_profile wifi.mobileconfig
	mkdir p mnt
	ln -s ../wifi.mobileconfig p/l.mobileconfig
	ln -s ../nowhere.mobileconfig p/dangling.mobileconfig
	mount_profile p
	assert_listing mnt "l.mobileconfig"
	echo 3128 >mnt/l.mobileconfig/$WIFI/ProxyServerPort
	profilefs umount mnt
	[ -L p/l.mobileconfig ]
	assert_value wifi.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

it_refuses_a_profile_that_is_mounted_elsewhere()
{
	with_folder
	mkdir other
	run profilefs p/a.mobileconfig other
	assert_status 0
	run ls mnt/a.mobileconfig
	assert_failed
	assert_stderr 'busy'
	profilefs umount other
	ls mnt/a.mobileconfig >/dev/null
	run profilefs p/a.mobileconfig other -o ro
	assert_status 0
	profilefs umount other
	profilefs umount mnt
}

it_reports_a_conflict_and_keeps_both()
{
	with_folder
	echo 3128 >mnt/a.mobileconfig/$WIFI/ProxyServerPort
	echo '<!-- theirs -->' >>p/a.mobileconfig
	run profilefs umount mnt
	assert_status 1
	run profilefs umount --force mnt
	assert_status 1
	assert_line theirs p/a.mobileconfig
	assert_value p/.a.mobileconfig.conflict PayloadContent/3/ProxyServerPort 3128
}

it_keeps_an_edit_whose_folder_was_moved_away()
{
	with_folder
	echo 3128 >mnt/sub/b.mobileconfig/$WIFI/ProxyServerPort
	mv p/sub away
	run profilefs umount mnt
	assert_status 1
	is_mounted mnt
	run profilefs umount --force mnt
	assert_status 1
	assert_value p/.b.mobileconfig.conflict PayloadContent/3/ProxyServerPort 3128
}

it_runs_a_command_over_a_folder_and_saves_nothing_if_that_fails()
{
	with_folder
	profilefs umount mnt
	run profilefs exec p -- sh -c 'echo 3128 >a.mobileconfig/'$WIFI'/ProxyServerPort; exit 3'
	assert_status 3
	diff -r before p
	run profilefs exec p -- sh -c 'echo 3128 >a.mobileconfig/'$WIFI'/ProxyServerPort'
	assert_status 0
	assert_value p/a.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_unchanged sub/b.mobileconfig
}

it_leaves_nothing_behind_of_what_a_failing_command_made()
{
	with_folder
	profilefs umount mnt
	run profilefs exec p -- sh -c 'mkdir -p new/deep new/n.mobileconfig && ls new/n.mobileconfig; exit 3'
	assert_status 3
	diff -r before p
	run bash -c 'ulimit -Sn 256 && exec "$PROFILEFS" exec p -- sh -c "ulimit -n"'
	assert_stdout '^256$'
	# What is removed is gone at once, which no command could take back.
	run profilefs exec -o delete=allow p -- true
	assert_status 2
	assert_stderr 'delete=allow'
}

it_refuses_options_of_one_profile_and_what_is_no_folder_of_profiles()
{
	with_folder
	profilefs umount mnt
	run profilefs p mnt -o output=x
	assert_status 2
	assert_stderr 'output= is one file'
	run profilefs p mnt -o new
	assert_status 2
	mkdir tree
	echo Configuration >tree/PayloadType
	run profilefs tree mnt
	assert_status 2
	assert_stderr 'profilefs implode'
	run profilefs p mnt -o cert=x
	assert_status 2
	mount_profile p ro
	run mkdir mnt/n.mobileconfig
	assert_stderr 'Read-only'
	profilefs umount mnt
}

it_mounts_thousands_without_reading_them()
{
	local i

	mkdir p mnt
	for ((i = 0; i < 2000; i++)); do
		echo "not read before it is entered" >p/$i.mobileconfig
	done
	mount_profile p
	assert_equal 2000 "$(ls -l mnt | grep -c mobileconfig)"
	assert_line '^opened: 0$' mnt/.profilefs/status
	profilefs umount mnt
}

it_shows_all_real_profiles_as_mounts_of_their_own_do()
{
	local profile count=0

	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of profiles"
	cp -r "$PROFILEFS_TEST_PROFILES" p
	cp -r p before
	mount_profile p
	mkdir one
	while IFS= read -r -d '' profile; do
		count=$((count + 1))
		[ $((count % 30)) -eq 0 ] || continue
		run profilefs "$profile" one -o ro
		[ "$status" -eq 0 ] || continue
		diff -r one "mnt/${profile#p/}"
		profilefs umount one
	done < <(find p -name '*.mobileconfig' -print0)
	find mnt -type f >files 2>errors || true
	[ "$(wc -l <files)" -gt 5000 ] || fail "expected: thousands of files" "got:      $(wc -l <files)"
	profilefs umount mnt
	diff -r before p
}

run_tests
