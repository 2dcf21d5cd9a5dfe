#!/bin/sh
# Outputs while others write them too: of two analyses or reports into one file both are done, the last one stays, and it
# is whole; one that is interrupted leaves nothing.
# NETANALYZE, MAKE_TRACE: the programs under test.
. "$(dirname "$0")/../scratch.sh"
make_trace=$(program "${MAKE_TRACE:-build/tests/cli/make_trace}")
"$make_trace" web.nrec && "$make_trace" --vm vm.nrec || exit 1

"$netanalyze" report web.nrec >web.txt && "$netanalyze" report vm.nrec >vm.txt || exit 1
for _ in 1 2 3 4 5; do
	rm -f both.*
	"$netanalyze" analyze web.nrec -o both.db >/dev/null &
	one=$!
	"$netanalyze" analyze vm.nrec -o both.db >/dev/null &
	wait $! || fail "the second of two analyses failed"
	wait $one || fail "the first of two analyses failed"
	"$netanalyze" report both.db >both.txt || fail "what two analyses leave cannot be read"
	cmp -s both.txt web.txt || cmp -s both.txt vm.txt || fail "two analyses leave neither the one's nor the other's"
	"$netanalyze" report web.nrec -o both.html --force &
	one=$!
	"$netanalyze" report vm.nrec -o both.html --force || fail "the second of two reports failed"
	wait $one || fail "the first of two reports failed"
	cmp -s both.html web.txt || cmp -s both.html vm.txt || fail "two reports leave neither the one's nor the other's"
	[ "$(echo both.*)" = "both.db both.html both.txt" ] || fail "two at once leave $(echo both.*)"
done

# A fifo that nobody writes keeps the report from ending.
mkfifo never.nrs || exit 1
"$netanalyze" report never.nrs -o cut.html &
pid=$!
for _ in $(seq 100); do
	[ "$(echo cut.html*)" = "cut.html*" ] || break
	sleep 0.05
done
[ "$(echo cut.html*)" = "cut.html*" ] && fail "the report was not begun"
kill -TERM $pid
wait $pid
[ "$(echo cut.html*)" = "cut.html*" ] || fail "an interrupted report leaves $(echo cut.html*)"
exit $failed
