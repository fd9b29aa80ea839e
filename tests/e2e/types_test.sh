#!/usr/bin/env bash
# Types that stick: of keys that are there, that are made again, that are new; and trees that are copied out of
# one mount and into another.
. "$(dirname "$0")/lib.sh"

# --- where a type comes from --------------------------------------------------------------------------

it_infers_the_type_of_a_new_key()
{
	with_profile
	cd mnt/$ALL
	echo true >NewTrue
	echo 12 >NewInteger
	echo -7 >NewNegative
	echo 007 >NewString
	echo 0.5 >NewNoReal
	echo TRUE >NewNoBoolean
	echo 2026-01-31T12:00:00Z >NewNoDate
	printf 'a\377\n' >NewData
	: >NewEmpty
	touch NewTouched
	cd "$T"
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	+ PayloadContent/5/NewTrue: True
	+ PayloadContent/5/NewInteger: 12
	+ PayloadContent/5/NewNegative: -7
	+ PayloadContent/5/NewString: '007'
	+ PayloadContent/5/NewNoReal: '0.5'
	+ PayloadContent/5/NewNoBoolean: 'TRUE'
	+ PayloadContent/5/NewNoDate: '2026-01-31T12:00:00Z'
	+ PayloadContent/5/NewData: b'a\xff\n'
	+ PayloadContent/5/NewEmpty: ''
	+ PayloadContent/5/NewTouched: ''
	EOT
	assert_one_hunk before p.mobileconfig
}

it_takes_the_type_that_the_attribute_says()
{
	need setfattr
	with_profile
	cd mnt/$ALL
	echo 12 >NewString
	setfattr -n user.profilefs.type -v string NewString
	echo 0.5 >NewReal
	setfattr -n user.profilefs.type -v real NewReal
	echo 2026-01-31T12:00:00Z >NewDate
	setfattr -n user.profilefs.type -v date NewDate
	printf 'one\ntwo\n' >NewArray
	setfattr -n user.profilefs.type -v array NewArray
	setfattr -n user.profilefs.type -v integer Three
	run setfattr -n user.profilefs.type -v integer Text
	assert_status 1
	assert_file Text $'plain\n'
	run setfattr -n user.profilefs.type -v number Text
	assert_status 1
	# It stays: the next text is read as that type, too.
	echo 13 >NewString
	cd "$T"
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/5/Three: '3' -> 3
	+ PayloadContent/5/NewString: '13'
	+ PayloadContent/5/NewReal: 0.5
	+ PayloadContent/5/NewDate: datetime.datetime(2026, 1, 31, 12, 0)
	+ PayloadContent/5/NewArray: ['one', 'two']
	EOT
}

it_takes_the_type_that_a_types_file_says_whenever_it_comes()
{
	with_profile
	cd mnt/$ALL/Nested
	printf 'Early real\nLate string\n' >.types
	echo 1 >Early
	cd ../Nested/Nothing
	echo 1 >Late
	echo 'Late string' >.types
	cd "$T"
	umount_profile
	assert_value p.mobileconfig PayloadContent/5/Nested/Early 1.0
	assert_value p.mobileconfig PayloadContent/5/Nested/Nothing "{'Late': '1'}"
}

it_reports_a_types_file_that_does_not_fit_and_refuses_nothing()
{
	with_profile
	echo 'Text integer' >mnt/$ALL/.types
	assert_line 'Text' mnt/.profilefs/problems
	echo Hotel >mnt/$WIFI/SSID_STR
	run profilefs umount mnt
	assert_stderr 'Text'
	! is_mounted mnt || profilefs umount --force mnt
	assert_value before PayloadContent/5/Text "'plain'"
}

it_keeps_the_type_of_a_string_that_looks_like_a_number()
{
	with_profile
	sed -i 's/3/4/' mnt/$ALL/Three
	perl -i -pe 's/true/false/' mnt/$ALL/Yes
	echo 9 >>mnt/$ALL/Digits
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/5/Three: '3' -> '4'
	PayloadContent/5/Yes: 'true' -> 'false'
	+ PayloadContent/5/Digits/2: '9'
	EOT
}

# --- removed and made again ---------------------------------------------------------------------------

it_gives_a_key_that_is_made_again_its_place_and_type()
{
	local key

	with_profile
	cd mnt/$ALL
	for key in Three On Ratio When Words Blob; do
		cp $key "$T/copy"
		rm $key
		assert_missing $key
		cat "$T/copy" >$key
	done
	rm Number
	echo 43 >Number
	cd "$T"
	umount_profile
	assert_changes before p.mobileconfig <<<'PayloadContent/5/Number: 42 -> 43'
	assert_one_hunk before p.mobileconfig
}

