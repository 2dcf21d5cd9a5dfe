#!/bin/sh
# How a recording is cut into segments and in which order its files are met changes nothing: each labelled recording is
# analyzed whole, and cut at places that follow from its name into 3 to 7 segments that come in the wrong order: as files
# on the command line, concatenated in one file, or under names that sort otherwise. All tables are the same then, but
# for those about the files.
# NETANALYZE, RECUT: the programs under test.
set -u
netanalyze=${NETANALYZE:-build/netanalyze} recut=${RECUT:-build/tests/cli/recut}
. tests/cause.sh

[ $# = 1 ] || { recordings | xargs -P 2 -n 1 sh "$0"; exit; }

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
seed=$(name_of "$1" | cksum | cut -d ' ' -f 1)

# tables DATABASE: what is in it; of the recording as such only what its rows say.
tables() {
	sqlite3 "$1" 'DROP TABLE file' 'DROP TABLE segment' 'UPDATE trace SET uuid = 0, created_ns = 0' .dump
}

"$netanalyze" analyze "$1" -o "$dir/whole.db" >"$dir/out" && tables "$dir/whole.db" >"$dir/whole.sql" || exit 1
"$recut" -n $((3 + seed % 5)) -s "$seed" "$1" "$dir/cut.nrec" || exit 1
backwards=$(ls -r "$dir/cut.nrec"/*.nrs)
case $((seed / 5 % 3)) in
0) set -- "$1" $backwards ;;
1) cat $backwards >"$dir/cut.nrs" && set -- "$1" "$dir/cut.nrs" ;;
2)
	mkdir "$dir/renamed.nrec" || exit 1
	n=100
	for f in $backwards; do
		n=$((n + 1))
		mv "$f" "$dir/renamed.nrec/000$n.nrs" || exit 1
	done
	set -- "$1" "$dir/renamed.nrec"
	;;
esac
name=$1
shift
"$netanalyze" analyze "$@" -o "$dir/cut.db" >"$dir/out" && tables "$dir/cut.db" >"$dir/cut.sql" || exit 1
[ "$(wc -l <"$dir/whole.sql")" -gt 1000 ] || { echo "$name: the tables cannot be read"; exit 1; }
diff "$dir/whole.sql" "$dir/cut.sql" >"$dir/diff" && exit
echo "$name is not the same when it is cut: whole <, cut >"
cut -c 1-200 "$dir/diff" | head -20
exit 1
