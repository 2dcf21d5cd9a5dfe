#!/bin/sh
# `netanalyze compare --save` and `--baseline`: what was kept compares as the recordings do, or it is said why not.
set -u
netanalyze=${NETANALYZE:-build/netanalyze}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8 XDG_DATA_HOME="$dir/data"
status=0
fail() {
	echo "$*"
	status=1
}

for name in guest-busy guest-busy-fixed ovs-one-cpu; do
	"$netanalyze" analyze "samples/$name.nrec" -o "$dir/$name.db" >"$dir/out" || exit 1
done
good=$dir/guest-busy-fixed.db bad=$dir/guest-busy.db kept=$dir/data/netanalyze/baselines.db

# refused STATUS WORDS ARGUMENT…: of compare.
refused() {
	wanted=$1 words=$2
	shift 2
	"$netanalyze" compare "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ $got = "$wanted" ] && grep -q "$words" "$dir/err" && [ ! -s "$dir/out" ] ||
		fail "compare $*: status $got, not $wanted: $(cat "$dir/err")"
}

refused 3 "there are no baselines in $kept: netanalyze compare --save" --baseline main "$bad"
"$netanalyze" compare --save main "$good" >"$dir/out" || fail "--save"
grep -qx "Saved baseline main, of 1 recording, in $kept." "$dir/out" || fail "--save says $(cat "$dir/out")"
[ "$(stat -c %a "$kept" "$dir/data/netanalyze" | xargs)" = "600 700" ] || fail "others can read it: $(ls -ld "$kept")"
[ "$(wc -c <"$kept")" -lt "$(($(wc -c <"$good") / 2))" ] || fail "it keeps more than what is compared"
HOME="$dir/home" XDG_DATA_HOME='' "$netanalyze" compare --save home "$good" >"$dir/out"
grep -q " in $dir/home/.local/share/netanalyze/baselines.db.$" "$dir/out" || fail "not below HOME: $(cat "$dir/out")"
(unset HOME XDG_DATA_HOME && refused 3 'neither XDG_DATA_HOME nor HOME' --save main "$good") || status=1

# The same as with the recordings, but that it says what it is; a gate of CI; several recordings; from a recording.
"$netanalyze" compare "$good" "$bad" >"$dir/one"
"$netanalyze" compare --baseline main "$bad" --fail-on regression=dropped >"$dir/two" 2>"$dir/err"
[ $? = 1 ] || fail "no regression: $(cat "$dir/err")"
grep -q '^before is what was saved at 20.*, by netanalyze' "$dir/two" || fail "it does not say what was before"
grep -v '^before is what was saved' "$dir/two" | cmp - "$dir/one" || fail "a baseline compares otherwise than its recording"
"$netanalyze" compare --save 'three/v1.2' "$good" samples/guest-busy-fixed.nrec "$good" >"$dir/out" || fail "--save of three"
"$netanalyze" compare --baseline 'three/v1.2' --after "$bad" "$bad" "$bad" --json >"$dir/json" || fail "--baseline of three"
"$netanalyze" compare --before "$good" "$good" "$good" --after "$bad" "$bad" "$bad" --json >"$dir/all"
same="(readfile('$dir/json') -> '\$.changes') = (readfile('$dir/all') -> '\$.changes')"
[ "$(sqlite3 :memory: "SELECT $same")" = 1 ] ||
	fail "three are not three"

# One of a name, unless it is to be replaced; others stay as they are. What cannot be analyzed changes nothing.
refused 3 "there is a baseline main in $kept already" --save main "$bad"
refused 3 'there is no baseline maim in .*; there are main, three/v1.2$' --baseline maim "$bad"
refused 3 'cannot open' --save main --force "$dir/nothing.nrec"
"$netanalyze" compare --baseline main "$bad" | cmp - "$dir/two" || fail "a baseline changed though nothing was saved"
"$netanalyze" compare --save main --force "$bad" >"$dir/out" || fail "--force"
"$netanalyze" compare --baseline main "$bad" --json >"$dir/json"
[ "$(sqlite3 :memory: "SELECT json_array_length(readfile('$dir/json'), '\$.changes')")" = 0 ] ||
	fail "--force does not replace it"
[ "$(sqlite3 "$kept" "SELECT count(*) FROM run")" = 4 ] || fail "something is left of what was replaced"

# Two at a time.
for i in 1 2 3; do
	"$netanalyze" compare --save "at-once-$i" "$good" --baselines "$dir/shared.db" >"$dir/out.$i" 2>&1 &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait "$pid" || fail "saved at once: $(cat "$dir"/out.*)"
done
[ "$(sqlite3 "$dir/shared.db" 'SELECT count(*) FROM run')" = 3 ] || fail "saved at once, and not all are there"

# A metric that was measured in another way then is not compared; the rest is.
cp "$kept" "$dir/old.db"
sqlite3 "$dir/old.db" "UPDATE measured SET query = query || ' -- once' WHERE metric = 'dropped'" \
	"DELETE FROM measured WHERE metric = 'cpu'"
"$netanalyze" compare --baselines "$dir/old.db" --baseline three/v1.2 "$bad" \
	--fail-on regression=dropped,cpu,ring-full >"$dir/out" 2>"$dir/err"
grep -q '^netanalyze: note: packets dropped here: another netanalyze measured .*; CPU time: another' "$dir/err" ||
	fail "compared with what was measured otherwise: $(cat "$dir/err")"
grep -q '^netanalyze: regression: packets that found the ring full' "$dir/err" ||
	fail "the rest is not compared: $(cat "$dir/err")"

# Other tables; another database; a damaged one; none.
sqlite3 "$dir/old.db" 'ALTER TABLE mix ADD COLUMN bytes INTEGER'
refused 4 'of another version of netanalyze' --baselines "$dir/old.db" --baseline main "$bad"
refused 4 'of another version of netanalyze' --baselines "$dir/old.db" --save other "$bad"
refused 3 'not one of baselines' --baselines "$good" --baseline main "$bad"
refused 3 'not one of baselines' --baselines "$good" --save main "$bad"
head -c 6000 "$kept" >"$dir/cut.db"
refused 3 'damaged' --baselines "$dir/cut.db" --baseline main "$bad"
echo text >"$dir/text"
refused 3 'no file of baselines' --baselines "$dir/text" --baseline main "$bad"
refused 3 'no file of baselines' --baselines "$dir/text" --save main "$bad"
[ "$(cat "$dir/text")" = text ] || fail "a file of something else was overwritten"
refused 3 'No such file' --baselines "$dir/no/such/file" --save main "$bad"

refused 2 'letters, digits' --save '' "$good"
refused 2 'letters, digits' --baseline 'a b' "$good"
refused 2 'needs recordings' --save main
refused 2 'one of after' --baseline main
refused 2 'that is what was before' --baseline main --before "$good" --after "$bad"
for words in "--save x --baseline main $bad" "--save x --after $bad" "--save x $bad --fail-on regression" \
	"--force $good $bad" "--baselines x $good $bad"; do
	refused 2 'compare --help' $words
done
exit $status