it_is_not_edited_when_what_was_removed_is_back()
{
	local was

	with_profile
	was=$(state p.mobileconfig)
	rm mnt/$WIFI/SSID_STR
	echo Office >mnt/$WIFI/SSID_STR
	umount_profile
	assert_same before p.mobileconfig
	assert_equal "$was" "$(state p.mobileconfig)"
}

it_gives_back_the_value_when_what_is_made_again_is_refused()
{
	with_profile
	rm mnt/$ALL/Number
	run bash -c 'echo x > "$1"' bash mnt/$ALL/Number
	assert_status 1
	assert_file mnt/$ALL/Number $'42\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_forgets_a_new_key_that_never_got_a_valid_value()
{
	need setfattr
	with_profile
	echo 'Fresh integer' >mnt/$ALL/Nested/.types
	run bash -c 'echo x > "$1"' bash mnt/$ALL/Nested/Fresh
	assert_status 1
	assert_missing mnt/$ALL/Nested/Fresh
	assert_listing mnt/$ALL/Nested "Deeper Nothing"
	run profilefs umount mnt
	assert_value p.mobileconfig PayloadContent/5/Nested "{'Deeper': {'Deepest': True}, 'Nothing': {}}"
}

# --- out and in again ---------------------------------------------------------------------------------

# Everything in one profile whose payloads do not stand in the order of their names, and whose keys do not
# look like keys.
copy_profile()
{
	make_ca
	{
		wifi_payload Office 04
		everything_payload
		mdm_payload
		scep_payload
		wifi_payload Guests 05
		certificate_payload
		payload org.example.keys "Keys" 07 <<-'XML'
			<key>a/b</key>
			<string>1</string>
			<key>.hidden</key>
			<true/>
			<key>x~</key>
			<array/>
			<key></key>
			<integer>2</integer>
			<key>with blank</key>
			<string>false</string>
			<key>Dates</key>
			<array>
				<date>2026-01-31T12:00:00Z</date>
			</array>
			<key>Dicts</key>
			<array>
				<dict/>
				<dict>
					<key>n</key>
					<real>1</real>
				</dict>
			</array>
			<key>Scalars</key>
			<array>
				<string>true</string>
				<true/>
				<string>7</string>
				<integer>7</integer>
				<real>7</real>
			</array>
		XML
	} | profile_around >"$1"
}

out_and_in_by_cp()
{
	cp -r mnt/. copy
	cp -r copy/. fresh
}

out_and_in_by_cp_a()
{
	cp -a mnt/. copy
	cp -a copy/. fresh
}

out_and_in_by_rsync()
{
	rsync -a --delete mnt/ copy/
	rsync -a --delete copy/ fresh/
}

out_and_in_by_tar()
{
	tar -C mnt -cf out.tar .
	tar -C copy -xf out.tar
	tar -C copy -cf in.tar .
	tar -C fresh -xf in.tar
}

out_and_in_by_git()
{
	export GIT_DIR=$T/git
	git init -q
	git config core.bare false
	git config user.name Tester
	git config user.email tester@example.org
	GIT_WORK_TREE=mnt git add -A
	git commit -qm 'The profile as a tree'
	GIT_WORK_TREE=copy git checkout -qf
	rm "$GIT_DIR/index"
	GIT_WORK_TREE=fresh git checkout -qf HEAD -- .
}

# As find lists it, backwards: every .types comes when what it is about is there already, or not yet.
out_and_in_by_backwards()
{
	cp -r mnt/. copy
	(cd copy && find . -type f | sort -r) | while IFS= read -r file; do
		[ -d "fresh/${file%/*}" ] || mkdir -p "fresh/${file%/*}"
		cat "copy/$file" >"fresh/$file"
	done
}

# copied_by WAY: the mount of an empty profile has, after all is copied into it, the same values.
copied_by()
{
	copy_profile p.mobileconfig
	mount_profile p.mobileconfig
	mkdir copy fresh
	run profilefs new.mobileconfig fresh -o new
	assert_status 0
	"out_and_in_by_$1"
	assert_missing copy/.profilefs
	umount_profile mnt
	umount_profile fresh
	"$PYTHON" "$E2E/plists.py" types p.mobileconfig >expected
	"$PYTHON" "$E2E/plists.py" types new.mobileconfig >got
	assert_same expected got
}

it_copies_out_and_in_by_cp() { copied_by cp; }
it_copies_out_and_in_by_cp_a() { copied_by cp_a; }
it_copies_out_and_in_by_rsync() { need rsync; copied_by rsync; }
it_copies_out_and_in_by_tar() { copied_by tar; }
it_copies_out_and_in_by_git() { need git; copied_by git; }
it_copies_out_and_in_in_any_order() { copied_by backwards; }

it_lists_sorted_and_readable_types_only_where_they_are_needed()
{
	local types

	copy_profile p.mobileconfig
	mount_profile p.mobileconfig
	assert_file mnt/.types $'. schema iOS 18.1, macOS 15.1\n'
	assert_missing mnt/$WIFI/.types
	for types in mnt/PayloadContent/.types mnt/$ALL/.types mnt/$ALL/Verses/.types; do
		[ -e "$types" ] || continue
		LC_ALL=C sort -c <(grep -v '^#' "$types")
		assert_no_line '[^ -~]' "$types"
	done
	assert_line '^Three ' mnt/$ALL/.types
	assert_no_line '^(Text|Number|On) ' mnt/$ALL/.types
	umount_profile
	assert_no_line '\.types' p.mobileconfig
}

it_puts_types_before_what_they_speak_of()
{
	copy_profile p.mobileconfig
	mount_profile p.mobileconfig
	assert_equal .types "$(ls -AU mnt/$ALL | head -n 1)"
	# cp and tar go by the numbers of inodes.
	assert_equal .types "$(ls -Ai mnt/$ALL | sort -n | head -n 1 | sed 's/^ *[0-9]* //')"
	umount_profile
}

# --- read with another schema -------------------------------------------------------------------------

it_says_what_another_schema_reads_otherwise()
{
	make_profile p.mobileconfig
	run profilefs explode p.mobileconfig tree
	assert_status 0
	assert_line '^\. schema iOS 18\.1, macOS 15\.1$' tree/.types
	cat >wifi.schema <<-'SCHEMA'
		release "other"
		payload com.apple.wifi.managed
		  SSID_STR data
	SCHEMA
	run profilefs check --schema wifi.schema tree
	assert_stdout "^tree/PayloadContent/com\.apple\.wifi\.managed/SSID_STR:1:1: warning: .* has string here; the one in use has data\..*\[changed-type\]$"
	run profilefs implode --schema wifi.schema tree q.mobileconfig
	assert_stderr 'changed-type'
	echo 'SSID_STR string' >tree/$WIFI/.types
	run profilefs check --schema wifi.schema tree
	! grep -q 'wifi.managed/SSID_STR:.*changed-type' "$T.run/stdout" || fail "$(run_said)"
	run profilefs check tree
	! grep -q changed-type "$T.run/stdout" || fail "$(run_said)"
}

it_names_what_may_be_concerned_of_a_schema_that_is_not_there()
{
	make_profile p.mobileconfig
	run profilefs explode p.mobileconfig tree
	echo '. schema iOS 99' >tree/.types
	run profilefs check tree
	assert_stdout "^tree/\.types:1:1: warning: .*'\. schema iOS 99'.*PayloadContent/.*'\. schema iOS 18\.1, macOS 15\.1' in that line.*\[changed-type\]$"
	assert_equal 1 "$(grep -c changed-type "$T.run/stdout")"
	run profilefs check -E changed-type tree
	assert_status 1
	run profilefs explode p.mobileconfig tree
	run profilefs check tree
	! grep -q changed-type "$T.run/stdout" || fail "$(run_said)"
}

it_says_so_of_a_tree_that_is_copied_into_a_mount()
{
	make_profile p.mobileconfig
	run profilefs explode p.mobileconfig tree
	echo '. schema iOS 99' >tree/.types
	mkdir mnt
	run profilefs new.mobileconfig mnt -o new
	cp -r tree/. mnt
	assert_line 'changed-type' mnt/.profilefs/problems
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'changed-type'
	assert_equal "$("$PYTHON" "$E2E/plists.py" types p.mobileconfig)" "$("$PYTHON" "$E2E/plists.py" types new.mobileconfig)"
}

it_changes_nothing_when_a_tree_is_copied_over_itself()
{
	copy_profile p.mobileconfig
	cp p.mobileconfig before
	mount_profile p.mobileconfig
	mkdir copy
	cp -r mnt/. copy
	cp -r copy/. mnt
	umount_profile
	assert_changes before p.mobileconfig <<<''
}

it_lets_rmdir_pass_where_only_types_are_left()
{
	with_profile
	rm mnt/$ALL/Nested/Deeper/Deepest
	rmdir mnt/$ALL/Nested/Deeper mnt/$ALL/Nested/Nothing
	rmdir mnt/$ALL/Nested
	umount_profile
	assert_changes before p.mobileconfig <<<"- PayloadContent/5/Nested: {'Deeper': {'Deepest': True}, 'Nothing': {}}"
}

run_tests "$@"
