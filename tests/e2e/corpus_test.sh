#!/usr/bin/env bash
# Real profiles: each is mounted, read, left alone, edited. See corpus.py.
#
#   PROFILEFS_TEST_PROFILES   a folder of *.mobileconfig
#   E2E_SHARE=N               takes one in N; the figures say how many those are
#   E2E_SEED                  another of the N
#   E2E_FULL=1                edits all of them, not one in five
. "$(dirname "$0")/lib.sh"

it_mounts_reads_and_saves_real_profiles()
{
	[ -n "${PROFILEFS_TEST_PROFILES-}" ] || skip "PROFILEFS_TEST_PROFILES names no folder of real profiles"
	[ -d "$PROFILEFS_TEST_PROFILES" ] || skip "there is no folder $PROFILEFS_TEST_PROFILES"
	make_ca
	"$PYTHON" "$E2E/corpus.py" "$PROFILEFS_TEST_PROFILES" "$CA" | tee "$T.run/figures"
}

run_tests "$@"
