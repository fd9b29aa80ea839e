#!/usr/bin/env bash
# Who may look into a mount, and what is kept of a profile's owner and permissions.
. "$(dirname "$0")/lib.sh"

# as USER COMMAND...: as a user by number, without any right of root.
as()
{
	local user=$1

	shift
	setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
}

as_nobody()
{
	as 65534 "$@"
}

# Two users are needed, and a folder that both may enter.
need_users()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	need setpriv
	chmod 755 .
	as_nobody test -x "$PROFILEFS" -a -x . || skip "nobody may not come here"
}

# user_session SCRIPT [ARGUMENT...]: root runs a script where /dev/fuse is open to all, as udev has it; nobody owns
# mnt there, and p.mobileconfig where there is one. "as_nobody" in it runs a command as nobody.
user_session()
{
	local script=$1

	shift
	need_users
	need unshare
	[ -u "$(command -v fusermount3)" ] || skip "fusermount3 is not set-user-id"
	mknod -m 666 fuse c 10 229
	mkdir -p mnt
	chown 65534:65534 . mnt "$T.run"
	[ ! -e p.mobileconfig ] || chown 65534:65534 p.mobileconfig
	export -f as as_nobody
	run unshare -m --propagation private bash -ec "mount --bind fuse /dev/fuse; $script" bash "$@"
}

it_lets_no_other_user_look_into_a_mount()
{
	need_users
	with_profile
	run as_nobody ls mnt
	assert_status 2
	assert_stderr 'Permission denied'
	run as_nobody cat mnt/PayloadDisplayName
	assert_failed
	assert_stderr 'Permission denied'
	umount_profile
}

it_lets_root_look_into_no_users_mount()
{
	make_profile p.mobileconfig
	user_session 'as_nobody "$PROFILEFS" p.mobileconfig mnt
		cat mnt/PayloadDisplayName && exit 9
		as_nobody cat mnt/PayloadDisplayName
		as_nobody "$PROFILEFS" umount mnt'
	assert_status 0
	assert_stderr 'mnt/PayloadDisplayName: Permission denied'
	assert_stdout '^Example enrolment$'
}

# Nobody else comes into a mount: what the owner may do, the tree knows as well as the kernel.
it_leaves_it_to_the_kernel_to_judge_others_alone()
{
	with_profile
	grep -q " $PWD/mnt .*default_permissions" /proc/self/mountinfo && exit 9
	umount_profile
	mount_profile p.mobileconfig allow_other
	grep -q " $PWD/mnt .*default_permissions" /proc/self/mountinfo
	umount_profile
	assert_same before p.mobileconfig
}

# A script: "may WHAT... FILE" and "may_not WHAT... FILE" end it if test(1) says otherwise to the user $who.
MAY='
	may()
	{
		local file=${*: -1}

		for what in "${@:1:$#-1}"; do
			as "$who" test "$what" "$file" || exit 8
		done
	}
	may_not()
	{
		as "$who" test "$1" "$2" || return 0
		exit 9
	}
	look()
	{
		may -r -w mnt/PayloadDisplayName
		may_not -x mnt/PayloadDisplayName
		may -r -w -x mnt/PayloadContent
		may -r mnt/.profilefs/status
		may_not -x mnt/.profilefs/status
		may -r -x mnt/.profilefs
		as "$who" sh -c "cd mnt/PayloadContent/com.apple.mdm && test -r ServerURL"
	}'

it_says_to_the_owner_what_can_be_done()
{
	make_profile p.mobileconfig
	user_session "$MAY"'
		who=65534
		as_nobody "$PROFILEFS" p.mobileconfig mnt
		look
		may_not -w mnt/.profilefs/status
		may_not -w mnt/.profilefs
		as_nobody "$PROFILEFS" umount mnt'
	assert_status 0
}

it_says_to_root_what_can_be_done()
{
	need_users
	with_profile
	export -f as
	run bash -ec "$MAY; who=0; look"
	assert_status 0
	umount_profile
}

it_lets_nobody_give_a_file_away()
{
	local told

	make_profile p.mobileconfig
	user_session '
		as_nobody "$PROFILEFS" p.mobileconfig mnt
		as_nobody chown 0 mnt/PayloadDisplayName && exit 9
		as_nobody chown 65533:65534 mnt/PayloadContent && exit 9
		as_nobody chgrp 65533 mnt/PayloadDisplayName && exit 9
		as_nobody chown 65534:65534 mnt/PayloadDisplayName
		setpriv --reuid=65534 --regid=65534 --groups=65533 chgrp 65533 mnt/PayloadDisplayName
		as_nobody chmod 640 mnt/PayloadDisplayName
		as_nobody touch -d @0 mnt/PayloadDisplayName
		as_nobody stat -c %u:%g mnt/PayloadDisplayName
		as_nobody "$PROFILEFS" umount mnt'
	assert_status 0
	assert_stdout '^65534:65534$'
	for told in "ownership of 'mnt/PayloadDisplayName'" "ownership of 'mnt/PayloadContent'" \
		"group of 'mnt/PayloadDisplayName'"; do
		assert_stderr "changing $told: Operation not permitted"
	done
}

