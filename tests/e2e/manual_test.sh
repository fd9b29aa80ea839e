#!/usr/bin/env bash
# The manual pages and the program say the same (manual.py): commands, options, rules, examples; and pages name only
# pages that are there.
. "$(dirname "$0")/lib.sh"

export PYTHONDONTWRITEBYTECODE=1

compare()
{
	[ -d "$ROOT/docs/man" ] || skip "there are no manual pages"
	run "$PYTHON" "$E2E/manual.py" "$PROFILEFS" "$ROOT" "$1"
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

# page_without PATTERN PAGE: copies of all pages, of which one lost the lines that the pattern fits.
page_without()
{
	export PAGES=$T/pages
	rm -rf pages
	cp -r "$ROOT/docs/man" pages
	sed -i "/$1/d" "pages/$2"
	! cmp -s "$ROOT/docs/man/$2" "pages/$2" || fail "expected: $2 with '$1'"
}

it_notices_what_is_missing_in_a_page()
{
	page_without '^\.It Fl q' profilefs-check.1
	compare options
	assert_status 1
	assert_stdout '^check: --quiet is in its --help, and not in profilefs-check\.1$'
	page_without '^\.It Cm backup' profilefs-mount.1
	compare options
	assert_status 1
	assert_stdout '^mount -o: backup is in its --help, and not in profilefs-mount\.1$'
	page_without '^\.Ss expired' profilefs-rules.7
	compare rules
	assert_status 1
	assert_stdout '^rule: expired is in the program, and not in profilefs-rules\.7$'
	rm pages/profilefs-cat.1
	compare commands
	assert_status 1
	assert_stdout '^command: cat is in the program'
	compare references
	assert_status 1
	assert_stdout 'there is no page profilefs-cat\(1\)$'
	page_without '^\.Dd' profilefs-diff.1
	sed -i 's/diff --format json/diff --formt json/; s/key=sign.key/kye=sign.key/' pages/*.1
	sed -i 's/^\.It Fl h ,/.It Fl x , Fl h ,/' pages/profilefs-cat.1
	compare examples
	assert_status 1
	assert_stdout 'diff has no option --formt$'
	assert_stdout 'there is no option -o kye$'
	compare options
	assert_status 1
	assert_stdout '^cat: -x is in profilefs-cat\.1, and not in its --help$'
}

run_tests "$@"
