#!/bin/sh
# TCP connections: as many are opened, refused and reset as the kernel counts, they carry the bytes that were sent, and
# segments with a wrong checksum are those the kernel refused. Sampled windows and round-trip times are plausible.
. tests/live/lib
need_recording
two_hosts
wait_quiet
cat >"$tmp/load" <<EOT
ip netns exec ${id}b $traffic bulk-server 7020 & server=\$!
ip netns exec ${id}b $traffic rr-server 7021 & other=\$!
sleep 0.5
ip netns exec ${id}a $traffic bulk 10.98.0.2 7020 30000000
ip netns exec ${id}a $traffic rr fd98::2 7021 500 100
ip netns exec ${id}a $traffic connect 10.98.0.2 7022 25 100 # nobody listens
ip netns exec ${id}a $traffic bad-tcp 10.98.0.2 7023 20
sleep 0.5
kill \$server \$other
EOT
$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
nothing_lost "$tmp/rows" tcp_state tcp_event tcp_sample

# kernel NS NAME: how far a counter of a namespace moved
kernel() {
	name=$(sed -n "s/^string .* id=\([0-9]*\) text=$2\$/\1/p" "$tmp/rows")
	sed -n "s/^counter .* name=$name netns=$(inum "$1") value=//p" "$tmp/rows" | awk 'NR == 1 { f = $1 } END { print $1 - f }'
}
# changes NS BEFORE STATE
changes() {
	rows "$tmp/rows" '^tcp_state ' " before=$2 state=$3 netns=$(inum "$1") "
}
events() {
	rows "$tmp/rows" '^tcp_event ' " what=$2 .* netns=$(inum "$1") "
}

[ "$(kernel a tcp.ActiveOpens)" = 27 ] || fail "the load opened $(kernel a tcp.ActiveOpens) connections"
same "connects" 27 "$(changes a 7 2)"
same "refused" "$(kernel a tcp.AttemptFails)" "$(changes a 2 7)"
same "accepted" "$(kernel b tcp.PassiveOpens)" "$(changes b 3 1)"
same "resets received" 25 "$(events a 1)"
# before 6.10, resets that no socket sends are not reported
grep -q 'set=sk_rst_reason' "$tmp/rows" && same "resets sent" "$(kernel b tcp.OutRsts)" "$(events b 0)"
same "wrong checksums" "$(kernel b tcp.InCsumErrors)" "$(events b 2)"
same "wrong checksums sent" 20 "$(events b 2)"
[ "$(rows "$tmp/rows" '^tcp_event ' ' what=2 ' ' seq=16909060$' ' sport=7023 dport=4000 ')" = 20 ] || fail "not the segments that were sent"

# What the server says it received is what was sent, and the FIN.
received=$(sed -n "s/^tcp_state .* sport=7020 .* before=1 state=8 netns=$(inum b) .* received=//p" "$tmp/rows")
same "bytes received" 30000001 "${received:-none}"

build/netanalyze show tcp "$tmp/t.nrec" --top 0 --json >"$tmp/tcp" || fail "netanalyze"
opened=$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$tmp/tcp'), '\$.openings') AS o
	WHERE json_extract(o.value, '\$.opened') = 1 AND json_extract(o.value, '\$.p50_ns') BETWEEN 1000 AND 1000000000")
same "servers with a time to open" 2 "$opened"
sampled=$(rows "$tmp/rows" '^tcp_sample ' ' dport=7020 ' " netns=$(inum a) " ' rtt=[1-9]' ' cwnd=[1-9]' ' srtt=[1-9]')
[ "$sampled" -ge 2 ] || fail "only $sampled samples of the stream"
echo "samples of the stream: $sampled"
