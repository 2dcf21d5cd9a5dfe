#!/bin/sh
# The counters that say what is wrong are in the trace: softnet, zero windows, connection tracking by namespace, and the
# neighbour tables, which one namespace's traffic fills for all.
. tests/live/lib
need_recording
command -v bash >/dev/null || skip "bash is not installed"
two_hosts
in_a ip addr add 10.99.0.1/16 dev eth0
in_b nft add table inet t 2>"$tmp/null" && in_b nft 'add chain inet t c { type filter hook input priority 0; }' &&
	in_b nft add rule inet t c ct state new accept || echo "connection tracking does not work here"

# of_stat FILE NAME: the sum over the CPUs, in the namespace of who calls
cat >"$tmp/of_stat" <<'EOT'
awk -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }' "/proc/net/stat/$1" |
	while read -r n; do echo "0x$n"; done | xargs printf '%d\n' | awk '{ s += $1 } END { print s + 0 }'
EOT
# The tables are the machine's: others may fill them before and after the load, so that what the load itself reads, and
# what is read around the recording, bound what the trace may say.
cat >"$tmp/load" <<EOT
sh "$tmp/of_stat" arp_cache table_fulls >"$tmp/begun"
ip netns exec ${id}a bash -c 'for i in {0..7}; do for j in {2..251}; do echo x >/dev/udp/10.99.\$i.\$j/9; done; done' 2>"$tmp/null"
sh "$tmp/of_stat" arp_cache table_fulls >"$tmp/ended"
EOT
before=$(sh "$tmp/of_stat" arp_cache table_fulls)
$netrec record -q --sample 200ms -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
after=$(sh "$tmp/of_stat" arp_cache table_fulls)
read -r begun <"$tmp/begun"
read -r ended <"$tmp/ended"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"

# values NAME NETNS: of a counter, one a line
values() {
	name=$(sed -n "s/^string .* id=\\([0-9]*\\) text=$1\$/\\1/p" "$tmp/rows")
	sed -n "s/^counter .* name=${name:-none} netns=$2 value=//p" "$tmp/rows"
}
# between NAME LOW VALUE HIGH
between() {
	[ "$2" -le "${3:--1}" ] && [ "$3" -le "$4" ] || fail "$1: ${3:-nothing}, not between $2 and $4"
	echo "$1: $3"
}
[ "$ended" -gt "$begun" ] || fail "2000 neighbours did not fill the table: $begun, then $ended"
values arp_cache.table_fulls 0 >"$tmp/fulls"
between "neighbours that found no room at first" "$before" "$(sed -n 1p "$tmp/fulls")" "$begun"
between "neighbours that found no room at last" "$ended" "$(sed -n '$p' "$tmp/fulls")" "$after"
[ -n "$(values ndisc_cache.table_fulls 0)" ] || fail "ndisc_cache.table_fulls is missing"
for ns in a b; do
	for name in TCPToZeroWindowAdv TCPFromZeroWindowAdv TCPWantZeroWindowAdv; do
		[ -n "$(values "tcpext.$name" "$(inum $ns)")" ] || fail "tcpext.$name of namespace $ns is missing"
	done
done
if [ -e /proc/net/stat/nf_conntrack ]; then
	for name in insert_failed drop early_drop clashres; do
		[ -n "$(values "conntrack.$name" "$(inum b)")" ] || fail "conntrack.$name of namespace b is missing"
	done
fi
grep -q '^softnet .* dropped=[0-9]* squeezed=[0-9]*$' "$tmp/rows" || fail "no softnet counters"
