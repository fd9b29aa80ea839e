#!/usr/bin/env bash
# merge: three versions of a profile become one, key by key; and git that merges profiles by it.
. "$(dirname "$0")/lib.sh"

# make_versions: base, ours and theirs, all the same.
make_versions()
{
	make_profile base
	cp base ours
	cp base theirs
}

# edit FILE SED...: each must change something.
edit()
{
	local file=$1 script

	shift
	for script; do
		cp "$file" "$file.was"
		sed -i "$script" "$file"
		! cmp -s "$file" "$file.was" || fail "sed changed nothing: $script"
		rm "$file.was"
	done
}

# edit_key FILE KEY VALUE: the string or integer of each such key.
edit_key()
{
	edit "$1" "/<key>$2<\/key>/{n;s|>[^<]*<|>$3<|}"
}

merge()
{
	run profilefs merge "$@"
}

# merge_with SIGNER ARGUMENT...
merge_with()
{
	merge --key="$CA/$1.key" --cert="$CA/$1.crt" --chain="$CA/ca.crt" "${@:2}"
}

# assert_clean: it went well, and nothing was said.
assert_clean()
{
	assert_status 0
	assert_no_stderr
	assert_file "$T.run/stdout" ''
}

assert_untouched()
{
	assert_equal "$1" "$(state ours)" "the state of our version"
}

# --- merges that go well ------------------------------------------------------------------------------

it_merges_two_edits_in_one_payload_and_keeps_comments_and_layout()
{
	make_versions
	edit_key ours ProxyServerPort 3128
	edit ours 's/The proxy of the head office/The proxy in Berlin/'
	edit_key theirs ProxyServer proxy2.example.org
	cp ours expected
	edit_key expected ProxyServer proxy2.example.org
	merge base ours theirs
	assert_clean
	assert_same expected ours
}

it_works_in_what_was_added_and_removed_on_both_sides()
{
	make_versions
	edit ours '/<key>ProxyType<\/key>/,+1d' 's|<string>two</string>|&<string>three</string>|'
	edit theirs '/<key>AutoJoin<\/key>/i\\t\t\t<key>HIDDEN_NETWORK</key>\n\t\t\t<true/>' '/<key>Poem<\/key>/,+3d' \
		's|<string>two</string>|&<string>four</string>|'
	cp ours before
	merge base ours theirs
	assert_clean
	assert_value ours "PayloadContent/5/Words" "['one', 'two', 'three', 'four']"
	assert_value ours "PayloadContent/3/HIDDEN_NETWORK" True
	assert_no_line 'ProxyType|Poem' ours
	# What was one line of both is one line.
	assert_equal "$(grep -c -- '<!--' before)" "$(grep -c -- '<!--' ours)" "the number of comments"
}

it_takes_payloads_that_were_added_edited_and_moved()
{
	make_ca
	{ wifi_payload A 04; mdm_payload; } | profile_around >base
	{ wifi_payload A 04; wifi_payload New 05; mdm_payload; } | profile_around >ours
	{ scep_payload; mdm_payload; wifi_payload A 04; } | profile_around >theirs
	edit_key theirs Topic another
	merge base ours theirs
	assert_clean
	{ scep_payload; mdm_payload; wifi_payload A 04; wifi_payload New 05; } | profile_around >expected
	edit_key expected Topic another
	assert_changes expected ours </dev/null
}

it_leaves_ours_alone_if_theirs_adds_nothing()
{
	local was

	make_versions
	edit_key ours ProxyServerPort 3128
	sign ours signed
	mv signed ours
	was=$(state ours)
	merge base ours base
	assert_clean
	assert_untouched "$was"
	merge base ours ours
	assert_clean
	assert_untouched "$was"
	edit base 's/Payloads: trust first/First of all trust/'
	merge theirs ours base
	assert_clean
	assert_untouched "$was"
}

