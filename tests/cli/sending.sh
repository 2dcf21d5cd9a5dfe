#!/bin/sh
# Each example of SENDING A TRACE TO SOMEBODY in netanalyze(1), in that order, on a sample; and what the page promises: the
# finding is still there, copies and joined segments are whole, what was cut is smaller.
# NETANALYZE, RECUT: the programs under test.
. "$(dirname "$0")/../scratch.sh"
recut=$(program "${RECUT:-build/tests/cli/recut}")

# Somebody's desk is here.
mkdir bin && ln -s "$netanalyze" bin/netanalyze
printf '#!/bin/sh\n[ "$1" = desk ] && shift && exec "$@"\n' >bin/ssh
printf '#!/bin/sh\ncat\n' >bin/less
chmod +x bin/ssh bin/less
PATH=$dir/bin:$PATH

"$recut" -n 3 "$root/samples/netns-tbf.nrec" web.nrec || exit 1
sed -n '/^\.Sh SENDING A TRACE/,/^\.Sh READING/s/^\.Dl //p' "$root/analyzer/netanalyze.1" | sed 's/\\(dq/"/g; s/\\&//g' >examples
[ "$(wc -l <examples)" -ge 15 ] || fail "only $(wc -l <examples) examples"
n=0
while read -r line; do
	n=$((n + 1))
	bash -o pipefail -c "$line" >out.$n 2>err </dev/null || fail "$line: exit status $?: $(cat err)"
	grep -v ': note: ' err | grep . && fail "$line complains"
	case $line in
	*' -o '* | *'>'* | cp*) made=$(echo "$line" | sed 's/.* -o \([^ ]*\).*/\1/; s/.*>//; s/^cp .* //') ;;
	*) made=out.$n ;;
	esac
	[ -s "$made" ] || fail "$line: nothing is in $made"
done <examples

first() {
	"$netanalyze" show findings "$1" --json 2>err | jq -r '.rows[0].cause'
}
[ -n "$(first web.nrec)" ] && [ "$(first ticket.nrs)" = "$(first web.nrec)" ] || fail "sent for $(first web.nrec), shows $(first ticket.nrs)"
"$netanalyze" report web.nrec | sed 's/web\.nrec//g' >here
"$netanalyze" report web.nrs | sed 's/web\.nrs//g' >there
diff here there >diff || fail "joined segments are another recording: $(head -n 4 diff)"
for part in second ping lost; do
	[ "$(du -sb $part.nrec | cut -f 1)" -lt "$(du -sb web.nrec | cut -f 1)" ] || fail "$part.nrec is not smaller"
	"$netanalyze" verify $part.nrec >out 2>&1 || fail "$part.nrec: $(tail -n 1 out)"
done
exit $failed
