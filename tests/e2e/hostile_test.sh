#!/usr/bin/env bash
# Files, trees and schemas that mean harm: profilefs says what is wrong with each, in bounded time and memory. And the
# limits that bound it, which the user can set.
. "$(dirname "$0")/lib.sh"

# What one command may take: seconds, and KiB of address space. A sanitizer's shadow needs more than any bound.
SECONDS_MAX=20
SPACE_MAX=$((1536 << 10))
{
	(
		ulimit -v $SPACE_MAX
		"$PROFILEFS" --version
	)
} >/dev/null 2>&1 || SPACE_MAX=unlimited

bounded()
{
	(
		ulimit -v $SPACE_MAX
		exec timeout --kill-after=1 $SECONDS_MAX "$PROFILEFS" "$@"
	)
}

# hostile WHAT: made in this folder.
hostile()
{
	"$PYTHON" "$E2E/hostile.py" "$@"
}

# assert_said PATH: it ended by itself, and said what is wrong with PATH, if anything is, in a line of its own.
assert_said()
{
	[ "$status" -le 2 ] || fail "expected: an end by itself, with 0, 1 or 2" "got:      exit status $status" "$(run_said)"
	[ "$status" -eq 0 ] || has_line "^$1[^ ]*: error: " "$T.run/stderr" ||
		has_line "^$1[^ ]*: error: |^$1: not signed" "$T.run/stdout" ||
		fail "expected: a line about $1" "$(run_said)"
}

# assert_said_of FILE PATH...: it has an error of each.
assert_said_of()
{
	local path

	for path in "${@:2}"; do
		grep -qaE "^$path[^ ]*: error: " "$1" || fail "expected: an error in $path" "$(run_said)"
	done
}