it_takes_theirs_as_it_is_if_ours_changed_nothing()
{
	make_versions
	edit_key theirs ProxyServerPort 3128
	sign theirs signed
	mv signed theirs
	merge base ours theirs
	assert_clean
	assert_same theirs ours
	# The same in another envelope is a change, too.
	sign base ours rsa
	sign base theirs ec
	cp ours base
	merge base ours theirs
	assert_clean
	assert_same theirs ours
}

it_takes_an_empty_base_for_a_profile_without_keys()
{
	make_versions
	: >base
	edit theirs '/<key>PayloadOrganization<\/key>/,+1d' '/<key>PayloadScope/d;s|^\t<key>PayloadType|\t<key>PayloadScope</key>\n\t<string>System</string>\n&|'
	merge base ours theirs
	assert_clean
	assert_value ours PayloadScope "'System'"
	assert_value ours PayloadOrganization "'Example Ltd'"
	merge -o new /dev/null theirs theirs
	assert_clean
	assert_same theirs new
}

it_keeps_binary_profiles_binary()
{
	local binary

	make_binary binary
	make_profile base
	cp base theirs
	edit_key theirs ProxyServerPort 3128
	cp binary ours
	edit_key base ServerURL https://old.example.org
	edit_key theirs ServerURL https://old.example.org
	merge base ours theirs
	assert_clean
	read -r -n 6 -d '' binary <ours || true
	assert_equal bplist "$binary"
	assert_value ours PayloadContent/3/ProxyServerPort 3128
	assert_value ours PayloadContent/2/ServerURL "'https://mdm.example.org/server'"
	edit_key theirs ServerURL https://new.example.org
	merge base ours theirs
	assert_status 1
	assert_stderr '^ours: error: PayloadContent/com.apple.mdm/ServerURL: .*\[merge-conflict\]$'
	assert_value ours PayloadContent/2/ServerURL.conflict-theirs "'https://new.example.org'"
}

it_writes_elsewhere()
{
	make_versions
	edit_key ours ProxyServerPort 3128
	edit_key theirs Topic another
	cp ours before
	merge -o merged base ours theirs
	assert_clean
	assert_same before ours
	assert_line 3128 merged
	assert_line another merged
	merge -p base ours theirs
	assert_status 0
	assert_same merged "$T.run/stdout"
	merge -p base - theirs <ours
	assert_same merged "$T.run/stdout"
	merge base - theirs <ours
	assert_same merged "$T.run/stdout"
	assert_same before ours
}

# --- conflicts ----------------------------------------------------------------------------------------

# Both have another proxy.
make_conflict()
{
	make_versions
	edit_key ours ProxyServer ours.example.org
	edit_key theirs ProxyServer theirs.example.org
	edit_key theirs Topic com.apple.mgmt.another
}

it_marks_conflicts_and_says_where_they_are()
{
	local line

	make_conflict
	merge base ours theirs
	assert_status 1
	line=$(grep -n '<key>ProxyServer</key>' ours | head -n 1)
	assert_stderr "^ours:${line%%:*}:4: error: $WIFI/ProxyServer: both sides changed it: .*ProxyServer\.conflict-theirs .*\[merge-conflict\]$"
	assert_equal 2 "$(wc -l <"$T.run/stderr")" "the number of conflicts"
	assert_value ours PayloadContent/3/ProxyServer "'ours.example.org'"
	assert_value ours PayloadContent/3/ProxyServer.conflict-base "'proxy.example.org'"
	assert_value ours PayloadContent/3/ProxyServer.conflict-theirs "'theirs.example.org'"
	assert_value ours PayloadContent/2/Topic "'com.apple.mgmt.another'"
	assert_line 'The proxy of the head office' ours
	run profilefs check ours
	assert_status 1
	assert_stdout "$WIFI/ProxyServer\.conflict-theirs: .*rename.*\[merge-conflict\]$"
	! grep 'unknown-key' "$T.run/stdout" || fail "a mark is no unknown key"
}

