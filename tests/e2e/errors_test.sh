#!/usr/bin/env bash
# Real profiles: check reports the errors that corpus_errors.txt lists, and no others.
#
#   PROFILEFS_TEST_PROFILES   the folder of *.mobileconfig that the list is about
. "$(dirname "$0")/lib.sh"

LIST=$E2E/corpus_errors.txt

need_profiles()
{
	[ -n "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of real profiles"
	[ -d "$PROFILEFS_TEST_PROFILES" ] || skip "there is no folder $PROFILEFS_TEST_PROFILES"
}

# The list without comments.
listed()
{
	sed '/^#/d; /^$/d' "$LIST"
}

# need_listed_profiles: skips where the folder is another one than the list is about.
need_listed_profiles()
{
	local path

	need_profiles
	while IFS=$'\t' read -r path _; do
		[ -f "$PROFILEFS_TEST_PROFILES/$path" ] || skip "the list is of another folder: there is no $path"
	done < <(listed)
}

# check_all OPTION...: runs in the folder, so that paths are those of the list. Leaves what `run` leaves.
check_all()
{
	cd "$PROFILEFS_TEST_PROFILES"
	run profilefs check "$@" .
	cd "$T"
	[ "$status" -le 1 ] || fail "expected: exit status 0 or 1" "got:      exit status $status" "$(run_said)"
}

# The errors of the last check_all --format json: PATH, rule and key, a line each.
errors()
{
	"$PYTHON" - "$T.run/stdout" <<-'EOT'
	import json, os, sys

	for problem in json.load(open(sys.argv[1]))["problems"]:
	    if problem["severity"] == "error":
	        print(os.path.normpath(problem["file"]), problem["rule"], problem["key"] or "-", sep="\t")
	EOT
}

it_lists_every_error_with_its_reason()
{
	listed | awk -F '\t' '
		NF != 4 || $1 == "" || $2 == "" || $3 == "" || $4 !~ /[a-z].* / {
			print "expected: PATH, rule, key and reason, with tabs between: " $0
			wrong = 1
		}
		END { exit wrong }'
}

it_reports_the_errors_that_are_listed_and_no_others()
{
	need_listed_profiles
	check_all --format json
	listed | cut -f 1-3 | sort >listed
	errors | sort >reported
	[ -s listed ] || fail "expected: some errors are listed"
	diff -a listed reported >differences || fail "listed (<) and not reported, reported (>) and not listed:" \
		"$(grep '^[<>]' differences)"
}

it_checks_every_profile_that_others_can_read()
{
	need_profiles
	need openssl
	check_all --format json
	"$PYTHON" - "$T.run/stdout" "$PROFILEFS_TEST_PROFILES" <<-'EOT'
	import json, os, plistlib, re, subprocess, sys

	def content_of(path):
	    """The plist in a profile, signed or not."""
	    data = open(path, "rb").read()
	    if data.lstrip().startswith((b"<", b"\xef\xbb\xbf<", b"bplist")) or not data:
	        return data
	    form = "PEM" if b"-----BEGIN" in data[:2000] else "DER"
	    command = ["openssl", "cms", "-verify", "-noverify", "-inform", form, "-in", path]
	    return subprocess.run(command, capture_output=True).stdout

	def is_read_by_others(path):
	    content = content_of(path)
	    try:
	        plistlib.loads(content)
	    except Exception:
	        return False
	    # plistlib reads these integers, which are none in a property list.
	    return not re.search(rb"<integer>\s*0[xX]", content)

	report, folder = json.load(open(sys.argv[1])), sys.argv[2]
	names = [os.path.relpath(os.path.join(where, name), folder) for where, _, files in os.walk(folder)
	         for name in files if name.endswith(".mobileconfig")]
	unread = {os.path.normpath(found["file"]) for found in report["problems"] if found["rule"] == "not-a-plist"}
	wrong = [name for name in names if name in unread and is_read_by_others(os.path.join(folder, name))]
	for name in wrong:
	    print("check says that it is no plist, and plistlib reads it:", name)
	summary = report["summary"]
	if not names or summary["profiles"] != len(names) or summary["unreadable"]:
	    sys.exit(f"expected: {len(names)} profiles are checked\ngot:      {summary}")
	sys.exit(bool(wrong))
	EOT
}

it_says_the_same_however_many_are_checked_at_a_time()
{
	local format

	need_profiles
	for format in text json; do
		check_all --format $format -j 1
		cp "$T.run/stdout" one
		for jobs in 2 7; do
			check_all --format $format -j $jobs
			assert_same one "$T.run/stdout"
		done
	done
	grep -q . one || fail "expected: something is reported"
}

run_tests "$@"
