#!/bin/sh
# How much `netanalyze compare` makes of the same traffic recorded twice: four loads in two network namespaces, in turn,
# each recorded so often, at the same rates; of each load every two recordings are compared. As root, on a machine that
# does nothing else.
#
#   recorded_apart.sh [RECORDINGS [SECONDS]]    of each load (24), of each recording (8: of a few nothing is compared)
. tests/live/lib
recordings=${1:-24} seconds=${2:-8}
need_recording
two_hosts
wait_quiet

# load NAME: some seconds of it, at a rate of its own.
load() {
	case $1 in
	pings) in_a ping -q -i 0.02 -c $((50 * seconds)) 10.98.0.2 ;;
	datagrams) in_a $traffic udp 10.98.0.2 7030 $((500 * seconds)) 500 200 ;;
	bursts) in_a $traffic udp fd98::2 7030 $((1000 * seconds)) 1000 600 burst=50 ;;
	requests) for _ in $(seq $((5 * seconds))); do
		in_a $traffic rr 10.98.0.2 7031 20 300
		sleep 0.15
	done ;;
	esac >"$tmp/load" 2>&1
}

in_b $traffic sink 7030 >"$tmp/sink" & jobs_left="$jobs_left $!"
in_b $traffic rr-server 7031 >"$tmp/server" & jobs_left="$jobs_left $!"
loads='pings datagrams bursts requests'
for n in $(seq "$recordings"); do
	for l in $loads; do
		$netrec record -q -o "$tmp/trace" >"$tmp/out" 2>&1 & pid=$!
		sleep 1 # it has begun
		load "$l"
		kill -INT $pid
		wait $pid || fail "netrec: $(cat "$tmp/out")"
		build/netanalyze analyze "$tmp/trace" -o "$tmp/$l.$n.db" >"$tmp/out" 2>&1 || fail "netanalyze: $(cat "$tmp/out")"
		rm -r "$tmp/trace"
	done
	printf '\r%d of %d' "$n" "$recordings" >&2
done
echo >&2

# In each row: figures that are better or worse, all that could be compared, whether the verdict as a whole is either.
for l in $loads; do
	for n in $(seq "$recordings"); do
		for later in $(seq $((n + 1)) "$recordings"); do
			build/netanalyze compare --json "$tmp/$l.$n.db" "$tmp/$l.$later.db" >"$tmp/json" 2>"$tmp/out" ||
				fail "compare: $(cat "$tmp/out")"
			sqlite3 -separator ' ' :memory: "SELECT '$l', json_array_length(j, '\$.changes'),
				json_array_length(j, '\$.changes') + json_array_length(j, '\$.undecided'),
				(j ->> '\$.verdict[0]') NOT GLOB 'NO DETECTABLE CHANGE*'
					AND (j ->> '\$.verdict[0]') NOT GLOB 'CANNOT TELL*'
				FROM (SELECT readfile('$tmp/json') AS j)"
		done
	done
done >"$tmp/judged"
echo '| load | pairs | metrics compared | judged better or worse | pairs judged better or worse |'
echo '|---|---:|---:|---:|---:|'
awk '{ for (k = 1; k <= 2; k++) { l = k == 1 ? $1 : "all"; n[l]++; c[l] += $2; m[l] += $3; v[l] += $4 } }
	END { for (l in n) printf "| %s | %d | %d | %d | %d |\n", l, n[l], m[l], c[l], v[l] }' \
	"$tmp/judged" | sort
