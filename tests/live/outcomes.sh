#!/bin/sh
# Real pings, answered in time, late, and dropped on this host: netanalyze counts what ping itself counted.
. tests/live/lib
need_recording
command -v nft >/dev/null || skip "nft is not installed"
two_hosts
wait_quiet
printf 'table inet t {\n chain i {\n type filter hook input priority 0;\n' >"$tmp/rules"
printf ' icmp type echo-request ip length 128 drop\n }\n}\n' >>"$tmp/rules"
in_b nft -f "$tmp/rules" || skip "no nftables here"
cat >"$tmp/load" <<EOT
ip netns exec ${id}a ping -c 10 -i 0.05 -W 2 10.98.0.2 >$tmp/quick
ip netns exec ${id}a ping -c 7 -i 0.05 -W 1 -s 100 10.98.0.2 >$tmp/dropped
tc -n ${id}b qdisc add dev eth0 root tbf rate 10kbit burst 1600 limit 100000
ip netns exec ${id}a ping -c 2 -i 0.7 -W 5 -s 1400 10.98.0.2 >$tmp/slow
sleep 2
ip netns exec ${id}a ping -c 2 -i 0.7 -W 5 -s 1400 fd98::2 >$tmp/slow6
EOT
$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
[ -s "$tmp/out" ] && skip "no tbf here: $(cat "$tmp/out")"

# How many of those replies took at least, and how many less than, 200 ms?
rtts() { sed -n 's/.* time=\([0-9.]*\) ms$/\1/p' "$@"; }
late() { rtts "$@" | awk '$1 >= 200' | wc -l; }
soon() { rtts "$@" | awk '$1 < 200' | wc -l; }

build/netanalyze show outcomes "$tmp/t.nrec" --json --top 0 >"$tmp/json" || fail "show outcomes"
outcomes() {
	sqlite3 :memory: "SELECT $1 FROM (SELECT value AS v FROM json_each(readfile('$tmp/json'), '\$.echoes'))"
}
of() { outcomes "json_extract(v, '\$.$1')"; }
all="$tmp/quick $tmp/slow $tmp/slow6"
[ "$(late $all)" -ge 2 ] || fail "the queue did not delay: $(cat $all)"
same "in time" "$(soon $all)" "$(of in_time)"
same "late" "$(late $all)" "$(of late)"
same "lost here" 7 "$(of lost_here)"
same "each once" 21 "$(of echoes)"
build/netanalyze show outcomes "$tmp/t.nrec" >"$tmp/text"
grep -q '^ *7  ICMP echo *lost here  request dropped: NETFILTER_DROP' "$tmp/text" || fail "where: $(cat "$tmp/text")"
build/netanalyze report "$tmp/t.nrec" >"$tmp/text"
tr -s ' \n' ' ' <"$tmp/text" | grep -q 'Of 21 echo requests (ping) [0-9]* were answered within 200 ms, [0-9]* later (up to [^)]*), 7 lost on' ||
	fail "the report: $(head -20 "$tmp/text")"
