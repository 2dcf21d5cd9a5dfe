#!/bin/sh
# netanalyze anonymize. Nothing of what has to be hidden can be found in the result, decompressed (leaks.py); what is
# found in it, and every table, is as before but for names (renamed.py): of some recordings, of all of them with --all.
# Then: keys, vendors, later versions, broken recordings, refusals; `anonymize.sh --hostile` takes broken ones only.
# NETANALYZE, COUNT, MUTATE, MAKE_TRACE: the programs under test.
. "$(dirname "$0")/../scratch.sh"
count=$(program "${COUNT:-build/tests/live/count}")
mutate=$(program "${MUTATE:-build/tests/cli/mutate}") make_trace=$(program "${MAKE_TRACE:-build/tests/cli/make_trace}")
cd "$root" || exit 1
. tests/cause.sh
head -c 32 /dev/zero | tr '\0' k >"$dir/key"

# anonymize INPUT OUTPUT OPTION…: it works, and the result is intact.
anonymize() {
	from=$1 to=$2
	shift 2
	"$netanalyze" anonymize "$from" -o "$to" "$@" >"$dir/out" 2>"$dir/err" || { fail "anonymize $from $*: $(cat "$dir/err")"; return 1; }
	"$netanalyze" verify "$to" >"$dir/verified" 2>&1 || fail "anonymize $from $*: $(tail -n 1 "$dir/verified")"
}

analyze() {
	"$netanalyze" analyze "$1" -o "$2" --force >"$dir/out" 2>&1 || fail "analyze $1: $(cat "$dir/out")"
}

leaks() {
	python3 "$root/tests/cli/leaks.py" "$count" "$root/analyzer/anonymize/known.def" "$1" "$2"
}

findings() {
	sqlite3 "$1" "SELECT rank, cause, severity, confidence, share, count(*) FROM finding GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3"
}

