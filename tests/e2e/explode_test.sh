#!/usr/bin/env bash
# profilefs explode: profiles as directories, one or many, portable names, what is in the way.
. "$(dirname "$0")/lib.sh"

# Two keys that differ in case only, and one that Windows cannot have.
hard_names()
{
	payload org.example.names "Names" 07 <<'XML' | profile_around
			<key>SSID</key>
			<string>a</string>
			<key>ssid</key>
			<string>b</string>
			<key>a:b</key>
			<string>3</string>
XML
}

NAMES=PayloadContent/org.example.names

it_writes_what_a_mount_shows()
{
	with_profile ro
	run profilefs explode p.mobileconfig tree
	assert_status 0
	assert_no_stderr
	[ -z "$(diff -r mnt tree)" ] || fail "$(diff -r mnt tree | head)"
	umount_profile
}

it_writes_into_the_directory_one_is_in()
{
	make_profile p.mobileconfig
	mkdir here
	cd here
	run profilefs explode ../p.mobileconfig .
	assert_status 0
	assert_file PayloadType $'Configuration\n'
	run profilefs explode ../p.mobileconfig .
	assert_status 0
}

it_reads_the_standard_input()
{
	make_profile p.mobileconfig
	profilefs explode p.mobileconfig tree
	run profilefs explode - piped < <(cat p.mobileconfig)
	assert_status 0
	[ -z "$(diff -r tree piped)" ] || fail "$(diff -r tree piped | head)"
	assert_equal "$(stat -c %a tree/PayloadType)" "$(stat -c %a piped/PayloadType)"
}

it_brings_a_tree_up_to_date()
{
	make_profile p.mobileconfig
	profilefs explode p.mobileconfig tree
	mkdir tree/.git
	state tree/PayloadType >type
	sed 's,<string>Example Ltd</string>,<string>Another Ltd</string>,' p.mobileconfig >q.mobileconfig
	cp -r tree old
	run profilefs explode q.mobileconfig tree
	assert_status 0
	assert_stderr '^tree: note: brought up to date: 2 files written, 0 removed$'
	assert_file tree/PayloadOrganization $'Another Ltd\n'
	assert_equal "$(cat type)" "$(state tree/PayloadType)"
	assert_exists tree/.git
	run diff -rq old tree
	assert_equal "$(grep -rlx 'Example Ltd' old | wc -l)" "$(wc -l <"$T.run/stdout")"
	assert_stdout '^Files old/PayloadOrganization and tree/PayloadOrganization differ$'
}

it_says_what_it_removes()
{
	make_profile p.mobileconfig
	profilefs explode p.mobileconfig tree
	mkdir tree/notes
	touch tree/notes/a tree/notes/b
	run profilefs explode p.mobileconfig tree
	assert_status 0
	assert_stderr '^tree: note: brought up to date: 0 files written, 2 removed \(tree/notes/\)$'
	run profilefs explode p.mobileconfig tree
	assert_no_stderr
	touch tree/a tree/b tree/c tree/d
	run profilefs explode -q p.mobileconfig tree
	assert_no_stderr
	# Of many, all in one line.
	mkdir profiles
	cp p.mobileconfig profiles/a.mobileconfig
	cp p.mobileconfig profiles/b.mobileconfig
	profilefs explode profiles trees
	touch trees/a.mobileconfig/{a,b} trees/b.mobileconfig/{a,b}
	run profilefs explode profiles trees
	assert_stderr '^trees: note: 2 trees brought up to date: 0 files written, 4 removed \((trees/[ab].mobileconfig/[ab], ){3}\.\.\.\)$'
	assert_equal 1 "$(wc -l <"$T.run/stderr")"
}

it_takes_nothing_for_a_tree_that_may_be_something_else()
{
	make_profile p.mobileconfig
	mkdir -p mine/PayloadContent
	echo mine >mine/other
	run profilefs explode p.mobileconfig mine
	assert_status 2
	assert_stderr '^mine: error: this is no exploded tree'
	assert_file mine/other $'mine\n'
}

it_says_once_what_is_in_the_way_of_many()
{
	mkdir profiles
	make_profile profiles/a.mobileconfig
	cp profiles/a.mobileconfig profiles/b.mobileconfig
	run profilefs explode profiles profiles
	assert_status 2
	assert_stderr '^profiles: error: 2 of 2 trees cannot go where a file is \(the first: profiles/a.mobileconfig\)'
	assert_equal 1 "$(wc -l <"$T.run/stderr")"
	run profilefs explode - - <profiles/a.mobileconfig
	assert_status 2
	assert_stderr 'does not go to the standard output'
	assert_missing -
}

