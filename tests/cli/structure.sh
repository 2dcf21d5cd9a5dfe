#!/bin/sh
# The written rules of the tree, checked: who may know whom, tables named only in schema/, nothing
# in a .def file without its counterpart.
set -u
status=0
complain() {
	echo "$1"
	status=1
}

# Dependencies go one way: format/ knows nobody, recorder/ and analyzer/ never meet.
bad=$(grep -nE '#include "(recorder|analyzer|bpf|format/host)/' format/*.[ch])
[ -z "$bad" ] || complain "format/ includes something of ours: $bad"
bad=$(grep -nE '#include "analyzer/' recorder/*.[ch] bpf/*.[ch])
[ -z "$bad" ] || complain "the recorder includes the analyzer: $bad"
bad=$(grep -rnE '#include "(recorder|bpf)/' analyzer)
[ -z "$bad" ] || complain "the analyzer includes the recorder: $bad"

# The rooms of the analyzer, each with those it may include: data flows one way. Only command/ knows all of them.
while read -r room allowed; do
	bad=$(grep -rnoE '#include "analyzer/[a-z]+/' "analyzer/$room" | grep -vE "\"analyzer/($room${allowed:+|$(echo "$allowed" | tr ' ' '|')})/")
	[ -z "$bad" ] || complain "analyzer/$room may not include this: $bad"
done <<END
base
store base
filter base
read base store
sweep base store filter read
host base store filter read sweep
ovs base store filter read sweep
vm base store filter read sweep
history base
replay base store filter read packets
blame base store filter read sweep history
packets base store filter read sweep ovs vm
print base store filter
rules base store
monitor base store filter
compare base store
merge base store
cut base store filter read packets
anonymize base cut
command base store filter read sweep replay print rules monitor compare cut merge anonymize
END
for room in analyzer/*/; do
	grep -q "^$(basename "$room")\( \|\$\)" "$0" || complain "$room: who may it include? Say so in $0"
done
# A table knows whom it forgets: the oldest (base/lru.h) or the lightest (base/heavy.h).
bad=$(grep -rlE '#include "analyzer/base/table.h"' analyzer | grep -vE '^analyzer/base/(table|lru|heavy)\.c$')
[ -z "$bad" ] || complain "a table that refuses when it is full: $bad"
# Passes do not know each other: what two of them need is a module of its own.
bad=$(grep -rnE '#include ".*/pass_' analyzer; ls analyzer/*/pass_*.h 2>/dev/null)
[ -z "$bad" ] || complain "a pass that others include: $bad"
bad=$(nm -g --defined-only build/analyzer/*/pass_*.o 2>/dev/null | awk 'NF == 3 && $3 !~ /^pass_/ { print $3 }')
[ -z "$bad" ] || complain "a pass defines more than itself: $bad"

# Modules (a .c and its .h) stand in a line: no two need each other, by what they include or by what they call.
includes() {
	grep -rnoE '#include "analyzer/[a-z_/]+\.h"' analyzer | sed -E 's|^(.*)\.[ch]:[0-9]+:#include "(.*)\.h"|\1 \2|'
}
calls() {
	find analyzer -name '*.c' | sed 's|^|build/|; s|c$|o|' | xargs nm -Ag | sed -E 's|^build/(.*)\.o:|\1 |' |
		awk 'NF == 4 { home[$4] = $1 } NF == 3 && $2 == "U" { calls[$1 " " $3] }
		END { for (c in calls) { split(c, of); if (of[2] in home) print of[1], home[of[2]] } }'
}
[ -n "$(calls)" ] || complain "nm shows no calls between the analyzer's modules: is build/ built?"
bad=$({ includes; calls; } | awk '$1 != $2' | tsort 2>&1 >/dev/null | grep -o 'analyzer/.*' | sort -u)
[ -z "$bad" ] || complain "modules of the analyzer in a circle: $bad"

bad=$(grep -noE '^#include "[a-z_]+\.h"' recorder/*.[ch] | sed -E 's|^recorder/(.*)\.[ch]:[0-9]+:#include "(.*)\.h"|\1 \2|' |
	awk '$1 != $2' | tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([a-z_]*\)$/\1/p' | sort -u | xargs)
[ -z "$bad" ] || complain "modules of the recorder in a circle: $bad"

# A file's name means one thing, whichever program has it.
bad=$({ ls recorder/*.[ch] format/*.[ch] format/*/*.[ch] bpf/*.[ch]; ls analyzer/*/*.[ch]; } | sed 's|.*/||' | sort | uniq -d)
[ -z "$bad" ] || complain "two files of one name: $bad"