it_marks_what_one_side_removed_and_the_other_changed()
{
	make_ca
	{ wifi_payload A 04; mdm_payload; } | profile_around >base
	wifi_payload A 04 | profile_around >ours
	cp base theirs
	edit_key theirs Topic another
	edit ours '/<key>ProxyServer<\/key>/,+1d'
	edit_key theirs ProxyServer theirs.example.org
	merge --name=profiles/p.mobileconfig base ours theirs
	assert_status 1
	assert_stderr "^profiles/p\.mobileconfig:[0-9]*:4: error: $WIFI/ProxyServer\.conflict-theirs: we removed ProxyServer,"
	assert_stderr "^profiles/p\.mobileconfig:[0-9]*:[0-9]*: error: $MDM: we removed it, they changed it: "
	assert_value ours PayloadContent/0/ProxyServer.conflict-base "'proxy.example.org'"
	assert_value ours PayloadContent/1/Topic "'another'"
	assert_line '<key>removed\.conflict-ours</key>' ours
	assert_line '<key>removed\.conflict-base</key>' ours
}

# What is to be renamed is called as it is in a mount, and no terminal obeys it.
it_calls_marks_as_their_files_are_called()
{
	local key=$'x/y\u202e' value

	for value in base ours theirs; do
		printf '<plist version="1.0"><dict><key>%s</key><string>%s</string></dict></plist>\n' "$key" $value >$value
	done
	merge base ours theirs
	assert_status 1
	assert_stderr '^ours:1:[0-9]*: error: x%2Fy%E2%80%AE: .*rename x%2Fy%E2%80%AE\.conflict-theirs over it .*remove x%2Fy%E2%80%AE\.conflict-base \['
}

it_says_no_secret()
{
	make_versions
	edit_key ours Password 'our horse'
	edit_key theirs Password 'their horse'
	merge base ours theirs
	assert_status 1
	assert_stderr "$WIFI/Password: both sides changed it"
	assert_no_stderr 'horse'
}

it_resolves_conflicts_in_a_mount()
{
	local mark

	make_conflict
	edit ours '/<key>AutoJoin<\/key>/,+1d' '/<key>Key Usage<\/key>/{n;s/5/1/}' '/<key>Blob<\/key>/{n;s/AAECA/CCECA/}'
	edit theirs '/<key>AutoJoin<\/key>/{n;s/true/false/}' '/<key>Key Usage<\/key>/{n;s/5/4/}' \
		'/<key>Blob<\/key>/{n;s/AAECA/BBECA/}'
	edit_key ours EncryptionType WPA3
	edit_key theirs EncryptionType WPA4
	merge base ours theirs
	assert_status 1
	mount_profile ours
	cd mnt
	# What the schema refuses is refused, wherever it comes from.
	run mv $WIFI/EncryptionType.conflict-theirs $WIFI/EncryptionType
	assert_failed
	assert_file $WIFI/EncryptionType $'WPA3\n'
	for mark in $WIFI{,.2}/AutoJoin.conflict-theirs $WIFI/ProxyServer.conflict-theirs $ALL/Blob.conflict-theirs; do
		mv $mark ${mark%.conflict-theirs}
	done
	find . -name '*.conflict-*' -exec rm {} +
	cd ..
	umount_profile
	cp theirs expected
	edit expected '/<key>Key Usage<\/key>/{n;s/4/1/}' 's/WPA4/WPA3/'
	"$PYTHON" "$E2E/plists.py" changes expected ours | grep -v ': the order of keys$' >changes
	assert_file changes "PayloadContent/4/ProxyServer: 'theirs.example.org' -> 'ours.example.org'
"
	run profilefs check ours
	assert_status 0
}

