#!/bin/sh
# fuzz.sh SECONDS FUZZER…: runs each fuzzer from its kept corpus (and the samples' segments).
# What crashes is left in build/fuzz/ and the status is 1.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
for fuzzer in "$@"; do
	name=$(basename "$fuzzer")
	work=build/fuzz/corpus-$name
	mkdir -p "$work"
	for f in tests/fuzz/corpus/"$name"/*; do [ -f "$f" ] && cp "$f" "$work/"; done
	if [ "$name" = fuzz_reader ]; then
		for f in samples/*.nrec/*.nrs; do
			[ -f "$f" ] && [ "$(stat -c %s "$f")" -lt 300000 ] && cp "$f" "$work/$(basename "$(dirname "$f")").nrs"
		done
	fi
	echo "== $name, $seconds s"
	"$fuzzer" -max_total_time="$seconds" -max_len=400000 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="build/fuzz/$name-" "$work" 2>"build/fuzz/$name.log" || {
		tail -n 30 "build/fuzz/$name.log"
		exit 1
	}
	grep -E 'stat::(number_of_executed_units|peak_rss_mb)' "build/fuzz/$name.log"
done