# What a production host has to carry for the recorder, and what libpcap would bring along for either program.
bad=$(readelf -d build/netrec | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^lib(bpf|elf|zstd|z|c)\.so|^ld-' | xargs)
[ -z "$bad" ] || complain "netrec needs more than it should: $bad"
bad=$(ldd build/netrec build/netanalyze | grep -oE 'lib(pcap|dbus|systemd)[^ ]*' | xargs)
[ -z "$bad" ] || complain "libpcap is linked in whole: $bad"

# Only main() ends the program.
bad=$(grep -nE '(^|[^_a-z])(exit|abort)\(' format/*.c format/*/*.c recorder/*.c analyzer/*.c analyzer/*/*.c | grep -v '/main\.c:' | grep -v '_exit(127)')
[ -z "$bad" ] || complain "exit() outside main(): $bad"

# Tables are named in schema/ and nowhere else.
bad=$(grep -nE '"[^"]*\b(FROM|INTO|UPDATE|JOIN) [a-z_]+' analyzer/*/*.[ch] | grep -vE 'sqlite_|pragma_|json_')
[ -z "$bad" ] || complain "SQL that names a table outside schema/: $bad"

# SQL keeps the columns that C keeps.
bad=$(awk '{ n = 0; for (i = 1; i <= length($0); i++) n = substr($0, i, 1) == "\t" ? n - n % 8 + 8 : n + 1 }
	n > 120 { print FILENAME ":" FNR }' schema/*.sql schema/*/*.sql)
[ -z "$bad" ] || complain "more than 120 columns: $bad"

# Whoever stores a row names the columns of its table, all of them, as schema/ has them (the store looks, too, but only at
# what a run stores). As the compiler sees it: macros stand for several columns. Left out: tables that a variable names.
columns=${TMPDIR:-/tmp}/columns.$$
cat schema/0*.sql schema/scan/tables.sql - <<END | sqlite3 :memory: | sort -u >"$columns"
SELECT m.name || ' ' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table';
END
for f in $(grep -lE '\bSTORE(_[A-Z]+)?\(' analyzer/*/*.c); do
	gcc -std=gnu11 -D_GNU_SOURCE -E -P -I. -Ibuild "$f" >"$columns.c" || complain "$f cannot be preprocessed"
	tr -d '\n' <"$columns.c" | sed 's/store__insert(/\n&/g' |
		sed -nE 's/^store__insert\([^"]*[A-Z], ("[a-z_]*"), \(const struct value\[\]\)\{/\1/p' | sed 's/; .*//' |
		awk -v file="$f" -v columns="$columns" '
		BEGIN { while ((getline line <columns) > 0) { split(line, w, " "); is[w[1], w[2]]; of[w[1]]++ } }
		{ table = $0; sub(/^"/, "", table); sub(/".*/, "", table); n = 0; split("", seen)
		  while (match($0, /\(struct value\)\{ *("[^"]*" *)+, *VALUE_/)) {
			names = substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH)
			gsub(/\(struct value\)\{|VALUE_|[" ]/, "", names)
			for (i = split(names, w, ","); i; i--) if (w[i] != "" && !((table, w[i]) in seen)) {
				seen[table, w[i]]; n++
				if (!((table, w[i]) in is)) print file ": " table " has no column " w[i] } }
		  if (n < of[table]) print file ": " table " has " of[table] " columns, " n " are stored" }'
done >"$columns.bad"
[ -s "$columns.bad" ] && complain "not the columns of the table: $(cat "$columns.bad")"
rm -f "$columns" "$columns.bad" "$columns.c"

# A migration's number is the version it leads to.
bad=$(ls schema/[0-9]*.sql | sed 's|.*/||; s/_.*//' | uniq -d)
[ -z "$bad" ] || complain "two migrations have the number $bad"

# Every view has its query, and every query its view.
sed -n 's/^VIEW(\([a-z_]*\),.*/\1/p' analyzer/print/views.def | tr _ - | sort >"${TMPDIR:-/tmp}/views.$$"
ls schema/show/*.sql | sed 's|.*/||; s/\.sql$//' | tr _ - | sort >"${TMPDIR:-/tmp}/queries.$$"
diff "${TMPDIR:-/tmp}/views.$$" "${TMPDIR:-/tmp}/queries.$$" || complain "views.def and schema/show/ differ"
rm -f "${TMPDIR:-/tmp}/views.$$" "${TMPDIR:-/tmp}/queries.$$"

# Every metric that is compared has its query, and every query its metric.
sed -n "s/^\t('\([a-z-]*\)', .*/\1/p" schema/compared/metrics.sql | sort >"${TMPDIR:-/tmp}/metrics.$$"
ls schema/metric/*.sql | sed 's|.*/||; s/\.sql$//' | sort >"${TMPDIR:-/tmp}/queries.$$"
diff "${TMPDIR:-/tmp}/metrics.$$" "${TMPDIR:-/tmp}/queries.$$" || complain "schema/compared/metrics.sql and schema/metric/ differ"
for m in $(cat "${TMPDIR:-/tmp}/metrics.$$"); do
	grep -qE "^\.Cm (.* )?$m( |$)" analyzer/netanalyze.1 || complain "netanalyze(1) does not name the metric $m"
done
rm -f "${TMPDIR:-/tmp}/metrics.$$" "${TMPDIR:-/tmp}/queries.$$"

# --iface limits every table of a view that is by device: whatever names one, or reads a table that has them, uses
# device_match() or says how its devices are limited otherwise ("-- devices: …").
with_devices=$(awk '/^CREATE (TABLE|VIEW)/ { sub(/\(.*/, "", $3); table = $3 } /^\tifindex |\.ifindex,/ { print table }' schema/0*.sql | sort -u | grep -vx interface | tr '\n' '|')
for f in schema/show/*.sql; do
	bad=$(awk -v tables="(FROM|JOIN) (${with_devices%|})[ \n]" 'BEGIN { RS = ";\n" } /[^_]device\(|interface_name\(/ || $0 ~ tables {
		if (!/device_match\(/ && !/-- devices: /) { match($0, /-- [a-z_]+: /); print substr($0, RSTART + 3, RLENGTH - 5) } }' "$f")
	[ -z "$bad" ] || complain "$f: --iface does not limit $bad"
done

# Time between stages is in no sum twice: whoever reads it leaves out, or marks, the calls that contain other stages, or
# says which stage it wants.
for f in schema/*/*.sql; do
	bad=$(awk 'BEGIN { RS = ";\n" } /FROM stage_latency/ && !/stage_contains\(to_stage\)|stage_text\(to_stage\) = |[^.]to_stage = [?0-9]/ {
		print substr($0, 1, 60) }' "$f")
	[ -z "$bad" ] || complain "$f: does it count time twice? $bad"
done

# A gap puts rules in doubt if what tells what a thread or CPU did may be among what was lost. Definitions are in no gap.
told=$(grep -rhoE 'REC_[a-z_]+' analyzer/history analyzer/blame | sed 's/^REC_//; /^netns$/d; /^interface$/d' | sort -u)
[ "$told" = "$(grep -oE "'[a-z_]+'" schema/fn/rules_look_at.sql | tr -d "'" | sort -u)" ] ||
	complain "schema/fn/rules_look_at.sql names other records than analyzer/history and analyzer/blame read: $(echo $told)"

# Every sample has its report, and says what happened: one text for it, for what its guest recorded, and for both after the fix.
for s in samples/*.nrec; do
	name=$(basename "$s" .nrec)
	[ -s "samples/$name.report.txt" ] || complain "samples/$name.report.txt is missing"
	name=${name%.guest} name=${name%-fixed}
	[ -s "samples/$name.md" ] || complain "samples/$name.md is missing"
done

# Every scenario of the lab names its cause: none, or rules.
for s in tests/lab/scenarios/*; do
	causes=$(bash -c '. "$1" && echo "${cause:-} ${guest_cause:-}"' - "$s")
	[ -n "${causes%% *}" ] || complain "$s: which cause?"
	for c in $causes; do
		[ "$c" = none ] || [ -f "schema/rule/$c.sql" ] || complain "$s: no rule $c"
	done
done
exit $status