it_reads_hostile_files_or_says_what_is_wrong()
{
	local name expected fine=() wrong=() large=()

	mkdir f
	hostile files f >expected
	while read -r name expected; do
		case $expected in
		0) fine+=("f/$name") ;;
		1) wrong+=("f/$name") ;;
		2) large+=("f/$name") ;;
		esac
	done <expected
	[ ${#fine[@]} -ge 15 ] && [ ${#wrong[@]} -ge 35 ] && [ ${#large[@]} -ge 4 ] || fail "expected: more files"
	for name in "${fine[@]}"; do
		run bounded cat "$name"
		assert_status 0
		[[ $name == f/binary* ]] || assert_same "$name" "$T.run/stdout"
	done
	run bounded check "${large[@]}"
	assert_status 2
	assert_said_of "$T.run/stderr" "${large[@]}"
	run bounded check "${wrong[@]}"
	assert_status 1
	assert_said_of "$T.run/stdout" "${wrong[@]}"
	run bounded verify f/*
	assert_status 1
}

it_names_the_limit_that_a_bomb_is_past()
{
	hostile binary_bomb >nested
	run bounded cat nested
	assert_stderr "^nested: error: .*the limit 'nodes' is 4194304; --limit nodes=VALUE raises it"
	hostile binary_text_bomb >text
	run bounded cat text
	assert_stderr "^text: error: .*the limit 'expansion' is 128M; --limit expansion=VALUE raises it"
	hostile long_key >key
	run bounded cat key
	assert_stderr "^key:2:[0-9]*: error: .*the limit 'name' is 64K; --limit name=VALUE raises it"
	hostile deep_xml >deep
	run bounded cat deep
	assert_stderr "^deep:2:[0-9]*: error: "
}

it_never_opens_a_file_that_an_entity_names()
{
	hostile entity_of_a_file >p
	run bounded cat p
	assert_status 1
	assert_stderr '^p:2:[0-9]*: error: an entity from another file, which is not loaded'
	! grep -a root: "$T.run/stdout" "$T.run/stderr" || fail "expected: nothing of /etc/passwd"
}

it_explodes_and_implodes_keys_that_are_paths()
{
	hostile key_of_slashes >p
	run bounded explode p a/b/tree
	[ "$status" -eq 2 ] || fail "expected: no parents are made" "$(run_said)"
	run bounded explode p tree
	assert_status 0
	assert_equal "p tree" "$(ls -A | tr '\n' ' ' | sed 's/ $//')" "what is here"
	assert_equal 5 "$(find tree -type f -not -name .types | grep -c '^tree/[^/]*$')" "the keys"
	mkdir tree/PayloadContent
	run bounded implode tree again --off missing-key
	assert_status 0
	run bounded diff p again
	assert_status 1
	assert_equal 1 "$(wc -l <"$T.run/stdout")" "the differences: PayloadContent alone"
}

it_mounts_what_can_be_read_and_shows_all_of_it()
{
	local name

	for name in key_of_slashes alike_payloads many_long_keys large_base64; do
		hostile "$name" >p
		mkdir -p mnt
		run bounded p mnt -o ro
		assert_status 0
		find mnt >list
		case $name in
		alike_payloads) assert_equal 2000 "$(grep -c '^mnt/PayloadContent/a[.0-9]*$' list)" "the payloads" ;;
		many_long_keys) assert_equal 1000 "$(grep -c '^mnt/k' list)" "the keys" ;;
		large_base64) assert_equal 600000 "$(wc -c <mnt/A)" "the bytes" ;;
		key_of_slashes) assert_file 'mnt/%2E.%2F..%2F..%2F..%2Fetc%2Fpasswd' $'x\n' ;;
		esac
		run profilefs umount mnt
		assert_status 0
	done
}

it_refuses_to_mount_what_cannot_be_read()
{
	local name

	mkdir mnt
	for name in binary_bomb entity_bomb deep_xml deep_in_der nul_in_key zip_file empty; do
		hostile "$name" >p
		run bounded p mnt
		assert_failed
		assert_said p
		! is_mounted mnt || fail "expected: $name is not mounted"
	done
}

it_reads_no_file_without_an_end()
{
	local path command

	truncate -s 1T sparse
	ln -s /dev/zero zero
	ln -s loop loop
	mkfifo fifo
	mkdir empty mnt
	for path in sparse zero loop empty; do
		for command in check cat verify explode; do
			run bounded "$command" "$path" --limit profile=1M $([ $command != explode ] || echo tree)
			assert_said "$path"
			assert_status 2
		done
		assert_missing tree
	done
	run bounded check sparse
	assert_stderr "^sparse: error: .*the limit 'profile' is 64M"
	for path in sparse zero loop fifo; do
		run bounded "$path" mnt
		assert_status 2
		assert_said "$path"
	done
	# A pipe is read: somebody may write to it. A folder's are none of its profiles.
	run timeout 5 bash -c '"$PROFILEFS" check fifo & printf "<plist><dict/></plist>" >fifo; wait $!'
	assert_status 1
	mkdir folder
	mkfifo folder/a.mobileconfig
	run bounded check folder
	assert_failed
}

it_reads_hostile_trees_or_says_what_is_wrong()
{
	local name

	mkdir t
	hostile trees t
	run bounded check t/*
	assert_status 2
	assert_stdout '^t/types-not-understood/\.types:1:1: warning: .types: .a0 colour. is not understood'
	assert_stdout '^t/types-not-understood/\.types:1000:1: warning: '
	assert_said_of "$T.run/stdout" t/*
	for name in t/*; do
		run bounded implode "$name" made --off missing-key
		assert_said "$name"
		[ "$status" -eq 0 ] || assert_missing made
		rm -f made
	done
	run bounded implode t/types-of-nothing made
	assert_status 0
	assert_stderr '19000 more of what .types says is wrong, and not listed'
}

it_reads_hostile_schemas_or_says_what_is_wrong()
{
	local name

	printf '<plist version="1.0"><dict/></plist>' >p
	for name in yaml_anchors yaml_deep yaml_deep_blocks yaml_huge; do
		mkdir "$name"
		hostile "$name" >"$name/a.yaml"
		run bounded check --schema="$name" p
		assert_status 2
		assert_stderr "^$name/a.yaml[^ ]*: error: "
		run bounded schema --import "$name"
		assert_status 2
	done
	for name in schema_deep schema_huge schema_long_line schema_pattern; do
		hostile "$name" >"$name"
		run bounded check --schema="$name" p
		assert_status 2
		assert_stderr "^$name:[0-9]*:[0-9]*: error: "
	done
	truncate -s 1T sparse
	run bounded check --schema=sparse p
	assert_status 2
	assert_stderr "^sparse: error: .*the limit 'schema' is 8M; --limit schema=VALUE raises it"
	mkdir manifests
	hostile deep_xml >manifests/a.plist
	run bounded check --manifests manifests p
	assert_status 2
	assert_stderr '^manifests/a.plist:2:[0-9]*: error: '
	hostile binary_bomb >manifests/a.plist
	run bounded check --manifests manifests p
	assert_status 2
}

# --- limits -------------------------------------------------------------------------------------------

it_reads_more_when_a_limit_is_raised()
{
	hostile past_the_limit >large
	run profilefs --limit profile=100M check large
	assert_status 1
	assert_stdout '^large:1:[0-9]*: error: PayloadType: PayloadType is missing'
	make_profile p.mobileconfig
	truncate -s 1300K p.mobileconfig
	tr '\0' ' ' <p.mobileconfig >large
	run profilefs exec -o limit=profile:1M large -- cat PayloadDisplayName
	assert_status 2
	assert_stderr "^large: error: .*the limit 'profile' is 1M; --limit profile=VALUE raises it .*, up to 1G$"
	run profilefs exec -o limit=profile:1M,limit=profile:2M large -- cat PayloadDisplayName
	assert_status 0
}

it_tells_what_a_limit_may_be()
{
	make_profile p.mobileconfig
	run profilefs check --limit profil=1G p.mobileconfig
	assert_status 2
	assert_stderr "there is no limit 'profil': did you mean 'profile'\?"
	run profilefs check --limit profile=2G p.mobileconfig
	assert_status 2
	assert_stderr "the limit 'profile' cannot be '2G': it is a number from 4K to 1G"
	run profilefs check --limit
	assert_status 2
	assert_stderr "'--limit' needs a value: NAME=VALUE"
	run profilefs p.mobileconfig mnt -o limit=profile
	assert_status 2
	assert_stderr "the limit 'profile' needs a value: profile:VALUE"
	run profilefs mount --help
	assert_stdout 'limit=NAME:VALUE'
	run profilefs check --limt profile=1G p.mobileconfig
	assert_stderr "did you mean '--limit'"
}

it_leaves_a_commands_own_limit_option_alone()
{
	make_profile p.mobileconfig
	run profilefs exec p.mobileconfig -- echo --limit profile=1K
	assert_status 0
	assert_stdout '^--limit profile=1K$'
	run profilefs exec -o limit=value:4K p.mobileconfig -- sh -c 'head -c 5000 /dev/zero | tr "\0" x >PayloadDescription'
	assert_failed
	assert_stderr "PayloadDescription: a value may not be as large as that: the limit 'value' is 4K"
}

it_makes_no_more_values_than_it_could_read_again()
{
	local payload=mnt/PayloadContent/com.example.many

	with_profile limit=nodes:1000,unknown=allow
	mkdir "$payload"
	: >"$payload/Numbers"
	: >"$payload/More"
	setfattr -n user.profilefs.type -v array "$payload/Numbers" "$payload/More"
	run bash -c "seq 2000 >$payload/Numbers"
	assert_line "too many lines: each is a value: the limit 'nodes' is 1000" mnt/.profilefs/last-error
	seq 700 >"$payload/Numbers"
	run bash -c "seq 700 >$payload/More"
	assert_line "the profile would have too many values: the limit 'nodes' is 1000; --limit nodes=VALUE" \
		mnt/.profilefs/last-error
	rm "$payload/Numbers"
	umount_profile
	mount_profile p.mobileconfig limit=nodes:1000,unknown=allow
	: >"$payload/More"
	setfattr -n user.profilefs.type -v array "$payload/More"
	seq 700 >"$payload/More"
	umount_profile
}

it_asks_for_a_save_when_the_journal_is_full()
{
	local i

	with_profile limit=journal:1M
	for i in 1 2 3; do
		head -c 300000 /dev/zero | tr '\0' "$i" >mnt/PayloadDescription
	done
	run bash -c 'head -c 300000 /dev/zero | tr "\0" 4 >mnt/PayloadDescription'
	assert_line "too much is edited and not saved: save it \(sync MOUNTPOINT\): the limit 'journal' is 1M" \
		mnt/.profilefs/last-error
	sync mnt
	head -c 300000 /dev/zero | tr '\0' 5 >mnt/PayloadDescription
	umount_profile
	grep -q 5555 p.mobileconfig
}

it_keeps_scratch_files_of_a_mount_within_the_limit()
{
	with_profile limit=scratch:1M
	head -c 600000 /dev/zero >mnt/.a
	run cp mnt/.a mnt/PayloadContent/.b
	assert_failed
	assert_stderr 'No space left on device'
	assert_line "the limit 'scratch' is 1M; --limit scratch=VALUE raises it" mnt/.profilefs/last-error
	# What is there is as it was, what is removed makes room, and keys can be written.
	assert_equal 600000 "$(wc -c <mnt/.a)" "the first file"
	rm -f mnt/.a mnt/PayloadContent/.b
	head -c 600000 /dev/zero >mnt/.c
	truncate -s 0 mnt/.c
	head -c 900000 /dev/zero >mnt/.d
	rm mnt/.d
	echo New >mnt/PayloadDisplayName
	assert_file mnt/PayloadDisplayName $'New\n'
	run bash -c 'for ((i = 0; i < 3000; i++)); do : >mnt/.e$i || exit 1; done'
	assert_failed
	rm -f mnt/.e*
	run profilefs umount mnt
	assert_status 0
	assert_value p.mobileconfig PayloadDisplayName "'New'"
}

run_tests
