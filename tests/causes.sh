#!/bin/sh
# Judges the labelled recordings, of tests/causes and of samples: the cause that netanalyze puts first beside the one
# that was injected, which is `cause=` of the lab's scenario of that name, or `guest_cause=` of what its guest recorded.
# A clean one has no finding above info. Each rule has a recording where it is found, and one that looks much the same
# where it is not (`-- unlike:` in its file).
#
#   causes.sh            the tables; status 1 when any is wrong, or tests/CAUSES.md says otherwise
#   causes.sh --write    writes tests/CAUSES.md, too
#   causes.sh --keep     takes the recordings of the lab's last run, of scenarios that are here already or named behind it;
#                        one that is a sample stays one
#
# NETANALYZE: the program under test.
set -u
cd "$(dirname "$0")/.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze}
. tests/cause.sh

# keep DIRECTORY NAME: the recording there, when there is one.
keep() {
	[ -d "$1" ] || return 0
	if [ -d "samples/$2.nrec" ]; then
		rm "samples/$2.nrec"/*.nrs
		cp "$1"/*.nrs "samples/$2.nrec/" && echo "kept samples/$2.nrec"
	else
		[ "$(ls "$1" | wc -l)" = 1 ] || { echo "$2: the recording has several segments"; exit 1; }
		cp "$1"/*.nrs "tests/causes/$2.nrs" && echo "kept tests/causes/$2.nrs"
	fi
}

if [ "${1:-}" = --keep ]; then
	shift
	[ $# -gt 0 ] || set -- $(for f in $(recordings); do scenario_of "$f"; done | sort -u)
	for s in "$@"; do
		keep "build/lab/results/$s/trace.nrec" "$s"
		keep "build/lab/results/$s/guest.nrec" "$s.guest"
	done
	exit
fi

db=$(mktemp -d) || exit 1
trap 'rm -rf "$db"' EXIT
status=0
complain() {
	echo "$*"
	status=1
}

# ---- recordings ----------------------------------------------------------------------------------

# judge FILE: what was injected|what was found first|share in %|how sure, into $db/judged behind the recording's name.
judge() {
	set -- "$(name_of "$1")" "$1"
	injected=$(injected "$1") || injected='(not said)'
	found='(failed)'
	"$netanalyze" analyze "$2" -o "$db/$1.db" >"$db/out" 2>&1 &&
		found=$(found "$db/$1.db" $(echo "$injected" | wc -w)) || cat "$db/out"
	echo "$1|$injected|$found" >>"$db/judged"
}

print_judged() {
	awk -F '|' 'BEGIN { f = "%-22s %-24s %-24s %7s %5s%s\n"; printf f, "recording", "injected", "found first", "share %", "sure", "" }
		{ printf f, $1, $2, $3, $4 == "" ? "-" : $4, $5 == "" ? "-" : $5, $2 == $3 ? "" : " <- wrong" }' "$db/judged"
}

# What was injected, against what was found first: how often, explaining how much, how sure.
confusion() {
	printf '| injected | found first | recordings | share of the trouble | sure |\n|---|---|---:|---:|---:|\n'
	awk -F '|' '{ k = $2 "|" $3; n[k]++ } $4 != "" {
			if (!(k in lo) || $4 < lo[k]) lo[k] = $4; if ($4 > hi[k] + 0) hi[k] = $4
			if (!(k in low) || $5 < low[k]) low[k] = $5; if ($5 > high[k] + 0) high[k] = $5 }
		function range(a, b) { return a == b ? a : a " to " b }
		END { for (k in n) { split(k, c, "|"); printf "| %s | %s | %d | %s | %s |\n", c[1], c[1] == c[2] ? c[2] : "**" c[2] "**",
			n[k], k in lo ? range(lo[k], hi[k]) " %" : "-", k in low ? range(low[k], high[k]) : "-" } }' "$db/judged" |
		LC_ALL=C sort
}

# ---- rules ---------------------------------------------------------------------------------------

# told RULE KEY: what the head of its file says.
told() {
	sed -n "s/^-- $2: //p" "schema/rule/$1.sql" | xargs
}

# Of how sure it says to be (judge/80_finding.sql).
severity() {
	sed -n 's/\(.*\) AS confidence.*/\1/p' "schema/rule/$1.sql" | grep -o '0\.[0-9]*' |
		awk '{ print ($1 >= 0.6 ? "problem" : "suspect") }' | sort -u | xargs | sed 's/ /, /'
}

# Where it is the cause that was injected, and found.
positives() {
	awk -F '|' -v rule="$1" '$2 == $3 && " " $2 " " ~ " " rule " " { print $1 }' "$db/judged" | xargs | sed 's/ /, /g'
}

# negative RULE RECORDING: it could look there, and found nothing.
negative() {
	[ -f "$db/$2.db" ] && [ "$(sqlite3 "$db/$2.db" "SELECT (SELECT count(*) FROM unable WHERE rule = '$1' AND missing <> '')
		+ (SELECT count(*) FROM finding WHERE cause = '$1')")" = 0 ]
}

rules() {
	printf '| rule | severity | needs | found in | not in |\n|---|---|---|---|---|\n'
	for rule in $(ls schema/rule | sed 's/\.sql$//'); do
		found=$(positives "$rule") unlike=$(told "$rule" unlike)
		printf '| %s | %s | %s | %s | %s |\n' "$rule" "$(severity "$rule")" "$(told "$rule" needs | sed 's/|/ or /g')" \
			"${found:-(none)}" "${unlike:-(none)}"
	done
}

check_rules() {
	for rule in $(ls schema/rule | sed 's/\.sql$//'); do
		[ -n "$(positives "$rule")" ] || complain "$rule: no recording shows it first"
		unlike=$(told "$rule" unlike)
		[ -n "$unlike" ] || complain "$rule: of which recording is it not the cause, though it looks like it (-- unlike:)?"
		[ -z "$unlike" ] || negative "$rule" "$unlike" || complain "$rule: found in $unlike, or could not look there"
	done
}

# ---- the document --------------------------------------------------------------------------------

document() {
	cat <<-END
		# What is found in the labelled recordings

		Made by \`make causes\`, which judges the recordings in \`tests/causes/\` and \`samples/\` again; a test fails when this
		is not what it says. A scenario of the lab made each of them, and names what it injected (\`tests/lab/scenarios/\`).

		## Injected, against found first

		Where the two differ, the second is **bold**. The share is of all packets that were lost or late; how sure: 0 to 1.

	END
	confusion
	cat <<-END

		## Rules

		One file each in \`schema/rule/\`. Severity: of what it finds; less than three late packets, and none
		lost, are info. Needs: the records without which it does not look. Found in: recordings of that cause. Not in: one that
		looks much the same, where the rule could look and finds nothing.

	END
	rules
}

for f in $(recordings); do
	judge "$f"
done
print_judged
echo
confusion
echo
document >"$db/document"
[ "${1:-}" != --write ] || cp "$db/document" tests/CAUSES.md || status=1
check_rules
diff tests/CAUSES.md "$db/document" || complain "tests/CAUSES.md is not what is found: make causes writes it"
right=$(awk -F '|' '$2 == $3' "$db/judged" | wc -l) n=$(wc -l <"$db/judged")
echo "$right of $n recordings: the injected cause is found first"
[ "$right" = "$n" ] && [ "$n" -gt 0 ] && exit $status
exit 1