it_resolves_conflicts_in_an_exploded_tree()
{
	make_conflict
	merge base ours theirs
	assert_status 1
	profilefs explode ours tree
	run profilefs implode --base=ours tree same
	assert_same ours same
	mv tree/$WIFI/ProxyServer.conflict-theirs tree/$WIFI/ProxyServer
	find tree -name '*.conflict-*' -exec rm {} +
	run profilefs implode --base=ours tree resolved
	assert_status 0
	assert_value resolved PayloadContent/3/ProxyServer "'theirs.example.org'"
	assert_value resolved PayloadContent/4/ProxyServer "'ours.example.org'"
	assert_no_line 'conflict-' resolved
	assert_line 'The proxy of the head office' resolved
}

# Three versions of an app's payload, of which the schema knows no key: nothing but the values says their types.
make_typed_conflicts()
{
	typed base '<key>code</key><string>0</string><key>flag</key><string>no</string>
		<key>list</key><array><string>a</string></array><key>r</key><integer>1</integer>
		<key>sizes</key><string>small</string>
		<key>any</key><string>x</string>'
	typed ours '<key>code</key><string>ours</string><key>flag</key><string>o</string>
		<key>list</key><array/><key>r</key><integer>2</integer>
		<key>sizes</key><array><dict><key>w</key><integer>2</integer></dict></array>
		<key>any</key><string>y</string>'
	typed theirs '<key>code</key><string>12345</string><key>flag</key><string>true</string>
		<key>list</key><array><string>1</string><string>2</string></array><key>r</key><real>3.0</real>
		<key>sizes</key><array><dict><key>w</key><string>3</string></dict><dict/></array>
		<key>any</key><array><string>1</string><string>2</string></array>'
	cp ours kept
	merge base ours theirs
	assert_status 1
	assert_stderr "/any: .*rename any\.conflict-theirs over it"
	assert_stderr "/sizes: .*rm -r sizes.*rename sizes\.conflict-theirs to it"
	APP=PayloadContent/com.example.app
}

# typed FILE KEYS
typed()
{
	profile_around >"$1" <<-EOT
	<dict><key>PayloadType</key><string>com.example.app</string><key>PayloadVersion</key><integer>1</integer>
	<key>PayloadIdentifier</key><string>id.app</string>
	<key>PayloadUUID</key><string>00000000-0000-4000-8000-0000000000A1</string>$2</dict>
	EOT
}