# Three payloads of one type: one branch removes the first, the other edits the second. Git knows files by their paths.
it_keeps_names_so_that_git_merges_the_same_payloads()
{
	local n
	for n in 1 2 3; do
		payload org.example.wifi "Net $n" "0$n" <<<"<key>SSID</key><string>net$n</string><key>Join</key><true/>"
	done | profile_around >p.mobileconfig
	git init -q -b main .
	git config user.email a@example.org
	git config user.name A
	profilefs explode p.mobileconfig tree
	git add -A
	git commit -qm begin
	git checkout -qb edits
	echo false >tree/PayloadContent/org.example.wifi.2/Join
	git commit -qam edit
	git checkout -q main
	profilefs exec p.mobileconfig -- rm -r PayloadContent/org.example.wifi
	profilefs explode -q p.mobileconfig tree
	git commit -qam remove
	git merge -q edits
	assert_equal 'net2 net3' "$(cat tree/PayloadContent/*/SSID | xargs)"
	assert_equal 'false true' "$(cat tree/PayloadContent/*/Join | xargs)"
}

it_leaves_a_folder_alone_that_is_no_tree()
{
	make_profile p.mobileconfig
	mkdir mine
	echo x >mine/notes
	run profilefs explode p.mobileconfig mine
	assert_status 2
	assert_stderr "^mine: error: .*no exploded tree, and 'notes' is in it"
	assert_equal notes "$(ls -A mine)"
	run profilefs explode p.mobileconfig p.mobileconfig
	assert_status 2
	assert_stderr '^p.mobileconfig: error: .*give another name'
}

it_explodes_a_folder_with_its_subfolders()
{
	mkdir -p profiles/site/a
	make_profile profiles/p.mobileconfig
	cp profiles/p.mobileconfig profiles/site/a/q.mobileconfig
	echo x >profiles/README
	run profilefs explode profiles trees
	assert_status 0
	assert_equal 'p.mobileconfig site' "$(ls -A trees | tr '\n' ' ' | sed 's/ $//')"
	assert_exists trees/site/a/q.mobileconfig/PayloadType
	run profilefs check trees
	assert_stderr '^2 profiles checked'
	# Again, and in place: trees among profiles are not exploded once more.
	run profilefs explode profiles trees
	assert_status 0
	mkdir both
	cp -r profiles/p.mobileconfig trees/site both
	run profilefs explode -t out both
	assert_status 0
	assert_equal p.mobileconfig "$(ls -A out)"
}

it_gives_several_profiles_a_tree_each_whatever_is_wrong_with_one()
{
	make_profile p.mobileconfig
	cp p.mobileconfig q.mobileconfig
	echo '<plist' >bad.mobileconfig
	run profilefs explode p.mobileconfig bad.mobileconfig q.mobileconfig trees
	assert_status 1
	assert_stderr '^bad.mobileconfig:1:.*\[not-a-plist\]$'
	assert_equal 'p.mobileconfig q.mobileconfig ' "$(ls -A trees | tr '\n' ' ')"
	run profilefs explode -t one p.mobileconfig
	assert_status 0
	assert_exists one/p.mobileconfig/PayloadType
	run profilefs explode -t one absent.mobileconfig p.mobileconfig
	assert_status 2
	assert_stderr '^absent.mobileconfig: error: '
}

it_writes_nothing_if_two_would_be_one_tree()
{
	mkdir a b
	make_profile a/p.mobileconfig
	cp a/p.mobileconfig b
	run profilefs explode a/p.mobileconfig b trees
	assert_status 2
	assert_stderr 'error: a/p.mobileconfig and b/p.mobileconfig would both be trees/p.mobileconfig'
	assert_missing trees
}

it_makes_no_trees_in_a_tree()
{
	make_profile p.mobileconfig
	profilefs explode p.mobileconfig tree
	run profilefs explode -t tree p.mobileconfig
	assert_status 2
	assert_stderr '^tree: error: this is an exploded tree itself'
	run profilefs explode -t out tree
	assert_status 2
	assert_stderr '^tree: error: this is an exploded tree: give profiles'
	run profilefs explode -t out -
	assert_status 2
	assert_stderr 'the standard input has no name'
	assert_missing out
}

