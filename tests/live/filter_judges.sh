#!/bin/sh
# One corpus, three judges: what libpcap says of the bytes of a packet is what netanalyze says on a recording of it and on
# the database made of that, for every expression of filter/expressions and every packet of filter/packets;
# filter_verdicts.sh asks the kernel the same. What a recording cannot know is refused or marked: never more than libpcap
# matches, and never silently less.
. tests/live/lib
need_recording
command -v sqlite3 >/dev/null || skip "sqlite3 is not installed"
ip netns add "${id}a"
ip netns exec "${id}a" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
ip -n "${id}a" link add va type veth peer name vb
ip -n "${id}a" link set va up
ip -n "${id}a" link set vb up
$netrec record -q -e packet,hop,free,drop -o "$tmp/t.nrec" -- ip netns exec "${id}a" "$frames" va tests/live/filter/packets \
	>"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
build/netanalyze analyze "$tmp/t.nrec" -o "$tmp/t.db" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
build/tests/live/filter_equivalence list tests/live/filter/expressions tests/live/filter/packets >"$tmp/list"

# What netanalyze shows of the packets that were sent, in the order of sending: a line each
sent() {
	sqlite3 :memory: "SELECT json_extract(value, '\$.time_at') FROM json_each(readfile('$1'), '\$.rows')
		WHERE json_extract(value, '\$.path') LIKE 'net\_dev\_queue @va%' ESCAPE '\' ORDER BY 1"
}

# judge INPUT: prints "EQUAL REFUSED MARKED"
judge() {
	rm -f "$tmp/refused" "$tmp/marked"
	build/netanalyze show packets "$1" --top 0 --json >"$tmp/json" || fail "show packets $1"
	sent "$tmp/json" >"$tmp/order"
	same "$1: packets" "$(grep -vc '^#' tests/live/filter/packets)" "$(wc -l <"$tmp/order")"
	equal=0 refused=0 marked=0
	while IFS='	' read -r expression wanted; do
		if ! build/netanalyze show packets "$1" --top 0 --json -- "$expression" >"$tmp/json" 2>"$tmp/err"; then
			[ "$wanted" = refused ] || grep -qE 'do not hold|protochain' "$tmp/err" ||
				fail "$1: $expression: $(cat "$tmp/err")"
			refused=$((refused + 1))
			echo "$expression" >>"$tmp/refused"
			continue
		fi
		[ "$wanted" != refused ] || fail "$1: $expression: libpcap refuses it"
		sent "$tmp/json" | awk 'NR == FNR { n[$1] = FNR; next } { printf "%d ", n[$1] }' "$tmp/order" - >"$tmp/got"
		if [ "$(cat "$tmp/got")" = "$wanted" ]; then
			equal=$((equal + 1))
			continue
		fi
		grep -q 'note: the filter cannot be answered exactly' "$tmp/err" ||
			fail "$1: $expression: libpcap says $wanted, netanalyze $(cat "$tmp/got")"
		for i in $(cat "$tmp/got"); do
			case " $wanted" in
			*" $i "*) ;;
			*) fail "$1: $expression: libpcap does not match packet $i" ;;
			esac
		done
		marked=$((marked + 1))
		echo "$expression" >>"$tmp/marked"
	done <"$tmp/list"
	echo "${1##*.}: $equal expressions alike, $refused refused, $marked marked as not exact"
	[ "$equal" -ge 385 ] || fail "$1: too few: $(cat "$tmp/refused" "$tmp/marked")"
}

judge "$tmp/t.nrec"
judge "$tmp/t.db"
# A chain of headers is walked by neither of the two
$netrec record -q -o "$tmp/no.nrec" 'ip6 protochain 6' -- true 2>"$tmp/err" && fail "netrec takes protochain"
grep -q protochain "$tmp/err" || fail "netrec on protochain: $(cat "$tmp/err")"
build/netanalyze show packets "$tmp/t.nrec" 'ip6 protochain 6' 2>"$tmp/err" >"$tmp/out" && fail "netanalyze takes protochain"
grep -q protochain "$tmp/err" || fail "netanalyze on protochain: $(cat "$tmp/err")"
# Those that differed once are all answered exactly, but for payload
sed -n '/^# What differed/,$p' tests/live/filter/expressions >"$tmp/once"
same "refused or marked" "ip6[48:2] = 0x1f90,ip[20] = 0x94" \
	"$(cat "$tmp/refused" "$tmp/marked" | grep -xFf "$tmp/once" | LC_ALL=C sort -u | paste -sd,)"
