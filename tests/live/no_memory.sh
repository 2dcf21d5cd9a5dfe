#!/bin/sh
# netrec with each of its allocations failing in turn: an error that says so, or a recording; no crash and no leak.
# no_memory.c says how. EVERY=1: with what all the profiles allocate.
. tests/live/lib
need_recording
program=$PWD/build/san/tests/live/no_memory
[ -x "$program" ] || skip "there is no sanitizer build here; make check makes it"

# fail_each ARGUMENT…: as netrec's.
fail_each() {
	"$program" "$@" >"$tmp/out" 2>&1 || fail "netrec $*: $(tail -n 60 "$tmp/out")"
	echo "netrec $*: $(tail -n 1 "$tmp/out")"
}

fail_each probes
fail_each check
fail_each record -p "${EVERY:+full,}drops" -t 20ms -o '{}' 'tcp port 80'
