#!/bin/sh
# A low limit of open files is raised as far as netrec may; where it may not, it says so. The command runs with the
# limit it would have had.
. tests/live/lib
need_recording
attached() {
	$count "$1" >"$tmp/rows" || fail "the trace is not readable"
	rows "$tmp/rows" '^probe ' ' status=1 '
}
few() { # KIND: of the limit, S soft, or both when empty
	(
		ulimit "-${1}n" 24
		$netrec record -q -o "$tmp/few$1.nrec" -- sh -c "ulimit -Sn" >"$tmp/limit" 2>"$tmp/out"
	)
}
$netrec record -q -o "$tmp/plain.nrec" -- true >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
few S || fail "netrec: $(cat "$tmp/out")"
same "limit of the command" 24 "$(cat "$tmp/limit")"
same "probes" "$(attached "$tmp/plain.nrec")" "$(attached "$tmp/fewS.nrec")"
if (ulimit -n 24 && ulimit -n 4096) 2>"$tmp/null"; then
	few "" || fail "netrec: $(cat "$tmp/out")"
	same "probes" "$(attached "$tmp/plain.nrec")" "$(attached "$tmp/few.nrec")"
else
	few "" && fail "a recording with 24 files"
	grep -q 'only 24 files may be open' "$tmp/out" || fail "netrec does not say why: $(cat "$tmp/out")"
	(ulimit -n 24 && $netrec check) 2>&1 | grep -q '^files .* only 24 may be open' ||
		fail "netrec check does not say it"
fi
