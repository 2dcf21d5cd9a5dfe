#!/bin/sh
# seeds.sh BUILD DIR: makes the seeds of the fuzzers in DIR/NAME: the labelled recordings cut down to a few rows of each
# type, and what is kept in tests/fuzz/corpus/NAME: inputs that once found something.
set -eu
cd "$(dirname "$0")/../.."
cut=$1/tests/fuzz/cut dir=$2
mkdir -p "$dir/traces"
for recording in tests/causes/*.nrs samples/*.nrec/*.nrs; do
	"$cut" "$recording" 5 >"$dir/traces/$(echo "$recording" | tr / _)"
done
for fuzzer in tests/fuzz/fuzz_*.c; do
	name=$(basename "$fuzzer" .c)
	mkdir -p "$dir/$name"
	case $name in
	fuzz_reader | fuzz_passes | fuzz_replay) cp "$dir"/traces/* "$dir/$name/" ;;
	fuzz_sql) for f in "$dir"/traces/*; do { head -c 4 /dev/zero; cat "$f"; } >"$dir/$name/$(basename "$f")"; done ;;
	fuzz_monitor) cp tests/cli/monitor/* "$dir/$name/" ;;
	*) printf '\000\000\003\001\002\003\004\005\006\007' >"$dir/$name/ten" ;;
	esac
	[ ! -d "tests/fuzz/corpus/$name" ] || cp "tests/fuzz/corpus/$name"/* "$dir/$name/"
done
