#!/bin/sh
# The fuzzers in short, the same each time: every seed, and a few hundred inputs made of them. make fuzz has the long form.
cd "$(dirname "$0")/../.." || exit 1
build=build/san
if [ ! -x $build/tests/fuzz/fuzz_sql ]; then
	echo "there is no sanitizer build here; make check makes it"
	exit 77
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
sh tests/fuzz/seeds.sh $build "$dir" || exit 1
failed=0

# fuzz NAME RUNS
fuzz() {
	$build/tests/fuzz/"$1" -runs="$2" "$dir/$1"/* >"$dir/log" 2>&1 && return
	echo "$1 -runs=$2 fails:"
	tail -n 40 "$dir/log"
	failed=1
}

fuzz fuzz_blobs 5000
fuzz fuzz_ovs 5000
fuzz fuzz_rows 5000
fuzz fuzz_monitor 300
fuzz fuzz_reader 500
fuzz fuzz_passes 150
fuzz fuzz_replay 200
fuzz fuzz_sql 120
exit $failed
