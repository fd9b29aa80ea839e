# Completion for bash (3.2 and later). What can be completed, the program says: see fs/cmd/complete.h.

# The words up to the cursor, in `words`: bash also splits where COMP_WORDBREAKS says, at = and :.
_profilefs_words()
{
	local rest=${COMP_LINE:0:COMP_POINT} bare i

	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		bare=${rest#"${rest%%[![:space:]]*}"}
		if ((i == 0)) || [[ $bare != "$rest" ]]; then
			words+=("")
		fi
		if ((i == COMP_CWORD)); then
			words[${#words[@]} - 1]+=$bare
		else
			words[${#words[@]} - 1]+=${COMP_WORDS[i]}
		fi
		rest=${bare#"${COMP_WORDS[i]}"}
	done
}

# What is left to the shell: readline completes it as it does without us.
_profilefs_leave()
{
	local kind=$1 word=$2 found

	case $kind in
	:directories) compopt +o default +o bashdefault -o dirnames ;;
	:profiles)
		compopt -o filenames -o plusdirs || return
		while IFS= read -r found; do
			COMPREPLY+=("$found")
		done < <(compgen -f -X '!*.mobileconfig' -- "$word")
		;;
	:commands)
		while IFS= read -r found; do
			COMPREPLY+=("$found")
		done < <(compgen -c -- "$word")
		;;
	esac
}

_profilefs()
{
	local words kind last breaks=${COMP_WORDBREAKS//[!:=]/} head="" line

	COMPREPLY=()
	_profilefs_words
	last=${words[${#words[@]} - 1]}
	# Only what stands after the last break is replaced.
	if [[ -n $breaks && $last == *["$breaks"]* ]]; then
		head=${last%"${last##*["$breaks"]}"}
	fi
	while IFS= read -r line; do
		case $line in
		:*)
			kind=${line%% *}
			_profilefs_leave "$kind" "${last#"$head"}" 2>/dev/null
			;;
		*) COMPREPLY+=("${line#"$head"}") ;;
		esac
	done < <("${words[0]/#~\//$HOME/}" complete -- "${words[@]:1}" 2>/dev/null)
	if [[ -z ${kind-} && ${#COMPREPLY[@]} -eq 0 ]]; then
		compopt +o default +o bashdefault
	elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/,:] ]]; then
		compopt -o nospace
	fi 2>/dev/null
}
complete -o bashdefault -o default -F _profilefs profilefs
