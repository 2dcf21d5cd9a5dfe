#!/bin/sh
# What was not observed is not said: every view and the report, once for each record and stage whose probe makes a
# difference to them (observed(), stage_observed() in their SQL), with that probe failed and everything else as it was.
# What they then say differently is tests/cli/golden/unobserved.txt. UPDATE=1 rewrites it; look at the difference.
# NETANALYZE, MAKE_TRACE: the programs under test.
. "$(dirname "$0")/../scratch.sh"
make_trace=$(program "${MAKE_TRACE:-build/tests/cli/make_trace}")
golden=$root/tests/cli/golden/unobserved.txt
for kind in web ovs vm; do
	option=--$kind
	[ $kind = web ] && option=
	"$make_trace" $option $kind.nrec && "$netanalyze" analyze $kind.nrec -o $kind.db >/dev/null || exit 1
done

# guards FILE…: the record and stage names, each as "observed NAME" or "stage_observed NAME".
guards() {
	grep -oh "\(stage_\)\{0,1\}observed('[a-z_0-9]*')" "$@" | sort -u | tr "('" '  ' | tr -d ')'
}

# never observed RECORD, never stage_observed STAGE: in x.db, its probes failed and none came; what was counted stays.
never() {
	case $1 in
	observed) sqlite3 x.db "UPDATE record_count SET rows = 0, lost = 0 WHERE name = '$2';
		UPDATE probe SET status = 2 WHERE type = (SELECT type FROM record_count WHERE name = '$2')" ;;
	*) sqlite3 x.db "DELETE FROM stage_count WHERE stage = (SELECT id FROM stage WHERE name = '$2');
		UPDATE probe SET status = 2 WHERE stage = (SELECT id FROM stage WHERE name = '$2')" ;;
	esac
}

# without KIND FILES COMMAND…: COMMAND's output on KIND.db without each of the guards in FILES.
without() {
	kind=$1 files=$2
	shift 2
	guards $files | while read -r how name; do
		cp "$kind.db" x.db
		"$netanalyze" "$@" x.db >before.txt 2>&1
		never "$how" "$name"
		"$netanalyze" "$@" x.db >after.txt 2>&1
		echo "\$ netanalyze $* $kind.db without $name"
		diff before.txt after.txt | grep '^[<>]' || echo "no difference"
	done
}

for view in "$root"/schema/show/*.sql; do
	name=$(basename "$view" .sql)
	case $name in
	upcalls | megaflows | ovs-drops) kind=ovs ;;
	tun | vhost | eventfd | irqfd | virtio) kind=vm ;;
	*) kind=web ;;
	esac
	without $kind "$view" show "$name" --top 3
done >all.txt
for kind in web vm; do
	without $kind "$(echo "$root"/schema/report/*.sql)" report
done >>all.txt
if [ "${UPDATE:-}" ]; then
	cp all.txt "$golden"
elif ! diff -u "$golden" all.txt; then
	echo "without a probe, views or the report do not say what $golden has (UPDATE=1 rewrites it)"
	exit 1
fi
