#!/bin/sh
# The report of each labelled recording fits 100 columns, and its findings do not depend on the number of threads.
set -u
netanalyze=${NETANALYZE:-build/netanalyze}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8
status=0 n=0
for f in tests/causes/*.nrs samples/*.nrec; do
	"$netanalyze" analyze "$f" -o "$dir/one.db" --force --threads 1 >"$dir/out" &&
		"$netanalyze" analyze "$f" -o "$dir/three.db" --force --threads 3 >"$dir/out" &&
		"$netanalyze" report "$dir/one.db" >"$dir/report" || exit 1
	! grep -nE '.{101}' "$dir/report" || { echo "$f: the report is wider than 100 columns"; status=1; }
	# What was asked for, and who, where and why, come before anything else.
	[ "$(sed -n 2p "$dir/report")" = "What is wrong?" ] || { echo "$f: the report does not begin with what is wrong"; status=1; }
	for db in one three; do
		sqlite3 "$dir/$db.db" "SELECT * FROM finding ORDER BY rank; SELECT * FROM symptom ORDER BY id" >"$dir/$db"
	done
	cmp -s "$dir/one" "$dir/three" || { echo "$f: findings depend on the number of threads"; status=1; }
	n=$((n + 1))
done
[ $n -gt 1 ] || { echo "no recordings"; exit 1; }
exit $status
