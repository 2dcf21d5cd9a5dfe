#!/bin/sh
# `netanalyze merge`: a host and its guest, in either order; and what has nothing to do with each other.
set -u
netanalyze=${NETANALYZE:-build/netanalyze} make_trace=${MAKE_TRACE:-build/tests/cli/make_trace}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
status=0
fail() {
	echo "$*"
	status=1
}

# merge STATUS OPERAND…: the text and the JSON are kept.
merge() {
	wanted=$1
	shift
	"$netanalyze" merge "$@" >"$dir/text" 2>"$dir/err"
	got=$?
	[ $got = "$wanted" ] || fail "merge $*: status $got, not $wanted: $(cat "$dir/err")"
	! grep -nE '.{101}' "$dir/text" || fail "merge $*: wider than 100 columns"
	[ "$wanted" != 0 ] || "$netanalyze" merge "$@" --json >"$dir/json" || fail "merge $*: no JSON"
}
# json SQL WANTED: of the last one.
json() {
	got=$(sqlite3 :memory: "WITH j(j) AS (SELECT readfile('$dir/json')) SELECT $1 FROM j")
	[ "$got" = "$2" ] || fail "$1: $got, not $2"
}
says() {
	tr -s ' \n' ' ' <"$dir/$1" | grep -q "$2" || fail "$1 does not say '$2': $(cat "$dir/$1")"
}

host=samples/guest-busy.nrec guest=samples/guest-busy.guest.nrec
# samples/guest-busy.md: of 6000 datagrams 3408 are dropped at the tap; the rest is read.
passage="(SELECT group_concat((value ->> 'from') || ' ' || (value ->> 'to') || ' ' || (value ->> 'packets') || ' '
	|| (value ->> 'dropped_before') || ' ' || (value ->> 'lost_between') || ' '
	|| (value ->> 'dropped_there') || ' ' || (value ->> 'taken_in') || ' ' || (value ->> 'unknown'), ', ')
	FROM json_each(j -> '\$.passages'))"
for order in "$host $guest" "$guest $host"; do
	merge 0 $order
	json "$passage" 'guest-busy guest-busy.guest 6000 3408 0 0 2592 0'
	json "(SELECT group_concat(value ->> 'packets' || ' ' || (value ->> 'where') || ' ' || (value ->> 'what'), '; ')
		FROM json_each(j -> '\$.ends'))" \
		'3408 guest-busy dropped: FULL_RING in tun_net_xmit [tun], on vnet0; 2592 guest-busy.guest read'
	# What is wrong comes first: what the host cannot know, its guest does.
	says text 'Of 6000 packets from guest-busy to guest-busy.guest, 3408 were dropped on guest-busy\. On'
	says text 'On guest-busy, at vnet0: the virtual machine does not take its packets\. Who: guest/'
	says text 'On guest-busy.guest, at eth0: one thread keeps a CPU from others\. Who: traffic/'
	json "(SELECT value ->> 'p99_ns' > 1000000000 FROM json_each(j -> '\$.latency'))" 1
	# From the tap into the guest's reader, in the order of time.
	json "(SELECT group_concat(replace(side, 'guest-busy', 'h') || ' ' || stage, ', ') FROM (
		SELECT value ->> 'side' AS side, value ->> 'stage' AS stage
		FROM json_each(j -> '\$.steps') WHERE value ->> 'packet' = 1
		AND value ->> 'stage' IN ('tun_net_xmit', 'tun_recvmsg', 'netif_receive_skb', 'consumed')
		AND NOT (value ->> 'side' = 'guest-busy' AND value ->> 'stage' = 'consumed')))" \
		'h netif_receive_skb, h tun_net_xmit, h tun_recvmsg, h.guest netif_receive_skb, h.guest consumed'
	json "(SELECT min(value ->> 'took_ns') >= 0 FROM json_each(j -> '\$.steps'))" 1
done
# Seen from the other side it is the other way round.
merge 0 $host $guest
says text 'The clock of guest-busy.guest is at least 53.2 s behind that of guest-busy'
merge 0 $guest $host
says text 'The clock of guest-busy is at least 53.2 s ahead of that of guest-busy.guest'

# A host and a guest of which everything is known (make_trace_pair.c): the clock of the guest is 900 s behind at 1000 s
# and gains 50 us a second.
"$make_trace" --host "$dir/host.nrec" && "$make_trace" --guest "$dir/guest.nrec" || exit 1
ends="(SELECT group_concat((value ->> 'packets') || ' ' || (value ->> 'way') || ' ' || (value ->> 'where') || ' '
	|| (value ->> 'what'), '; ') FROM json_each(j -> '\$.ends') WHERE value ->> 'way' = 'WAY')"
elsewhere="(SELECT group_concat((value ->> 'echoes') || ' ' || (value ->> 'said') || ' ' || (value ->> 'where'), '; ')
	FROM json_each(j -> '\$.elsewhere'))"
