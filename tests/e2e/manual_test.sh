#!/usr/bin/env bash
# The manual pages and the program say the same (manual.py): commands, options, rules, examples; and pages name only
# pages that are there.
. "$(dirname "$0")/lib.sh"

export PYTHONDONTWRITEBYTECODE=1

compare()
{
	[ -d "$ROOT/docs/man" ] || skip "there are no manual pages"
	run "$PYTHON" "$E2E/manual.py" "$PROFILEFS" "$ROOT" "$@"
}

it_has_a_page_for_each_command_and_no_other()
{
	compare commands
	assert_status 0
}

it_has_every_option_of_the_help_and_no_other()
{
	compare options
	assert_status 0
}

it_has_every_rule_and_no_other()
{
	compare rules
	assert_status 0
}

it_names_pages_that_are_there()
{
	compare references
	assert_status 0
}

it_shows_options_that_there_are()
{
	compare examples
	assert_status 0
}

# change PAGE EXPRESSION: edits the copy of a page by sed.
change()
{
	sed -i "$2" "pages/$1"
	! cmp -s "$ROOT/docs/man/$1" "pages/$1" || fail "expected: $1 is another after $2"
}

it_notices_what_differs()
{
	[ -d "$ROOT/docs/man" ] || skip "there are no manual pages"
	! profilefs --version | grep -q 'without FUSE' || skip "the program cannot mount"
	export PAGES=$T/pages
	cp -r "$ROOT/docs/man" pages
	change profilefs-check.1 '/^\.It Fl q/d'
	change profilefs-umount.1 's/^\.It Fl h ,/.It Fl x , Fl h ,/'
	change profilefs-mount.1 '/^\.It Cm backup/d; s/key=sign.key/kye=sign.key/'
	change profilefs-diff.1 's/diff --format json/diff --formt json/'
	change profilefs-rules.7 '/^\.Ss expired/d'
	rm pages/profilefs-cat.1
	compare commands options rules references examples
	assert_status 1
	assert_stdout '^command: cat is in the program, and not in the pages$'
	assert_stdout '^check: --quiet is in its --help, and not in profilefs-check\.1$'
	assert_stdout '^umount: -x is in profilefs-umount\.1, and not in its --help$'
	assert_stdout '^mount -o: backup is in its --help, and not in profilefs-mount\.1$'
	assert_stdout '^rule: expired is in the program, and not in profilefs-rules\.7$'
	assert_stdout 'there is no page profilefs-cat\(1\)$'
	assert_stdout 'diff has no option --formt$'
	assert_stdout 'there is no option -o kye$'
}

run_tests "$@"
