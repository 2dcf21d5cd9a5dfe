#!/bin/sh
# Over a gap nothing is guessed: each labelled recording is judged again with records lost while happened what its label
# is about, as a full ring loses them: of all types or some, on all CPUs or one, all the time or a part of it. What is
# found first is then the label, or that it cannot be told, with a command that loses less, or another finding that was
# there without the gap and explains no more than then; and where no symptom is left, the report does not say that all
# is well.
#
# The kind "left" is what --max-overhead leaves out, from the beginning of that time on.
#
#   gaps.sh                     one kind of gap for each recording, by its name, and those that misled a rule once
#   gaps.sh RECORDING KIND…     these
#   gaps.sh --table             every kind for every recording, what is found first: a minute for ten of them
#
# NETANALYZE, RECUT: the programs under test.
set -u
netanalyze=${NETANALYZE:-build/netanalyze} recut=${RECUT:-build/tests/cli/recut}
. tests/cause.sh
kinds='all first middle last cpu0 cpu1 packets needed packet hop free drop offcpu oncpu tun_ring upcall left'
misled='guest-stopped:middle guest-stopped:tun_ring vhost-starved:cpu0 vcpu-starved:drop vcpu-starved:cpu0
	tbf:cpu0 tbf:hop softirq-hog:oncpu mcast-snooping:first netem-delay:cpu0 upcall-storm:cpu1 cfs-quota:offcpu
	cpu-hog:left quota-reader:left two-faults-late:left ovs-lock:left softirq-hog:left guest-busy:left'

# chosen NAME: the kinds of gaps that are tried of it.
chosen() {
	echo $kinds | cut -d ' ' -f $(($(echo "$1" | cksum | cut -d ' ' -f 1) % 8 + 1))
	echo $misled | tr ' ' '\n' | sed -n "s/^$1://p"
}

if [ $# = 0 ] || [ "$1" = --table ]; then
	for f in $(recordings); do
		echo "$f" ${1:+$kinds} ${1:-$(chosen "$(name_of "$f")")} | sed 's/ --table//'
	done | GAPS_TABLE=${1:-} xargs -P 2 -L 1 sh "$0"
	exit
fi

found="SELECT cause FROM finding WHERE severity <> 'info' ORDER BY rank"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
file=$1
shift
label=$(injected "$(name_of "$file")")
status=0

"$netanalyze" analyze "$file" -o "$dir/whole.db" >"$dir/out" || exit 1
# From when to when: the finding of the label; a clean recording, all of it.
times="SELECT max(t.first_ns, t.first_ns + coalesce(min(f.first_win), 0) * window_ns),
	min(t.last_ns + 1, t.first_ns + (coalesce(max(f.last_win), 1000000) + 1) * window_ns)
	FROM trace AS t LEFT JOIN finding AS f ON f.cause = '${label%% *}'"
IFS='|' read -r from to <<END
$(sqlite3 "$dir/whole.db" "$times")
END
third=$(((to - from) / 3))
needed=$(sed -n 's/^-- needs: //p' "schema/rule/${label%% *}.sql" 2>"$dir/out" | tr ' |' ',,')
packets=packet,hop,free,drop,link,upcall,tun_ring

# gap KIND: the argument of recut.
gap() {
	case $1 in
	all) echo "all:all:$from:$to" ;;
	first) echo "all:all:$from:$((from + third * 3 / 2))" ;;
	middle) echo "all:all:$((from + third)):$((to - third))" ;;
	last) echo "all:all:$((to - third * 3 / 2)):$to" ;;
	cpu[0-9]) echo "all:${1#cpu}:$from:$to" ;;
	packets) echo "$packets:all:$from:$to" ;;
	needed) echo "${needed:-$packets}:all:$from:$to" ;;
	*) echo "$1:all:$from:$to" ;;
	esac
}

# What --max-overhead leaves out at most.
left=futex,futex_total,lock,irq,softirq,napi,tcp_sample,tcp_state,run,oncpu,offcpu,offcpu_ustack

complain() {
	echo "$(name_of "$file") with a gap ($kind): $*"
	status=1
}

for kind; do
	rm -rf "$dir/gap.nrec"
	case $kind in
	left) set_gap="-l $left:$from" ;;
	*) set_gap="-g $(gap "$kind")" ;;
	esac
	# shellcheck disable=SC2086 # two words
	"$recut" $set_gap "$file" "$dir/gap.nrec" 2>"$dir/out" &&
		"$netanalyze" analyze "$dir/gap.nrec" -o "$dir/gap.db" --force >"$dir/out" 2>&1 ||
		{ complain "$(cat "$dir/out")"; continue; }
	first=$(sqlite3 "$dir/gap.db" "$found LIMIT 1")
	[ -z "${GAPS_TABLE:-}" ] ||
		printf '%-24s %-24s %-10s %s\n' "$(name_of "$file")" "$label" "$kind" "${first:-none}"
	case $first in
	'')
		[ "$(sqlite3 "$dir/gap.db" "SELECT count(*) FROM gap WHERE type BETWEEN 1 AND 5")" = 0 ] && continue
		"$netanalyze" report "$dir/gap.db" | tr -s ' \n' ' ' |
			grep -q 'was wrong cannot be told. Next: record .*netrec record -p .*\(--ring\|--max-overhead\)' ||
			complain "nothing is found, and the report does not say that records were lost"
		;;
	cannot-tell)
		sqlite3 "$dir/gap.db" "SELECT advice FROM finding WHERE cause = 'cannot-tell'" |
			grep -qv 'netrec record -p .*\( --ring \| -e \|without --max-overhead\)' &&
			complain "no command that would show the cause"
		;;
	*)
		echo " $label " | grep -q " $first " && continue
		explained="SELECT coalesce(sum(packets), 0) FROM finding WHERE cause = '$first'"
		[ "$(sqlite3 "$dir/gap.db" "$explained")" -le "$(sqlite3 "$dir/whole.db" "$explained")" ] ||
			complain "$first, which did not explain that without it"
		;;
	esac
done
exit $status
