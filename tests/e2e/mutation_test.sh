#!/usr/bin/env bash
# Mistakes made on purpose: check finds them where they are. See mutations.py.
#
#   PROFILEFS_TEST_PROFILES   a folder of *.mobileconfig to make mistakes in, too
#   E2E_SEED                  another sample; the figures say which one it was
#   E2E_SHARE=N               one part in N of the sample
#   E2E_FULL=1                all mistakes, not a sample
. "$(dirname "$0")/lib.sh"

it_finds_mistakes_of_every_kind()
{
	export PYTHONDONTWRITEBYTECODE=1
	"$PYTHON" "$E2E/mutations.py" ${PROFILEFS_TEST_PROFILES:+"$PROFILEFS_TEST_PROFILES"} 2>&1 | tee "$T.run/figures"
}

run_tests "$@"
