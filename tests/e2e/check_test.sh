#!/usr/bin/env bash
# profilefs check: problems, forms of output, folders, exploded trees, exit statuses.
. "$(dirname "$0")/lib.sh"

mistaken_payload()
{
	payload com.apple.mdm "Device management" 03 <<'XML'
			<key>IdentityCertificateUUID</key>
			<string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0002</string>
			<key>ServerURL</key>
			<string>htp://x</string>
			<key>AccessRights</key>
			<integer>99999</integer>
			<key>SignMessage</key>
			<string>maybe</string>
			<key>ServerCapabilities</key>
			<array>
				<string>com.apple.mdm.tokn</string>
			</array>
			<key>ServerURI</key>
			<string>https://mdm.example.org/server</string>
			<key>Topic</key>
			<string>com.apple.mgmt.External.4f2c1c0e-6f8f-4d0f-9d0e-6f3a5e6a7b10</string>
XML
}

# mistakes FILE...: an MDM payload with five errors in each.
mistakes()
{
	[ -e "$FOLDER/mistakes" ] || mistaken_payload | profile_around >"$FOLDER/mistakes"
	tee -- "$@" <"$FOLDER/mistakes" >/dev/null
}

# rules FILE: the rules in a report, in its order.
rules()
{
	sed -n 's/.*\[\([a-z-]*\)\]$/\1/p' "$1" | tr '\n' ' '
}

line_of()
{
	grep -n -m 1 -F -- "$2" "$1" | cut -d : -f 1
}

it_finds_nothing_wrong_with_a_sound_profile()
{
	make_profile p.mobileconfig
	run profilefs check -O unknown-payload-type p.mobileconfig
	assert_status 0
	assert_equal '' "$(cat "$T.run/stdout")"
	assert_equal '1 profile checked: no problems' "$(cat "$T.run/stderr")"
}

it_prints_a_line_for_each_of_six_mistakes()
{
	mistakes p.mobileconfig
	# Another flag of AccessRights needs the one that is missing.
	payload com.apple.mdm "Device management" 03 <<-'XML' | profile_around >q.mobileconfig
	<key>AccessRights</key>
	<integer>2</integer>
	XML
	run profilefs check -O dangling-reference p.mobileconfig
	assert_status 1
	assert_equal 'bad-format access-rights wrong-type not-allowed-value unknown-key ' "$(rules "$T.run/stdout")"
	assert_stdout "^p.mobileconfig:$(line_of p.mobileconfig htp:)"':[0-9]+: error: .*com.apple.mdm/ServerURL: '
	assert_stdout "^p.mobileconfig:$(line_of p.mobileconfig 99999)"':[0-9]+: error: .*com.apple.mdm/AccessRights: '
	assert_stdout "^p.mobileconfig:$(line_of p.mobileconfig maybe)"':[0-9]+: error: .*com.apple.mdm/SignMessage: '
	assert_stdout "^p.mobileconfig:$(line_of p.mobileconfig tokn)"':[0-9]+: error: .*/ServerCapabilities/00: '
	assert_stdout "^p.mobileconfig:$(line_of p.mobileconfig ServerURI)"':[0-9]+: error: .*/ServerURI: .*ServerURL'
	assert_stderr '^1 profile checked: 5 errors$'
	run profilefs check q.mobileconfig
	assert_status 1
	assert_stdout "^q.mobileconfig:$(line_of q.mobileconfig '<integer>2<')"':.*AccessRights: .*\[access-rights\]$'
}

it_keeps_problems_in_the_order_of_their_lines()
{
	mistakes p.mobileconfig
	run profilefs check p.mobileconfig
	cut -d : -f 2 "$T.run/stdout" >lines
	sort -n lines | cmp - lines || fail "expected: sorted" "got: $(cat lines)"
}

it_writes_json()
{
	need jq
	mistakes p.mobileconfig
	printf 'no plist' >broken.mobileconfig
	run profilefs check --format json -O dangling-reference p.mobileconfig broken.mobileconfig
	assert_status 1
	jq -e '.summary == {profiles: 2, faulty: 2, errors: 6, warnings: 0, unreadable: 0}
		and (.problems | length) == 6
		and ([.problems[] | keys] | unique) == [["column","file","key","line","message","rule","severity"]]
		and .problems[1].rule == "access-rights" and .problems[1].severity == "error"
		and .problems[1].key == "PayloadContent/com.apple.mdm/AccessRights"
		and .problems[5].file == "broken.mobileconfig" and .problems[5].key == null' "$T.run/stdout"
	assert_equal "$(line_of p.mobileconfig 99999)" "$(jq '.problems[1].line' "$T.run/stdout")"
	make_profile p.mobileconfig
	run profilefs check --format json -q p.mobileconfig
	jq -e '.problems == [] and .summary.profiles == 1' "$T.run/stdout"
}