# take_theirs FOLDER: every mark of theirs over its key.
take_theirs()
{
	local mark

	for mark in "$1"/*.conflict-theirs; do
		if [ -d "$mark" ]; then
			rm -rf "${mark%.conflict-theirs}"
		fi
		mv "$mark" "${mark%.conflict-theirs}"
	done
	rm -r "$1"/*.conflict-base
}

assert_no_differences()
{
	run profilefs diff "$1" "$2"
	assert_status 0
}

it_keeps_the_types_of_theirs_in_a_mount()
{
	make_typed_conflicts
	mount_profile ours unknown=allow
	take_theirs mnt/$APP
	assert_no_line conflict mnt/$APP/.types
	umount_profile
	assert_no_differences theirs ours
}

it_keeps_the_types_of_ours_in_a_mount()
{
	make_typed_conflicts
	mount_profile ours unknown=allow
	rm -r mnt/$APP/*.conflict-*
	umount_profile
	assert_no_differences kept ours
}

# A removed key leaves nothing behind that theirs is held against.
it_takes_theirs_for_a_key_that_was_removed_in_a_mount()
{
	make_typed_conflicts
	mount_profile ours unknown=allow
	rm -r mnt/$APP/{code,flag,list,r,sizes,any}
	take_theirs mnt/$APP
	umount_profile
	assert_no_differences theirs ours
}

# Of text that can be both what ours was and what theirs was, somebody must say what it is.
it_keeps_the_types_of_theirs_in_a_tree()
{
	make_typed_conflicts
	profilefs explode ours tree
	take_theirs tree/$APP
	run profilefs implode tree new
	assert_status 1
	assert_missing new
	assert_stderr "^tree/$APP/any: error: $APP/any: .*'any string'.*'any array string'.*\[merge-conflict\]$"
	assert_stderr '^tree: error: 1 problem: nothing was written'
	run profilefs check tree
	assert_status 1
	assert_stdout "$APP/any: .*\[merge-conflict\]$"
	sed -i 's/^any string$/any array string/; /^any\.conflict/d' tree/$APP/.types
	run profilefs implode tree new
	assert_status 0
	assert_no_stderr
	assert_no_differences theirs new
}

it_keeps_the_types_of_ours_in_a_tree()
{
	make_typed_conflicts
	profilefs explode ours tree
	rm -r tree/$APP/*.conflict-*
	# 2 is a real, too, and y is an array of one line.
	run profilefs check tree
	assert_status 1
	assert_stdout "$APP/r: .*'r integer'.*'r real'.*\[merge-conflict\]$"
	assert_stdout "$APP/any: .*'any string'.*'any array string'.*\[merge-conflict\]$"
	assert_no_line "$APP/(code|flag|list|sizes)" "$T.run/stdout"
	sed -i '/\.conflict-/d' tree/$APP/.types
	run profilefs implode tree new
	assert_status 0
	assert_no_stderr
	assert_no_differences kept new
}

# mv moves into a directory that is there.
it_does_not_let_a_mark_of_a_directory_be_moved_into_it()
{
	make_typed_conflicts
	# A list is a file, and is renamed over.
	run profilefs check ours
	assert_stdout "$APP/any\.conflict-theirs: .*rename this over it"
	assert_stdout "$APP/sizes\.conflict-theirs: .*remove 'sizes' \(rm -r\), .*\[merge-conflict\]$"
	profilefs explode ours tree
	mv tree/$APP/sizes.conflict-theirs tree/$APP/sizes
	run profilefs implode tree new
	assert_status 1
	assert_stderr "^tree/$APP/sizes/sizes\.conflict-theirs: error: .*rm -r sizes.*\[merge-conflict\]$"
	mount_profile ours unknown=allow
	run mv mnt/$APP/sizes.conflict-theirs mnt/$APP/sizes
	assert_failed
	assert_stderr 'Operation not permitted'
	assert_line "rm -r sizes.*\[merge-conflict\]" mnt/.profilefs/last-error
	assert_exists mnt/$APP/sizes.conflict-theirs
	umount_profile
}

# --- signatures ---------------------------------------------------------------------------------------

# All three signed, each with an edit of its own.
make_signed()
{
	make_versions
	edit_key ours ProxyServerPort 3128
	edit_key theirs Topic "${1-another}"
	cp ours merged
	edit_key merged Topic "${1-another}"
	for file in base ours theirs; do
		cp $file plain
		sign plain $file
	done
}

it_signs_again_what_was_signed()
{
	make_signed
	merge_with ec base ours theirs
	assert_clean
	content_of ours >content
	assert_same merged content
	# Also if only theirs was.
	make_signed
	content_of ours >plain
	mv plain ours
	merge_with rsa base ours theirs
	assert_status 0
	content_of ours >content
	assert_same merged content
}

it_signs_nothing_that_was_not_signed()
{
	make_signed
	for file in base ours theirs; do
		content_of $file >plain
		cp plain $file
	done
	merge_with ec base ours theirs
	assert_clean
	assert_same merged ours
	# The key is not even opened.
	edit_key theirs Topic third
	merge --key=no-such.key base ours merged
	assert_clean
}

it_warns_that_what_was_signed_is_not_any_more()
{
	make_signed
	merge --name=p.mobileconfig base ours theirs
	assert_status 0
	assert_stderr '^p\.mobileconfig: warning: it was signed, and is not any more: `profilefs sign .*'
	assert_same merged ours
}

# Ours is what both began with, but signed.
it_keeps_it_signed_if_ours_alone_is()
{
	make_versions
	edit_key theirs Topic another
	sign base ours
	cp ours signed
	merge_with ec base ours theirs
	assert_clean
	content_of ours >content
	assert_same theirs content
	cp signed ours
	merge base ours theirs
	assert_status 0
	assert_stderr '^ours: warning: it was signed, and is not any more: '
	assert_same theirs ours
}

# Their signature would have to be made again, for our comments; without a key it is they that go.
it_says_that_comments_went_for_a_signature()
{
	make_versions
	edit ours 's/The proxy of the head office/The proxy in Berlin/'
	edit_key theirs Topic another
	cp theirs plain
	sign plain theirs
	cp ours before
	merge base ours theirs
	assert_status 0
	assert_stderr '^ours: warning: .*comments and layout.*--key'
	assert_same theirs ours
	cp before ours
	merge_with ec base ours theirs
	assert_clean
	content_of ours >content
	assert_line 'The proxy in Berlin' content
}

it_does_not_sign_conflicts()
{
	make_signed
	content_of theirs >plain
	edit_key plain ProxyServerPort 1080
	sign plain theirs
	merge_with ec base ours theirs
	assert_status 1
	assert_stderr '^ours: warning: it was signed, and is not as long as it has conflicts: .*profilefs sign'
	assert_value ours PayloadContent/3/ProxyServerPort.conflict-theirs 1080
	# Nor those that an earlier merge has left.
	edit ours '/conflict-base/,+1d'
	cp ours base
	sign base ours
	cp base theirs
	edit_key theirs ServerURL https://other.example.org
	merge_with ec base ours theirs
	assert_status 0
	assert_stderr '^ours: warning: it was signed, and is not as long as it has conflicts: '
	assert_same theirs ours
}

it_refuses_a_signature_that_does_not_fit()
{
	local was

	make_signed
	sed -i 's/Example enrolment/Another enrolment/' theirs
	was=$(state ours)
	merge_with ec base ours theirs
	assert_status 2
	assert_stderr '^theirs: error: their version: .*--force .*\[bad-signature\]$'
	assert_untouched "$was"
	merge_with ec --force --name=p.mobileconfig base ours theirs
	assert_status 0
	assert_stderr '^p\.mobileconfig: warning: their version: .*\[bad-signature\]$'
	content_of ours >content
	assert_value content PayloadDisplayName "'Another enrolment'"
}

it_changes_nothing_if_it_cannot_sign()
{
	local was

	make_signed
	was=$(state ours)
	merge --key=no-such.key base ours theirs
	assert_status 2
	assert_stderr 'no-such\.key'
	assert_untouched "$was"
}

# --- what cannot be merged ----------------------------------------------------------------------------

# refuses FILE LINE: ours stays, whichever version FILE is.
refuses()
{
	local was

	was=$(state ours)
	merge base ours "$1"
	assert_status 2
	assert_stderr "^$1:.*error: (a: )?their version: $2"
	assert_untouched "$was"
	merge --name=p.mobileconfig "$1" ours theirs
	assert_status 2
	assert_stderr "^p\.mobileconfig: error: (a: )?the base.*: $2"
	assert_untouched "$was"
	cp "$1" "$1.ours"
	merge base "$1.ours" theirs
	assert_status 2
	assert_stderr "^$1\.ours:.*error: (a: )?our version: $2"
	assert_same "$1" "$1.ours"
}

it_refuses_what_is_no_profile_and_names_the_side()
{
	make_versions
	edit_key theirs Topic another
	echo 'no plist' >text
	echo '<plist><array/></plist>' >array
	echo '<plist><dict><key>a</key><true/><key>a</key><false/></dict></plist>' >twice
	refuses text '.*\[not-a-plist\]$'
	refuses array '.*\[not-a-profile\]$'
	refuses twice '.*\[duplicate-key\]$'
	merge base ours no-such-file
	assert_status 2
	assert_stderr '^no-such-file: error: their version: .*No such file'
	: >empty
	merge base ours empty
	assert_status 2
	assert_stderr '^empty:.*error: their version: .*empty.*\[not-a-plist\]$'
}

it_refuses_a_profile_that_is_mounted()
{
	make_versions
	edit_key theirs Topic another
	mount_profile ours
	merge base ours theirs
	assert_status 2
	assert_stderr '^ours: error: our version: .*mounted'
	umount_profile
	assert_same base ours
}

it_tells_how_it_is_used()
{
	make_versions
	merge base ours
	assert_status 2
	assert_stderr 'give BASE, OURS and THEIRS'
	merge base ours theirs base
	assert_status 2
	merge -o . base ours theirs
	assert_status 2
	assert_stderr '-o names a folder'
	merge - - theirs
	assert_status 2
	merge --cert=x base ours theirs
	assert_status 2
	merge --no-such base ours theirs
	assert_status 2
	merge --help
	assert_status 0
	assert_stdout '^usage: profilefs merge '
	assert_stdout 'merge\.profile\.driver'
}

# --- real profiles ------------------------------------------------------------------------------------

# Both sides add a key to the top, one at its beginning, the other at its end.
it_keeps_every_line_of_real_profiles_with_comments()
{
	local file files=0

	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES is not set"
	while IFS= read -r file; do
		cp "$file" base
		"$PYTHON" - base ours theirs <<'PYTHON'
import sys
base, ours, theirs = sys.argv[1:]
text = open(base, "rb").read()
key = b"<key>%s</key><true/>"
end, start = text.rindex(b"</dict>"), text.index(b"<dict>") + 6
open(ours, "wb").write(text[:end] + key % b"ZOurs" + text[end:])
open(theirs, "wb").write(text[:start] + key % b"ATheirs" + text[start:])
PYTHON
		cp ours before
		merge base ours theirs
		assert_clean
		assert_value ours ATheirs True
		assert_equal '' "$({ diff before ours || true; } | sed -n '/^</s/[<[:blank:]]//gp')" "lines of ours that are gone"
		files=$((files + 1))
	done < <(grep -rl --include='*.mobileconfig' '<!--' "$PROFILEFS_TEST_PROFILES" | sort | awk 'NR % 4 == 1 && n++ < 8')
	[ $files -gt 3 ] || fail "only $files profiles"
}

# --- git ----------------------------------------------------------------------------------------------

# make_repository [OPTION...]: p.mobileconfig in the first commit of branch main; `other` begins there, too.
make_repository()
{
	local options

	need git
	printf -v options '%q ' "$@"
	git init -q -b main .
	git config user.name Tester
	git config user.email tester@example.org
	git config merge.profile.driver "'$PROFILEFS' merge ${1:+$options}--name=%P %O %A %B"
	echo '*.mobileconfig merge=profile' >.gitattributes
	make_profile p.mobileconfig
	if [ $# -gt 0 ]; then
		mv p.mobileconfig plain
		sign plain p.mobileconfig
		rm plain
	fi
	git add .
	git commit -qm first
	git branch other
}

# change BRANCH KEY VALUE: a commit.
change()
{
	git checkout -q "$1"
	edit_key p.mobileconfig "$2" "$3"
	git commit -qam "$2"
}

it_merges_for_git()
{
	make_repository
	change main ProxyServerPort 3128
	change other ProxyServer other.example.org
	git checkout -q main
	run git merge -q --no-edit other
	assert_status 0
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_value p.mobileconfig PayloadContent/3/ProxyServer "'other.example.org'"
	assert_equal '' "$(git status --porcelain)"
}

it_leaves_conflicts_for_git()
{
	make_repository
	change main ProxyServer main.example.org
	change other ProxyServer other.example.org
	git checkout -q main
	run git merge -q --no-edit other
	assert_status 1
	assert_stderr "^p\.mobileconfig:[0-9]*:4: error: $WIFI/ProxyServer: .*\[merge-conflict\]$"
	assert_equal 'UU p.mobileconfig' "$(git status --porcelain)"
	assert_value p.mobileconfig PayloadContent/3/ProxyServer.conflict-theirs "'other.example.org'"
	mount_profile p.mobileconfig
	for wifi in mnt/$WIFI{,.2}; do
		mv $wifi/ProxyServer.conflict-theirs $wifi/ProxyServer
		rm $wifi/ProxyServer.conflict-base
	done
	umount_profile
	rmdir mnt
	git commit -qam merged
	git diff --exit-code other -- p.mobileconfig
}

it_leaves_what_cannot_be_merged_to_git()
{
	make_repository
	change main ProxyServer main.example.org
	git checkout -q other
	echo 'no plist' >p.mobileconfig
	git commit -qam broken
	git checkout -q main
	cp p.mobileconfig before
	run git merge -q --no-edit other
	assert_status 1
	assert_stderr '^p\.mobileconfig: error: their version, line 1: .*\[not-a-plist\]$'
	assert_equal 'UU p.mobileconfig' "$(git status --porcelain | grep -v before)"
	assert_same before p.mobileconfig
}

it_says_how_to_go_on_if_git_could_not_be_served()
{
	make_ca
	make_repository --key="$PWD/its.key" --cert="$CA/ec.crt"
	for branch in main other; do
		git checkout -q $branch
		content_of p.mobileconfig >plain
		[ $branch = main ] && edit_key plain ProxyServerPort 3128 || edit_key plain Topic another
		sign plain p.mobileconfig
		rm plain
		git commit -qam $branch
	done
	# The key is not where it was said to be.
	run git merge -q --no-edit main
	assert_status 1
	assert_stderr '^/.*/its\.key: error: '
	assert_stderr '^p\.mobileconfig: note: .*not merged.*as it was.*`git checkout -m p\.mobileconfig`$'
	cp "$CA/ec.key" its.key
	run git checkout -m p.mobileconfig
	assert_status 0
	content_of p.mobileconfig >content
	assert_value content PayloadContent/3/ProxyServerPort 3128
	assert_value content PayloadContent/2/Topic "'another'"
}

