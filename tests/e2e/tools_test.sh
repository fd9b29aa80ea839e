#!/usr/bin/env bash
# Shells and tools that write, replace and rename files: an edit succeeds or fails as the tool's user expects.
. "$(dirname "$0")/lib.sh"
. "$E2E/judge.sh"

# --- shells: a builtin writes, the shell closes -------------------------------------------------------

# shell_writes FILE TEXT PRINT SHELL...: a whole line goes through echo, a piece of one through PRINT.
shell_writes()
{
	local file=$1 text=$2 print=$3

	shift 3
	case $text in
	*$'\n') "$@" -c 'echo "$1" > "$2"' "$1" "${text%$'\n'}" "$file" ;;
	*) "$@" -c "$print \"\$1\" > \"\$2\"" "$1" "$text" "$file" ;;
	esac
}

write_bash() { shell_writes "$1" "$2" 'printf %s' bash; }
write_dash() { shell_writes "$1" "$2" 'printf %s' dash; }
write_zsh() { shell_writes "$1" "$2" 'print -rn' zsh -f; }
write_mksh() { shell_writes "$1" "$2" 'print -rn' mksh; }
write_busybox_sh() { shell_writes "$1" "$2" 'printf %s' busybox sh; }

write_bash_descriptor()
{
	bash -c 'exec 3> "$2"; printf %s "$1" >&3; status=$?; exec 3>&-; exit $status' bash "$2" "$1"
}

# --- programs that write what they open ---------------------------------------------------------------

# source_of TEXT: a file with it, outside of the mount.
source_of()
{
	printf %s "$1" >"$T/source"
	echo "$T/source"
}

write_echo()
{
	case $2 in
	*$'\n') /bin/echo "${2%$'\n'}" >"$1" ;;
	*) /bin/echo -n "$2" >"$1" ;;
	esac
}

write_cat() { cat "$(source_of "$2")" >"$1"; }
write_busybox_cat() { busybox cat "$(source_of "$2")" >"$1"; }
write_tee() { tee "$1" <"$(source_of "$2")" >/dev/null; }
write_sponge() { sponge "$1" <"$(source_of "$2")"; }
write_sort() { sort -o "$1" "$(source_of "$2")"; }
write_dd() { dd if="$(source_of "$2")" of="$1" status=none; }
write_dd_fsync() { dd if="$(source_of "$2")" of="$1" status=none conv=fsync; }
write_dd_notrunc() { dd if="$(source_of "$2")" of="$1" status=none conv=notrunc; }
write_jq() { jq -nj --arg text "$2" '$text' >"$1"; }
write_gawk() { TEXT=$2 gawk 'BEGIN { printf "%s", ENVIRON["TEXT"] > ARGV[1] }' "$1"; }
write_mawk() { TEXT=$2 mawk 'BEGIN { printf "%s", ENVIRON["TEXT"] > ARGV[1] }' "$1"; }

