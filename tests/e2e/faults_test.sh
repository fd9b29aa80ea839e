#!/usr/bin/env bash
# Each system call of a save and of the journal fails in turn, with every error that it can have, or is the last one:
# the profile is the old or the new one, nothing that was acknowledged is lost, and a failure is said.
#
#   FAULTS_SHARE=N     takes what matters most, and one part in N of the others (6; E2E_FULL=1 takes all)
#   FAULTS_ONLY=kill   only kills
. "$(dirname "$0")/lib.sh"

[ -z "${E2E_FULL-}" ] || FAULTS_SHARE=1
export FAULTS_SHARE=${FAULTS_SHARE:-6}

with_faults()
{
	! grep -q __asan_init "$PROFILEFS" || skip "the library must come first, and so must the sanitizer's"
	command -v cc >/dev/null || skip "there is no cc to build the library with that makes calls fail"
	cc -std=c11 -O1 -shared -fPIC -o faults.so "$E2E/faults.c"
	mkdir folder mnt
	"$PYTHON" "$E2E/faults.py" "$1" "$PROFILEFS" "$T/faults.so" folder mnt | tee "$T.run/figures"
}

it_loses_nothing_when_a_call_fails_until_it_is_unmounted()
{
	with_faults mount
}

it_loses_nothing_when_it_is_killed_after_a_call_failed()
{
	with_faults killed
}

it_loses_nothing_when_a_call_fails_while_it_writes_over_the_profile()
{
	with_faults over
}

it_loses_nothing_when_a_call_of_exec_fails()
{
	with_faults exec
}

run_tests "$@"
