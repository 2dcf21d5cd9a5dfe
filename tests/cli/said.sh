#!/bin/sh
# What the reports of the labelled recordings say fits together: nothing is explained twice, no share is above the whole,
# no sentence has a hole or the number of another, and each advice names views, profiles and events that exist.
# NETANALYZE, NETREC: the programs under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze} netrec=${NETREC:-build/netrec}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export NO_COLOR=1 LC_ALL=C.UTF-8
status=0
complain() {
	echo "$*"
	status=1
}

# told RECORDING WHAT SQL: rows that should not be.
told() {
	bad=$(sqlite3 "$dir/$1.db" "$3") || bad='(failed)'
	[ -z "$bad" ] || complain "$1: $2: $bad"
}

# read RECORDING WHAT PATTERN: lines that should not be.
read_() {
	! grep -nE "$3" "$dir/$1.txt" >"$dir/bad" || complain "$1: $2: $(head -3 "$dir/bad")"
}

for f in tests/causes/*.nrs samples/*.nrec; do
	s=$(basename "${f%.*}")
	"$netanalyze" analyze "$f" -o "$dir/$s.db" >"$dir/out" 2>&1 || { complain "$s: $(cat "$dir/out")"; continue; }
	"$netanalyze" report "$dir/$s.db" | tr '\n' ' ' | tr -s ' ' | sed 's/ \([0-9]*\. From \)/\n\1/g' >"$dir/$s.txt"
	"$netanalyze" show findings "$dir/$s.db" --json >"$dir/$s.json" || complain "$s: no findings"

	told "$s" "more than all of it is explained" "SELECT sum(share) FROM finding HAVING sum(share) > 1.001"
	told "$s" "more of a symptom is explained than there is" "SELECT s.id FROM symptom AS s
		JOIN claim AS c ON c.symptom = s.id GROUP BY s.id HAVING sum(c.explained) > s.packets"
	# Of the parts of its time that rules claim, each counts once.
	told "$s" "a part of the time is explained twice" "WITH part AS (SELECT DISTINCT c.symptom, e.value AS id
			FROM claim AS c, json_each(c.evidence) AS e)
		SELECT s.id FROM symptom AS s WHERE (SELECT sum(explained) FROM claim WHERE symptom = s.id
				AND evidence IS NOT NULL)
			> s.packets * (SELECT sum(b.share) FROM part AS p JOIN symptom_blame AS b USING (symptom, id)
				WHERE p.symptom = s.id)
			+ (SELECT count(*) FROM claim WHERE symptom = s.id)"
	told "$s" "a chain that does not end with what happened" "SELECT rank FROM finding WHERE cause <> 'harmless'
		AND json_extract(chain, '\$[#-1]') <> symptom"
	told "$s" "no when, where or who" "SELECT rank FROM finding
		WHERE site IN ('', '(none)') OR who = '' OR last_win < first_win"
	read_ "$s" "a hole" ' (waited|for|from|to|by) \.|\(none\) *\(|, at \(none\)|: \.|%!|  *,'
	read_ "$s" "the number of another" '(^|[^0-9.,/:])1 (packets|records|drops|segments|connections|requests|times) '
	read_ "$s" "a share above the whole" 'share ([2-9][0-9]{2}|1[1-9][0-9]|10[1-9]|[0-9]{4,})[.0-9]* %'
	read_ "$s" "words twice" "\\b(that|the|a|of|is|was) \\1\\b|[a-z]''s"
	read_ "$s" "threads without a space" '/[0-9]+,[a-z]'
done

# ---- advice --------------------------------------------------------------------------------------

views=$("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p')
for f in schema/rule/*.sql; do
	rule=$(basename "$f" .sql)
	sed -n 's/^-- advice: //p' "$f" | tr '\n' ' ' | grep -o '`[^`]*`' | tr -d '`' >"$dir/commands"
	! sed -n 's/^-- advice: //p' "$f" | tr '\n' ' ' | sed 's/`[^`]*`//g' |
		grep -qE '\b(show|record|netanalyze|netrec) [a-z]' ||
		complain "$rule: a command without backticks"
	while read -r command; do
		case $command in
		"netanalyze show "*)
			set -- $command
			echo "$views" | grep -qx -- "$3" || complain "$rule: $command: no such view" ;;
		"netrec record "*)
			"$netrec" probes $(echo "$command" | sed 's/^netrec record//; s/--pid PID//') >"$dir/out" 2>&1 ||
				complain "$rule: $command: $(cat "$dir/out")" ;;
		esac
	done <"$dir/commands"
done
# Where most time was spent does not hide that more of it was elsewhere.
says() {
	tr '\n' ' ' <"$dir/$1.txt" | grep -q "$2" || complain "$1: does not say '$2'"
}
says late-reader "Not counted: until a program read them, up to 304 ms"
says upcall-overflow "Not counted: the time in Open vSwitch's user space"
says mcast-snooping "at most by 52 where it counted none on lan0"
says every-stage "and only 3 were late"
says two-faults "Besides: a firewall rule drops packets, at eth0 (peer)"

advice() {
	is=$(sqlite3 "$dir/$1.db" "SELECT advice FROM finding WHERE rank = 1")
	case $is in *"$2"*) ;; *) complain "$1: the advice does not say '$2': $is" ;; esac
}
advice tbf '`tc -s qdisc show dev phy0`'
advice vhost-starved '`chrt -p 486`'
advice ovs-lock '--pid 2692`'
advice link-down '`cat /proc/net/bonding/r0`'
advice tcp-refused '`ss -lntup`'
advice nft-drop '`ip netns exec peer COMMAND`'
exit $status
