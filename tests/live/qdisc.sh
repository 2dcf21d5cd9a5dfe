#!/bin/sh
# Queueing disciplines: what went into, through and past them, and what they dropped, is what tc counts; a packet in a
# slow one waits as long as its rate says.
. tests/live/lib
need_recording
two_hosts
in_a tc qdisc replace dev eth0 root handle 1: tbf rate 4mbit burst 2kb limit 20kb || skip "tc has no tbf here"
in_b tc qdisc replace dev eth0 root handle 2: pfifo limit 100
ip link set "$id-a" txqueuelen 50
tc qdisc replace dev "$id-a" root handle 3: htb default 1
tc class add dev "$id-a" parent 3: classid 3:1 htb rate 8mbit burst 2kb cburst 2kb
tc qdisc add dev "$id-a" parent 3:1 handle 31: pfifo limit 20
wait_quiet

# tc_says NS DEVICE HANDLE: packets and drops, as tc counts them
tc_says() {
	if [ "$1" = - ]; then tc -s qdisc show dev "$2"; else ip netns exec "$id$1" tc -s qdisc show dev "$2"; fi |
		awk -v h="$3:" '/^qdisc/ { on = $3 == h } on && /Sent/ { gsub("[(,]", " "); print $4, $7 }'
}
where() {
	echo "$(tc_says a eth0 1) $(tc_says b eth0 2) $(tc_says - "$id-a" 3) $(tc_says - "$id-a" 31)"
}
before=$(where)
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 9 2000 2000 500
ip netns exec ${id}b $traffic udp 10.98.0.1 9 3000 0 500
ip netns exec ${id}b $traffic udp 10.98.0.1 9 100 50 500
sleep 0.5
EOT
$netrec record -q --sample 200ms -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
after=$(where)
build/netanalyze show qdisc "$tmp/t.nrec" --top 0 --json >"$tmp/view" 2>"$tmp/err" || fail "netanalyze: $(cat "$tmp/err")"

# shown DEVICE HANDLE EXPRESSION: of the view's row
shown() {
	sqlite3 :memory: "SELECT $3 FROM (SELECT $(for c in enqueued dequeued bypassed dropped requeued timed delay_p50_ns delay_max_ns max_qlen mean_qlen qdisc \
		kernel_packets kernel_drops; do printf "r.value ->> '%s' AS %s, " $c $c; done) 1 FROM json_each(readfile('$tmp/view'), '\$.rows') AS r
		WHERE r.value ->> 'interface' = '$1' AND r.value ->> 'handle' = '$2')"
}
moved() {
	echo "$before $after" | awk -v i="$1" '{ print $(i + 8) - $i }'
}
# A timer takes packets out of a slow qdisc, in an interrupt: above a thread that this kernel hides, nobody sees it.
build/netanalyze show loss "$tmp/t.nrec" | grep -q 'runs no BPF program' && unseen=20 || unseen=0

check_qdisc() { # DEVICE HANDLE: and where its two numbers are
	same "$1 $2 sent" "$(moved "$3")" "$(shown "$1" "$2" "enqueued + bypassed")"
	same "$1 $2 sent, by the kernel's counter in the trace" "$(moved "$3")" "$(shown "$1" "$2" kernel_packets)"
	same "$1 $2 dropped" "$(moved $(($3 + 1)))" "$(shown "$1" "$2" dropped)"
	same "$1 $2 dropped, by the kernel's counter in the trace" "$(moved $(($3 + 1)))" "$(shown "$1" "$2" kernel_drops)"
	[ "$(shown "$1" "$2" "enqueued - dequeued BETWEEN 0 AND $unseen")" = 1 ] || fail "$1 $2 left: $(shown "$1" "$2" "enqueued - dequeued")"
	same "$1 $2 timed" "$(shown "$1" "$2" dequeued)" "$(shown "$1" "$2" timed)"
}
check_qdisc "eth0 (${id}a)" 1:0 1
check_qdisc "eth0 (${id}b)" 2:0 3
check_qdisc "$id-a" 3:0 5
same "kind" tbf "$(shown "eth0 (${id}a)" 1:0 qdisc)"
same "the leaf's packets" "$(moved 7)" "$(shown "$id-a" 31:0 kernel_packets)"
same "the leaf reports none of its own" "" "$(shown "$id-a" 31:0 enqueued)"

# 20 kB at 4 Mbit/s take 40 ms; the queue holds 36 packets of 542 bytes.
[ "$(moved 2)" -ge 500 ] && [ "$(moved 6)" -ge 500 ] || fail "the load made only $(moved 2) and $(moved 6) drops"
[ "$(shown "eth0 (${id}a)" 1:0 "delay_p50_ns BETWEEN 20e6 AND 45e6 AND delay_max_ns < 500e6 AND max_qlen BETWEEN 34 AND 38")" = 1 ] ||
	fail "implausible times: $(shown "eth0 (${id}a)" 1:0 "delay_p50_ns || ' ' || delay_max_ns || ' ' || max_qlen")"
[ "$(shown "eth0 (${id}b)" 2:0 bypassed)" -ge 2000 ] || fail "an idle pfifo lets packets pass by"
