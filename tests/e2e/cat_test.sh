#!/usr/bin/env bash
# profilefs cat, help and exit statuses.
. "$(dirname "$0")/lib.sh"

it_writes_a_plain_profile_as_it_is()
{
	make_profile p.mobileconfig
	run profilefs cat p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_same p.mobileconfig "$T.run/stdout"
}

it_writes_the_content_of_a_signed_profile()
{
	make_profile plain
	while read -ra how; do
		sign plain p.mobileconfig "${how[@]}"
		run profilefs cat p.mobileconfig
		assert_status 0
		assert_same plain "$T.run/stdout"
	done <<-'EOT'
	ec
	rsa
	rsa -md sha1 -noattr
	pss -keyopt rsa_padding_mode:pss
	ec -stream
	EOT
}

it_writes_a_binary_plist_as_xml()
{
	make_binary p.mobileconfig
	run profilefs cat p.mobileconfig
	assert_status 0
	assert_equal '<?xml' "$(head -c 5 "$T.run/stdout")"
	cp "$T.run/stdout" xml
	assert_changes p.mobileconfig xml <<<''
}

it_reads_pipes_and_the_standard_input()
{
	make_profile p.mobileconfig
	"$PROFILEFS" cat - <p.mobileconfig >out
	assert_same p.mobileconfig out
	"$PROFILEFS" cat <(cat p.mobileconfig) >out
	assert_same p.mobileconfig out
	cat p.mobileconfig | "$PROFILEFS" cat /dev/stdin >out
	assert_same p.mobileconfig out
}

it_refuses_a_tampered_signature_unless_forced()
{
	make_profile plain
	sign plain p.mobileconfig
	LC_ALL=C sed -i 's/Guests/Ghosts/' p.mobileconfig
	run profilefs cat p.mobileconfig
	assert_status 1
	assert_stderr '^p.mobileconfig: error: .*\[bad-signature\]'
	assert_equal 0 "$(wc -c <"$T.run/stdout")"
	run profilefs cat --force p.mobileconfig
	assert_status 0
	assert_stdout Ghosts
}

it_says_what_is_wrong_where()
{
	write_plist >p.mobileconfig <<<'	<key>a</key><integer>12abc</integer>'
	run profilefs cat p.mobileconfig
	assert_status 1
	assert_stderr '^p.mobileconfig:5:[0-9]+: error: '
	run profilefs cat absent.mobileconfig
	assert_status 2
	assert_stderr '^absent.mobileconfig: error: '
	run profilefs cat
	assert_status 2
}

it_notices_a_full_disk()
{
	make_profile p.mobileconfig
	run bash -c '"$PROFILEFS" cat p.mobileconfig >/dev/full'
	assert_status 2
	assert_stderr 'No space left'
}

it_shows_signed_profiles_to_git_diff()
{
	need git
	make_profile plain
	sign plain p.mobileconfig
	git init -q
	git config user.name Tester
	git config user.email tester@example.org
	git config diff.profile.textconv "$PROFILEFS cat"
	echo '*.mobileconfig diff=profile' >.gitattributes
	git add p.mobileconfig .gitattributes
	git commit -qm 'Before'
	mount_signed p.mobileconfig
	echo 3128 >mnt/$WIFI/ProxyServerPort
	umount_profile
	git diff p.mobileconfig >diff
	assert_equal 2 "$(grep -c '^[-+][^-+]' diff)"
	assert_line '^\+.*<integer>3128</integer>' diff
}

it_explains_itself()
{
	local command

	run profilefs --version
	assert_status 0
	assert_stdout '[0-9]+\.[0-9]+'
	run profilefs --help
	assert_status 0
	for command in mount umount exec cat; do
		assert_stdout "$command"
	done
	for command in mount umount exec cat; do
		run profilefs $command --help
		assert_status 0
		assert_no_stderr
		assert_stdout "usage: profilefs \[?$command"
	done
}

it_helps_who_mistypes()
{
	make_profile p.mobileconfig
	mkdir mnt
	run profilefs
	assert_status 2
	run profilefs p.mobileconfig
	assert_status 2
	assert_stderr 'mount point'
	run profilefs unmount mnt
	assert_status 2
	assert_stderr 'umount'
	run profilefs cat --forse p.mobileconfig
	assert_status 2
	run profilefs p.mobileconfig mnt -o chek=off
	assert_status 2
	assert_stderr "did you mean 'check'"
	run profilefs p.mobileconfig mnt -o check=of
	assert_status 2
	assert_stderr 'strict, warn, off'
	! is_mounted mnt
}

it_takes_the_options_of_fstab()
{
	make_profile p.mobileconfig
	mount_profile p.mobileconfig rw,dev,suid,user,noauto,nofail,_netdev,noatime,x-systemd.automount,comment=x
	umount_profile
}

it_takes_options_before_and_behind()
{
	make_profile p.mobileconfig
	mkdir mnt
	run profilefs mount -o ro p.mobileconfig mnt
	assert_status 0
	umount_profile
	run profilefs p.mobileconfig mnt -oro
	assert_status 0
	umount_profile
	run profilefs -o ro p.mobileconfig mnt
	assert_status 0
	umount_profile
}

it_writes_what_is_no_profile_as_it_is_when_forced()
{
	printf '<plist><dict>' >broken.mobileconfig
	run profilefs cat broken.mobileconfig
	assert_status 1
	run profilefs cat --force broken.mobileconfig
	assert_status 0
	assert_stderr '^broken.mobileconfig:1:[0-9]+: warning: .*\[not-a-plist\]$'
	assert_same broken.mobileconfig "$T.run/stdout"
	run profilefs cat --force missing.mobileconfig
	assert_status 2
}

it_helps_git_through_a_profile_that_was_tampered_with()
{
	need git
	make_profile plain
	sign plain p.mobileconfig
	git init -q .
	echo '*.mobileconfig diff=profile' >.gitattributes
	git config diff.profile.textconv "'$PROFILEFS' cat --force"
	git add -A
	git -c user.name=x -c user.email=x@example.org commit -qm first
	head -c 2000 p.mobileconfig >cut
	mv cut p.mobileconfig
	run git diff
	assert_status 0
}

run_tests "$@"
