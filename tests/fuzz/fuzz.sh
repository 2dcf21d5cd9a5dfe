#!/bin/sh
# fuzz.sh SECONDS FUZZER…: runs each fuzzer of libFuzzer from the seeds that seeds.sh makes and what it found before.
# What crashes is left in build/fuzz/ and the status is 1.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
sh tests/fuzz/seeds.sh build build/fuzz/seeds
for fuzzer in "$@"; do
	name=$(basename "$fuzzer")
	mkdir -p "build/fuzz/found/$name"
	echo "== $name, $seconds s"
	"$fuzzer" -max_total_time="$seconds" -max_len=400000 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="build/fuzz/$name-" "build/fuzz/found/$name" "build/fuzz/seeds/$name" \
		2>"build/fuzz/$name.log" || {
		tail -n 30 "build/fuzz/$name.log"
		exit 1
	}
	grep -E 'stat::(number_of_executed_units|peak_rss_mb)' "build/fuzz/$name.log"
done
