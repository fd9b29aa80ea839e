#!/usr/bin/env bash
# Editors, typed at in a terminal: their backups, swap files, locks and renames, and what they say when a
# value is refused. (Not below a temporary directory: vim makes no backup there.)
. "$(dirname "$0")/lib.sh"
. "$E2E/judge.sh"

keys()
{
	"$PYTHON" "$E2E/keys.py" "$@"
}

# The status of an editor says nothing of its saves: a refused one is told by what the screen showed.
failed_if_shown()
{
	! grep -qaE "$1" <<<"$2" || {
		grep -a . <<<"$2" >&2
		return 1
	}
}

# Below a temporary directory vim and emacs make no backups by themselves, and the checkout may be there.

# vim_writes OPTIONS FILE TEXT
vim_writes()
{
	local options=$1 file=$2 text=$3 shown end='set eol'

	[[ $text == *$'\n' ]] || end='set noeol nofixeol'
	shown=$(keys 'wait:\d+L, \d+B' "send::$options | $end\\r" "send::%d\\ri${text%$'\n'}\\e" 'send::w\r' \
		'wait:written|E\d+' 'calm:' 'send::q!\r' -- vim -Nu NONE -i NONE --cmd 'set backupskip=' "$file")
	failed_if_shown 'E[0-9]+:' "$shown"
}

write_vim() { vim_writes 'set backupcopy=auto' "$@"; }
write_vim_copy() { vim_writes 'set backupcopy=yes' "$@"; }
write_vim_backup() { vim_writes 'set backup' "$@"; }

# nano_writes FILE TEXT OPTION...: a save that failed leaves a question at the end.
nano_writes()
{
	local file=$1 text=$2 end='' shown

	shift 2
	[[ $text == *$'\n' ]] || end=-L
	shown=$(keys 'wait:Read 1 line' 'send:\et' "send:${text%$'\n'}" 'send:\x0f' 'wait:Write' 'send:\r' \
		'wait:Wrote|Error' 'calm:' 'send:\x18' 'calm:' 'send:n' -- nano -I $end "$@" "$file")
	failed_if_shown 'Error writing' "$shown"
}

write_nano() { nano_writes "$1" "$2"; }
write_nano_backup() { nano_writes "$1" "$2" -B; }

BACKUPS='(setq backup-enable-predicate (lambda (file) t))'

write_emacs()
{
	local shown

	# (The terminal is sent differences only, so words have holes where letters were there before.)
	shown=$(keys 'wait:All' 'send:\x18h\x17' "send:${2//$'\n'/\\r}" 'send:\x18\x13' 'wait:Wrote|rror' 'calm:' \
		'send:\ex' 'calm:' 'send:kill-emacs\r' -- emacs -nw -Q --eval "$BACKUPS" "$1")
	failed_if_shown 'rite error|Invalid argument' "$shown"
}

write_emacs_batch()
{
	TEXT=$2 emacs -Q --batch --eval "$BACKUPS" "$1" --eval '(progn (erase-buffer) (insert (getenv "TEXT")) (save-buffer))'
}

judge_all <<'EOT'
	vim          1   1   E514|E512|E667           vim
	vim_copy     1   1   E514|E512|E667           vim
	vim_backup   1   1   E514|E512|E667           vim
	nano         1   1   Invalid_argument         nano
	nano_backup  1   1   Invalid_argument         nano
	emacs        1   1   Write_error              emacs
	emacs_batch  any any [Ii]nvalid_argument      emacs
EOT

it_saves_nothing_that_editors_leave_beside_a_key()
{
	need vim emacs
	with_profile
	write_vim_backup "mnt/$WIFI/SSID_STR" $'Hotel\n'
	assert_file "mnt/$WIFI/SSID_STR~" $'Office\n'
	write_emacs "mnt/$WIFI/Password" $'battery staple\n'
	assert_file "mnt/$WIFI/Password~" $'correct horse\n'
	umount_profile
	assert_changes before p.mobileconfig <<-'EOT'
	PayloadContent/3/Password: 'correct horse' -> 'battery staple'
	PayloadContent/3/SSID_STR: 'Office' -> 'Hotel'
	EOT
}

it_lets_vim_make_a_new_key()
{
	need vim
	with_profile
	run keys 'wait:\[New\]|new' 'send:i12\e' 'send::w\r' 'wait:written|E\d+' 'send::q!\r' -- \
		vim -Nu NONE -i NONE "mnt/$ALL/Fresh"
	assert_file "mnt/$ALL/Fresh" $'12\n'
	umount_profile
	assert_changes before p.mobileconfig <<<'+ PayloadContent/5/Fresh: 12'
	assert_one_hunk before p.mobileconfig
}

run_tests "$@"
