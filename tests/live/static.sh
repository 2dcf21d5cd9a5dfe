#!/bin/sh
# What `make static` builds needs nothing but a kernel: in a root that has only busybox, it plans as the other netrec
# does, records exactly what is sent, and makes the same report of it. Names come from that root's files, whatever its
# nsswitch.conf asks to be loaded.
. tests/live/lib
need_recording
busybox=$(command -v busybox) || skip "needs busybox"
ldd "$busybox" >"$tmp/ldd" 2>&1 && skip "needs a busybox that is statically linked (Debian's busybox-static)"
root=$tmp/root

for program in netrec netanalyze; do
	readelf -lW "build/static/$program" | grep -q INTERP && fail "$program wants a loader"
	readelf -dW "build/static/$program" | grep NEEDED && fail "$program wants libraries"
done
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/etc" "$root/tmp"
cp "$busybox" build/static/netrec build/static/netanalyze "$root/bin/"
ln -s busybox "$root/bin/sh"
echo "10.98.0.2 peer" >"$root/etc/hosts"
echo "hosts: nobody" >"$root/etc/nsswitch.conf"

# bare COMMAND…: as the only thing there is. Its mounts are its own and go with it.
bare() {
	unshare -m sh -c 'mount -t proc proc "$0/proc" && mount -t sysfs sysfs "$0/sys" &&
		{ [ ! -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs "$0/sys/kernel/tracing"; } &&
		{ [ ! -d /sys/kernel/debug/sched ] || mount -t debugfs debugfs "$0/sys/kernel/debug"; } &&
		exec chroot "$0" "$@"' "$root" /bin/busybox env -i PATH=/bin TZ=UTC "$@"
}

bare busybox ls / >"$tmp/out" 2>&1 || fail "no root of its own: $(cat "$tmp/out")"
bare netrec check >"$tmp/out" 2>&1 || fail "netrec check: $(cat "$tmp/out")"
bare netrec probes -p full >"$tmp/bare" 2>&1 || fail "netrec probes: $(cat "$tmp/bare")"
"$netrec" probes -p full | diff - "$tmp/bare" || fail "it plans otherwise"

two_hosts
wait_quiet
cat >"$root/wait" <<'END'
touch /started
until [ -e /done ]; do sleep 0.1; done
END
bare netrec record -q -o /t.nrec 'icmp and host peer' -- sh /wait >"$tmp/out" 2>&1 &
recorder=$! jobs_left=$!
until [ -e "$root/started" ]; do
	kill -0 $recorder 2>/dev/null || fail "netrec record: $(cat "$tmp/out")"
	sleep 0.1
done
in_a ping -q -c 20 -i 0.05 10.98.0.2 >"$tmp/ping" || fail "ping: $(cat "$tmp/ping")"
touch "$root/done"
wait $recorder || fail "netrec record: $(cat "$tmp/out")"

"$count" "$root/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
nothing_lost "$tmp/rows"
same "packets taken in by a's device" 20 "$(rows "$tmp/rows" "^packet " " netns=$(inum a) " " ifindex=$(ifindex a eth0) " " stage=3( |\$)")"
bare netanalyze analyze /t.nrec -o /t.db >"$tmp/out" 2>&1 || fail "netanalyze analyze: $(cat "$tmp/out")"
bare netanalyze report /t.db >"$tmp/bare" 2>&1 || fail "netanalyze report: $(cat "$tmp/bare")"
TZ=UTC build/netanalyze report "$root/t.db" | diff - "$tmp/bare" || fail "it reports otherwise"
bare netanalyze show packets /t.nrec 'host peer' >"$tmp/out" 2>&1 || fail "netanalyze show: $(cat "$tmp/out")"
grep -q 10.98.0.2 "$tmp/out" || fail "netanalyze found nothing of peer: $(cat "$tmp/out")"
