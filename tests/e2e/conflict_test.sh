#!/usr/bin/env bash
# Somebody changes a profile on disk while it is mounted: with conflict=merge an unmount works the edits into what is
# there now, or leaves that alone and loses nothing.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort

# with_edit [OPTIONS]: the port is edited in the mount, nothing is saved yet.
with_edit()
{
	with_profile "conflict=merge${1:+,$1}"
	echo 3128 >mnt/$PORT
}

# What every refused merge comes to: what is on disk is theirs, and what was edited is beside it.
assert_kept_apart()
{
	assert_status 1
	! is_mounted mnt
	assert_same theirs p.mobileconfig
	assert_one_hunk before .p.mobileconfig.conflict
	assert_equal 600 "$(stat -c %a .p.mobileconfig.conflict)"
	assert_equal '' "$(journals)"
}

it_merges_what_somebody_else_changed_at_another_key()
{
	with_edit
	sed -i 's/Guests/Visitors/; s/<dict>/<dict> <!-- theirs -->/' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'note: somebody changed the file .* merged into that, [1-9][0-9]* changes? of theirs'
	! is_mounted mnt
	assert_one_hunk theirs p.mobileconfig
	assert_line "<integer>3128</integer>" p.mobileconfig
	assert_missing .p.mobileconfig.conflict
	assert_missing .p.mobileconfig.base
	assert_equal '' "$(journals)"
}

it_keeps_both_when_the_same_key_was_changed_and_says_how_to_merge()
{
	with_edit
	sed -i 's/8080/9090/; s/Guests/Visitors/' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_kept_apart
	assert_stderr "error: $PORT: it was changed in the mount, and in another way on disk.*\[merge-conflict\]"
	assert_stderr '`profilefs merge .p.mobileconfig.base .p.mobileconfig.conflict p.mobileconfig`'
	assert_same before .p.mobileconfig.base
	assert_equal 600 "$(stat -c %a .p.mobileconfig.base)"
	run profilefs merge .p.mobileconfig.base .p.mobileconfig.conflict p.mobileconfig
	assert_status 1
	assert_line '<key>ProxyServerPort.conflict-theirs</key>' .p.mobileconfig.conflict
	assert_line Visitors .p.mobileconfig.conflict
}

it_names_a_key_that_one_removed_and_the_other_changed()
{
	with_edit
	sed -i '/<key>ProxyServerPort</,+1d' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_kept_apart
	assert_stderr "error: $PORT.*: it was changed in the mount, and removed on disk"
}

it_merges_nothing_unless_asked()
{
	with_profile
	echo 3128 >mnt/$PORT
	sed -i 's/Guests/Visitors/' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount --force mnt
	assert_kept_apart
	assert_missing .p.mobileconfig.base
	run profilefs -o conflict=theirs p.mobileconfig mnt
	assert_status 2
	assert_stderr 'conflict=theirs is not one of keep, merge'
}

it_keeps_the_payloads_that_both_added()
{
	with_edit
	mkdir mnt/PayloadContent/com.apple.dock
	echo true >mnt/PayloadContent/com.apple.dock/autohide
	payload org.example.theirs Theirs 77 </dev/null >payload
	sed -i '0,/<array>/{/<array>/r payload
}' p.mobileconfig
	run profilefs umount mnt
	assert_status 0
	assert_line '<string>org.example.theirs</string>' p.mobileconfig
	assert_line '<string>com.apple.dock</string>' p.mobileconfig
	assert_line '<integer>3128</integer>' p.mobileconfig
}

it_leaves_a_file_alone_that_has_the_edits_already()
{
	local was

	with_edit
	sed -i 's/8080/3128/; s/Guests/Visitors/' p.mobileconfig
	was=$(state p.mobileconfig)
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'has all of the edits in it'
	assert_equal "$was" "$(state p.mobileconfig)"
	assert_equal '' "$(journals)"
}

it_fails_at_sync_all_the_same_and_says_that_an_unmount_merges()
{
	with_edit
	sed -i 's/Guests/Visitors/' p.mobileconfig
	cp p.mobileconfig theirs
	run sync mnt
	assert_status 1
	assert_line 'an unmount merges it' mnt/.profilefs/last-error
	assert_same theirs p.mobileconfig
	umount_profile
	assert_one_hunk theirs p.mobileconfig
}

it_merges_after_a_plain_umount_and_after_a_signal()
{
	local pid

	with_edit
	sed -i 's/Guests/Visitors/' p.mobileconfig
	pid=$(daemon_pid mnt)
	kill -TERM "$pid"
	until_true 10 has_ended "$pid"
	assert_line Visitors p.mobileconfig
	assert_line '<integer>3128</integer>' p.mobileconfig
	assert_missing .p.mobileconfig.conflict
}

it_stays_mounted_when_the_edits_are_invalid_too()
{
	with_edit
	rm mnt/$WIFI/PayloadUUID
	sed -i 's/Guests/Visitors/' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'PayloadUUID.*\[missing-key\]'
	is_mounted mnt
	run profilefs umount --force mnt
	assert_status 1
	assert_same theirs p.mobileconfig
}

it_does_not_save_what_is_wrong_only_when_both_come_together()
{
	local uuid=5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E00AA

	with_edit
	echo $uuid >mnt/$WIFI/PayloadUUID
	payload org.example.theirs Theirs AA </dev/null >payload
	sed -i '0,/<array>/{/<array>/r payload
}' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_status 1
	assert_stderr '\[duplicate-uuid\]'
	assert_same theirs p.mobileconfig
	assert_line "$uuid" .p.mobileconfig.conflict
}

