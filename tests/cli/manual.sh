#!/bin/sh
# The manuals and shell completions name every command, view, profile and option that the programs have, and no others.
[ "${BASH_VERSION:-}" ] || exec bash "$0" # the completion is bash
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze} netrec=${NETREC:-build/netrec}
failed=0
profiles=$(sed -n 's/^PROFILE(\([a-z]*\),.*/\1/p' recorder/profiles.def | sort)
views_def=$(sed -n 's/^VIEW([a-z_]*, "\([a-z-]*\)".*/\1/p' analyzer/print/views.def | sort)

man=$(mandoc -T ascii analyzer/netanalyze.1 | col -b) || exit 1
mandoc -T lint -W warning analyzer/netanalyze.1 || failed=1
readme=$(cat README.md)
recorder_man=$(mandoc -T ascii recorder/netrec.1 | col -bx) || exit 1
mandoc -T lint -W warning recorder/netrec.1 || failed=1
. analyzer/netanalyze.bash-completion
. recorder/netrec.bash-completion

complete_words() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_"$(basename "$1")" 2>/dev/null
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

same() {
	if [ "$2" != "$3" ]; then
		echo "$1: the program has"
		echo "$2"
		echo "the completion has"
		echo "$3"
		failed=1
	fi
}

cd /tmp || exit 1 # completions of file names are not what is asked for
netanalyze=$(cd "$OLDPWD" && realpath "$netanalyze") netrec=$(cd "$OLDPWD" && realpath "$netrec")
views=$("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p' | sort)
same "views, in views.def" "$views_def" "$views"
same "views" "$views" "$(complete_words netanalyze show '')"
commands=$("$netanalyze" help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | sort)
same "commands" "$commands" "$(complete_words netanalyze '' | grep -Fx "$commands")"
for word in $commands $views; do
	grep -qw -- "$word" <<<"$man" || { echo "the manual does not mention $word"; failed=1; }
done
for command in report show timeline replay export compare trend merge analyze cut anonymize info verify; do
	options=$("$netanalyze" "$command" --help | grep -o -e '--[a-z][a-z-]*' | grep -vx -e --help | sort -u)
	same "options of $command" "$options" "$(complete_words netanalyze "$command" -- | grep -vx -e --help)"
	for option in $options; do
		grep -q -e "$option" <<<"$man" || { echo "the manual does not mention $option of $command"; failed=1; }
	done
done

commands=$("$netrec" help | sed -n 's/^  \([a-z][a-z]*\)   *[a-z].*/\1/p' | grep -vx netrec | sort)
same "commands of netrec" "$commands" "$(complete_words netrec '' | grep -v -e ^-)"
same "profiles" "$profiles" "$(complete_words netrec record -p '')"
same "profiles in netrec record --help" "$profiles" "$("$netrec" record --help | sed -n 's/^  -p PROFILE.*record: //p' | sed 's/ (default)//' | tr -s ', ' '\n' | sort)"
for word in $commands; do
	grep -qw -- "$word" <<<"$recorder_man" || { echo "the manual of netrec does not mention $word"; failed=1; }
done
for profile in $profiles; do
	grep -qE "^ +$profile  +[a-z]" <<<"$recorder_man" || { echo "the manual of netrec does not explain the profile $profile"; failed=1; }
done
for word in $profiles $views_def; do
	grep -q "^|.*\`$word\`" <<<"$readme" || { echo "README.md does not list $word"; failed=1; }
done
# Every event that can be chosen, as the program itself prints them.
same "events" "$("$netrec" probes -p full | awk 'NR > 1 { print $1; print $2 }' | sort -u)" "$(complete_words "$netrec" record -e '')"
for command in record probes check; do
	options=$("$netrec" "$command" --help | sed '/^Examples/,$d' | grep -oE -e '(^| )--?[a-z][a-z-]*' | tr -d ' ' | grep -vx -e -h -e --help | sort -u)
	words=$(complete_words netrec "$command" - | grep -vx -e -h -e --help -e --)
	for option in $options; do
		grep -q -x -e "$option" <<<"$words" || { echo "the completion of netrec $command lacks $option"; failed=1; }
		grep -q -e "$option" <<<"$recorder_man" || { echo "the manual does not mention $option of netrec $command"; failed=1; }
	done
	for word in $words; do
		grep -q -e "$word" <<<"$("$netrec" "$command" --help)" || { echo "netrec $command has no $word, but its completion has"; failed=1; }
	done
done
exit $failed
