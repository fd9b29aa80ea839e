#!/usr/bin/env bash
# A program that was built without FUSE (make fuse-no): what it says, and that everything else is in it.
. "$(dirname "$0")/lib.sh"

only_without_fuse()
{
	without_fuse || skip "the program was built with FUSE (make fuse-no has one without)"
}

it_refuses_to_mount_and_says_what_to_do_instead()
{
	local words

	only_without_fuse
	make_profile p.mobileconfig
	mkdir mnt
	for words in 'mount p.mobileconfig mnt' 'p.mobileconfig mnt' 'umount mnt' 'exec p.mobileconfig -- true' \
		'edit p.mobileconfig'; do
		# shellcheck disable=SC2086 # a list of words
		run "$PROFILEFS" $words
		# This is no test that mounts.
		mv "$T.run/stderr" said
		assert_equal 2 $status "$words: the exit status"
		has_line 'error: .*without FUSE.*explode.*edit.*implode' said || fail "not said at $words"
		rm said
	done
}

it_says_so_in_its_help_and_version()
{
	only_without_fuse
	run profilefs --version
	assert_status 0
	assert_stdout '^profilefs [0-9.]+ \(without FUSE\)$'
	run profilefs --help
	assert_status 0
	assert_stdout 'built without FUSE'
	run profilefs exec --help
	assert_status 0
	assert_stdout 'profilefs explode'
}

it_edits_a_profile_by_explode_and_implode()
{
	only_without_fuse
	make_profile p.mobileconfig
	cp p.mobileconfig before
	profilefs explode p.mobileconfig tree
	echo 3128 >"tree/$WIFI/ProxyServerPort"
	profilefs implode --base=before tree p.mobileconfig
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
}

it_is_no_program_of_libfuse()
{
	only_without_fuse
	need ldd
	assert_no_line fuse <(ldd "$PROFILEFS")
}

it_is_built_without_asking_for_libfuse()
{
	need make pkg-config
	cat >asked <<-'END'
		#!/bin/sh
		echo "$*" >>"$0.log"
		exec pkg-config "$@"
	END
	chmod +x asked
	run make -n -C "$ROOT" FUSE=no BUILD="$T/build" PKG_CONFIG="$T/asked" all
	assert_status 0
	assert_line 'libplist' asked.log
	assert_no_line 'fuse' asked.log
	assert_no_line 'fs/fuse|-lfuse' "$T.run/stdout"
}

run_tests "$@"
