#!/bin/sh
# --iface: every table that is by device has exactly the rows of that device, on a database and on the recording; all
# others are named as left out; views without devices refuse it, and so does an unknown name.
# NETANALYZE, MAKE_TRACE: the programs under test.
. "$(dirname "$0")/../scratch.sh"
make_trace=$(program "${MAKE_TRACE:-build/tests/cli/make_trace}")
"$make_trace" web.nrec && "$make_trace" --vm vm.nrec && "$make_trace" --ovs ovs.nrec || exit 1
cp -r "$root/samples/netns-tbf.nrec" tbf.nrec

# Rows of every table of all.json and one.json that are in one of them only, or of no or another device. Shares are of what is shown.
compare='WITH part(file, t, device, row, type) AS (SELECT f.column1, k.key, coalesce(json_extract(r.value, '\''$.interface'\''), json_extract(r.value, '\''$.input_port'\'')),
		json_remove(r.value, '\''$.share_pct'\''), json_type(r.value, '\''$.interface'\'') FROM (VALUES ('\''all'\''), ('\''one'\'')) AS f, json_each(readfile(f.column1 || '\''.json'\'')) AS k, json_each(k.value) AS r
		WHERE k.type = '\''array'\'' AND r.type = '\''object'\''),
	shown(t) AS (SELECT key FROM json_each(readfile('\''one.json'\'')) WHERE type = '\''array'\'')
SELECT t || '\'': '\'' || row FROM part WHERE file = '\''one'\'' AND (type = '\''null'\'' OR device NOT IN (:name, :short))
UNION ALL SELECT t || '\'' lacks '\'' || row FROM (SELECT t, row FROM part WHERE file = '\''all'\'' AND device = :name AND t IN shown EXCEPT SELECT t, row FROM part WHERE file = '\''one'\'')
UNION ALL SELECT t || '\'' has '\'' || row FROM (SELECT t, row FROM part WHERE file = '\''one'\'' AND device = :name EXCEPT SELECT t, row FROM part WHERE file = '\''all'\'');'

