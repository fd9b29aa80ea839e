# How a tool's edits are judged; sourced by tools_test.sh and editors_test.sh.
#
# For a tool X there is a function write_X FILE TEXT, which makes TEXT the content of FILE as that tool does.

# refused TOOL FILE TEXT STATUS MESSAGE: the tool's edit fails with that status ("any": not 0), says a line
# like MESSAGE, and leaves the value that was there; last-error has the reason.
refused()
{
	local tool=$1 file=$2 text=$3 expected=$4 message=$5 before

	IFS= read -r -d '' before <"$file" || true
	run "write_$tool" "$file" "$text"
	if [ "$expected" = any ]; then
		assert_failed
	else
		assert_status "$expected"
	fi
	has_line "$message" "$T.run/stdout" || has_line "$message" "$T.run/stderr" || [ -z "$message" ] ||
		fail "expected: the tool says $message" "$(run_said)"
	assert_file "$file" "$before"
	assert_line "${file##*/}" mnt/.profilefs/last-error
}

# judge TOOL EARLY LATE MESSAGE: a good edit, refused ones, and the key is as usable as before. EARLY is the
# tool's status where write(2) can refuse, LATE where only close(2) can tell ("-": the tool cannot write such
# text, "any": some failure). The profile has one changed value in the end.
judge()
{
	local tool=$1 early=$2 late=$3 message=$4 port=mnt/$WIFI/ProxyServerPort join=mnt/$WIFI/AutoJoin

	with_profile

	run "write_$tool" $port $'3128\n'
	assert_status 0
	assert_file $port $'3128\n'
	refused "$tool" $join $'yes\n' "$early" "$message"
	refused "$tool" $port $'12abc\n' "$early" "$message"
	if [ "$late" != - ]; then
		refused "$tool" $join tru "$late" ""
	fi
	run "write_$tool" $join $'true\n'
	assert_status 0
	assert_file $join $'true\n'
	run "write_$tool" $port $'1080\n'
	assert_status 0
	assert_file $port $'1080\n'

	umount_profile
	assert_no_stderr 'error|warning'
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 1080'
	assert_one_hunk before p.mobileconfig
}

# judge_all < TABLE: lines of "TOOL EARLY LATE MESSAGE [WHAT IT NEEDS]", blanks between, _ for a blank.
judge_all()
{
	local tool early late message program

	while read -r tool early late message program; do
		[ -n "$tool" ] || continue
		prove "it_judges_what_${tool}_writes" judge_if_there "${program:-true}" "$tool" "$early" "$late" \
			"${message//_/ }"
	done
}

judge_if_there()
{
	need "$1"
	shift
	judge "$@"
}
