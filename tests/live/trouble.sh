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
cat >"$tmp/load" <<EOT
ip netns exec ${id}a bash -c 'for i in {0..7}; do for j in {2..251}; do echo x >/dev/udp/10.99.\$i.\$j/9; done; done' 2>"$tmp/null"
EOT
before=$(sh "$tmp/of_stat" arp_cache table_fulls)
$netrec record -q --sample 200ms -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
after=$(sh "$tmp/of_stat" arp_cache table_fulls)
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"

# values NAME NETNS: of a counter, one a line
values() {
	name=$(sed -n "s/^string .* id=\\([0-9]*\\) text=$1\$/\\1/p" "$tmp/rows")
	sed -n "s/^counter .* name=${name:-none} netns=$2 value=//p" "$tmp/rows"
}
[ "$after" -gt "$before" ] || fail "2000 neighbours did not fill the table: $before, then $after"
same "neighbours that found no room" "$before $after" \
	"$(values arp_cache.table_fulls 0 | sed -n '1p;$p' | tr '\n' ' ' | sed 's/ $//')"
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
