#!/bin/sh
# `netanalyze compare` on two databases of ten million packets each, an hour of windows: within 200 MB. They are made of
# a sample's: its windows again and again, with more packets in each.
set -u
netanalyze=${NETANALYZE:-build/netanalyze}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# many SAMPLE COPIES TIMES: its database, so many times as long, with so many times as many packets.
many() {
	db=$dir/$1.db
	"$netanalyze" analyze "samples/$1.nrec" -o "$db" >"$dir/out" || exit 1
	windows=$(sqlite3 "$db" "SELECT max(win) + 1 FROM journey")
	{
		echo "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; CREATE TEMP TABLE k(k);
			WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < $2 - 1)
			INSERT INTO k SELECT k FROM n;"
		sqlite3 "$db" "
			SELECT printf('INSERT INTO \"%w\"(%s) SELECT %s FROM \"%w\", k WHERE win < $windows;', t,
				group_concat(printf('\"%w\"', c), ', '), group_concat(CASE c
					WHEN 'win' THEN 'win + k * $windows' ELSE printf('\"%w\"', c) END, ', '), t)
			FROM (SELECT m.name AS t, c.name AS c FROM sqlite_master AS m, pragma_table_info(m.name) AS c
				WHERE m.type = 'table'
					AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'win')
					AND NOT (c.pk = 1 AND c.name = 'id'))
			GROUP BY t"
		echo "UPDATE journey SET n = n * $3;
			UPDATE trace SET last_ns = first_ns + $2 * (last_ns - first_ns); COMMIT;"
	} >"$dir/sql"
	sqlite3 "$db" <"$dir/sql" >"$dir/out" || exit 1
	[ "$(sqlite3 "$db" "SELECT sum(n) >= 10000000 AND count(DISTINCT win) >= 3600 FROM journey")" = 1 ] ||
		{ echo "$1: not ten million packets in an hour"; exit 1; }
}

many ovs-sweep 200 100
many ovs-sweep-fixed 200 100
(
	ulimit -v 204800
	"$netanalyze" compare "$dir/ovs-sweep.db" "$dir/ovs-sweep-fixed.db" >"$dir/text"
) || { echo "it does not compare them within 200 MB"; exit 1; }
sed -n 4p "$dir/text" | grep -q '^FIXED: ' || { sed -n '4,6p' "$dir/text"; exit 1; }
