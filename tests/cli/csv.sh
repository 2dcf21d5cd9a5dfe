#!/bin/sh
# CSV, as a reader of its own (Python's) sees it: tables of views and of events have the values of their JSON; no text is a
# formula.
# NETANALYZE: the program under test.
. "$(dirname "$0")/../scratch.sh"

# Lines of what, a table, its status, and a JSON file with the member that has the same rows: objects, all of whose members
# have to be in the table. One that is null was not observed, and is refused.
cat >same.py <<'END'
import csv, json, math, sys

def same(cell, value):
    if value is None:
        return cell == ""
    if isinstance(value, (list, dict)):
        return json.loads(cell) == value
    if isinstance(value, str):
        return cell == ("'" + value if value[:1] in tuple("=+-@") else value)
    return math.isclose(float(cell), float(value), rel_tol=1e-12)

def compare(table, wanted):
    assert table.endswith("\r\n"), "the last line does not end"
    names, *rows = csv.reader(table.splitlines(keepends=True), strict=True)
    assert len(set(names)) == len(names), "two columns of one name"
    assert len(rows) == len(wanted), f"{len(rows)} rows, not {len(wanted)}"
    for number, (row, want) in enumerate(zip(rows, wanted), 1):
        want = {"text": want} if isinstance(want, str) else want
        assert len(row) == len(names), f"row {number} has {len(row)} cells, not {len(names)}"
        for name, cell in zip(names, row):
            assert same(cell, want.get(name)), f"row {number}: {name} is {cell!r}, not {want.get(name)!r}"
        assert not set(want) - set(names), f"row {number}: no columns {set(want) - set(names)}"

n = 0
for line in open("list"):
    what, file, status, rows, member = line.rstrip("\n").split("|")
    table, wanted = open(file, newline="", encoding="utf-8").read(), json.load(open(rows))
    wanted = wanted[member] if member else wanted
    try:
        assert status == ("4" if wanted is None else "0"), f"exit status {status}"
        assert wanted is not None or not table, "not observed, but there is something"
        if wanted is not None:
            compare(table, wanted)
        n += bool(wanted)
    except (AssertionError, ValueError) as e:
        print(f"{what}: {e}")
assert n >= int(sys.argv[1]), f"only {n} tables have rows"
END

# same LEAST: as many tables of the list have rows at least.
same() {
	python3 same.py "$1" >said 2>err && ! [ -s said ] || fail "$(cat said) $(tail -n 1 err)"
	rm -f list
}

# Every table of every view.
trace=$root/samples/ovs-sweep.nrec
"$netanalyze" analyze "$trace" -o it.db >out 2>&1 || fail "analyze: $(cat out)"
for view in $("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
	"$netanalyze" show "$view" it.db --json --top 0 >"$view.json" 2>err || fail "show $view --json: $(cat err)"
	member=rows
	tables=$("$netanalyze" show "$view" it.db --csv --table nosuchtable 2>&1 | sed -n 's/.*this view: it has //p' | tr -d ,)
	[ -n "$tables" ] || fail "show $view --csv names no tables"
	for table in $tables; do
		"$netanalyze" show "$view" it.db --csv --top 0 --table "$table" >"$view.$table.csv" 2>err
		echo "show $view --csv --table $table|$view.$table.csv|$?|$view.json|${member:-$table}" >>list
		member=
	done
done
[ "$(wc -l <list)" -gt 100 ] || fail "only $(wc -l <list) tables are there"
same 40
"$netanalyze" show offcpu it.db --csv >table.csv 2>err
grep -q 'other tables, for --table: stacks, user_stacks, wakers$' err || fail "no word of other tables: $(cat err)"
"$netanalyze" show irqfd it.db --csv >table.csv 2>err
[ $? = 4 ] && grep -q "was not observed: without --csv it says why" err || fail "what was not observed is not refused: $(cat err)"

# Events, also several types in one table, and what says that some are missing.
for name in netns-tbf guest-busy; do
	for events in drop packet,hop tcp_sample,offcpu,task softirq,upcall,counter; do
		trace=$root/samples/$name.nrec
		"$netanalyze" export "$trace" --to csv --events "$events" --from 1 --until 2.5 -o "$name.$events.csv" 2>err
		echo "export $name --to csv --events $events|$name.$events.csv|$?|$name.$events.json|" >>list
		"$netanalyze" replay "$trace" --events "$events" --from 1 --to 2.5 --json | jq -s . >"$name.$events.json"
	done
done
same 5

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
