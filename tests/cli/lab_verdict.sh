#!/bin/sh
# `equal` of the lab's verdict forgives what lost records explain, and nothing else: records of the types that a count is
# made of, while the traffic was there that it counts. The recording lacks 12 hops from 1.3 to 1.4 s, and has all else. And
# what netanalyze finds first has to be the cause.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0"
set -u
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
. tests/lab/host/verdict.sh
${MAKE_TRACE:-build/tests/cli/make_trace} "$dir/trace.nrec" || exit 1
name=made day=2026-11-22T12:00
cat >"$dir/truth" <<-EOF2
	traffic_from=$day:00.100000000Z
	before_from=$day:00.200000000Z
	before_to=$day:01.200000000Z
	during_from=$day:00.200000000Z
	during_to=$day:01.350000000Z
	after_from=$day:01.500000000Z
	traffic_to=$day:02.900000000Z
	before_sent=2997
	during_sent=2997
	after_sent=2997
	link_host_eth0_tx_packets=2997
EOF2
verdict_begin
failed=0

# says ok|WRONG EQUAL_ARGUMENT…
says() {
	local want=$1 said
	shift
	said=$(equal "$@")
	case $said in "$want "*) ;; *) failed=1; echo "not $want: $said" ;; esac
}

sent() {
	trace interfaces rows "recorded_tx + ${1:-0} FROM t WHERE interface = 'eth0'"
}

says ok "all that was lost" "$(truth link_host_eth0_tx_packets)" "$(sent)"
says ok "at that time" "$(truth during_sent)" "$(sent)"
says ok "one of two streams at that time" "$(minus "$(plus "$(truth before_sent)" "$(truth during_sent)")" 2997)" "$(sent)"
says ok "a number of the scenario's own" 2997 "$(sent)"
says ok "the same" 2985 "$(sent)"
says WRONG "one more than was lost" 2998 "$(sent)"
says WRONG "lost after the stream" "$(truth before_sent)" "$(sent)"
says WRONG "lost before the stream" "$(truth after_sent)" "$(sent)"
says WRONG "the trace has more" "$(truth during_sent)" "$(sent 13)"
says WRONG "not made of hops" 16 "$(drops "reason = 'NETFILTER_DROP'")"
says WRONG "nor these" 31 "$(trace drop-events rows "count(*) FROM t")"
says WRONG "nor these" 1 "$(trace qdisc returns "0")"
says WRONG "nothing asked" 2 1
says WRONG "missing" "$(truth nothing)" "$(sent)"
# judges ok|WRONG CAUSE: what netanalyze finds first in it, and next.
judges() {
	local said
	injected() { echo "$cause"; }
	cause=$2 said=$(cause_found)
	case $said in "$1 "*) ;; *) failed=1; echo "not $1: $said" ;; esac
}

. tests/cause.sh
two=$(found "$db" 2)
two=${two%%|*}
judges ok "${two% *}"
judges ok "$two"
judges WRONG "${two#* } ${two% *}"
judges WRONG "${two#* }"
judges WRONG "$two $two"
judges WRONG none

[ $failed = 0 ] && echo "forgives what was lost, and no more"
exit $failed