it_rebases_and_picks_for_git()
{
	make_repository
	change main ProxyServerPort 3128
	change other ProxyServer other.example.org
	change other Topic another
	run git rebase -q main
	assert_status 0
	assert_value p.mobileconfig PayloadContent/3/ProxyServerPort 3128
	assert_value p.mobileconfig PayloadContent/3/ProxyServer "'other.example.org'"
	git checkout -q main
	run git cherry-pick other
	assert_status 0
	assert_value p.mobileconfig PayloadContent/2/Topic "'another'"
	assert_value p.mobileconfig PayloadContent/3/ProxyServer "'proxy.example.org'"
}

it_merges_a_profile_that_both_branches_added()
{
	make_repository
	git checkout -q main
	make_profile new.mobileconfig
	git add new.mobileconfig
	git commit -qm new
	git checkout -q other
	make_profile new.mobileconfig
	edit new.mobileconfig '/<key>PayloadOrganization<\/key>/,+1d'
	git add new.mobileconfig
	git commit -qm new
	run git merge -q --no-edit main
	assert_status 0
	assert_value new.mobileconfig PayloadOrganization "'Example Ltd'"
}

it_signs_for_git()
{
	make_ca
	make_repository --key="$CA/ec.key" --cert="$CA/ec.crt" --chain="$CA/ca.crt"
	for branch in main other; do
		git checkout -q $branch
		content_of p.mobileconfig >plain
		[ $branch = main ] && edit_key plain ProxyServerPort 3128 || edit_key plain Topic another
		sign plain p.mobileconfig
		rm plain
		git commit -qam $branch
	done
	run git merge -q --no-edit main
	assert_status 0
	content_of p.mobileconfig >content
	assert_value content PayloadContent/3/ProxyServerPort 3128
	assert_value content PayloadContent/2/Topic "'another'"
}

run_tests
