#!/bin/sh
# Headers are parsed alike at every stage: IPv4 with options and fragments, IPv6 with extension headers,
# VLAN tags in the frame and beside it, ARP, TCP, UDP, SCTP, ICMP, and what is too short or something else.
. tests/live/lib
need_recording
two_hosts
$netrec record -q -e packet -o "$tmp/t.nrec" -- ip netns exec "${id}a" "$frames" eth0 >"$tmp/out" 2>&1 ||
	fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"

v4() {
	printf '00000000000000000000ffff%s' "$1"
}
sender=" netns=$(inum a) ifindex=$(ifindex a eth0) "
port=" netns=$(inum -) ifindex=$(ifindex - "$id-a") "
to4=$(v4 c6336464) to6=20010db8000000000000000000000064

# expect NAME PATTERN…: as one packet record at the sender's net_dev_queue, and at netif_rx and
# netif_receive_skb of the bridge port
expect() {
	name=$1
	shift
	for stage in "4 $sender" "2 $port" "3 $port"; do
		[ "$(rows "$tmp/rows" '^packet ' " stage=${stage%% *} " "${stage#* }" "$@")" = 1 ] ||
			fail "$name at stage ${stage%% *}: $(grep "^packet .* saddr=$from" "$tmp/rows")"
	done
	echo "$name"
}

from=$(v4 c6336401)
expect "one tag" " saddr=$from daddr=$to4 sport=8080 dport=53 ethertype=2048 proto=17 " \
	" ttl=64 tos=184 " " vlan=24618 " " ip_id=2571 .* ip_len=36 " \
	" l2=3 .* tpid=33024 tag2=0 tag3=0 flow_label=0 dmac=281474976710655 smac=2199023255553\$"
# the bridge's receive path takes the tag out of the frame and passes it on beside it
[ "$(rows "$tmp/rows" " saddr=$from " " stage=4 " " ifindex=$(ifindex - "$id-b") " " vlan=24618 " " l2=7 " " tpid=33024 ")" = 1 ] ||
	fail "a tag beside the packet: $(grep " saddr=$from " "$tmp/rows")"
from=20010db8000000000000000000000002
expect "two tags" " saddr=$from daddr=$to6 sport=8080 dport=80 ethertype=34525 proto=6 " " vlan=7 " \
	" ttl=63 tos=171 tcp_flags=18 " " seq=16909060 ack=84281096 ip_len=60 " " tpid=34984 tag2=2164260906 tag3=0 "
from=$(v4 c6336403)
expect "ARP" " saddr=$from daddr=$to4 sport=0 dport=2 ethertype=2054 proto=0 "
from=$(v4 c6336404)
expect "IPv4 options" " saddr=$from daddr=$to4 sport=8080 dport=53 ethertype=2048 proto=17 "
from=$(v4 c6336405)
expect "later IPv4 fragment" " saddr=$from daddr=$to4 sport=0 dport=0 .* proto=17 " " frag=8196 " " ip_id=48879 "
from=20010db8000000000000000000000006
expect "IPv6 extension headers" " saddr=$from daddr=$to6 sport=8080 dport=53 .* proto=17 " " frag=1 " \
	" ip_id=3405691582 "
from=20010db8000000000000000000000007
expect "later IPv6 fragment" " saddr=$from daddr=$to6 sport=0 dport=0 .* proto=17 " " frag=1401 "
from=20010db8000000000000000000000008
expect "echo request" " saddr=$from daddr=$to6 sport=4660 dport=32768 .* proto=58 " " seq=9 "
from=$(v4 c6336409)
expect "SCTP" " saddr=$from daddr=$to4 sport=2905 dport=2906 .* proto=132 "
from=$(v4 c633640a)
expect "ICMP error" " saddr=$from daddr=$to4 sport=0 dport=769 .* proto=1 " " seq=0 "
from=$(v4 c633640b)
expect "TCP" " saddr=$from daddr=$to4 sport=8080 dport=80 .* proto=6 " " tcp_flags=18 " " seq=16909060 "
from=$(v4 c633640c)
expect "cut off" " saddr=$from daddr=$to4 sport=0 dport=0 .* proto=6 " " tcp_flags=0 " " seq=0 "
from=00000000000000000000000000000000
expect "another protocol" " saddr=$from " " ethertype=35020 proto=0 "
# what has more headers than there are fields for comes with its first bytes: of these ARP, options, extension headers,
# an ICMP error, what is cut off and another protocol, at three stages and as often as the bridge passes them on
same "packets with first bytes" "$(rows "$tmp/rows" '^packet ' " l2=(11|15) ")" "$(rows "$tmp/rows" '^head ')"
[ "$(rows "$tmp/rows" '^head ' ' bytes=ffffffffffff020000000001080600010800060400020200')" -ge 3 ] || fail "the bytes of ARP"
