#!/bin/sh
# netanalyze export: a capture file that libpcap reads without complaint, with the packets that replay prints, when they
# were there; its comments; stacks that add up to what replay prints; files that are whole or not there.
# NETANALYZE: the program under test.
. "$(dirname "$0")/../scratch.sh"

# export FILE ARGUMENT…
export_to() {
	file=$1
	shift
	"$netanalyze" export "$@" --force -o "$file" 2>err || fail "export $*: exit status $?: $(cat err)"
}

# read_back FILE OPTION…: as tcpdump prints it, into out.
read_back() {
	tcpdump -tt --nano -nn "$@" >out 2>err || fail "tcpdump $*: $(cat err)"
	grep -v '^reading from file .*, link-type EN10MB (Ethernet)' err | grep . && fail "tcpdump $* complains"
}

# refuse STATUS WORDS ARGUMENT…
refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" export "$@" >out 2>err
	got=$?
	[ $got = "$status" ] && grep -qF -- "$words" err && ! [ -s out ] ||
		fail "export $*: exit status $got, not $status, or no '$words': $(cat err)"
}

# All packets, hops and drops of packets, each at its time: those whose headers were never seen are counted.
for name in every-stage unknown-ethertype tunnels ttl clean-own; do
	trace=$root/tests/causes/$name.nrs
	export_to it.pcapng "$trace" --to pcapng
	left_out=$(sed -n 's/.*note: left out, .*: packets at a stage, \([0-9]*\) times$/\1/p' err)
	"$netanalyze" replay "$trace" --events packet,hop,drop --json 2>/dev/null |
		grep -v '"event":"\(gap\|missing\)"' | sed 's/.*"real_ns":\([0-9]*\)\([0-9]\{9\}\),.*/\1.\2 &/' >all
	grep -v '"event":"drop".*"ifindex":0,.*"ethertype":0,' all | cut -d ' ' -f 1 >events # what is of a network device
	cut -d ' ' -f 1 all | sort >times
	read_back -r it.pcapng
	sed 's/ .*//' out >packets
	[ $(($(wc -l <packets) + ${left_out:-0})) -ge "$(wc -l <events)" ] || fail "$name: $(wc -l <packets) packets and ${left_out:-0} left out of $(wc -l <events)"
	sort packets | comm -23 - times >more
	[ -s more ] && fail "$name: packets at other times"
	[ "$(wc -l <packets)" -gt 100 ] || fail "$name: next to nothing is there"
done

# Wireshark's reader, where there is one.
if command -v tshark >/dev/null; then
	tshark -n -r it.pcapng -T fields -e frame.interface_name -e frame.comment >out 2>err || fail "tshark: $(cat err)"
	grep -v '^Running as user' err | grep . && fail "tshark complains"
	[ "$(grep -cE '^[^	]+	(stage=|dropped )' out)" = "$(wc -l <packets)" ] || fail "tshark sees $(wc -l <out) packets: $(head -n 1 out)"
fi

# What they say. UDP has its length, TCP its flags.
trace=$root/tests/causes/ttl.nrs
export_to it.pcapng "$trace" --to pcapng
read_back -r it.pcapng -c 1000
grep -qE 'IP 10\.[0-9.]+ > 10\.[0-9.]+: UDP, length [1-9]' out || fail "no UDP: $(head -n 3 out)"
strings -n 8 it.pcapng >texts
grep -qE '^stage=net_dev_start_xmit after=net_dev_queue latency=[0-9]+ns cpu=[0-9]+ skb=0x[0-9a-f]+ headers=net_dev_queue$' texts ||
	fail "no comment of a hop: $(grep -m 1 stage= texts)"
reason=$("$netanalyze" show drops "$trace" --json | jq -r '.rows[0].reason')
grep -qE "^dropped reason=$reason location=[a-z_0-9.]+\+0x[0-9a-f]+ after=[a-z_0-9]+ latency=[0-9]+ns " texts || fail "no comment of a drop for $reason"
grep -q '^From the netrec recording [0-9a-f]\{32\}\. ' texts || fail "the file does not say what it is of"
grep -qE '^ifindex [0-9]+, network namespace [0-9]+' texts || fail "no device"
export_to sent.pcapng "$root/tests/causes/every-stage.nrs" --to pcapng 'icmp'
read_back -r sent.pcapng 'not icmp'
[ -s out ] && fail "a filter leaves other packets: $(head -n 1 out)"

# JSON is what replay prints.
export_to it.json "$trace" --to json --from 1 --until 2
"$netanalyze" replay "$trace" --json --from 1 --to 2 | cmp - it.json || fail "--to json is not what replay prints"

# Stacks: lines as flamegraph.pl reads them; every event is in one of them, and its time.
for name in ovs-sweep guest-busy netns-tbf; do
	trace=$root/samples/$name.nrec
	"$netanalyze" replay "$trace" --json >events 2>/dev/null
	for weight in count ns; do
		export_to it.folded "$trace" --to folded --weight $weight
		grep -vnE '^[a-z]+( held)?(;[^;]+)+ [1-9][0-9]*$' it.folded && fail "$name: no line of folded stacks"
		for event in drop offcpu lock futex; do
			case $weight.$event in
			count.lock) what='.short_n + if .addr == "0x0" then 0 else 1 end' ;;
			count.*) what=1 ;;
			ns.drop) what=0 ;;
			ns.offcpu) what='.blocked + .runnable' ;;
			ns.lock) what='.duration + .short_ns' ;;
			ns.futex) what='.duration' ;;
			esac
			wanted=$(jq "select(.event == \"$event\") | $what" events | awk '{ n += $1 } END { printf "%.0f", n }')
			got=$(awk -v event="$event" 'index($0, event ";") == 1 { n += $NF } END { printf "%.0f", n }' it.folded)
			[ "$got" = "$wanted" ] || fail "$name: $weight of $event is $got, not $wanted"
		done
	done
done
refuse 2 "a drop takes no time" "$trace" --to folded -o nothere --events drop --weight ns
refuse 2 "events with stacks" "$trace" --to folded -o nothere --events softirq
refuse 2 "--weight is for" "$trace" --to json -o nothere --weight ns
refuse 2 "count or ns" "$trace" --to folded -o nothere --weight s
refuse 2 "--events means nothing" "$trace" --to pcapng -o nothere --events drop

# Files are whole or not there, and not overwritten.
rm -f it.json
refuse 2 "nothing lies between --from 3 and --until 2" "$trace" --to json -o it.json --from 3 --until 2
refuse 3 "nothere.nrec" nothere.nrec --to pcapng -o it.json
[ -z "$(ls | grep -e '^it\.json' -e tmp)" ] || fail "a failed export leaves $(ls)"
refuse 3 "exists" "$trace" --to pcapng -o it.pcapng
refuse 2 "--to is pcapng" "$trace" --to pcap -o it.json
refuse 2 "needs -o" "$trace" --to json
refuse 2 "needs --to" "$trace" -o it.json
refuse 2 "needs a recording" --to json -o it.json
refuse 3 "cannot write" "$trace" --to json -o nosuchdir/it.json
exit $failed
