#!/bin/sh
# What the kernel told of links and neighbours is in the findings, and a link that was lost while nobody sent is none. So is
# what was taken from a guest's CPU, a burst of CPU time, and a guest that has still not come back when the recording ends, or
# was stopped before it began.
# NETANALYZE: the program under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze}
. tests/cause.sh
db=$(mktemp -d) || exit 1
trap 'rm -rf "$db"' EXIT
status=0

# told RECORDING EXPRESSION EXPECTED: of the first finding.
told() {
	"$netanalyze" analyze "$(file_of "$1")" -o "$db/$1.db" --force >"$db/out" 2>&1 || cat "$db/out"
	is=$(sqlite3 "$db/$1.db" "SELECT $2 FROM finding WHERE rank = 1")
	[ "$is" = "$3" ] || { echo "$1: $2 is '$is', expected '$3'"; status=1; }
}

told link-gone "json_extract(chain, '\$[0]') GLOB 'r0 had no carrier for 2.* s'" 1
told link-gone "cause || ': ' || packets" "link-down: 300"
told neighbour-silent "cause || ': ' || who" "neighbour-unresolved: 10.80.3.7"
told link-flap "severity" info
told vcpu-starved "who GLOB 'traffic/*'" 1
told vcpu-starved.guest "json_extract(chain, '\$[0]') GLOB 'CPU 0 was taken from this machine for * within * (steal)'" 1
told ovs-sweep "json_extract(chain, '\$[0]') GLOB 'revalidator*/* is busy while it holds a lock'" 1
told ovs-sweep "json_extract(chain, '\$[3]') GLOB 'ovs-vswitchd/* used * % of a CPU for [1-4] s, and * % in the mean'" 1

# What is still so when the recording ends is told by who did nothing more.
told_until() {
	"$netanalyze" cut "$(file_of "$1")" -o "$db/$1-$3.nrec" --from "$2" --to "$3" >"$db/out" 2>&1 || cat "$db/out"
	"$netanalyze" analyze "$db/$1-$3.nrec" -o "$db/$1.db" --force >"$db/out" 2>&1 || cat "$db/out"
	is=$(sqlite3 "$db/$1.db" "SELECT $4 FROM finding WHERE rank = 1")
	[ "$is" = "$5" ] || { echo "$1 from $2 to $3: $4 is '$is', expected '$5'"; status=1; }
}
told_until guest-stopped 0 5 "cause || ': ' || json_extract(chain, '\$[0]')" \
	"guest-not-reading: none of its virtual CPUs ran any more until the recording ended: it is stopped, or hangs"
told_until guest-stopped 4.6 9 "cause || ': ' || json_extract(chain, '\$[0]')" \
	"guest-not-reading: none of its virtual CPUs ran in the first 2 s of the recording: it was stopped, or hung"
# Of one for which vhost never ran, only the tap that it has open tells which it is.
told_until guest-hung 2.2 9 "who || ': ' || packets || ': ' || json_extract(chain, '\$[0]')" \
	"guest/300: 481: none of its virtual CPUs ran during the recording: it is stopped, or hangs"
told_until guest-stopped 0.7 4.8 "cause <> 'tun-ring-too-small'" 1
exit $status