it_writes_sarif()
{
	need jq
	mkdir 'a folder'
	mistakes 'a folder/p#1.mobileconfig'
	make_binary b.mobileconfig
	sed -i 's/Office/Offixe/' b.mobileconfig
	run profilefs check --format sarif -O dangling-reference 'a folder' b.mobileconfig "$T/a folder"
	assert_status 1
	jq -e '.version == "2.1.0" and (.runs | length) == 1' "$T.run/stdout"
	jq -e '.runs[0].tool.driver | .name == "profilefs" and (.version | length) > 0 and (.rules | length) > 15
		and all(.rules[]; (.id | length) > 0 and (.shortDescription.text | length) > 0)
		and ([.rules[].id] | unique | length) == (.rules | length)' "$T.run/stdout"
	jq -e '.runs[0] | . as $run | all(.results[];
		$run.tool.driver.rules[.ruleIndex].id == .ruleId and (.message.text | length) > 0
		and (.level | IN("error", "warning", "note")) and (.locations | length) == 1)' "$T.run/stdout"
	jq -e '.runs[0].results[0].locations[0]
		| .physicalLocation.artifactLocation.uri == "a%20folder/p%231.mobileconfig"
		and .physicalLocation.region.startLine > 1 and .physicalLocation.region.startColumn > 1
		and .logicalLocations == [{fullyQualifiedName: "PayloadContent/com.apple.mdm/ServerURL"}]' "$T.run/stdout"
	jq -e '[.runs[0].results[].locations[0].physicalLocation | select(.artifactLocation.uri == "b.mobileconfig")]
		| length > 0 and all(.[]; has("region") | not)' "$T.run/stdout"
	jq -e '.runs[0].results[-1].locations[0].physicalLocation.artifactLocation.uri
		| startswith("file:///") and endswith("/a%20folder/p%231.mobileconfig")' "$T.run/stdout"
	jq -e '.runs[0].invocations[0].executionSuccessful' "$T.run/stdout"
	run profilefs check --format sarif absent
	assert_status 2
	jq -e '.runs[0].invocations[0].executionSuccessful == false and .runs[0].results == []' "$T.run/stdout"
}

it_writes_annotations_for_github()
{
	local line

	mistakes 'a,b:c%.mobileconfig'
	line=$(line_of 'a,b:c%.mobileconfig' 99999)
	run profilefs check --format github 'a,b:c%.mobileconfig'
	assert_status 1
	assert_stdout "^::error file=a%2Cb%3Ac%25.mobileconfig,line=$line,col=[0-9]+,title=access-rights::PayloadContent/com.apple.mdm/AccessRights: "
	! grep -v '^::\(error\|warning\) file=' "$T.run/stdout"
}

it_keeps_reports_whole_where_names_are_not_text()
{
	need jq
	mistakes "$(printf 'caf\351\033.mobileconfig')"
	run profilefs check --format json .
	assert_status 1
	assert_equal $'caf\uFFFD\033.mobileconfig' "$(jq -r '.problems[0].file' "$T.run/stdout" | sed 's/^\.\///')"
	run profilefs check --format sarif .
	assert_equal 'caf%E9%1B.mobileconfig' \
		"$(jq -r '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri' "$T.run/stdout")"
	run profilefs check --format text .
	! grep -qa $'\033' "$T.run/stdout"
}

it_reads_the_standard_input_and_pipes()
{
	mistakes p.mobileconfig
	run profilefs check - <p.mobileconfig
	assert_status 1
	assert_stdout '^-:[0-9]+:[0-9]+: error: .*\[access-rights\]$'
	run profilefs check <(cat p.mobileconfig)
	assert_status 1
	assert_stdout '\[access-rights\]$'
}

