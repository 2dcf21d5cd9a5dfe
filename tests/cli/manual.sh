#!/bin/sh
# The manual and the shell completion name every command, view and option that netanalyze has, and no others.
[ "${BASH_VERSION:-}" ] || exec bash "$0" # the completion is bash
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze}
failed=0

man=$(mandoc -T ascii analyzer/netanalyze.1 | col -b) || exit 1
mandoc -T lint -W warning analyzer/netanalyze.1 || failed=1
. analyzer/netanalyze.bash-completion

complete_words() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_netanalyze
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
netanalyze=$(cd "$OLDPWD" && realpath "$netanalyze")
views=$("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p' | sort)
same "views" "$views" "$(complete_words netanalyze show '')"
commands=$("$netanalyze" help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | sort)
same "commands" "$commands" "$(complete_words netanalyze '' | grep -Fx "$commands")"
for word in $commands $views; do
	grep -qw -- "$word" <<<"$man" || { echo "the manual does not mention $word"; failed=1; }
done
for command in report show analyze info verify; do
	options=$("$netanalyze" "$command" --help | grep -o -e '--[a-z][a-z-]*' | grep -vx -e --help | sort -u)
	same "options of $command" "$options" "$(complete_words netanalyze "$command" -- | grep -vx -e --help)"
	for option in $options; do
		grep -q -e "$option" <<<"$man" || { echo "the manual does not mention $option of $command"; failed=1; }
	done
done
exit $failed