it_allows_others_only_where_the_system_does()
{
	make_profile p.mobileconfig
	: >fuse.conf
	user_session 'mount --bind fuse.conf /etc/fuse.conf
		as_nobody "$PROFILEFS" p.mobileconfig mnt -o allow_other && exit 9
		! mountpoint -q mnt
		echo user_allow_other >fuse.conf
		as_nobody "$PROFILEFS" p.mobileconfig mnt -o allow_other
		ls mnt >/dev/null
		as_nobody "$PROFILEFS" umount mnt'
	assert_status 0
	assert_stderr 'user_allow_other'
}

# With allow_other the kernel judges by owner and mode, whoever asks.
it_judges_others_by_mode_when_they_are_allowed()
{
	need_users
	with_profile allow_other
	run as_nobody bash -c 'echo mine >mnt/PayloadDisplayName'
	assert_failed
	assert_stderr 'Permission denied'
	run as_nobody mkdir mnt/PayloadContent/org.example.theirs
	assert_failed
	assert_stderr 'Permission denied'
	case $(stat -c %a mnt/PayloadDisplayName) in
	*[4567]) as_nobody cat mnt/PayloadDisplayName >/dev/null ;;
	*)
		run as_nobody cat mnt/PayloadDisplayName
		assert_failed
		;;
	esac
	umount_profile
	assert_same before p.mobileconfig
}

it_refuses_a_profile_that_may_not_be_read()
{
	need_users
	make_profile p.mobileconfig
	mkdir mnt
	chown 65534:65534 mnt "$T.run"
	chmod 600 p.mobileconfig
	run as_nobody "$PROFILEFS" p.mobileconfig mnt
	assert_status 2
	assert_stderr 'p.mobileconfig: error: .*Permission denied'
}

# Edits the profile $1.
RENAME='as_nobody "$PROFILEFS" exec "$1" -- sh -c "echo Renamed >PayloadDisplayName"'

# A save makes a new file beside the profile: where that is not allowed, it is said before anything is edited.
it_takes_no_edits_where_no_file_can_be_made_to_save_them()
{
	mkdir closed
	make_profile closed/p.mobileconfig
	cp closed/p.mobileconfig before
	chmod 666 closed/p.mobileconfig
	user_session "$RENAME" closed/p.mobileconfig
	assert_failed
	assert_stderr 'closed/p.mobileconfig: note: mounted read-only: no file can be made in its directory'
	assert_same before closed/p.mobileconfig
	assert_equal p.mobileconfig "$(ls -A closed)"
}

it_leaves_what_belongs_to_another_in_a_folder_where_that_is_protected()
{
	mkdir shared
	make_profile shared/p.mobileconfig
	cp shared/p.mobileconfig before
	chmod 666 shared/p.mobileconfig
	chmod 1777 shared
	user_session "$RENAME" shared/p.mobileconfig
	assert_failed
	assert_stderr 'shared/p.mobileconfig: note: mounted read-only: .*only its owner'
	assert_same before shared/p.mobileconfig
	assert_equal p.mobileconfig "$(ls -A shared)"
}

it_saves_a_profile_that_a_group_may_write()
{
	mkdir group
	make_profile group/p.mobileconfig
	chown -R 1234:65534 group
	chmod 775 group
	chmod 664 group/p.mobileconfig
	user_session "$RENAME" group/p.mobileconfig
	assert_status 0
	assert_value group/p.mobileconfig PayloadDisplayName "'Renamed'"
	assert_equal '664 65534' "$(stat -c '%a %g' group/p.mobileconfig)"
}

it_keeps_the_access_list_of_the_profile()
{
	need setfacl getfacl
	make_profile p.mobileconfig
	setfacl -m u:1234:r,g:4321:rw,m::rw p.mobileconfig 2>/dev/null || skip "no access lists on this disk"
	getfacl -n p.mobileconfig >was
	mount_profile p.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	getfacl -n p.mobileconfig >is
	assert_same was is
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 3128
}

# What others may open of what lies in the user's state and runtime folders.
open_to_others()
{
	find "$T.run" -mindepth 1 ! -path "$T.run/std*" ! -type l -perm /077
}

it_keeps_its_state_to_the_user()
{
	umask 000
	with_profile
	echo 3128 >mnt/$WIFI/ProxyServerPort
	assert_exists "$T.run/profilefs"
	assert_equal '' "$(open_to_others)" "what others may open"
	umount_profile
	assert_equal '' "$(open_to_others)" "what others may open"
}

run_tests "$@"
