#!/bin/sh
# Judges the labelled recordings: the cause that netanalyze puts first beside the one that was injected, which is `cause=` of
# the lab's scenario of that name. A clean one has no finding above info.
#
#   causes.sh            the table of them all; status 1 when any is wrong
#   causes.sh --keep     takes the recordings of the lab's last run, of scenarios that are here already or named behind it
#
# NETANALYZE: the program under test.
set -u
cd "$(dirname "$0")/.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze}
. tests/cause.sh

if [ "${1:-}" = --keep ]; then
	shift
	[ $# -gt 0 ] || set -- $(ls tests/causes | sed 's/\.nrs$//')
	for s in "$@"; do
		from=build/lab/results/$s/trace.nrec
		[ -d "$from" ] || continue
		[ "$(ls "$from" | wc -l)" = 1 ] || { echo "$s: the recording has several segments"; exit 1; }
		cp "$from"/*.nrs "tests/causes/$s.nrs" && echo "kept $s"
	done
	exit
fi

db=$(mktemp -d) || exit 1
trap 'rm -rf "$db"' EXIT
wrong=0 n=0
printf '%-22s %-24s %-24s %7s %5s\n' recording injected 'found first' 'share %' sure
for f in tests/causes/*.nrs; do
	s=$(basename "$f" .nrs)
	injected=$(injected "$s") || injected='(not said)'
	found="(failed)"
	"$netanalyze" analyze "$f" -o "$db/$s.db" >"$db/out" 2>&1 && found=$(found "$db/$s.db" $(echo $injected | wc -w)) || cat "$db/out"
	mark=
	[ "${found%%|*}" = "$injected" ] || { mark=' <- wrong' wrong=$((wrong + 1)); }
	n=$((n + 1))
	IFS='|' read -r causes share sure <<-EOF
		$found
	EOF
	printf '%-22s %-24s %-24s %7s %5s%s\n' "$s" "$injected" "$causes" "${share:--}" "${sure:--}" "$mark"
done
echo "$((n - wrong)) of $n recordings: the injected cause is found first"
[ $wrong = 0 ] && [ $n -gt 0 ]