it_walks_folders_in_the_order_of_names()
{
	mkdir -p f/b f/.git f/B f/a.d/deep
	mistakes f/b/2.mobileconfig f/.git/x.mobileconfig f/B/1.mobileconfig f/a.d/deep/3.mobileconfig \
		f/a.mobileconfig f/._a.mobileconfig f/notes.txt
	ln -s b f/link
	ln -s ../a.mobileconfig f/b/0.mobileconfig
	mkfifo f/pipe.mobileconfig
	run profilefs check f
	assert_status 1
	assert_equal 'f/B/1.mobileconfig f/a.d/deep/3.mobileconfig f/a.mobileconfig f/b/0.mobileconfig f/b/2.mobileconfig' \
		"$(cut -d : -f 1 "$T.run/stdout" | uniq | tr '\n' ' ' | sed 's/ $//')"
	assert_stderr '^5 profiles checked: .* in 5 of them$'
	run profilefs check f/notes.txt f/link f/a.mobileconfig
	assert_equal 'f/notes.txt f/link/0.mobileconfig f/link/2.mobileconfig f/a.mobileconfig' \
		"$(cut -d : -f 1 "$T.run/stdout" | uniq | tr '\n' ' ' | sed 's/ $//')"
}

it_says_what_could_not_be_read_and_checks_the_rest()
{
	mkdir empty
	echo text >empty/notes.txt
	mistakes p.mobileconfig
	ln -s nowhere dangling.mobileconfig
	run profilefs check absent empty dangling.mobileconfig p.mobileconfig
	assert_status 2
	assert_stderr '^absent: error: .*No such file'
	assert_stderr '^empty: error: no profile is in this folder'
	assert_stderr '^dangling.mobileconfig: error: .*No such file'
	assert_stderr '^1 profile checked: 6 errors; 3 could not be read$'
	assert_stdout '^p.mobileconfig:.*\[access-rights\]$'
	assert_equal '' "$(grep -v '^p.mobileconfig:' "$T.run/stdout" || true)"
}

it_names_what_could_not_be_read_in_every_form_for_machines()
{
	need jq
	make_profile p.mobileconfig
	mkdir empty 'a folder'
	ln -s nowhere 'a folder/x:1.mobileconfig'
	run profilefs check --format json absent empty 'a folder' p.mobileconfig
	assert_status 2
	assert_stderr '^absent: error: .*No such file'
	jq -e '.summary.profiles == 1 and .summary.unreadable == 3
		and ([.unreadable[].file] == ["absent", "empty", "a folder/x:1.mobileconfig"])
		and (.unreadable[0].message | test("No such file")) and (.unreadable[1].message | test("no profile"))
		and all(.unreadable[]; keys == ["file", "message"])' "$T.run/stdout"
	run profilefs check --format sarif absent 'a folder' p.mobileconfig
	assert_status 2
	assert_stderr '^absent: error: .*No such file'
	jq -e '.runs[0].invocations[0] | .executionSuccessful == false
		and ([.toolExecutionNotifications[].locations[0].physicalLocation.artifactLocation.uri]
			== ["absent", "a%20folder/x%3A1.mobileconfig"])
		and all(.toolExecutionNotifications[]; .level == "error" and (.message.text | test("No such file")))' \
		"$T.run/stdout"
	run profilefs check -q --format github absent 'a folder' p.mobileconfig
	assert_status 2
	assert_stderr '^absent: error: .*No such file'
	assert_equal '::error file=absent::cannot be opened: No such file or directory' "$(head -n 1 "$T.run/stdout")"
	assert_stdout '^::error file=a folder/x%3A1.mobileconfig::.*No such file'
	for form in json sarif; do
		run profilefs check --format $form p.mobileconfig
		assert_status 0
		jq -e '(.unreadable // .runs[0].invocations[0].toolExecutionNotifications) == []' "$T.run/stdout"
	done
}

it_calls_nothing_sound_where_nothing_was_read()
{
	run profilefs check absent
	assert_status 2
	assert_stderr '^0 profiles checked; 1 could not be read$'
	make_profile p.mobileconfig
	run profilefs check -O unknown-payload-type p.mobileconfig absent
	assert_stderr '^1 profile checked: no problems; 1 could not be read$'
}

it_opens_signatures()
{
	mistakes plain
	sign plain p.mobileconfig
	run profilefs check -q p.mobileconfig
	assert_status 1
	assert_no_stderr
	sed 's/^p.mobileconfig/plain/' "$T.run/stdout" >signed
	run profilefs check -q plain
	assert_same "$T.run/stdout" signed
	sign plain p.pem ec -outform PEM
	run profilefs check -q p.pem
	assert_stdout "^p.pem:$(line_of plain 99999):.*access-rights"
}