it_refuses_a_signature_that_does_not_fit_unless_forced()
{
	make_profile p.mobileconfig
	sign p.mobileconfig s.mobileconfig
	run profilefs explode s.mobileconfig signed
	assert_status 0
	profilefs explode p.mobileconfig plain
	[ -z "$(diff -r plain signed)" ] || fail "$(diff -r plain signed | head)"
	sed -i 's/Example Ltd/Exemple Ltd/' s.mobileconfig
	run profilefs explode s.mobileconfig tampered
	assert_status 1
	assert_stderr '\[bad-signature\]$'
	assert_missing tampered
	run profilefs explode --force s.mobileconfig tampered
	assert_status 0
	assert_stderr '^s.mobileconfig: warning: .*\[bad-signature\]$'
	assert_file tampered/PayloadOrganization $'Exemple Ltd\n'
	run profilefs explode -q --force s.mobileconfig tampered
	assert_status 0
	assert_no_stderr
}

it_refuses_a_key_that_is_there_twice()
{
	make_profile p.mobileconfig
	sed -i 's,<key>PayloadOrganization</key>,<key>PayloadDisplayName</key>,' p.mobileconfig
	run profilefs explode p.mobileconfig tree
	assert_status 1
	assert_stderr '^p.mobileconfig:[0-9]+:[0-9]+: error: PayloadDisplayName: .*\[duplicate-key\]$'
	assert_missing tree
}

it_spells_names_apart_for_macos_and_windows()
{
	hard_names >p.mobileconfig
	run profilefs explode p.mobileconfig tree
	assert_status 0
	assert_stderr "^tree/$NAMES/ssid: warning: .*'SSID': --portable"
	run profilefs explode --portable p.mobileconfig tree
	assert_status 0
	assert_stderr '^tree: note: brought up to date: 2 files written, 2 removed'
	assert_no_line warning "$T.run/stderr"
	assert_file "tree/$NAMES/%53%53%49%44" $'a\n'
	assert_file "tree/$NAMES/ssid" $'b\n'
	assert_file "tree/$NAMES/a%3Ab" $'3\n'
	assert_line '^a:b string$' "tree/$NAMES/.types"
	assert_missing "tree/$NAMES/SSID"
	profilefs check tree >problems 2>&1 || true
	assert_no_line 'error' problems
	# And back again.
	run profilefs explode -q p.mobileconfig tree
	assert_status 0
	assert_missing "tree/$NAMES/%53%53%49%44"
	assert_file "tree/$NAMES/SSID" $'a\n'
}

it_takes_the_types_that_a_schema_tells_out_of_types()
{
	payload com.example.printer "Printer" 07 <<-'XML' | profile_around >p.mobileconfig
	<key>Code</key>
	<string>17</string>
	XML
	printf 'payload com.example.printer\n  Code string\n' >own.schema
	profilefs explode p.mobileconfig tree
	assert_line '^Code string$' tree/PayloadContent/com.example.printer/.types
	run profilefs explode --schema=own.schema p.mobileconfig tree
	assert_status 0
	assert_missing tree/PayloadContent/com.example.printer/.types
	run profilefs explode --schema=absent p.mobileconfig other
	assert_status 2
	assert_missing other
}

it_leaves_nothing_when_it_cannot_write()
{
	payload org.example.long "Long" 07 <<-XML | profile_around >p.mobileconfig
	<key>Long</key>
	<string>$(printf '%01500d' 0)</string>
	XML
	run bash -c 'ulimit -f 1; exec "$PROFILEFS" explode p.mobileconfig tree'
	assert_status 2
	assert_stderr '^tree/PayloadContent/org.example.long/Long: error: cannot be written: File too large$'
	assert_equal p.mobileconfig "$(ls -A)"
}

it_says_how_it_is_used()
{
	run profilefs explode --help
	assert_status 0
	assert_stdout '^usage: profilefs explode '
	run profilefs explode p.mobileconfig
	assert_status 2
	assert_stderr 'the directory is missing'
	run profilefs explode --placeholders=maybe p t
	assert_status 2
	assert_stderr "takes allow or deny, not 'maybe'"
	run profilefs explode --portabel p t
	assert_status 2
	assert_stderr "did you mean '--portable'"
}

# Real profiles: what is in a tree is what is in the profile, as Python reads it (in corpus_test.sh and faces_test.sh);
# here: all of them at once, and a second time without a write.
it_explodes_all_real_profiles_twice()
{
	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip 'PROFILEFS_TEST_PROFILES names no folder'
	run profilefs explode -q "$PROFILEFS_TEST_PROFILES" trees
	assert_no_line 'error: ' <(grep -vE 'not-a-plist\]$' "$T.run/stderr")
	find trees -type f -printf '%P %i %T@\n' | sort >first
	[ "$(wc -l <first)" -gt 5000 ] || fail "only $(wc -l <first) files"
	run profilefs explode -q "$PROFILEFS_TEST_PROFILES" trees
	find trees -type f -printf '%P %i %T@\n' | sort >second
	assert_same first second
}

run_tests
