#!/bin/sh
# A database that was never judged, as an older netanalyze left it, is not called healthy.
set -u
netanalyze=${NETANALYZE:-build/netanalyze}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
"$netanalyze" analyze samples/netns-tbf.nrec -o "$dir/t.db" >"$dir/out" || { cat "$dir/out"; exit 1; }
"$netanalyze" report "$dir/t.db" | grep -q 'set to a rate below what is sent' || { echo "the judged one names no cause"; exit 1; }
sqlite3 "$dir/t.db" 'DELETE FROM rule; DELETE FROM finding'
for ask in report "show findings"; do
	"$netanalyze" $ask "$dir/t.db" >"$dir/out" || exit 1
	grep -q 'an older netanalyze made this database' "$dir/out" && ! grep -qi 'nothing is wrong' "$dir/out" ||
		{ echo "$ask: does not say that it was not judged"; head -20 "$dir/out"; exit 1; }
done
