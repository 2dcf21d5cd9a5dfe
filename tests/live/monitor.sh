#!/bin/sh
# A monitor counts pings as lost: netanalyze says what became of each, from what ping printed (with and without times,
# of busybox) and from a capture. The truth is ping's own count and the counter of the rule that dropped.
. tests/live/lib
need_recording
command -v nft >/dev/null || skip "nft is not installed"
command -v tcpdump >/dev/null || skip "tcpdump is not installed"
two_hosts
wait_quiet
cat >"$tmp/rules" <<'EOT'
table inet t {
 counter dropped { }
 chain i {
  type filter hook input priority 0;
  icmp type echo-request ip length 128 numgen inc mod 5 == 2 counter name dropped drop
  icmp type echo-request ip length 129 drop
 }
}
EOT
in_b nft -f "$tmp/rules" || skip "no nftables here"
cat >"$tmp/load" <<EOT
ip netns exec ${id}a tcpdump -Z root -q -i eth0 -w $tmp/pcap --immediate-mode icmp or icmp6 2>$tmp/tcpdump &
tcpdump=\$!
while ! grep -q listening $tmp/tcpdump; do sleep 0.1; done
ip netns exec ${id}a ping -D -O -c 40 -i 0.03 -W 1 -s 100 10.98.0.2 >$tmp/dropped
ip netns exec ${id}a ping -c 12 -i 0.03 -W 1 fd98::2 >$tmp/plain
ip netns exec ${id}a ping -c 3 -i 0.3 -W 1 -s 101 10.98.0.2 >$tmp/none
timeout 2 ip netns exec ${id}a busybox ping -c 1 10.98.0.2 >$tmp/busybox
tc -n ${id}b qdisc add dev eth0 root tbf rate 10kbit burst 1600 limit 100000
ip netns exec ${id}a ping -c 2 -i 0.7 -W 5 -s 1400 10.98.0.2 >$tmp/slow
sleep 1.2
kill \$tcpdump
wait \$tcpdump
EOT
$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
grep -q "Specified qdisc" "$tmp/out" && skip "no tbf here: $(cat "$tmp/out")"

# monitor FILE: what netanalyze says of it.
monitor() {
	build/netanalyze show monitor "$tmp/t.nrec" --monitor "$1" --json --top 0 >"$tmp/json" || fail "show monitor"
}
sql() {
	sqlite3 :memory: "SELECT $1 FROM (SELECT value AS v FROM json_each(readfile('$tmp/json'), '\$.$2'))"
}
of() { sql "json_extract(v, '\$.$1')" rows; }
sent() { sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' "$1"; }
received() { sed -n 's/.* transmitted, \([0-9]*\) \(packets \)*received.*/\1/p' "$1"; }
late() { sed -n 's/.* time=\([0-9.]*\) ms$/\1/p' "$@" | awk '$1 >= 200' | wc -l; }

rule=$(in_b nft list counter inet t dropped | sed -n 's/.*packets \([0-9]*\) .*/\1/p')
[ "$rule" -ge 5 ] || fail "the rule dropped $rule packets: $(cat "$tmp/dropped")"
monitor "$tmp/dropped"
same "requests of ping" "$(sent "$tmp/dropped")" "$(of echoes)"
same "lost, as ping counts" "$(($(sent "$tmp/dropped") - $(received "$tmp/dropped")))" "$(of lost)"
same "lost here, as the rule counts" "$rule" "$(of lost_here)"
lost=$(seq 1 40 | while read -r n; do grep -q "from .* icmp_seq=$n " "$tmp/dropped" || echo "$n"; done | xargs)
same "those that have no answer" "$lost" "$(sql "group_concat(json_extract(v, '\$.seq'), ' ')" single)"
sql "DISTINCT json_extract(v, '\$.why')" why | grep -q "^request dropped: NETFILTER_DROP in .*, on eth0 (${id}b)$" ||
	fail "why: $(cat "$tmp/json")"
ahead=$(sql "json_extract(v, '\$.clock_ahead_ns')" pings)
[ "${ahead#-}" -lt 100000000 ] || fail "both have one clock, and differ by $ahead ns"

# Without times: the recorded ping that has the same numbers.
monitor "$tmp/plain"
same "none was lost" "12 0 0" "$(of in_time) $(of late) $(of lost)"
same "all were found" "12" "$(sql "json_extract(v, '\$.found')" pings)"
# Only busybox sent a number 0. That all of three were lost fits two of the pings to that address.
monitor "$tmp/busybox"
same "found that of busybox" "1 1" "$(of in_time) $(sql "json_extract(v, '\$.found')" pings)"
monitor "$tmp/none"
same "not guessed" "3 3 more than one may be it" \
	"$(of lost) $(of unknown) $(sql "json_extract(v, '\$.recorded')" pings)"

# The capture has them all, with identifiers: late ones, too.
monitor "$tmp/pcap"
all="$tmp/dropped $tmp/plain $tmp/none $tmp/busybox $tmp/slow"
[ "$(late "$tmp/slow")" -ge 1 ] || fail "the queue did not delay: $(cat "$tmp/slow")"
same "requests of all" \
	"$(for f in $all; do sent "$f"; done | xargs)" "$(sql "json_extract(v, '\$.echoes')" pings | xargs)"
same "late" "$(late $all) $(late $all)" "$(of late) $(of late_here)"
same "dropped by both rules" "$((rule + 3))" "$(of lost_here)"
build/netanalyze report "$tmp/t.nrec" --monitor "$tmp/pcap" >"$tmp/text" || fail "report"
counts="counts $((rule + 3 + $(late $all))) of [0-9]* echo requests as lost or late"
here="$((rule + 3)) lost here (request dropped: NETFILTER_DROP in .*)"
late="$(late $all) answered late here (up to .*, mostly from qdisc_enqueue to qdisc_dequeue on eth0 (${id}b)"
tr -s ' \n' ' ' <"$tmp/text" | grep -q "$counts: $here, $late" ||
	fail "the report: $(head -30 "$tmp/text")"
