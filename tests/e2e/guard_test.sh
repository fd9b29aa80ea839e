#!/usr/bin/env bash
# What keeps the secrets of a running mount in it.
. "$(dirname "$0")/lib.sh"

# dumps_core.py COMMAND...: ends the command with SIGABRT, which no sanitizer catches; exit status 0 if it wrote a core
# file.
with_crasher()
{
	cat >dumps_core.py <<-'PY'
	import os, resource, signal, subprocess, sys, time

	hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
	resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
	child = subprocess.Popen(sys.argv[1:])
	if sys.argv[-1] == "mnt":
	    for _ in range(500):
	        if os.path.ismount("mnt"):
	            break
	        time.sleep(0.01)
	else:
	    time.sleep(0.05)
	child.send_signal(signal.SIGABRT)
	_, status = os.waitpid(child.pid, 0)
	sys.exit(0 if os.WCOREDUMP(status) else 3)
	PY
	"$PYTHON" dumps_core.py sleep 30 || skip "no program writes core files here"
	make_profile p.mobileconfig
}

it_writes_no_core_file()
{
	with_crasher
	mkdir mnt
	run "$PYTHON" dumps_core.py "$PROFILEFS" mount -f p.mobileconfig mnt
	umount -l mnt
	assert_status 3
}

it_lets_commands_that_it_runs_write_theirs()
{
	with_crasher
	run profilefs exec p.mobileconfig -- sh -c "cd '$PWD' && '$PYTHON' dumps_core.py sleep 30"
	assert_status 0
}

run_tests "$@"