write_python() { "$PYTHON" -c 'import sys; file = open(sys.argv[1], "w")
with file: file.write(sys.argv[2])' "$1" "$2"; }

write_perl_close() { perl -e 'open F, ">", $ARGV[0] or die; print F $ARGV[1]; close F or die' "$1" "$2"; }

write_ed()
{
	printf '%s\n' ,d a "${2%$'\n'}" . w q | ed -s "$1"
}

# --- programs that replace ----------------------------------------------------------------------------

write_cp() { cp "$(source_of "$2")" "$1"; }
write_cp_a() { cp -a "$(source_of "$2")" "$1"; }
write_install() { install -m 644 "$(source_of "$2")" "$1"; }
write_mv() { mv "$(source_of "$2")" "$1"; }

# named_source FILE TEXT: a folder with a file of the same name, and no other.
named_source()
{
	rm -rf "$T/copy"
	mkdir "$T/copy"
	printf %s "$2" >"$T/copy/${1##*/}"
	echo "$T/copy"
}

write_tar() { tar -cf "$T/tar" -C "$(named_source "$1" "$2")" "${1##*/}" && tar -xf "$T/tar" -C "${1%/*}"; }

write_tar_xattrs()
{
	tar -cf "$T/tar" -C "$(named_source "$1" "$2")" --xattrs "${1##*/}" &&
		tar -xf "$T/tar" -C "${1%/*}" --xattrs --xattrs-include='*'
}

write_rsync() { rsync -aI "$(named_source "$1" "$2")/" "${1%/*}"; }
write_rsync_inplace() { rsync -aI --inplace "$(named_source "$1" "$2")/" "${1%/*}"; }

# The work tree is the mount; the repository lies outside.
write_git()
{
	local path=${1#mnt/} blob

	export GIT_DIR=$T/git
	[ -d "$GIT_DIR" ] || git init -q
	blob=$(printf %s "$2" | git hash-object -w --stdin)
	git update-index --add --cacheinfo "100644,$blob,$path"
	GIT_WORK_TREE=$T/mnt git checkout -- "$path"
}

write_sed() { sed -i "s/.*/${2%$'\n'}/" "$1"; }
write_sed_bak() { sed -i.bak "s/.*/${2%$'\n'}/" "$1"; }
write_busybox_sed() { busybox sed -i "s/.*/${2%$'\n'}/" "$1"; }
write_perl_i() { TEXT=$2 perl -i -0pe 's/.*/$ENV{TEXT}/s' "$1"; }
write_perl_i_bak() { TEXT=$2 perl -i.bak -0pe 's/.*/$ENV{TEXT}/s' "$1"; }

write_patch()
{
	diff -u "$1" "$(source_of "$2")" >"$T/diff"
	patch -s "$1" "$T/diff"
}

# What write(2) refuses early, what only close(2) can tell, what the tool says, and what it is in.
judge_all <<'EOT'
	bash              1   0   Invalid_argument
	dash              1   0   I/O_error                dash
	zsh               1   0   [Ii]nvalid_argument      zsh
	mksh              1   0   Invalid_argument         mksh
	busybox_sh        1   0   Invalid_argument         busybox
	bash_descriptor   1   0   Invalid_argument
	echo              1   1   Invalid_argument
	cat               1   1   Invalid_argument
	busybox_cat       1   0   Invalid_argument         busybox
	cp                1   1   Invalid_argument
	cp_a              1   1   Invalid_argument
	install           1   1   Invalid_argument
	mv                1   1   Invalid_argument
	dd                1   1   Invalid_argument
	dd_fsync          1   1   Invalid_argument
	dd_notrunc        1   -   Invalid_argument
	tee               1   1   Invalid_argument
	sponge            1   1   Invalid_argument         sponge
	sort              2   -   Invalid_argument
	tar               2   2   Invalid_argument
	tar_xattrs        2   2   Invalid_argument
	rsync             23  23  Operation_not_permitted  rsync
	rsync_inplace     11  11  Invalid_argument         rsync
	git               255 0   unable_to_write_file     git
	jq                2   2   Invalid_argument         jq
	gawk              2   0   Invalid_argument         gawk
	mawk              2   2   Invalid_argument         mawk
	python            1   1   Invalid_argument
	perl_close        22  22  Died                     perl
	ed                1   -   .                        ed
	sed               4   -   Operation_not_permitted
	sed_bak           4   -   Operation_not_permitted
	busybox_sed       any -   Operation_not_permitted  busybox
	perl_i            any any Operation_not_permitted  perl
	perl_i_bak        any any Operation_not_permitted  perl
	patch             2   2   Operation_not_permitted  patch
EOT

# --- what one tool does in another way ----------------------------------------------------------------

it_appends_a_line_to_an_array_from_every_shell()
{
	local shell words=mnt/$ALL/Words lines=$'one\ntwo\n'

	with_profile
	for shell in bash dash zsh mksh 'busybox sh'; do
		command -v "${shell%% *}" >/dev/null || continue
		# shellcheck disable=SC2086 # a command and its argument
		run $shell -c 'echo "$1" >> "$2"' "$shell" "by $shell" "$words"
		assert_status 0
		lines+="by $shell"$'\n'
		assert_file "$words" "$lines"
	done
	umount_profile
	assert_one_hunk before p.mobileconfig
	mount_profile p.mobileconfig
	assert_file "$words" "$lines"
	umount_profile
}

it_refuses_a_word_appended_to_an_array_of_integers()
{
	with_profile
	run bash -c 'echo three >> "$1"; echo 4 >> "$1"' bash "mnt/$ALL/Numbers"
	assert_status 0
	assert_file "mnt/$ALL/Numbers" $'1\n2\n4\n'
	assert_line 'Numbers' mnt/.profilefs/last-error
	umount_profile
	assert_changes before p.mobileconfig <<<'+ PayloadContent/5/Numbers/2: 4'
}

it_takes_no_half_of_a_loop_of_good_and_bad_lines()
{
	with_profile
	run bash -c 'for line in 7 eight 9; do echo $line || failed=1; done > "$1"; exit ${failed-0}' bash \
		"mnt/$ALL/Numbers"
	assert_status 1
	assert_file "mnt/$ALL/Numbers" $'1\n2\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_takes_a_value_that_arrives_in_pieces()
{
	with_profile
	bash -c 'for piece in fa l se; do printf $piece; done > "$1"' bash "mnt/$WIFI/AutoJoin"
	assert_file "mnt/$WIFI/AutoJoin" false
	bash -c 'printf "%0300000d" 7 > "$1"' bash "mnt/$ALL/Text"
	assert_equal 300000 "$(stat -c %s "mnt/$ALL/Text")"
	umount_profile
	assert_equal 300002 "$(value p.mobileconfig PayloadContent/5/Text | tr -d '\n' | wc -c)"
	assert_value p.mobileconfig PayloadContent/3/AutoJoin False
}

it_keeps_the_value_when_truncate_leaves_none()
{
	local port=mnt/$WIFI/ProxyServerPort join=mnt/$WIFI/AutoJoin

	with_profile
	run truncate -s 3 "$port"
	assert_status 0
	assert_file "$port" 808
	run truncate -s 3 "$join"
	until_true 5 cmp -s "$join" <(echo true)
	run truncate -s 0 "$join"
	until_true 5 cmp -s "$join" <(echo true)
	run profilefs umount mnt
	assert_stderr AutoJoin
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 808'
}

it_says_at_umount_what_a_silent_close_refused()
{
	with_profile
	run bash -c 'printf tru > "$1"' bash "mnt/$WIFI/AutoJoin"
	assert_status 0
	run "$PYTHON" -c 'import sys; open(sys.argv[1], "w").write("fals")' "mnt/$ALL/On"
	assert_status 0
	assert_no_stderr
	echo Hotel >"mnt/$WIFI/SSID_STR"
	run profilefs umount mnt
	assert_stderr AutoJoin
	assert_stderr 'everything/On'
	! is_mounted mnt || profilefs umount --force mnt
	assert_changes before p.mobileconfig <<<"PayloadContent/3/SSID_STR: 'Office' -> 'Hotel'"
}

it_reports_to_perl_that_closes_without_asking()
{
	with_profile
	run perl -we 'open F, ">", $ARGV[0] or die; print F "yes\n"' "mnt/$WIFI/AutoJoin"
	assert_status 0
	assert_stderr 'Invalid argument'
	assert_file "mnt/$WIFI/AutoJoin" $'true\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_keeps_the_key_when_perl_has_renamed_it_away()
{
	with_profile
	run perl -i.bak -pe 's/.*/yes/' "mnt/$WIFI/AutoJoin"
	assert_failed
	assert_file "mnt/$WIFI/AutoJoin" $'true\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_refuses_a_rename_over_a_key_and_keeps_both_files()
{
	with_profile
	printf 'yes\n' >"mnt/$WIFI/new.tmp"
	run mv "mnt/$WIFI/new.tmp" "mnt/$WIFI/AutoJoin"
	assert_status 1
	assert_stderr 'Operation not permitted'
	assert_file "mnt/$WIFI/AutoJoin" $'true\n'
	assert_file "mnt/$WIFI/new.tmp" $'yes\n'
	printf 'false\n' >"mnt/$WIFI/new.tmp"
	mv "mnt/$WIFI/new.tmp" "mnt/$WIFI/AutoJoin"
	umount_profile
	assert_changes before p.mobileconfig <<<'PayloadContent/3/AutoJoin: True -> False'
}

it_shows_readers_no_byte_of_a_refused_write()
{
	with_profile
	run "$PYTHON" - "mnt/$WIFI/ProxyServerPort" <<-'PYTHON'
	import os, sys
	path = sys.argv[1]
	for text in ["12abc\n", "-", "9x", "70\n70\n"]:
	    fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
	    try:
	        os.write(fd, text.encode())
	    except OSError:
	        pass
	    try:
	        os.close(fd)
	    except OSError:
	        pass
	    shown = open(path).read(), os.stat(path).st_size
	    assert shown == ("8080\n", 5), (text, shown)
	PYTHON
	assert_status 0
	run profilefs umount mnt
	assert_same before p.mobileconfig
}

it_refuses_every_later_write_until_the_handle_is_truncated()
{
	with_profile
	run "$PYTHON" - "mnt/$WIFI/ProxyServerPort" <<-'PYTHON'
	import errno, os, sys
	path = sys.argv[1]
	def refused(call, *arguments):
	    try:
	        call(*arguments)
	    except OSError as error:
	        assert error.errno == errno.EINVAL, error
	    else:
	        assert False, "not refused"
	fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
	refused(os.write, fd, b"x\n")
	refused(os.write, fd, b"12\n")
	os.ftruncate(fd, 0)
	os.lseek(fd, 0, 0)
	os.write(fd, b"443\n")
	os.close(fd)
	assert open(path).read() == "443\n"
	PYTHON
	assert_status 0
	umount_profile
	assert_changes before p.mobileconfig <<<'PayloadContent/3/ProxyServerPort: 8080 -> 443'
}

it_accepts_modes_owners_and_times_and_no_links()
{
	local file=mnt/$WIFI/SSID_STR

	with_profile
	chmod 600 "$file"
	chown "$(id -u):$(id -g)" "$file"
	touch -d 2020-01-01 "$file"
	run ln "$file" "mnt/$WIFI/other"
	assert_failed
	run mkfifo "mnt/$WIFI/fifo"
	assert_failed
	run truncate -s 999999999999 "$file"
	assert_failed
	assert_stderr 'File too large'
	run touch "mnt/$WIFI/$(printf '%0300d' 1)"
	assert_failed
	assert_stderr 'File name too long'
	assert_file "$file" $'Office\n'
	umount_profile
	assert_same before p.mobileconfig
}

run_tests "$@"