it_finds_tampering_and_what_else_is_wrong()
{
	mistakes plain
	sign plain p.mobileconfig
	LC_ALL=C sed -i 's/99999/99998/' p.mobileconfig
	run profilefs check p.mobileconfig
	assert_status 1
	assert_stdout '^p.mobileconfig: error: .*\[bad-signature\]$'
	assert_stdout '\[access-rights\]$'
	run profilefs check -W bad-signature -O missing-key,access-rights p.mobileconfig
	assert_stdout '^p.mobileconfig: warning: .*\[bad-signature\]$'
	head -c 300 p.mobileconfig >cut.mobileconfig
	run profilefs check cut.mobileconfig
	assert_status 1
	assert_stdout '^cut.mobileconfig: error: .*\[bad-signature\]$'
}

it_says_where_a_file_stops_being_a_plist()
{
	write_plist >p.mobileconfig <<<'	<key>a</key><integer>12abc</integer>'
	run profilefs check p.mobileconfig
	assert_status 1
	assert_stdout '^p.mobileconfig:5:[0-9]+: error: .*\[not-a-plist\]$'
	assert_stderr '^1 profile checked: 1 error$'
	: >empty.mobileconfig
	run profilefs check empty.mobileconfig
	assert_status 1
	assert_stdout '\[not-a-plist\]$'
	printf '<plist version="1.0"><array/></plist>' >list.mobileconfig
	run profilefs check list.mobileconfig
	assert_status 1
	assert_stdout '^list.mobileconfig:1:22: error: .*\[not-a-profile\]$'
}

it_checks_binary_plists_without_lines()
{
	mistakes xml
	"$PYTHON" -c 'if True:
		import plistlib
		plistlib.dump(plistlib.load(open("xml", "rb")), open("b.mobileconfig", "wb"), fmt=plistlib.FMT_BINARY)'
	run profilefs check b.mobileconfig
	assert_status 1
	assert_stdout '^b.mobileconfig: error: PayloadContent/com.apple.mdm/AccessRights: .*\[access-rights\]$'
}

# explode PROFILE DIR: what a user gets who copies a mount.
explode()
{
	mkdir -p mnt
	run profilefs "$1" mnt -o ro
	assert_status 0
	cp -r mnt "$2"
	umount_profile
}

it_checks_an_exploded_tree_as_the_profile_it_came_from()
{
	make_profile p.mobileconfig
	explode p.mobileconfig tree
	run profilefs check p.mobileconfig
	cp "$T.run/stdout" file
	run profilefs check tree
	assert_status 0
	assert_equal "$(sed 's/^[^ ]* //' file | sort)" "$(sed 's/^[^ ]* //' "$T.run/stdout" | sort)"
	assert_stdout "^tree/$ALL/PayloadType:1:1: warning: .*\[unknown-payload-type\]$"
	run profilefs check .
	assert_stderr '^2 profiles checked'
}

it_names_the_file_in_a_tree_that_is_wrong()
{
	make_profile p.mobileconfig
	explode p.mobileconfig tree
	echo WPA4 >tree/$WIFI/EncryptionType
	echo maybe >tree/$MDM/SignMessage
	printf 'com.apple.mdm.token\ncom.apple.mdm.tokn\n' >tree/$MDM/ServerCapabilities
	rm tree/$MDM/Topic
	ln -s ServerURL tree/$MDM/CheckInURL2
	mkfifo "tree/$WIFI/Two words"
	printf 'a\377' >tree/$WIFI/SSID_STR
	touch tree/$WIFI/50%
	echo x >tree/$WIFI/.DS_Store
	echo x >tree/$WIFI/SSID_STR~
	mkdir tree/.git tree/$ALL/Rules/Two
	run profilefs check -q tree
	assert_status 1
	assert_stdout "^tree/$WIFI/EncryptionType:1:1: error: $WIFI/EncryptionType: .*\[not-allowed-value\]$"
	assert_stdout "^tree/$MDM/SignMessage:1:1: error: .*\[wrong-type\]$"
	assert_stdout "^tree/$MDM/ServerCapabilities:2:1: error: .*\[not-allowed-value\]$"
	assert_stdout "^tree/$MDM: error: $MDM/Topic: .*\[missing-key\]$"
	assert_stdout "^tree/$MDM/CheckInURL2: error: .*symbolic link.*\[not-a-plist\]$"
	assert_stdout "^tree/$WIFI/Two words: error: .*\[not-a-plist\]$"
	assert_stdout "^tree/$WIFI/SSID_STR:1:1: error: .*\[wrong-type\]$"
	assert_stdout "^tree/$WIFI/50%:1:1: error: .*\[not-a-plist\]$"
	assert_stdout "^tree/$ALL/Rules/Two: error: .*\[not-a-plist\]$"
	assert_equal 9 "$(wc -l <"$T.run/stdout")" "problems"
}