for order in 'host guest' 'guest host'; do
	merge 0 $(for side in $order; do echo "$dir/$side.nrec"; done) -o "$dir/known.db" --force
	says text 'from host to guest, 40 were dropped on host, 50 were lost between the two, 50 were dropped on guest'
	json "$(echo "$ends" | sed 's/WAY/host > guest/')" "1880 host > guest guest read; \
180 host > guest guest received; 50 host > guest between left by vnet0, and was not seen there; \
50 host > guest guest dropped: NETFILTER_DROP in nf_hook_slow, on ens3; \
40 host > guest host dropped: QDISC_DROP in tbf_enqueue [sch_tbf], on vnet0"
	json "$(echo "$ends" | sed 's/WAY/guest > host/')" "2040 guest > host host passed on; \
10 guest > host between left by ens3, and was not seen there"
	json "$elsewhere" "10 lost elsewhere delivered on guest, and nobody answered; 10 late late between the two; \
10 late late on guest; 10 lost elsewhere lost between the two: guest did not see it; \
10 lost elsewhere lost between the two: the reply left guest; \
10 lost elsewhere lost on guest: request dropped: NETFILTER_DROP in nf_hook_slow, on ens3"
	# The true offset and drift are within the stated error, which is not much more than half of the quickest way
	# there and back; how long each packet took is as well.
	sign=1
	[ "$order" = 'host guest' ] || sign=-1
	got=$(sqlite3 "$dir/known.db" "SELECT
		abs(offset_ns - $sign * (50e-6 * (at_ns + CASE $sign WHEN 1 THEN 0 ELSE 900e9 END - 1000e9) - 900e9))
			<= error_ns, abs(drift - $sign * 50e-6) <= drift_error, error_ns BETWEEN 250000 AND 350000, bend_ns
		FROM clock_line WHERE side = 1")
	[ "$got" = '1|1|1|0' ] || fail "$order: the clock is not as it says: $got"
	got=$(sqlite3 "$dir/known.db" "WITH p AS (
			SELECT seen_at_ns - left_at_ns AS took, CAST(substr(ident, 32) AS INTEGER) - 1 AS i
			FROM passage JOIN sighting ON side = from_side AND packet = sent
			WHERE place = 'there' AND ident LIKE '17 10.0.0.2 %')
		SELECT count(*), max(abs(took - 1000 * (100 + i * 7919 % 1000))) <= (SELECT max(error_ns) FROM clock_line)
		FROM p")
	[ "$got" = '1920|1' ] || fail "$order: packets did not take what they took: $got"
done
# The recordings of what came later, or of other traffic.
"$make_trace" "$dir/web.nrec" && merge 0 "$dir/host.nrec" "$dir/web.nrec"
says text 'CANNOT TELL'

# A filter, and a database that is kept.
"$netanalyze" merge $host $guest --filter 'udp port 6001' -o "$dir/m.db" >"$dir/text" || fail "a filter fails"
[ "$(sqlite3 "$dir/m.db" "SELECT count(*), sum(ended = 'read') FROM passage")" = "1000|1000" ] ||
	fail "of 1000 datagrams of a filter: $(sqlite3 "$dir/m.db" "SELECT ended, count(*) FROM passage GROUP BY 1")"
[ "$(stat -c %a "$dir/m.db")" = 600 ] || fail "others may read the database"
merge 3 $host $guest -o "$dir/m.db"
says err 'exists; name another output'
merge 0 $host $guest -o "$dir/m.db" --force

# The guest's recording lacks what its filter left out: that is not lost.
"$netanalyze" cut $guest -o "$dir/part.nrec" 'udp port 6001 or greater 600' >/dev/null || fail "cut fails"
merge 0 $host "$dir/part.nrec"
says text 'dropped on guest-busy; of 1592 it is not known\.'
json "(SELECT value ->> 'lost_between' || ' ' || (value ->> 'unknown') FROM json_each(j -> '\$.passages'))" '0 1592'
says text 'the other side holds only what its filter asks for'
# It began later and ended sooner.
"$netanalyze" cut $guest -o "$dir/time.nrec" --from 45 --to 55 >/dev/null || fail "cut fails"
merge 0 $host "$dir/time.nrec"
json "(SELECT value ->> 'lost_between' FROM json_each(j -> '\$.passages'))" 0

# What has nothing to do with each other.
merge 0 $host samples/vhost-starved.nrec
says text 'CANNOT TELL .*: no packet was seen by both. By their own clocks there are 4.41 h between the two'
json "json_array_length(j, '\$.passages') + json_array_length(j, '\$.latency') + json_array_length(j, '\$.steps')" 0
merge 3 $host $host
says err 'are the same recording'
"$netanalyze" cut $host -o "$dir/again.nrec" --from 1 --to 5 >/dev/null || fail "cut fails"
merge 3 $host "$dir/again.nrec"
says err 'recordings of one host'
merge 2 $host
merge 2 $host "$dir/m.db"
says err 'is a database, which keeps only some packets: give the recording'
merge 3 $host "$dir/none.nrec"
merge 3 $host Makefile
merge 2 $host $guest --slowest 0
exit $status
