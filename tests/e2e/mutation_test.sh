#!/usr/bin/env bash
# Mistakes made on purpose: check finds them where they are. See mutations.py.
#
#   PROFILEFS_TEST_PROFILES   a folder of *.mobileconfig to make mistakes in, too
#   E2E_SEED                  another sample; the figures say which one it was
#   E2E_FULL=1                all mistakes, not a sample
. "$(dirname "$0")/lib.sh"

FIGURES=$FOLDER/figures

it_finds_mistakes_of_every_kind()
{
	local status=0

	export PYTHONDONTWRITEBYTECODE=1
	"$PYTHON" "$E2E/mutations.py" ${PROFILEFS_TEST_PROFILES:+"$PROFILEFS_TEST_PROFILES"} >"$FIGURES" 2>&1 ||
		status=$?
	[ $status -eq 0 ] || fail "$(cat "$FIGURES")"
}

status=0
run_tests "$@" || status=$?
# Those of a failed test were told with it.
if [ $status -eq 0 ] && [ -f "$FIGURES" ]; then
	sed 's/^/     | /' "$FIGURES"
fi
exit $status
