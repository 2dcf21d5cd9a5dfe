#!/bin/sh
# Waits for a lock of the kernel: processes that add and delete devices at the same time all want the one mutex of
# the routing netlink, and its owner is another of them.
. tests/live/lib
need_recording
one() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ip link add "$id-$1" type veth peer name "$id-p$1" && ip link del "$id-$1"
	done
}
two() {
	one x &
	one y &
	wait
}
case ${1:-} in
two) id=$2; trap - EXIT; two; exit ;;
esac
$netrec probes | grep -q '^lock_contention .* tp_btf ' || skip "this kernel has no lock:contention_begin"
$netrec record -q -e lock --offcpu-stack 100us -o "$tmp/t.nrec" -- sh "$0" two "$id" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"

# LCB_F_MUTEX is 32; a sleeping wait has an owner, a stack and at least 10 us.
n=$(rows "$tmp/rows" '^lock ' ' flags=3[23] ' ' owner=[1-9]' ' stack=[1-9]' ' duration=[1-9][0-9][0-9][0-9][0-9][0-9]')
[ "$n" -ge 5 ] || fail "only $n waits for a mutex were recorded"
grep -q '^symbol .* name=\(__\)\?mutex_lock\|^symbol .* name=rtnl' "$tmp/rows" || fail "no symbol of the wait"
short=$(awk '/^lock / { sub(".* short_n=", ""); n += $1 } END { print n + 0 }' "$tmp/rows")
same "waits recorded that are shorter than the minimum" 0 "$(rows "$tmp/rows" '^lock ' ' addr=[1-9]' ' duration=[0-9]?[0-9]?[0-9]?[0-9] ')"
echo "$n waits for a mutex with owner and stack; $short short waits counted"
