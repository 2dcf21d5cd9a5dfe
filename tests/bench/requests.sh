#!/bin/bash
# What recording adds to a TCP request and its answer through Open vSwitch, in instructions, on the lab's emulated CPU,
# where they can be counted: results repeat, whatever else the machine does. Cache misses do not show. Start it after
# `make lab-programs`.
#   requests.sh WHAT…      each a word: arguments of netrec record ('-p host', '-e softirq,napi_poll'); perf, trace-cmd;
#                          empty, count: programs of bpftrace's that do nothing, or count; profiles: each of netrec's;
#                          groups: what the profile host is made of, one group of probes of the file groups at a time
# Ends with 1 when a figure is more than 3 % above that in baseline.json; UPDATE=1 makes the result the baseline.
# LOAD: request, or flood (of small packets), flows (likewise, to 10000 addresses), pingpong (over pipes); the baseline has
# only request. REQUESTS (1000) in each of ROUNDS (5); KERNEL: as for the lab.
# Leaves build/lab/shell/share/results/requests.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
result=build/lab/shell/share/results/requests.json baseline=tests/bench/baseline.json
what=()
for word; do
	case $word in
	profiles) what+=('-p drops' '-p locks' '-p host' '-p vm' '-p guest' '-p ovs' '-p latency' '-p full'
		'-p full --without fentry,fexit') ;;
	groups) mapfile -t -O ${#what[@]} what < <(sed 's/^/-e /' tests/bench/groups) ;;
	*) what+=("$word") ;;
	esac
done
command="LOAD=${LOAD:=request} REQUESTS=${REQUESTS:-} ROUNDS=${ROUNDS:-} bash tests/bench/requests_vm.sh"
command+=$(printf ' %q' "${what[@]}")
mkdir -p build/lab
LAB_THREADS=counted tests/lab/lab-shell "$command" >build/lab/requests.log 2>&1 && grep -q '^]}' $result 2>/dev/null ||
	{ tail -n 20 build/lab/requests.log >&2; exit 1; }
sqlite3 -batch :memory: "
	CREATE TABLE r AS SELECT readfile('$result') AS j;
	SELECT '== kernel ' || (j ->> 'kernel') || ', $LOAD: ' || (j ->> 'base') || ' instructions each. Added to that:' FROM r;
	SELECT printf('%-44.44s %6s %8s %6s %7s %7s %9s %9s %8s %8s', 'what', 'probes', 'records', 'bytes', 'added', '%',
		'recorder', 'programs', 'ready, s', 'ended, s');
	SELECT printf('%-44.44s %6s %8s %6s %7d %6.1f%% %9d %9d %8s %8s', value ->> 'what', value ->> 'probes',
		ifnull(value ->> 'records', '-'), ifnull(value ->> 'bytes', '-'), value ->> 'added',
		100.0 * (value ->> 'added') / (j ->> 'base'), value ->> 'recorder', value ->> 'programs',
		ifnull(value ->> 'ready_s', '-'), ifnull(value ->> 'ended_s', '-')) FROM r, json_each(j, '\$.rows')"
[ "$LOAD" = request ] || exit 0
[ -z "${UPDATE:-}" ] || cp $result $baseline
sh tests/bench/compare.sh $baseline $result
