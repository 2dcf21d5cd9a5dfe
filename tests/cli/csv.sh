#!/bin/sh
# CSV, as a reader of its own (Python's) sees it: tables of views and of events have the values of their JSON; no text is a
# formula.
# NETANALYZE: the program under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=$(realpath "${NETANALYZE:-build/netanalyze}")
root=$PWD
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TZ=UTC
failed=0
cd "$dir" || exit 1

fail() {
	echo "$*"
	failed=1
}

# The rows of table.csv beside those of rows.json, which are objects, all of whose members have to be there.
cat >same.py <<'END'
import csv, json, math, sys
table = open("table.csv", newline="", encoding="utf-8").read()
assert table.endswith("\r\n"), "the last line does not end"
rows = list(csv.reader(table.splitlines(keepends=True), strict=True))
names, rows = rows[0], rows[1:]
wanted = json.load(open("rows.json"))
assert len(set(names)) == len(names), "two columns of one name"
assert len(rows) == len(wanted), f"{len(rows)} rows, not {len(wanted)}"
def same(cell, value):
    if value is None:
        return cell == ""
    if isinstance(value, (list, dict)):
        return json.loads(cell) == value
    if isinstance(value, str):
        inert = "'" + value if value[:1] in tuple("=+-@") else value
        return cell == inert
    return math.isclose(float(cell), float(value), rel_tol=1e-12)
for number, (row, want) in enumerate(zip(rows, wanted), 1):
    assert len(row) == len(names), f"row {number} has {len(row)} cells, not {len(names)}"
    for name, cell in zip(names, row):
        assert same(cell, want.get(name)), f"row {number}: {name} is {cell!r}, not {want.get(name)!r}"
    assert not set(want) - set(names), f"row {number}: no columns {set(want) - set(names)}"
END

same() {
	python3 same.py 2>err || fail "$*: $(tail -n 1 err)"
}

# Every table of every view.
trace=$root/samples/ovs-sweep.nrec
"$netanalyze" analyze "$trace" -o it.db 2>err || fail "analyze: $(cat err)"
n=0
for view in $("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
	"$netanalyze" show "$view" it.db --json --top 0 >all.json 2>err || fail "show $view --json: $(cat err)"
	main=rows
	tables=$("$netanalyze" show "$view" it.db --csv --table nosuchtable 2>&1 | sed -n 's/.*this view: it has //p' | tr -d ,)
	[ -n "$tables" ] || fail "show $view --csv names no tables"
	for table in $tables; do
		"$netanalyze" show "$view" it.db --csv --top 0 --table "$table" >table.csv 2>err
		status=$?
		if [ "$(jq -r ".$main | type" all.json)" = null ]; then
			[ $status = 4 ] && grep -q "was not observed" err && ! [ -s table.csv ] || fail "show $view --csv --table $table: status $status: $(cat err)"
		elif [ $status != 0 ]; then
			fail "show $view --csv --table $table: status $status: $(cat err)"
		else
			jq ".$main | map(if type == \"string\" then {text: .} else . end)" all.json >rows.json
			same "show $view --csv --table $table"
			n=$((n + 1))
		fi
		main=$(echo "$tables" | tr ' ' '\n' | grep -A1 -Fx "$table" | sed -n 2p)
	done
done
[ $n -gt 60 ] || fail "only $n tables are there"
"$netanalyze" show offcpu it.db --csv >table.csv 2>err
grep -q 'other tables, for --table: stacks, user_stacks, wakers$' err || fail "no word of other tables: $(cat err)"

# Events, also several types in one table, and what says that some are missing.
n=0
for name in netns-tbf guest-busy; do
	for events in drop packet,hop tcp_sample,offcpu,task softirq,upcall,counter; do
		trace=$root/samples/$name.nrec
		"$netanalyze" export "$trace" --to csv --events "$events" --from 1 --until 2.5 --force -o table.csv 2>err || fail "export $events: $(cat err)"
		"$netanalyze" replay "$trace" --events "$events" --from 1 --to 2.5 --json | jq -s . >rows.json
		[ "$(jq length rows.json)" -gt 0 ] && n=$((n + 1))
		same "export $name --to csv --events $events"
	done
done
[ $n -ge 5 ] || fail "only $n of these have events"

refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" "$@" >out 2>err
	got=$?
	[ $got = "$status" ] && grep -qF -- "$words" err && ! [ -s out ] || fail "$*: exit status $got, not $status, or no '$words': $(cat err)"
}
refuse 2 "give its events" export "$trace" --to csv -o it.csv
refuse 2 "not 'nosuch'" export "$trace" --to csv -o it.csv --events nosuch
refuse 2 "two formats" show drops it.db --csv --json
refuse 2 "is for --csv" show drops it.db --table flows
refuse 4 "not by device" show drops "$root/samples/netns-tbf.nrec" --csv --table other --iface eth0
exit $failed