# judge RECORDING: nothing leaks, and the same is found.
judge() {
	name=$(name_of "$1")
	anonymize "$1" "$dir/hidden.nrec" --key "$dir/key" || return
	[ ! -s "$dir/err" ] || fail "$name: $(cat "$dir/err")"
	original=$1
	[ ! -d "$1" ] || { cat "$1"/*.nrs >"$dir/original.nrs" && original=$dir/original.nrs; }
	leaks "$original" "$dir/hidden.nrec/000000.nrs" >"$dir/leaks" 2>"$dir/which"
	grep -q "^IPv[46] 0 of [1-9]" "$dir/leaks" && grep -q "^names 0 of [1-9]" "$dir/leaks" && grep -q "^ids 0 of 2" "$dir/leaks" ||
		[ "$name" = vcpu-starved.guest ] || fail "$name: not searched for, or found: $(cat "$dir/leaks")"
	! grep -v " 0 of " "$dir/leaks" || fail "$name leaks: $(head -n 8 "$dir/which")"
	analyze "$1" "$dir/it.db" && analyze "$dir/hidden.nrec" "$dir/hidden.db"
	findings "$dir/it.db" >"$dir/it.findings" && findings "$dir/hidden.db" >"$dir/hidden.findings"
	cmp -s "$dir/it.findings" "$dir/hidden.findings" ||
		fail "$name: other findings: $(diff "$dir/it.findings" "$dir/hidden.findings" | head -n 5)"
	[ "$name" != tcp-refused ] || return # of findings that are alike in all numbers, that of the lower address comes first
	python3 "$root/tests/cli/renamed.py" "$dir/it.db" "$dir/hidden.db" >"$dir/differs" 2>&1 ||
		fail "$name is not the same but for names: $(cat "$dir/differs")"
}

# hostile: what is broken anywhere gives the rest or a refusal, leaks nothing, and leaves nothing else behind.
hostile() {
	ttl=$root/tests/causes/ttl.nrs size=$(stat -c %s "$root/tests/causes/ttl.nrs") n=0
	cd "$dir" || exit 1
	while [ $((n += 1)) -le 12 ]; do
		at=$((n * size / 13 + n * 37 % 64))
		case $((n % 3)) in
		0) head -c $at "$ttl" >broken.nrs ;;
		1) cp "$ttl" broken.nrs && printf '\377\001' | dd of=broken.nrs bs=1 seek=$at conv=notrunc status=none ;;
		2) { head -c $at "$ttl" && tail -c +$((at + 4000)) "$ttl"; } >broken.nrs ;;
		esac
		"$netanalyze" anonymize broken.nrs -o broken.nrec --key key >out 2>err
		got=$?
		case $got in
		0) "$netanalyze" verify broken.nrec >out 2>&1 || fail "broken at $at: $(tail -n 1 out)"
			leaks "$ttl" broken.nrec/000000.nrs 2>&1 | grep -v " 0 of " && fail "broken at $at: it leaks" ;;
		2 | 3) [ -s err ] && [ ! -e broken.nrec ] || fail "broken at $at: $(ls)" ;;
		*) fail "broken at $at: exit status $got: $(tail -n 3 err)" ;;
		esac
		rm -rf broken.nrec
		[ -z "$(ls -d ./*.tmp 2>/dev/null)" ] || fail "broken at $at leaves $(ls)"
	done
}

some="tests/causes/tunnels.nrs tests/causes/pmtu-blackhole-v6.nrs tests/causes/neighbour-silent.nrs tests/causes/cfs-quota.nrs
	tests/causes/mac-moved.nrs tests/causes/mcast-snooping.nrs samples/guest-busy.nrec samples/ovs-sweep.nrec"
case ${1:-} in
'') echo "$some" | xargs -n 1 | xargs -P 2 -n 1 sh "$0" || failed=1 ;;
--all) recordings | xargs -P 2 -n 1 sh "$0" || failed=1; exit $failed ;;
--hostile) hostile; exit $failed ;;
*) judge "$1"; exit $failed ;;
esac

# Whoever searches would find it.
leaks tests/causes/neighbour-silent.nrs tests/causes/neighbour-silent.nrs 2>/dev/null >"$dir/leaks"
for kind in IPv4 MAC names ids payload; do
	grep -q "^$kind [1-9]" "$dir/leaks" || fail "what leaks is not found: $(grep "^$kind" "$dir/leaks")"
done
cd "$dir" || exit 1

# ---- keys ----------------------------------------------------------------------------------------
ttl=$root/tests/causes/ttl.nrs
anonymize "$ttl" one.nrec --key key && anonymize "$ttl" two.nrec --key key --threads 1 && cmp one.nrec/000000.nrs two.nrec/000000.nrs ||
	fail "one key, and not the same bytes"
anonymize - piped.nrec --key key <"$ttl" && cmp one.nrec/000000.nrs piped.nrec/000000.nrs || fail "standard input makes a difference"
devices() {
	"$count" -z "$1" | grep -a "^interface .* mac=" | sed 's/.* name=\([^ ]*\).* mac=\([0-9a-f]*\).*/\1 \2/' | sort -u
}
anonymize "$ttl" random.nrec && anonymize "$ttl" another.nrec
[ "$(devices random.nrec | grep -vcFx "$(devices another.nrec)")" -gt 2 ] || fail "two random keys make the same"
anonymize "$root/tests/causes/tbf.nrs" other.nrec --key key
[ "$(devices one.nrec | grep -cFx "$(devices other.nrec)")" -gt 1 ] || fail "one key makes something else of another recording"
head -c 32 /dev/zero | tr '\0' l >key2 && anonymize "$ttl" three.nrec --key key2
[ "$(devices one.nrec | grep -cFx "$(devices three.nrec)")" = 0 ] || fail "another key makes the same"
anonymize "$ttl" vendor.nrec --key key --keep-vendor
[ "$("$count" -z vendor.nrec | grep -ac '^interface .* mac=027700')" = "$("$count" -z "$ttl" | grep -ac '^interface .* mac=027700')" ] ||
	fail "--keep-vendor does not keep it"
"$count" -z vendor.nrec | grep -aq 'mac=027700000001' && fail "--keep-vendor keeps all of an address"
"$netanalyze" report one.nrec | tr -s ' \n' ' ' | grep -q "Names and addresses in this recording stand for others" ||
	fail "the report does not say that it was anonymized"
"$netanalyze" report one.nrec | grep -q "is a part of recording" && fail "all of a recording is told to be a part"
anonymize one.nrec again.nrec --key key2 && analyze again.nrec again.db && analyze "$ttl" ttl.db
[ "$(findings again.db)" = "$(findings ttl.db)" ] || fail "anonymized twice: other findings"
"$netanalyze" cut one.nrec -o part.nrec --finding 1 >out 2>err || fail "what was anonymized cannot be cut: $(cat err)"

# ---- what is not known ---------------------------------------------------------------------------
"$make_trace" web.nrec && "$mutate" web.nrec/000000.nrs later.nrs later=1 || exit 1
anonymize later.nrs later.nrec
grep -q "of types that this version does not know are left out" err || fail "rows of a later version are not counted: $(cat err)"
python3 "$root/tests/reader.py" later.nrs | grep -q "^later " || fail "there is no row of a later version"
python3 "$root/tests/reader.py" later.nrec/000000.nrs | grep -q "^later " && fail "a row of a later version is passed on"

# Facts that netrec and cut write are known.
known=$(sed -n 's/^FACT("\([^"]*\)".*/^\1$/p' "$root/analyzer/anonymize/facts.def" | sed 's/\./\\./g; s/#/[0-9][0-9]*/g')
unknown=$(sed -nE 's/.*(sink__config|config_names|config_list)\(s(->sink)?, "([a-z_]+\.[a-z_]+)".*/\3/p
	s/.*(cut_definitions__fact|number)\(.*, "(cut\.[a-z_]+)".*/\2/p' "$root"/recorder/*.c "$root"/analyzer/cut/*.c |
	sort -u | grep -v -e "$known")
[ -z "$unknown" ] || fail "facts that are written, and facts.def does not know: $unknown"

(hostile; exit $failed) || failed=1

# ---- refusals ------------------------------------------------------------------------------------
refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" anonymize "$@" >out 2>err
	got=$?
	[ $got = "$status" ] && grep -qF -- "$words" err && [ ! -s out ] ||
		fail "anonymize $*: exit status $got, not $status, or no '$words': $(cat err)"
	[ ! -e new.nrec ] && [ -z "$(ls -d ./*.tmp 2>/dev/null)" ] || fail "anonymize $* leaves something behind: $(ls)"
}
echo short >short.key
refuse 2 "no recording given" -o new.nrec
refuse 2 "no output given" "$ttl"
refuse 2 "short.key has 6 bytes" "$ttl" -o new.nrec --key short.key
refuse 3 "nowhere.key: No such file" "$ttl" -o new.nrec --key nowhere.key
refuse 2 "is a database" ttl.db -o new.nrec
refuse 3 "exists already" "$ttl" -o one.nrec
refuse 3 "nowhere.nrec" nowhere.nrec -o new.nrec
refuse 3 "parts of different recordings" "$ttl" "$root/tests/causes/tbf.nrs" -o new.nrec
exit $failed