# device TRACE NAME: all views.
rows=0 refused=0
device() {
	trace=$1 name=$2
	[ -e "$trace.db" ] || "$netanalyze" analyze "$trace.nrec" -o "$trace.db" >/dev/null || fail "cannot analyze $trace.nrec"
	for view in $("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
		if ! grep -q 'device_match(' "$root/schema/show/$view.sql"; then
			"$netanalyze" show "$view" "$trace.db" --iface "$name" >out 2>&1
			[ $? = 2 ] && grep -q "view '$view' is not by device" out || fail "show $view takes --iface"
			refused=$((refused + 1))
			continue
		fi
		"$netanalyze" show "$view" "$trace.db" --json --top 0 >all.json && "$netanalyze" show "$view" "$trace.db" --iface "$name" --json --top 0 >one.json ||
			{ fail "show $view $trace.db --iface $name"; continue; }
		# In interfaces the name and its namespace are two columns.
		sqlite3 :memory: ".param set :name '$name'" ".param set :short '${name%% (*}'" "$compare" >wrong
		[ ! -s wrong ] || { fail "show $view $trace.db --iface '$name':"; head -n 5 wrong; }
		rows=$((rows + $(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('one.json')) AS k, json_each(k.value) AS r WHERE k.type = 'array' AND r.type = 'object'")))
		# Each table is there, not observed, or named as left out.
		[ -z "$(sqlite3 :memory: "SELECT key FROM json_each(readfile('all.json')) WHERE key <> 'rows' AND key NOT IN (SELECT key FROM json_each(readfile('one.json'))
			UNION SELECT value FROM json_each(readfile('one.json'), '\$.left_out'))")" ] || fail "show $view --iface drops a table without a word"
		[ "$view" = packets ] || [ "$view" = drop-events ] && continue # on the recording, others are kept, with other numbers
		"$netanalyze" show "$view" "$trace.nrec" --iface "$name" --top 0 | sed -e 1d -e '/^the analysis kept/d' >trace.txt
		"$netanalyze" show "$view" "$trace.db" --iface "$name" --top 0 | sed 1d >db.txt
		diff db.txt trace.txt || fail "show $view --iface differs between $trace.nrec and its database"
	done
}

device web eth0
device web 'veth0 (blue)'
device vm vnet0
device vm eth0
device ovs br0
device ovs eth0
device tbf 'port-server (nrdemo-switch)'
[ $rows -gt 100 ] && [ $refused -gt 20 ] || fail "only $rows rows and $refused refusals were looked at"

# none VIEW TABLE TRACE NAME: the table is empty, or a view of that device alone would have rows of others.
none() {
	"$netanalyze" show "$1" "$3" --iface "$4" --json --top 0 >one.json
	[ "$(sqlite3 :memory: "SELECT json_array_length(readfile('one.json'), '\$.$2')")" = 0 ] || fail "show $1 $3 --iface '$4' has rows in $2"
}
none drops stacks web.db eth0
none tun rows vm.db eth0
none tun distribution vm.db eth0
for table in rows workers signals kicks chain; do
	none vhost $table vm.db eth0
done
none eventfd rows vm.db eth0
none irqfd rows vm.db eth0

# Packets and flows.
for trace in web.db web.nrec; do
	"$netanalyze" show packets $trace --iface 'veth0 (blue)' --top 0 --json >one.json
	[ "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('one.json'), '\$.rows') WHERE json_extract(value, '\$.path') NOT LIKE '%@veth0 (blue)%'")" = 0 ] ||
		fail "packets of $trace that did not pass the device"
done
[ "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('one.json'), '\$.rows')")" = 300 ] || fail "not all packets that passed the device"
[ "$(sqlite3 :memory: "SELECT sum(json_extract(value, '\$.packets')) FROM json_each(readfile('one.json'), '\$.flows')")" = 300 ] || fail "not the flows of the packets that passed the device"
"$netanalyze" show packets web.db --iface eth0 | grep -A 1 '^Which flows' | grep -q '^(left out: not counted by device in this database' || fail "flows of a database are not told by device, but shown"
"$netanalyze" analyze web.nrec --iface eth0 -o eth0.db >/dev/null || fail "analyze --iface"
"$netanalyze" show packets eth0.db --iface eth0 --top 0 | sed 1d >db.txt
"$netanalyze" show packets web.nrec --iface eth0 --top 0 | sed 1d | diff db.txt - || fail "the database of one device differs from the recording"
"$netanalyze" show packets eth0.db | grep -q '^the analysis kept single packets, and counted flows and echoes, only of what passed eth0$' || fail "a database of one device does not say so"
"$netanalyze" report eth0.db | grep -q 'analyzed filter.*only of eth0$' || fail "the report of a database of one device does not say so"
# Several.
"$netanalyze" show interfaces web.db --iface eth0 --iface 'veth0 (blue)' | sed 2d >two.txt
"$netanalyze" show interfaces web.db | diff two.txt - || fail "all devices are not all"

# unknown COMMAND…: a name that is none, and what is near.
unknown() {
	"$netanalyze" "$@" >out 2>&1
	[ $? = 2 ] && [ "$(wc -l <out)" = 1 ] || { fail "$*: no usage error of one line"; cat out; }
}
unknown show stages web.db --iface eht0
grep -q "there is no device 'eht0' in the recording; did you mean 'eth0'?" out || { fail "no near name"; cat out; }
unknown show stages web.nrec --iface veth0
grep -q "there is no device 'veth0' in the recording; there is 'veth0 (blue)'" out || { fail "no name in other namespaces"; cat out; }
unknown analyze web.nrec --iface eth0 --iface nosuchthing -o x.db
[ ! -e x.db ] && [ -z "$(ls | grep "\.tmp\$")" ] || fail "an analysis that failed left a database"
exit $failed
