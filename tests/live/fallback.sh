#!/bin/sh
# A way to attach that looks possible and is not: the next one is used, it records the same, and no other
# probe suffers. Tracefs is replaced by one whose futex tracepoints exist but cannot be used.
. tests/live/lib
need_recording
locks=$PWD/$(dirname "${count#"$PWD"/}")/locks
cat >"$tmp/broken" <<'EOT'
mount -t tmpfs none /sys/kernel/tracing || exit 77
for call in sys_enter_futex sys_exit_futex; do
	mkdir -p /sys/kernel/tracing/events/syscalls/$call
	echo 99999 >/sys/kernel/tracing/events/syscalls/$call/id
done
exec "$@"
EOT
unshare -m sh "$tmp/broken" true || skip "cannot replace tracefs"
$netrec probes --try >"$tmp/whole" || fail "probes --try"
grep -q '^sys_futex .* attached  *tp ' "$tmp/whole" || skip "the futex tracepoints cannot be used here anyway"
unshare -m sh "$tmp/broken" "$netrec" probes --try >"$tmp/without" || fail "probes --try without tracefs"
grep -q '^sys_futex .* attached  *tp_btf ' "$tmp/without" || fail "no fallback: $(grep '^sys_futex' "$tmp/without")"
same "other probes attached" "$(grep -v '^sys_futex' "$tmp/whole" | grep -c ' attached ')" \
	"$(grep -v '^sys_futex' "$tmp/without" | grep -c ' attached ')"

unshare -m sh "$tmp/broken" "$netrec" record -q -o "$tmp/t.nrec" -- sh -c "$locks 50 >$tmp/tids" >"$tmp/out" 2>&1 ||
	fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
read -r waiter waker <"$tmp/tids"
grep -q '^probe .* name=sys_futex type=6 .* status=1 method=tp_btf detail=$' "$tmp/rows" ||
	fail "the trace does not say how: $(grep 'name=sys_futex' "$tmp/rows")"
n=$(rows "$tmp/rows" '^futex ' " tid=$waiter " " op=393 " ' duration=[1-9][0-9][0-9][0-9][0-9][0-9][0-9]')
[ "$n" -ge 45 ] || fail "only $n of 50 waits were recorded"
n=$(rows "$tmp/rows" '^futex ' " tid=$waker " " op=129 ret=1 ")
[ "$n" -ge 45 ] || fail "only $n of 50 wake-ups were recorded"
echo "fallback: $n wake-ups"
