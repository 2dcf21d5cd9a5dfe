#!/bin/sh
# netanalyze replay: every event of every recording, once and in the order of time; lines that are what the manual says they
# are; what is lost, missing or damaged is told; limits; the end of a pipe.
# NETANALYZE, RECUT: the programs under test.
. "$(dirname "$0")/../scratch.sh"
recut=$(program "${RECUT:-build/tests/cli/recut}")

# replay ARGUMENT…: into out and err.
replay() {
	"$netanalyze" replay "$@" >out 2>err || fail "replay $*: exit status $?: $(cat err)"
}

# refuse STATUS WORDS ARGUMENT…
refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" replay "$@" >out 2>err
	got=$?
	[ $got = "$status" ] && grep -qF -- "$words" err && ! [ -s out ] ||
		fail "replay $*: exit status $got, not $status, or no '$words': $(cat err)"
}

# As many lines of each event as there are rows, in order; words as the manual has them. No byte that a terminal obeys.
for trace in "$root"/samples/*.nrec "$root"/tests/causes/*.nrs; do
	replay "$trace"
	[ -s err ] && fail "replay $trace: $(cat err)"
	"$netanalyze" info "$trace" --json | jq -r '.rows[] | select(.class == "event" and .rows > 0) | "\(.record) \(.rows)"' | sort >rows
	LC_ALL=C awk '/[^ -~]/ || !/^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]+ ([0-9]+|-) [a-z_]+( [a-z0-9_]+=[^ ]+)+$/ || $1 < before {
		print "is not as the manual says, or not in order:", $0 >"bad" }
		{ before = $1; if ($3 != "missing") n[$3]++ }
		END { for (event in n) print event, n[event] | "sort" }' out | diff rows - >diff ||
		fail "replay $trace has other rows than info: $(head -n 5 diff)"
	[ -s bad ] && fail "replay $trace: $(head -n 1 bad)" && rm -f bad
done

# What JSON says.
trace=$root/samples/netns-tbf.nrec
replay "$trace" --json
jq -es 'length > 1000 and all(.[]; .mono_ns > 0 and .real_ns > 1e18 and has("cpu") and (.event | type) == "string")' out >json ||
	fail "JSON lines: $(head -n 1 json)"
reason=$("$netanalyze" show drops "$trace" --json | jq -r '.rows[0].reason')
jq -r 'select(.event == "drop").reason_name' out | grep -qFx "$reason" || fail "JSON lines have no drop with reason $reason"

# Limits and choices leave what they should, as it was; the speed leaves all.
replay "$trace"
mv out all
replay "$trace" --speed 1e8
cmp -s out all || fail "--speed changes what is printed"
replay "$trace" --events drop,softirq
grep -E '^[^ ]+ [^ ]+ (drop|softirq) ' all | cmp -s - out || fail "--events drop,softirq: $(head -n 1 out)"
from=$(sed -n '1000s/ .*//p' all) to=$(sed -n '2000s/ .*//p' all)
replay "$trace" --from "$from" --to "$to"
awk -v from="$from" -v to="$to" '$1 >= from && $1 <= to' all | cmp -s - out || fail "--from $from --to $to: $(wc -l <out) lines"
replay "$trace" 'icmp and host 10.99.0.1'
grep -q ' hop ' out || fail "a filter leaves no hops"
grep -E ' (packet|drop) ' out | grep -vq 'proto=1 \|l3_off=14B' && fail "a filter leaves other packets: $(grep -m 1 ' packet ' out)"
grep -qE ' (softirq|offcpu) ' out && fail "a filter leaves events that are of no packet"
grep -vFx -f all out && fail "a filter makes lines of its own"