it_merges_nothing_into_what_is_not_there_or_no_profile()
{
	local change

	for change in 'rm p.mobileconfig' 'mv p.mobileconfig moved' 'ln -sf before p.mobileconfig' \
		'rm p.mobileconfig; mkdir p.mobileconfig' 'echo no plist >p.mobileconfig'; do
		rm -rf p.mobileconfig .p.mobileconfig.conflict
		with_edit
		bash -ec "$change"
		run profilefs umount --force mnt
		assert_status 1
		assert_stderr 'since it was mounted'
		assert_one_hunk before .p.mobileconfig.conflict
		assert_missing .p.mobileconfig.base
		assert_equal '' "$(journals)"
	done
	assert_equal 'no plist' "$(cat p.mobileconfig)"
}

it_does_not_merge_a_new_profile_with_one_that_somebody_made()
{
	mkdir mnt
	run profilefs -o new,conflict=merge p.mobileconfig mnt
	assert_status 0
	make_profile p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'somebody made the file'
	assert_same theirs p.mobileconfig
	assert_exists .p.mobileconfig.conflict
}

it_signs_a_merged_profile_again()
{
	make_profile plain
	sign plain p.mobileconfig
	mount_signed p.mobileconfig ec conflict=merge
	echo 3128 >mnt/$PORT
	sed 's/Guests/Visitors/' plain >theirs
	sign theirs p.mobileconfig
	umount_profile
	content_of p.mobileconfig >after
	assert_one_hunk theirs after
	assert_line '<integer>3128</integer>' after
}

it_does_not_vouch_for_what_somebody_tampered_with()
{
	make_profile plain
	sign plain p.mobileconfig
	mount_signed p.mobileconfig ec conflict=merge
	echo 3128 >mnt/$PORT
	sed -i 's/Guests/guests/' p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'not merged'
	assert_same theirs p.mobileconfig
	assert_exists .p.mobileconfig.conflict
}

it_does_not_merge_into_a_signed_profile_without_a_key()
{
	with_edit
	sign before p.mobileconfig
	cp p.mobileconfig theirs
	run profilefs umount mnt
	assert_kept_apart
	assert_stderr 'not merged.*it is signed, and no key was given'
}

it_merges_at_the_end_of_exec()
{
	make_profile p.mobileconfig
	sed 's/Guests/Visitors/' p.mobileconfig >theirs
	run profilefs exec -o conflict=merge p.mobileconfig -- \
		bash -ec 'echo 3128 >"$1"; cp "$OLDPWD/theirs" "$OLDPWD/p.mobileconfig"' bash $PORT
	assert_status 0
	assert_stderr 'merged into that'
	assert_one_hunk theirs p.mobileconfig
	assert_line '<integer>3128</integer>' p.mobileconfig
}

it_merges_each_profile_of_a_folder_by_itself()
{
	mkdir p
	make_profile p/a.mobileconfig
	cp p/a.mobileconfig before
	cp before p/b.mobileconfig
	mount_profile p conflict=merge
	echo 3128 >mnt/a.mobileconfig/$PORT
	echo 3128 >mnt/b.mobileconfig/$PORT
	sed 's/Guests/Visitors/' before >theirs
	cp theirs p/a.mobileconfig
	sed -i 's/8080/9090/' p/b.mobileconfig
	run profilefs umount --force mnt
	assert_status 1
	assert_stderr 'a.mobileconfig: note: somebody changed the file .* merged into that'
	assert_stderr "b.mobileconfig: error: .*$PORT: it was changed in the mount"
	assert_one_hunk theirs p/a.mobileconfig
	assert_missing p/.a.mobileconfig.conflict
	assert_line 9090 p/b.mobileconfig
	assert_one_hunk before p/.b.mobileconfig.conflict
	assert_same before p/.b.mobileconfig.base
}

it_merges_into_a_file_that_can_only_be_written_over()
{
	local inode

	[ "$(id -u)" = 0 ] || skip 'a file is bound by root alone'
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mount --bind p.mobileconfig p.mobileconfig || skip 'a file cannot be bound here'
	inode=$(stat -c %i p.mobileconfig)
	mount_profile p.mobileconfig conflict=merge
	echo 3128 >mnt/$PORT
	sed 's/Guests/Visitors/' before >theirs
	cat theirs >p.mobileconfig
	run profilefs umount mnt
	umount p.mobileconfig
	assert_status 0
	assert_equal "$inode" "$(stat -c %i p.mobileconfig)"
	assert_one_hunk theirs p.mobileconfig
	assert_equal '' "$(journals)"
}

it_says_where_the_edits_are_when_the_disk_is_full()
{
	[ "$(id -u)" = 0 ] || skip 'only root mounts a tmpfs'
	mkdir small
	mount -t tmpfs -o size=64k tmpfs small 2>/dev/null || skip 'no tmpfs can be mounted here'
	make_profile small/p.mobileconfig
	cp small/p.mobileconfig before
	mount_profile small/p.mobileconfig conflict=merge
	echo 3128 >mnt/$PORT
	sed 's/Guests/Visitors/' before >theirs
	cat theirs >small/p.mobileconfig
	dd if=/dev/zero of=small/fill bs=4k 2>/dev/null || :
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'No space left'
	assert_stderr 'the edits are in the journal'
	assert_same theirs small/p.mobileconfig
	assert_line journal <(journals)
	umount small
}

run_tests
