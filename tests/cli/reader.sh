#!/bin/sh
# Two readers of the format, of which one was written from its specification alone (tests/reader.py), read the same rows: of
# every recording that is kept here, of segments in any order, and of what damage leaves. Of large ones the first bytes.
# COUNT, MAKE_TRACE, MUTATE, RECUT: the programs under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
count=$(realpath "${COUNT:-build/tests/live/count}") make_trace=$(realpath "${MAKE_TRACE:-build/tests/cli/make_trace}")
mutate=$(realpath "${MUTATE:-build/tests/cli/mutate}") recut=$(realpath "${RECUT:-build/tests/cli/recut}")
root=$PWD
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
cd "$dir" || exit 1
if ! ldconfig -p | grep -q "libzstd\.so\.1"; then
	echo "there is no libzstd.so.1 for Python to load"
	exit 77
fi

# same WHAT RECORDING FILE…: the rows of RECORDING by the one, of its FILEs by the other.
same() {
	what=$1 recording=$2
	shift 2
	"$count" -z "$recording" >count.rows 2>count.err
	python3 "$root/tests/reader.py" "$@" >reader.rows 2>reader.err
	status=$?
	if [ $status != 0 ] && [ $status != 3 ] || ! cmp count.rows reader.rows >where; then
		echo "$what: status $status, $(cat where) $(head -n 3 reader.err)"
		diff count.rows reader.rows | head -n 4
		failed=1
	fi
}

# whole WHAT RECORDING FILE…: the same, and nobody complains.
whole() {
	same "$@"
	[ $status = 0 ] && [ -s count.rows ] && [ ! -s count.err ] || { echo "$1: $(cat reader.err count.err)"; failed=1; }
}

most=60000 # bytes
for f in "$root"/tests/causes/*.nrs "$root"/samples/*.nrec/*.nrs; do
	if [ "$(stat -c %s "$f")" -le $most ]; then
		whole "${f#"$root"/}" "$f" "$f"
	else
		head -c $most "$f" >part.nrs
		same "the beginning of ${f#"$root"/}" part.nrs part.nrs
		[ "$(wc -l <count.rows)" -gt 500 ] || { echo "the beginning of ${f#"$root"/} has few rows"; failed=1; }
	fi
done

# Segments: as files, in one file, backwards, twice, one copy damaged.
"$recut" -n 3 -s 5 "$root/tests/causes/ttl.nrs" cut.nrec || exit 1
first=cut.nrec/000000.nrs second=cut.nrec/000001.nrs third=cut.nrec/000002.nrs
whole "three segments" cut.nrec $third $first $second
cat $third $first $second $first >mixed.nrs
whole "three segments in one file, one twice" cut.nrec mixed.nrs
size=$(stat -c %s $second)
"$mutate" $second damaged.nrs flip=$((size / 2)) || exit 1
cat damaged.nrs $third $second $first >mixed.nrs
same "a damaged segment and its copy" cut.nrec mixed.nrs
head -c $((size / 2)) $second >short.nrs
cat $first short.nrs $third >mixed.nrs
same "a segment that was cut, between others" mixed.nrs mixed.nrs

# What damage leaves.
"$make_trace" --ovs ovs.nrec && mv ovs.nrec/000000.nrs ovs.nrs || exit 1
size=$(stat -c %s ovs.nrs)
i=0
while [ $i -lt 25 ]; do
	at=$((size * i / 25 + i % 7))
	"$mutate" ovs.nrs bad.nrs flip=$at || exit 1
	same "byte $at changed" bad.nrs bad.nrs
	"$mutate" ovs.nrs bad.nrs cut=$at || exit 1
	same "cut at $at" bad.nrs bad.nrs
	i=$((i + 1))
done
"$mutate" ovs.nrs >blocks || exit 1 # number, offset, kind, bytes, stream, rows
while read -r number at kind bytes stream rows; do
	[ "$kind" = 3 ] || continue
	for part in 0 1 2 3 4 5 6 7 8 9; do
		at=$((bytes * part / 10))
		"$mutate" ovs.nrs bad.nrs "$number:flip=$at" || exit 1
		same "block $number, byte $at of the payload changed" bad.nrs bad.nrs
	done
	"$mutate" ovs.nrs bad.nrs "$number:ts_min=1000000700000" || exit 1
	same "block $number, another time" bad.nrs bad.nrs
done <blocks
exit $failed
