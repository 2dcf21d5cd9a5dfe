#!/bin/sh
# --late decides what is late, whoever analyzes the recording: analyze, report and show say the same. For a database that is
# decided, and views that tell nothing of late packets refuse it.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze}
trace=samples/netns-tbf.nrec
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
fail() {
	echo "$1"
	exit 1
}

"$netanalyze" analyze "$trace" --late 20 -o "$tmp/t.db" >"$tmp/out" || fail "analyze: $(cat "$tmp/out")"
"$netanalyze" show outcomes "$tmp/t.db" --json >"$tmp/of_db" || fail "outcomes of the database"
"$netanalyze" show outcomes "$trace" --late 20 --json >"$tmp/of_trace" || fail "outcomes of the recording"
grep -q '"limit_ns":20000000,' "$tmp/of_db" || fail "analyze --late: $(cat "$tmp/of_db")"
cmp "$tmp/of_db" "$tmp/of_trace" || fail "the recording's outcomes are others: $(cat "$tmp/of_trace")"
"$netanalyze" report "$trace" --late 20 | tr -s ' \n' ' ' | grep -q 'answered within 20.0 ms' || fail "report --late"
"$netanalyze" report "$trace" | tr -s ' \n' ' ' | grep -q 'answered within 200 ms' || fail "report without --late"

"$netanalyze" show monitor "$trace" --monitor tests/cli/monitor/ping.txt --late 20 --json >"$tmp/monitor" || fail "monitor"
grep -q '"limit_ns":20000000,' "$tmp/monitor" || fail "show monitor --late: $(cat "$tmp/monitor")"

refused() {
	what=$1
	shift
	"$netanalyze" "$@" --late 20 >"$tmp/out" 2>&1
	[ $? = 2 ] && grep -q "$what" "$tmp/out" || fail "$*: $(cat "$tmp/out")"
}
refused 'decided when it was analyzed' report "$tmp/t.db"
refused 'decided when it was analyzed' show outcomes "$tmp/t.db"
refused 'means nothing to it' show cpu "$trace"