# One recording in any segments, and from standard input.
"$recut" "$root/tests/causes/ttl.nrs" whole.nrec && "$recut" -n 4 -s 7 "$root/tests/causes/ttl.nrs" cut.nrec || exit 1
replay whole.nrec
mv out all
replay cut.nrec
cmp -s out all || fail "segments make a difference"
cat cut.nrec/*.nrs | "$netanalyze" replay - >out 2>err && cmp -s out all || fail "standard input makes a difference: $(cat err)"

# Lost records, records that were left out, a missing segment, a damaged block.
start=$("$netanalyze" replay cut.nrec --json | jq -s '.[length / 3 | floor].mono_ns')
"$recut" -g "all:all:$start:$((start + 50000000))" "$root/tests/causes/ttl.nrs" gap.nrec || exit 1
replay gap.nrec --events hop
grep -q ' - gap where=[0-9]* type=2(hop) why=1(ring_full) from=[0-9:.]* to=[0-9:.]* lost=[0-9]*$' out ||
	fail "a gap in hops is no line of --events hop: $(grep -m 1 gap out)"
grep -q ' gap .*type=10(softirq)' out && fail "--events hop tells of softirqs that were lost"
"$recut" -l "softirq:$start" "$root/tests/causes/ttl.nrs" left.nrec || exit 1
replay left.nrec --json
jq -s -e --argjson at "$start" 'map(select(.event == "missing")) | length == 1 and .[0].mono_ns == $at and .[0].why == 4 and
	.[0].type_name == "softirq"' out >json || fail "records that were left out: $(grep -m 1 missing out)"
rm -f cut.nrec/000001.nrs
replay cut.nrec
grep -q ' - missing where=4294967295 type=0 why=5(block_missing) from=[0-9:.]* to=[0-9:.]*$' out || fail "a missing segment is no line"
grep -q "damaged or missing: netanalyze verify" err || fail "a missing segment is not noted: $(cat err)"
sort -c -s -k 1,1 out 2>err || fail "with a segment missing, the order is lost: $(cat err)"
cp whole.nrec/000000.nrs flip.nrs
"$netanalyze" replay whole.nrec --json | jq -r '"\(.mono_ns) \(.cpu) \(.event)"' | sort >events
for at in 20000 60000 100000 140000; do
	printf 'xxxxxxxx' | dd of=flip.nrs bs=1 seek=$at conv=notrunc status=none
done
replay flip.nrs
grep -q ' missing .*why=5(block_missing)' out || fail "a damaged block is no line"
# only_events FILE WHAT: what is left are events that were there.
only_events() {
	"$netanalyze" replay "$1" --json 2>err | jq -r 'select(.event != "missing") | "\(.mono_ns) \(.cpu) \(.event)"' | sort >left
	[ "$(wc -l <left)" -gt 100 ] || fail "$2: next to nothing is left"
	comm -23 left events >more
	[ -s more ] && fail "$2: there are other events: $(head -n 1 more)"
}
only_events flip.nrs "damaged blocks"
head -c 100000 whole.nrec/000000.nrs >short.nrs
only_events short.nrs "a recording that was cut"

# The end of a pipe is quiet, and no different from that of other commands; a full disk is an error.
{
	"$netanalyze" replay "$trace" 2>err
	echo $? >status
} | head -n 1 >out
[ "$(cat status)" = 141 ] && ! [ -s err ] && [ -s out ] || fail "the end of a pipe: exit status $(cat status): $(cat err)"
"$netanalyze" replay "$trace" >/dev/full 2>err
[ $? = 3 ] && grep -q "could not write" err || fail "a full disk goes unnoticed: $(cat err)"

refuse 2 "needs a recording"
refuse 2 "not 'hopp'" "$trace" --events drop,hopp
refuse 2 "not 'string'" "$trace" --events string
refuse 2 "--speed takes" "$trace" --speed 0
refuse 2 "--speed takes" "$trace" --speed fast
refuse 2 "nothing lies between" "$trace" --from 1000
refuse 2 "nothing lies between" "$trace" --from 3 --to 2
refuse 2 "bad filter 'tcp prot 80'" "$trace" 'tcp prot 80'
refuse 2 "put the filter in quotes" "$trace" tcp port
refuse 3 "nothere.nrec" nothere.nrec
"$netanalyze" analyze "$root/tests/causes/ttl.nrs" -o ttl.db >/dev/null 2>&1
refuse 2 "is a database" ttl.db
exit $failed
