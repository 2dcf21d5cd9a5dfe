#!/bin/sh
# A recording by the sanitizer build: assertions (what must hold between the recorder's threads), leaks, overflows and
# undefined behaviour from the first probe to the last block.
. tests/live/lib
need_recording
source=$PWD
if [ ! -x build/san/netrec ] || [ build/san/netrec -ot build/netrec ]; then
	echo "there is no sanitizer build as new as the other; make check makes both"
	exit 77
fi
cd "$tmp" || fail "no temporary directory"
"$source/build/san/netrec" record -o t.nrec -p full -- sh -c 'for i in 1 2 3; do /bin/true; sleep 0.4; done' >out 2>&1 ||
	fail "the sanitizer build ended with status $?: $(tail -n 20 out)"
grep -q 'ERROR: \|runtime error' out && fail "$(cat out)"
"$source/build/netanalyze" verify t.nrec >out || fail "the recording is not whole: $(cat out)"
