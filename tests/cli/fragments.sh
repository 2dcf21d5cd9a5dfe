#!/bin/sh
# 30 of 60 datagrams lose one of their three fragments, and the other 60 are dropped when they have waited in vain: 30 lost
# packets, in the drops, the headline, the flows and the findings. What hangs on datagrams that were read is no drop.
set -u
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
netanalyze=${NETANALYZE:-build/netanalyze} failed=0

# says WHAT WANTED GOT
says() {
	[ "$2" = "$3" ] || { echo "$name: $1: '$3' in place of '$2'"; failed=1; }
}

for name in fragments fragments-v6; do
	db=$tmp/$name.db
	"$netanalyze" analyze "tests/causes/$name.nrs" -o "$db" >/dev/null || exit 1
	says "drops of UDP" 30 "$("$netanalyze" show drops "$db" --json --top 0 | jq '[.rows[] | select(.protocol | endswith("UDP")) | .drops] | add')"
	says "buffers of UDP" 150 "$("$netanalyze" show drops "$db" --json --top 0 | jq '[.rows[] | select(.protocol | endswith("UDP")) | .buffers] | add')"
	says "drops by flow" 30 "$("$netanalyze" show drops "$db" --json --top 0 | jq '[.flows[] | select(.flow | startswith("UDP")) | .drops] | add')"
	says "lost of the flow" 30 "$("$netanalyze" show packets "$db" --json --top 0 | jq '[.flows[] | select(.flow | startswith("UDP")) | .drops] | add')"
	says "packets of the finding" 30 "$(sqlite3 "$db" "SELECT packets FROM finding WHERE cause = 'fragments-lost'")"
	says "headline" 1 "$("$netanalyze" "$db" | grep -c 'packets were dropped: 30 NETFILTER_DROP in nft_do_chain')"
done
exit $failed
