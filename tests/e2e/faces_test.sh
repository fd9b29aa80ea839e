#!/usr/bin/env bash
# One tree with three faces: what a mount shows, what `explode` writes and what `implode` reads is the same, whichever way
# it is copied meanwhile. What one tool does with one profile is in types_test.sh and implode_test.sh; here many profiles
# go all ways at once, mounted as a folder.
#
#   PROFILEFS_TEST_PROFILES   a folder of *.mobileconfig
#   E2E_SHARE=N, E2E_SEED     takes one in N (2); another of the N, in other ways
#   E2E_FULL=1                takes all
. "$(dirname "$0")/lib.sh"

# explode_all: what is in src into exploded; what cannot be read is taken out of src.
explode_all()
{
	local file

	run profilefs explode -q -t exploded src
	for file in src/*; do
		[ -d "exploded/${file#src/}" ] || rm "$file"
	done
}

assert_same_trees()
{
	diff -r "$1" "$2" >differences || fail "expected: the same files in $1 and $2" "got:" "$(head -n 20 differences)"
}

# assert_same_values FOLDER: its profiles have the values of those in src, and none is missing.
assert_same_values()
{
	"$PYTHON" "$E2E/imploded.py" src "$1" >values || fail "$1:" "$(cat values)"
	assert_equal "$(ls src)" "$(ls "$1")" "what is in $1"
}

# The profiles in src, mounted as a folder at mnt, show the very files that explode writes.
mount_sources()
{
	explode_all
	mount_profile src ro
	cp -r mnt/. copied
	assert_same_trees exploded copied
}

in_by_cp() { (cd mnt && cp -r "$@" ../new); }
in_by_rsync() { (cd mnt && rsync -a --delete "$@" ../new); }
in_by_tar() { tar -C mnt -cf - "$@" | tar -C new -xf -; }
in_by_git() { GIT_DIR=git GIT_WORK_TREE=new git checkout -qf HEAD -- "$@"; }

# The mount's files are committed as they are; a clone of them holds the same profiles.
through_git()
{
	git init -q --bare git
	git -C git config core.bare false
	git -C git config user.name Tester
	git -C git config user.email tester@example.org
	GIT_DIR=git GIT_WORK_TREE=mnt git add -A
	GIT_DIR=git GIT_WORK_TREE=mnt git commit -qm 'Profiles as trees'
	git clone -q git cloned
	rm -rf cloned/.git
	run profilefs implode -q -t imploded-clone cloned
	assert_status 0
	profilefs implode -q -t imploded exploded
	assert_same_trees imploded imploded-clone
}

# mount_fresh FOLDER: an empty folder of profiles at new.
mount_fresh()
{
	mkdir -p "$1" new
	run profilefs "$1" new -o check=warn,unknown=allow
	assert_status 0
}

# A quarter of the profiles goes in each way; the seed turns them.
in_by_quarters()
{
	local number=${E2E_SEED:-1} file way ways=(cp rsync tar git) cp=() rsync=() tar=() git=() names

	for file in src/*; do
		declare -n names=${ways[number++ % 4]}
		names+=("${file#src/}")
	done
	for way in "${ways[@]}"; do
		declare -n names=$way
		[ ${#names[@]} -eq 0 ] || "in_by_$way" "${names[@]}"
	done
}

take_real_profiles()
{
	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of real profiles"
	"$PYTHON" "$E2E/faces.py" take "$PROFILEFS_TEST_PROFILES" src
}

it_shows_explodes_and_copies_real_profiles_as_the_same()
{
	need git rsync
	take_real_profiles
	mount_sources
	through_git
	mount_fresh fresh
	in_by_quarters
	umount_profile new
	umount_profile
	assert_same_values fresh
	echo "$(ls src | wc -l) profiles" >"$T.run/figures"
}

it_shows_and_explodes_odd_profiles_as_the_same()
{
	"$PYTHON" "$E2E/faces.py" odd src
	mount_sources
	umount_profile
	run profilefs implode -q -t imploded copied
	assert_status 0
	assert_same_values imploded
}

it_copies_hostile_profiles_in_every_way()
{
	local way

	need git rsync
	"$PYTHON" "$E2E/faces.py" whole src
	mount_sources
	through_git
	assert_same_values imploded
	for way in cp rsync tar git; do
		mount_fresh fresh-$way
		in_by_$way $(ls src)
		umount_profile new
		assert_same_values fresh-$way
	done
	umount_profile
}

run_tests "$@"
