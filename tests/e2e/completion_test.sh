#!/usr/bin/env bash
# What TAB offers: what `profilefs complete -- WORD...` answers, and what bash, zsh and fish make of it.
. "$(dirname "$0")/lib.sh"

SCRIPTS=$ROOT/completions
COMMANDS='mount umount exec edit cat check schema new verify sign encrypt decrypt explode implode diff merge recover
	git-setup'

# What can become of the last word, on one line.
offered()
{
	local answer

	answer=$("$PROFILEFS" complete -- "$@")
	echo ${answer//$'\n'/ }
}

# Whether the last word can become that: can_become WHAT WORD...
can_become()
{
	local what=$1

	shift
	[[ $'\n'$("$PROFILEFS" complete -- "$@")$'\n' == *$'\n'"$what"$'\n'* ]] || fail "not offered after '$*': $what"
}

# --- what the program answers -------------------------------------------------------------------------

it_offers_commands_that_begin_so()
{
	assert_equal check "$(offered ch)"
	assert_equal "mount merge" "$(offered help m)"
	assert_equal help "$(offered hel)"
	can_become --version --v
	can_become --help --h
}

it_offers_every_command_that_there_is()
{
	assert_equal "$(echo $COMMANDS help)" "$(offered "")"
}

# "COMMAND OPTION" for all options in the helps: on lines that begin with one.
options_in_helps()
{
	local command

	for command in $COMMANDS; do
		echo "= $command"
		"$PROFILEFS" "$command" --help
	done | awk '
		/^= / { command = $2 }
		/^  (    )?-/ {
			while (match($0, /(^| )(--[a-z-]+|-[A-Za-z],)/)) {
				option = substr($0, RSTART, RLENGTH)
				gsub(/[ ,]/, "", option)
				print command, option
				$0 = substr($0, RSTART + RLENGTH)
			}
		}' | sort -u
}

options_offered()
{
	local command

	for command in $COMMANDS; do
		echo "= $command"
		"$PROFILEFS" complete -- "$command" -
	done | awk '/^= / { command = $2; next } { sub(/=$/, ""); print command, $0 }' | sort -u
}

it_offers_every_option_of_every_command_and_none_that_it_does_not_take()
{
	local command option said

	options_in_helps >there
	options_offered >offered
	grep -qx 'check -W' there
	grep -qx 'git-setup --remove' there
	assert_equal "" "$(comm -23 there offered)"
	# In some tables of options letters stand for long ones alone.
	{
		comm -13 there offered
		grep ' -[^-EWOh]$' offered
	} >asked
	grep -qx 'check -q' asked
	while read -r command option; do
		said=$("$PROFILEFS" "$command" "$option" x --help 2>&1 </dev/null) || true
		[[ $said != *"there is no option '-"* ]] || fail "$command does not take $option: $said"
	done < <(grep -v ' --limit$' asked)
}

it_offers_the_options_of_the_command_after_limits()
{
	assert_equal --manifests= "$(offered --limit value=1M --limit=nodes=5 check --manif)"
	assert_equal "" "$(offered sign --manif)"
	assert_equal "depth=" "$(offered --limit de)"
	can_become --limit=scratch= check --limit=s
}

it_offers_options_of_a_mount_where_no_command_is()
{
	! without_fuse || skip "it mounts nothing"
	can_become --foreground --fore
	can_become -oforce -ofor
	can_become ro,check= wifi.mobileconfig mnt -o ro,ch
}

# Values that are offered are among those that a refusal names, and all of them.
assert_choices()
{
	local command=$1 option=$2 word said

	shift 2
	assert_equal "$*" "$(offered "$command" "$option" "")"
	said=$("$PROFILEFS" "$command" "$option" '?' 2>&1) && fail "'?' is taken"
	for word; do
		[[ $said == *[\ ,\'=]$word[,.\;\ $'\n']* || $said == *\ "$word" ]] || fail "no $word in: $said"
	done
}

it_offers_the_values_of_options()
{
	assert_equal "--format=text --format=json" "$(offered diff --format=)"
	assert_choices check --format text json sarif github
	assert_choices diff --format text json
	assert_choices schema --format text json
	assert_choices verify --format text json
	assert_choices implode --format keep xml binary
	assert_choices implode --check strict warn off
	assert_choices explode --placeholders allow deny
	assert_choices check --color auto always never
	assert_choices sign --digest sha1 sha256 sha384 sha512
}

it_offers_rules_that_the_command_takes()
{
	assert_equal "expired,wrong-type" "$(offered check -E expired,wrong)"
	assert_equal "expired weak-signature not-a-plist not-a-profile" "$(offered verify --off "")"
	assert_equal "expired not-a-profile merge-conflict" "$(offered sign -W "")"
	assert_equal "expired" "$(offered encrypt -W "")"
	assert_equal "-qWexpired" "$(offered verify -qWex)"
}

it_offers_of_the_rules_for_mounts_only_what_a_mount_can_have()
{
	assert_equal wrong-type "$(offered recover -E wrong)"
	assert_equal "" "$(offered recover -W wrong)"
	assert_equal "" "$(offered recover -E expired,wrong)"
}

it_offers_mount_options_and_their_values()
{
	assert_equal "ro,check=strict ro,check=warn ro,check=off" "$(offered recover -o ro,check=)"
	assert_equal "--options=format=xml" "$(offered recover --options=format=x)"
	assert_equal "limit=depth:" "$(offered recover -o limit=d)"
	assert_equal "target=macOS:" "$(offered recover -o target=m)"
	assert_equal "backup=a\\,b,digest=sha256" "$(offered recover -o 'backup=a\,b,digest=sha2')"
	assert_equal "" "$(offered recover -o noau)" # only for fstab(5)
}

# All in one list, those that take a value with one that is allowed.
it_offers_no_mount_option_that_a_mount_does_not_take()
{
	local options

	options=$("$PROFILEFS" complete -- recover -o "" | sed -E 's/^limit=/&nodes:5000/; s/^target=/&iOS:18/
		s/^(error|warning|off)=/&expired/; s/^digest=/&sha1/; s/^(format|conflict)=/&keep/; s/^check=/&off/
		s/^(placeholders|unknown|delete)=/&deny/; s/=$/&x/' | paste -sd ,)
	[[ $options == ro,rw,*,conflict=keep,* ]]
	run profilefs recover --list -o "$options"
	assert_status 0
}

it_offers_payload_types_and_keys()
{
	assert_equal com.apple.wifi.managed "$(offered new com.apple.security.scep com.apple.wif)"
	assert_equal "com.apple.wifi.managed com.apple.wifi.managed/" "$(offered schema com.apple.wif)"
	assert_equal "com.apple.wifi.managed/EAPClientConfiguration/TLSMinimumVersion" \
		"$(offered schema com.apple.wifi.managed/EAPClientConfiguration/TLSMi)"
	assert_equal "profile/PayloadUUID" "$(offered schema profile/PayloadUU)"
	assert_equal "" "$(offered schema org.example/)"
	assert_equal "" "$(offered schema com.apple.mdm com.apple.)"
}

it_offers_only_paths_that_schema_knows()
{
	local dict=com.apple.vpn.managed/IKEv2/ChildSecurityAssociationParameters path

	for path in $("$PROFILEFS" complete -- schema $dict/); do
		profilefs schema "$path" >/dev/null
	done
	assert_equal $dict/LifeTimeInMinutes "$path"
}

it_leaves_files_to_the_shell_and_says_what_stands_before_them()
{
	assert_equal ":profiles" "$(offered check w)"
	assert_equal ":directories" "$(offered wifi.mobileconfig "")"
	assert_equal ":files --key=" "$(offered sign --key=a)"
	assert_equal ":files file:" "$(offered sign --passin file:a)"
	assert_equal ":files ro,key=" "$(offered recover -o ro,key=a)"
	assert_equal ":directories --manif=" "$(offered check --manif=)"
	assert_equal "--" "$(offered exec a "")"
	assert_equal ":commands" "$(offered exec a -- "")"
	assert_equal ":files" "$(offered exec a -- ls -)"
}

it_offers_where_profiles_are_mounted()
{
	assert_equal ":directories" "$(offered umount "$PWD/")"
	profilefs new >p.mobileconfig
	mount_profile p.mobileconfig
	assert_equal "$PWD/mnt" "$(offered umount "$PWD/")"
	umount_profile
}

it_mounts_nothing_when_a_profile_is_called_complete()
{
	profilefs new com.apple.mdm >complete 2>/dev/null
	mkdir mnt
	assert_equal ":profiles" "$(offered mnt)"
	run profilefs complete -- complete mnt
	assert_status 0
	! is_mounted "$PWD/mnt"
}

it_is_silent_about_what_is_wrong()
{
	run profilefs complete -- check --nonsense --limit=x -X --format=nonsense -
	assert_status 0
	assert_no_stderr
	run profilefs complete --
	assert_status 0
	assert_no_stderr
}

it_says_that_the_disk_is_full()
{
	run bash -c '"$1" complete -- >/dev/full' bash "$PROFILEFS"
	assert_status 2
}

# --- shells ------------------------------------------------------------------------------------------

# A folder with things to complete, and in it a `profilefs` that answers shells and else shows what it was given.
prepare()
{
	mkdir bin sub
	touch 'my wifi.mobileconfig' key.pem other.txt
	cat >bin/profilefs <<-'END'
		#!/bin/sh
		[ "$1" != complete ] || exec "$PROFILEFS" "$@"
		printf '[%s]' "$@"
		echo '(end)'
	END
	chmod +x bin/profilefs
	PATH=$PWD/bin:$PATH
}

# types_in SHELL ARG... <LINES: at a terminal each line is typed, with a real TAB for every "<TAB>", and `shown` is what
# was given to the program, a line each.
types_in()
{
	local line text='ready>'

	while IFS= read -r line; do
		printf '%s => %s\n' "$text" "${line//<TAB>/$'\t'}"
		text='(end)'
	done >steps
	printf '%s => exit\n' "$text" >>steps
	env TERM=dumb HOME="$PWD" "$PYTHON" "$E2E/terminal.py" "$@" <steps >shown.raw
	shown=$(grep -o '\[.*(end)$' shown.raw | sed 's/(end)$//')
}

# What every shell must make of it.
assert_completes_at_a_terminal()
{
	types_in "$@" <<-'END'
		profilefs ch<TAB>--form<TAB>sar<TAB> --col<TAB>ne<TAB> my<TAB>
		profilefs mount oth<TAB> su<TAB>
		profilefs recover -o ro,che<TAB>st<TAB>
		profilefs schema com.apple.wifi.man<TAB>/EAPC<TAB>/TLSMini<TAB>
		profilefs check --target mac<TAB>15 -E exp<TAB>
		profilefs encrypt --off=<TAB> --key=ke<TAB>
	END
	assert_equal "[check][--format=sarif][--color=never][my wifi.mobileconfig]
[mount][other.txt][sub]
[recover][-o][ro,check=strict]
[schema][com.apple.wifi.managed/EAPClientConfiguration/TLSMinimumVersion]
[check][--target][macOS:15][-E][expired]
[encrypt][--off=expired][--key=key.pem]" "$(sed 's,/\]$,],' <<<"$shown")"
}

it_completes_in_bash_at_a_terminal()
{
	prepare
	cat >rc <<-END
		PS1='ready> '
		. "$SCRIPTS/profilefs.bash"
	END
	assert_completes_at_a_terminal bash --noprofile --rcfile rc -i
}

it_completes_in_zsh_at_a_terminal()
{
	need zsh
	prepare
	# Of zsh's own functions only those that are needed are looked at: there are a thousand.
	cat >.zshrc <<-END
		all=(\$fpath)
		fpath=("$SCRIPTS" \${(M)fpath:#*/Completion} \${(M)fpath:#*/Base})
		autoload -U compinit && compinit -u -D
		fpath=(\$all)
		autoload -U _files _path_files _list_files _command_names
		PS1='ready> '
	END
	ZDOTDIR=$PWD assert_completes_at_a_terminal zsh -d -i
}

# The candidates for a command line, without descriptions.
in_fish()
{
	HOME=$PWD fish --no-config -c 'source $argv[1]
		for line in $argv[2..-1]; complete -C $line; echo .; end' "$SCRIPTS/profilefs.fish" "$@" | cut -f 1
}

it_completes_in_fish()
{
	need fish
	prepare
	assert_equal "check
.
--format=sarif
.
my wifi.mobileconfig
.
--key=key.pem
.
ro,check=strict
.
sub/
.
--color=
.
macOS:
." "$(in_fish 'profilefs ch' 'profilefs check --format=s' 'profilefs check m' 'profilefs sign --key=k' \
		'profilefs recover -o ro,check=s' 'profilefs mount x s' 'profilefs --limit X=1 check --c' \
		'profilefs check --target m')"
}

# bash's function by itself, for every line: a line of what is offered, and of what is asked of readline.
in_bash()
{
	bash -c '. "$1"
		compopt() { asked=$*; }
		for line in "${@:2}"; do
			asked=
			COMP_LINE=$line COMP_POINT=${#line}
			line=${line//=/ = }
			COMP_WORDS=(${line//:/ : })
			[[ $line != *" " || $line == *= ]] || COMP_WORDS+=("")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			_profilefs
			echo "${COMPREPLY[*]}|$asked"
		done' bash "$SCRIPTS/profilefs.bash" "$@"
}

it_offers_in_bash_what_stands_after_the_last_break()
{
	prepare
	assert_equal "sarif|
sarif|
macOS:|-o nospace
depth:|-o nospace
my wifi.mobileconfig|-o filenames -o plusdirs
|+o default +o bashdefault" "$(in_bash 'profilefs check --format=s' 'profilefs check --format s' \
		'profilefs check --target m' 'profilefs recover -o ro,limit=d' 'profilefs check my' \
		'profilefs check --format=z')"
}

it_leaves_files_to_readline_in_bash()
{
	prepare
	assert_equal "|
|+o default +o bashdefault -o dirnames" "$(in_bash 'profilefs sign --key=k' 'profilefs a.mobileconfig ')"
}

run_tests "$@"