it_finds_in_copies_of_real_profiles_what_is_in_them()
{
	local profile number=0

	[ -d "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of profiles"
	find "$PROFILEFS_TEST_PROFILES" -name '*.mobileconfig' | sort >all
	while read -r profile; do
		number=$((number + 1))
		[ -n "${E2E_FULL-}" ] || [ $((number % 25)) -eq 0 ] || continue
		"$PROFILEFS" cat "$profile" >p.mobileconfig 2>/dev/null || continue
		explode p.mobileconfig tree
		"$PROFILEFS" check p.mobileconfig 2>/dev/null | sed 's/^[^ ]* //' | sort >file || true
		"$PROFILEFS" check tree 2>/dev/null | sed 's/^[^ ]* //' | sort >copy || true
		assert_same file copy
		rm -rf tree
	done <all
}

it_takes_severities()
{
	mistakes p.mobileconfig
	run profilefs check -O dangling-reference -W access-rights,wrong-type -W bad-format \
		-O not-allowed-value,unknown-key p.mobileconfig
	assert_status 0
	assert_equal 'bad-format access-rights wrong-type ' "$(rules "$T.run/stdout")"
	assert_equal 3 "$(grep -c ': warning: ' "$T.run/stdout")"
	assert_stderr '^1 profile checked: 3 warnings$'
	make_profile p.mobileconfig
	run profilefs check -E unknown-payload-type p.mobileconfig
	assert_status 1
	assert_stdout ': error: .*\[unknown-payload-type\]$'
	run profilefs check -E mising-key p.mobileconfig
	assert_status 2
	assert_stderr "'mising-key'.*did you mean.*missing-key"
	run profilefs check -E nosuchrule p.mobileconfig
	assert_status 2
	assert_stderr "'nosuchrule': the rules are unknown-payload-type, .* bad-signature, .*$"
}

# The manual's list, as the program's own is, sorted: a name and the sentence that its subsection begins with.
rules_of_the_manual()
{
	awk '/^\.Sh/ { on = $2 == "RULES" }
		on && /^\.Ss/ { name = $2; text = "" }
		on && !/^\./ && name { text = text (text ? " " : "") $0 }
		/^\.Pp/ && name { print name ": " text; name = "" }' "$ROOT/docs/man/profilefs-rules.7"
}

it_has_all_rules_in_its_manual()
{
	need jq
	make_profile p.mobileconfig
	run profilefs check --format sarif p.mobileconfig
	jq -r '.runs[0].tool.driver.rules[] | .id + ": " + .shortDescription.text' "$T.run/stdout" | sort >program
	rules_of_the_manual >manual
	[ -s program ] || fail "expected: rules" "got: none"
	diff program manual
	run profilefs check --help
	assert_stdout 'profilefs-rules\(7\) has'
}

it_says_which_option_was_meant()
{
	run profilefs check --formt json p.mobileconfig
	assert_status 2
	assert_stderr "there is no option '--formt': did you mean '--format'\?"
	run profilefs check --formt=json p.mobileconfig
	assert_stderr "'--formt=json': did you mean '--format'"
	run profilefs check --quiet=yes p.mobileconfig
	assert_status 2
	assert_stderr "'--quiet' takes no value"
	run profilefs check --quiet -zq p.mobileconfig
	assert_status 2
	assert_stderr "there is no option '-z'"
	run profilefs check --entirely-other p.mobileconfig
	assert_status 2
	assert_stderr "there is no option '--entirely-other'; see"
	for words in 'cat --forse' 'exec --option' 'mount --forground' 'new --nama' 'schema --imprt' 'umount --lasy'; do
		# shellcheck disable=SC2086
		run profilefs ${words}x p.mobileconfig
		assert_status 2
		assert_stderr "there is no option '--.*': did you mean '--(force|options|foreground|name|import|lazy)'"
	done
}

it_checks_for_targets()
{
	payload com.apple.applicationaccess Restrictions 01 <<-'XML' | profile_around >p.mobileconfig
	<key>allowCamera</key>
	<true/>
	<key>allowAutoDim</key>
	<true/>
	XML
	run profilefs check --target iOS:18.0 p.mobileconfig
	assert_status 0
	run profilefs check --target macOS:10.14 p.mobileconfig
	assert_stdout 'allowAutoDim: .*\[unsupported-os\]$'
	# What one of several has is fine, in whatever order they are given.
	run profilefs check --target macOS:10.14 --target iOS:18.0 p.mobileconfig
	assert_status 0
	! grep -q unsupported-os "$T.run/stdout"
	run profilefs check --target macOS:10.14 --target iOS:3.0 p.mobileconfig
	assert_stdout 'allowAutoDim: .*\[unsupported-os\]$'
	run profilefs check --target beos:5 p.mobileconfig
	assert_status 2
	assert_stderr 'macOS'
}

it_takes_another_schema()
{
	printf 'release "test"\n\nprofile\n  * any\n\ncommon\n  PayloadType string required\n\n' >own.schema
	printf 'payload org.example.door\n  Colour string required values=red,green\n' >>own.schema
	payload org.example.door Door 01 <<-'XML' | profile_around >p.mobileconfig
	<key>Colour</key>
	<string>blue</string>
	XML
	run profilefs check --schema own.schema p.mobileconfig
	assert_status 1
	assert_stdout "Colour: .*red.*green.*\[not-allowed-value\]$"
	for jobs in 1 2 3; do
		run profilefs check -q -j $jobs --schema own.schema p.mobileconfig p.mobileconfig p.mobileconfig
		assert_status 1
		assert_equal 3 "$(grep -c 'Colour.*not-allowed-value' "$T.run/stdout")"
	done
	echo 'payload org.example.door colour' >own.schema
	run profilefs check --schema own.schema p.mobileconfig
	assert_status 2
	assert_stderr '^own.schema:1'
	run profilefs check --schema absent p.mobileconfig
	assert_status 2
	assert_stderr '^absent: error'
}

it_lays_rules_of_ones_own_over_the_built_in_schema()
{
	printf 'rule com.apple.wifi.managed\n  SSID_STR = format="^Example-"\n  Floor integer range=0..9\n' >ours.schema
	payload com.apple.wifi.managed Wi-Fi 01 <<-'XML' | profile_around >p.mobileconfig
	<key>SSID_STR</key>
	<string>Office</string>
	<key>EncryptionType</key>
	<string>WPA9</string>
	<key>Floor</key>
	<integer>12</integer>
	XML
	run profilefs check --schema ours.schema p.mobileconfig
	assert_status 1
	assert_equal 'bad-format not-allowed-value out-of-range ' "$(rules "$T.run/stdout")"
	assert_stdout 'SSID_STR: .*Example-'
}

it_judges_placeholders_as_told()
{
	payload com.apple.mdm "Device management" 03 <<-'XML' | profile_around >p.mobileconfig
	<key>AccessRights</key>
	<integer>$FLEET_VAR_RIGHTS</integer>
	XML
	run profilefs check -O missing-key p.mobileconfig
	assert_status 0
	run profilefs check -O missing-key --placeholders deny p.mobileconfig
	assert_status 1
	assert_stdout 'AccessRights: '
}

it_is_quiet_when_told()
{
	make_profile p.mobileconfig
	run profilefs check p.mobileconfig
	assert_stdout warning
	run profilefs check -q p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_equal 0 "$(wc -c <"$T.run/stdout")"
	mistakes p.mobileconfig
	run profilefs check -q p.mobileconfig
	assert_status 1
	assert_stdout access-rights
	assert_no_stderr
}

it_says_the_same_with_any_number_of_threads()
{
	local format jobs

	mkdir many
	make_profile many/sound.mobileconfig
	tee many/s{10..89}.mobileconfig <many/sound.mobileconfig >/dev/null
	mistakes many/mistakes.mobileconfig many/{10..89}.mobileconfig
	echo broken >many/broken.mobileconfig
	ln -s nowhere many/dangling.mobileconfig
	for format in text json sarif github; do
		run profilefs check -j 1 --format $format many
		assert_status 2
		cp "$T.run/stdout" one
		cp "$T.run/stderr" one.err
		for jobs in 2 7 32; do
			run profilefs check -j $jobs --format $format many
			assert_status 2
			assert_same one "$T.run/stdout"
			assert_same one.err "$T.run/stderr"
		done
	done
}

it_bounds_what_one_profile_can_say()
{
	{
		printf '<key>Words</key><array>'
		for _ in {1..12000}; do echo '<integer>1</integer>'; done
		printf '</array>'
	} | payload org.example.door Door 01 | profile_around >p.mobileconfig
	printf 'payload org.example.door\n  Words array\n    - string\n' >own.schema
	run profilefs check --schema own.schema p.mobileconfig
	assert_status 1
	assert_stdout '^p.mobileconfig: note: [0-9]+ more problems are counted'
	assert_equal 10000 "$(grep -c wrong-type "$T.run/stdout")"
	assert_stderr ' 12000 errors'
}

it_colours_terminals_only()
{
	need script
	mistakes p.mobileconfig
	export TERM=xterm
	run profilefs check p.mobileconfig
	! grep -q $'\033' "$T.run/stdout"
	run profilefs check --color always p.mobileconfig
	grep -q $'\033\[1;31merror:\033\[0m' "$T.run/stdout"
	sed 's/\x1b\[[0-9;]*m//g' "$T.run/stdout" >bare
	run profilefs check --color=never p.mobileconfig
	assert_same bare "$T.run/stdout"
	script -qec "'$PROFILEFS' check p.mobileconfig" /dev/null >terminal || true
	grep -q $'\033\[1;31m' terminal
	NO_COLOR=1 script -qec "'$PROFILEFS' check p.mobileconfig" /dev/null >terminal || true
	! grep -q $'\033\[1' terminal
	run profilefs check --color sometimes p.mobileconfig
	assert_status 2
	assert_stderr 'auto, always or never'
}

it_tells_who_waits_at_a_terminal_how_far_it_is()
{
	need script
	export TERM=xterm
	mistakes p.mobileconfig
	mkfifo slow
	(sleep 2; cat p.mobileconfig >slow) &
	script -qec "'$PROFILEFS' check -j 2 slow p.mobileconfig" /dev/null >terminal || true
	wait
	grep -qa '0 of 2 profiles checked' terminal
	# It is gone before anything else is said.
	assert_equal '' "$(sed 's/.*\r\x1b\[K//' terminal | grep -a ' of 2 profiles' || true)"
	run profilefs check -j 2 p.mobileconfig <(sleep 2; cat p.mobileconfig)
	assert_no_stderr 'of 2 profiles checked$'
}

it_stops_quietly_when_its_reader_has_gone()
{
	mkdir many
	mistakes many/{100..299}.mobileconfig
	(set +o pipefail; "$PROFILEFS" check many 2>errors | head -n 1 >first)
	assert_equal 1 "$(wc -l <first)"
	assert_no_line 'error' errors
	# Also where a parent process ignores the signal.
	(set +o pipefail; trap '' PIPE; "$PROFILEFS" check many 2>errors | head -n 1 >first)
	assert_no_line 'error' errors
}

it_notices_a_full_disk()
{
	mistakes p.mobileconfig
	run bash -c '"$PROFILEFS" check p.mobileconfig >/dev/full'
	assert_status 2
	assert_stderr 'No space left'
}

it_helps_who_mistypes()
{
	make_profile p.mobileconfig
	run profilefs check
	assert_status 2
	run profilefs check --format jsn p.mobileconfig
	assert_status 2
	assert_stderr "did you mean 'json'"
	run profilefs check -j 0 p.mobileconfig
	assert_status 2
	run profilefs check --placeholders maybe p.mobileconfig
	assert_status 2
	assert_stderr 'allow or deny'
	run profilefs chek p.mobileconfig
	assert_status 2
	assert_stderr "did you mean 'check'"
	run profilefs check --help
	assert_status 0
	assert_stdout 'usage: profilefs check'
	[ "$(wc -l <"$T.run/stdout")" -le 24 ] || fail "expected: a help of one screen"
}

run_tests "$@"
