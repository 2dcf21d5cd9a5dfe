#!/bin/sh
# Who reads a datagram, and when, whatever this kernel lets a reader do with the free of it: one that is stopped, and one
# that sleeps before it reads on, are found first, with that cause; one that reads at once has nothing to answer for.
. tests/live/lib
need_recording
two_hosts
wait_quiet

# reads NAME ADDR MEANWHILE SINK-OPTION…: 200 datagrams, 100 a second, to a reader; MEANWHILE: what happens to it
reads() {
	name=$1 addr=$2 meanwhile=$3
	shift 3
	cat >"$tmp/load" <<-EOT
		ip netns exec ${id}b $traffic sink 7000 $* >$tmp/sink &
		reader=\$!
		echo \$reader >$tmp/reader
		sleep 0.5
		($meanwhile) &
		ip netns exec ${id}a $traffic udp $addr 7000 200 100 200 >$tmp/null
		wait \$!
		sleep 0.5
		kill \$reader
		wait
	EOT
	rm -rf "$tmp/t.nrec"
	$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
	build/netanalyze analyze "$tmp/t.nrec" -o "$tmp/t.db" --force >"$tmp/out" 2>&1 || fail "netanalyze: $(cat "$tmp/out")"
	$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
	read -r reader <"$tmp/reader"
	told=$(rows "$tmp/rows" '^free ' " tid=$reader\$")
	[ "$told" -ge 190 ] || fail "$name: $told of 200 reads are told with their reader"
	echo "$name: $told of 200 reads told"
}
finding() {
	sqlite3 "$tmp/t.db" "SELECT $1 FROM finding WHERE rank = 1"
}

reads "stopped" 10.98.0.2 'for i in 1 2 3; do sleep 0.2; kill -STOP $reader; sleep 0.4; kill -CONT $reader; done'
same "stopped: the cause" application-slow "$(finding cause)"
same "stopped: who" "traffic/$reader" "$(finding who)"
finding chain | grep -q 'was stopped meanwhile' || fail "stopped: $(finding chain)"

reads "asleep, over IPv6" fd98::2 true every=40 pause_us=300000 late_ms=50
same "asleep: the cause" application-slow "$(finding cause)"
same "asleep: who" "traffic/$reader" "$(finding who)"
finding chain | grep -q 'slept meanwhile' || fail "asleep: $(finding chain)"

# told CLASS: datagrams of which that became
told() {
	sqlite3 "$tmp/t.db" "SELECT coalesce(sum(packets), 0) FROM outcome WHERE what = 'datagram' AND dport = 7000 AND class = '$1'"
}
late=$(sed -n 's/.* late \([0-9]*\) .*/\1/p' "$tmp/sink")
same "asleep: read, in time or late" 200 $(($(told 'in time') + $(told late)))
[ "$late" -ge 50 ] || fail "the reader did not sleep: $(cat "$tmp/sink")"
# each nap ends one or two datagrams that took just about 50 ms
[ "$(told late)" -ge $((late - 10)) ] && [ "$(told late)" -le $((late + 10)) ] || fail "late: $(told late), the reader says $late"

reads "at once" 10.98.0.2 true
same "at once: findings of what the reader does" 0 \
	"$(sqlite3 "$tmp/t.db" "SELECT count(*) FROM finding WHERE cause = 'application-slow'")"
