#!/bin/sh
# Less evidence never makes another cause: each labelled recording is judged as if one type of record that rules need had not
# been recorded: those that the rule of its label needs, and where packets are. What is found first is then what was found
# with it, or that it cannot be told, with a command of netrec that exists; and a clean recording stays clean.
set -u
netanalyze=${NETANALYZE:-build/netanalyze} netrec=${NETREC:-build/netrec}
. tests/cause.sh

found="SELECT cause FROM finding WHERE severity <> 'info' ORDER BY rank"
if [ $# = 1 ]; then # one of them
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
	status=0
	"$netanalyze" analyze "$1" -o "$dir/full.db" >"$dir/out" || exit 1
	full=$(sqlite3 "$dir/full.db" "$found")
	case $full in # a backlog is full whatever fills it
	*irq-concentration*) full="$full
softirq-backlog-full" ;;
	esac
	rule=$(injected "$(name_of "$1")" | cut -d ' ' -f 1)
	[ -e "schema/rule/$rule.sql" ] || rule=lock-held
	types=$(sed -n 's/^-- needs: //p' "schema/rule/$rule.sql" | tr ' |' '\n\n')
	for type in hop $types; do
		[ "$(sqlite3 "$dir/full.db" "SELECT rows > 0 FROM record_count WHERE name = '$type'")" = 1 ] || continue
		"$netanalyze" analyze "$1" -o "$dir/less.db" --force --without "$type" >"$dir/out" 2>&1 ||
			{ cat "$dir/out"; status=1; continue; }
		first=$(sqlite3 "$dir/less.db" "$found LIMIT 1")
		[ -z "$first" ] || printf 'cannot-tell\nunexplained\n%s\n' "$full" | grep -qx "$first" ||
			{ echo "$1 without $type: $first, which was not found with it"; status=1; }
		sqlite3 "$dir/less.db" "SELECT advice FROM finding WHERE cause = 'cannot-tell'" |
			sed -n 's/.*netrec record \(-p [^ ]*\( -e [^ ]*\)\{0,1\}\).*/\1/p' | sort -u >"$dir/with"
		while read -r with; do
			"$netrec" probes $with >"$dir/out" 2>&1 || { echo "netrec record $with: $(cat "$dir/out")"; status=1; }
		done <"$dir/with"
	done
	exit $status
fi
recordings | xargs -P 2 -n 1 sh "$0" || exit 1

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
# What is said instead, and with which command.
says() {
	"$netanalyze" analyze "$(file_of "$1")" -o "$dir/t.db" --force --without "$2" >"$dir/out" || exit 1
	"$netanalyze" report "$dir/t.db" >"$dir/out" || exit 1
	tr '\n' ' ' <"$dir/out" | tr -s ' ' | grep -q "cannot be told.*not recorded: $3.*netrec record -p host -e $3" ||
		{ echo "$1 without $2: does not say what to record"; head -30 "$dir/out"; exit 1; }
}
says cpu-hog thread thread
says tbf hop hop
says vhost-starved offcpu offcpu


# A gap over the moment: blocks of events that cannot be read. What is found is what was found without, or nothing sure.
for name in cpu-hog vhost-starved upcall-overflow tbf; do
	for percent in 35 50 65; do
		cp "$(file_of $name)" "$dir/cut.nrs"
		dd if=/dev/zero of="$dir/cut.nrs" bs=1 conv=notrunc count=9000 \
			seek=$(($(stat -c %s "$dir/cut.nrs") * percent / 100)) 2>"$dir/out" || exit 1
		"$netanalyze" analyze "$dir/cut.nrs" -o "$dir/cut.db" --force >"$dir/out" 2>&1 || { cat "$dir/out"; exit 1; }
		first=$(sqlite3 "$dir/cut.db" "$found LIMIT 1")
		printf 'cannot-tell\nunexplained\n%s\n' "$(injected $name)" | grep -qx "${first:-unexplained}" ||
			{ echo "$name with a hole at $percent %: $first"; exit 1; }
	done
done

"$netanalyze" analyze tests/causes/cpu-hog.nrs --without nothing >"$dir/out" 2>&1 && { echo "--without takes any word"; exit 1; }
exit 0
