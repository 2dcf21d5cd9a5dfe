#!/bin/sh
# netanalyze cut. Each labelled recording cut to its first finding still has that cause first; cut to all of its time it is
# as it was, table by table, and twice the same bytes; by a filter, as analyzed with that filter; by
# what became of packets, without another cause. Then: what is known when a part begins, that what is counted is counted
# in one part, gaps, damage, cuts of cuts and of segments, sizes, refusals; `cut.sh --hostile` cuts what is broken.
# NETANALYZE, RECUT: the programs under test.
. "$(dirname "$0")/../scratch.sh"
recut=$(program "${RECUT:-build/tests/cli/recut}")
cd "$root" || exit 1
. tests/cause.sh

# cut INPUT OUTPUT OPTION…: it works, and the result is intact.
cut_it() {
	from=$1 to=$2
	shift 2
	"$netanalyze" cut "$from" -o "$to" "$@" >"$dir/out" 2>"$dir/err" || { fail "cut $from $*: $(cat "$dir/err")"; return 1; }
	"$netanalyze" verify "$to" >"$dir/verified" 2>&1 || fail "cut $from $*: $(tail -n 1 "$dir/verified")"
}

# tables DATABASE: what is in it, but for what a cut is known by.
tables() {
	sqlite3 "$1" 'DROP TABLE file' 'DROP TABLE segment' 'DROP TABLE damage' "DELETE FROM config WHERE key GLOB 'cut.*'" \
		'UPDATE trace SET uuid = 0, created_ns = 0' .dump
}

analyze() {
	"$netanalyze" analyze "$1" -o "$2" --force >"$dir/out" 2>&1 || fail "analyze $1: $(cat "$dir/out")"
}

# ask DATABASE QUESTION
ask() {
	sqlite3 "$1" "$2"
}

# packets DATABASE: what is known of packets.
packets() {
	for table in stage_latency stage_count iface_count drop_summary drop_event packet_hop; do
		ask "$1" "SELECT '$table', * FROM $table"
	done
}

# filter RECORDING FILTER: what is known of packets that match is the same in all of it and in what is cut by the filter,
# and no other cause is found there.
filter() {
	rm -rf "$dir/filtered.nrec"
	cut_it "$1" "$dir/filtered.nrec" "$2" || return
	"$netanalyze" analyze "$1" --filter "$2" -o "$dir/of_all.db" --force >"$dir/out" 2>&1 || return # there are none
	"$netanalyze" analyze "$dir/filtered.nrec" --filter "$2" -o "$dir/of_part.db" --force >"$dir/out" 2>&1
	packets "$dir/of_all.db" >"$dir/of_all"
	packets "$dir/of_part.db" >"$dir/of_part"
	cmp -s "$dir/of_all" "$dir/of_part" || fail "$(name_of "$1"), $2: $(diff -a "$dir/of_all" "$dir/of_part" | head -5)"
	analyze "$dir/filtered.nrec" "$dir/filtered.db"
	no_new_cause "$(name_of "$1"), $2" "$dir/filtered.db"
}

# verdict RECORDING OPTION…: no other cause is found in what is cut like that.
verdict() {
	rm -rf "$dir/verdict.nrec"
	cut_it "$@" || return
	analyze "$dir/verdict.nrec" "$dir/verdict.db"
	no_new_cause "$(name_of "$1")" "$dir/verdict.db"
}

# no_new_cause NAME DATABASE: none that is not in the whole, it.db.
no_new_cause() {
	new=$(sqlite3 "$dir/it.db" "ATTACH '$2' AS cut" "SELECT group_concat(DISTINCT cause) FROM cut.finding
		WHERE severity <> 'info' AND cause NOT IN ('cannot-tell', 'unexplained')
			AND cause NOT IN (SELECT cause FROM main.finding)")
	[ -z "$new" ] || fail "$1, $(basename "$2"): $new is found, which it is not in the whole"
}

# judge RECORDING: all of it, by a filter, and its first finding.
judge() {
	name=$(name_of "$1")
	cut_it "$1" "$dir/whole.nrec" || return
	analyze "$1" "$dir/it.db" && analyze "$dir/whole.nrec" "$dir/whole.db"
	tables "$dir/it.db" >"$dir/it.sql"
	tables "$dir/whole.db" >"$dir/whole.sql"
	[ "$(wc -l <"$dir/it.sql")" -gt 1000 ] || fail "$name: the tables cannot be read"
	cmp -s "$dir/it.sql" "$dir/whole.sql" || fail "$name is not as it was: $(diff "$dir/it.sql" "$dir/whole.sql" | head -5)"
	# One filter and one verdict each, as follows from its name.
	case $(($(echo "$name" | cksum | cut -d ' ' -f 1) % 3)) in
	0) filter "$1" icmp && verdict "$1" "$dir/verdict.nrec" --dropped ;;
	1) filter "$1" udp && verdict "$1" "$dir/verdict.nrec" --late 50 ;;
	2) filter "$1" tcp && verdict "$1" "$dir/verdict.nrec" --dropped --late 50 ;;
	esac
	cause=$(injected "$name") cause=${cause%% *}
	[ "$cause" != none ] || return
	cut_it "$1" "$dir/first.nrec" --finding 1 && cut_it "$1" "$dir/first2.nrec" --finding 1 || return
	cmp "$dir/first.nrec/000000.nrs" "$dir/first2.nrec/000000.nrs" || fail "$name: two cuts to a finding are not the same"
	analyze "$dir/first.nrec" "$dir/first.db"
	now=$(found "$dir/first.db" 1)
	[ "${now%%|*}" = "$cause" ] || fail "$name cut to its first finding: $now, not $cause"
}

# hostile: what is broken anywhere gives a part of the rest or a refusal, and leaves nothing else behind.
hostile() {
	sample=$root/tests/causes/ttl.nrs size=$(stat -c %s "$root/tests/causes/ttl.nrs") n=0
	cd "$dir" || exit 1
	while [ $((n += 1)) -le 24 ]; do
		at=$((n * size / 25 + n * 37 % 64))
		case $((n % 3)) in
		0) head -c $at "$sample" >broken.nrs ;;
		1) cp "$sample" broken.nrs && printf '\377\001' | dd of=broken.nrs bs=1 seek=$at conv=notrunc status=none ;;
		2) { head -c $at "$sample" && tail -c +$((at + 4000)) "$sample"; } >broken.nrs ;;
		esac
		for option in udp '--from 0.7 --to 1.9' '--finding 1'; do
			"$netanalyze" cut broken.nrs -o part.nrec $option >out 2>err
			got=$?
			case $got in
			0) "$netanalyze" verify part.nrec >out 2>&1 || fail "broken at $at, $option: $(tail -n 1 out)" ;;
			2 | 3) [ -s err ] && [ ! -e part.nrec ] || fail "broken at $at, $option: $(ls)" ;;
			*) fail "broken at $at, $option: exit status $got: $(tail -n 3 err)" ;;
			esac
			rm -rf part.nrec
			[ "$(ls)" = "$(printf '%s\n' broken.nrs err out)" ] || fail "broken at $at, $option leaves $(ls)"
		done
	done
}

case ${1:-} in
'') recordings | xargs -P 2 -n 1 sh "$0" || failed=1 ;;
--hostile) hostile; exit $failed ;;
*) judge "$1"; exit $failed ;;
esac
cd "$dir" || exit 1

# ---- what is known when a part begins ------------------------------------------------------------
sample=$root/samples/ovs-sweep.nrec
cut_it "$sample" early.nrec --to 8.0000001 && cut_it "$sample" late.nrec --from 8.0000002 || exit 1
for part in early late; do
	analyze $part.nrec $part.db
done
analyze "$sample" all.db
same() {
	[ "$(ask "$2" "$3")" = "$(ask all.db "$3")" ] || fail "$1: $(ask "$2" "$3"), and in the whole $(ask all.db "$3")"
}
same "CPUs that threads may run on" late.db "SELECT group_concat(tid || ' ' || cpus) FROM (SELECT * FROM affinity ORDER BY tid)"
same "names of devices" late.db 'SELECT group_concat(name) FROM interface'
[ "$(ask late.db "SELECT count(*) FROM thread WHERE comm GLOB 'handler*'")" -ge 2 ] || fail "threads have no names"
same "the time of the end" late.db 'SELECT last_ns FROM trace'
# Whatever is counted is counted in one part, and once.
for count in "sum(waits) FROM futex_total" "sum(wakes) FROM futex_total" "sum(delta) FROM counter_delta" \
	"sum(rows) FROM record_count WHERE name IN ('packet', 'hop', 'futex', 'offcpu', 'upcall')"; do
	parts=$(($(ask early.db "SELECT $count") + $(ask late.db "SELECT $count")))
	[ "$parts" = "$(ask all.db "SELECT $count")" ] || fail "$count: $parts in both parts, $(ask all.db "SELECT $count") in the whole"
done
[ "$(ask late.db "SELECT complete FROM trace")$(ask early.db "SELECT complete FROM trace")" = 00 ] || fail "a part is complete"
"$netanalyze" report late.nrec | tr -s ' \n' ' ' >out
! grep -qE "(equal|differ from) the kernel's own" out || fail "a part is compared with the kernel's counters"
grep -q "This is a part of recording [0-9a-f]* from [0-9]" out || fail "the report does not say that it was cut: $(cat out)"
# A quota that was told of before.
cut_it "$root/tests/causes/ovs-quota.nrs" quota.nrec --from 3 --to 4 && analyze quota.nrec quota.db
[ "$(ask quota.db 'SELECT count(*) > 0 AND sum(time_ns) <= 1000000000 FROM cgroup WHERE quota_ns > 0')" = 1 ] ||
	fail "a quota is not known, or throttled for longer than there is"

# ---- a cut of a cut ------------------------------------------------------------------------------
cut_it late.nrec later.nrec --from 2 --to 5
uuid=$("$netanalyze" info "$sample" --json | jq -r '.recording[0].uuid')
"$netanalyze" info later.nrec --json | jq -r '.config[] | select(.key == "cut.of").value' | grep -q "^[0-9a-f]\{32\} $uuid$" ||
	fail "a cut of a cut does not say of what"
"$netanalyze" show findings later.nrec >out 2>&1 || fail "a cut of a cut: $(cat out)"
cut_it early.nrec earlier.nrec && analyze earlier.nrec earlier.db
[ "$(ask earlier.db 'SELECT complete FROM trace')" = 0 ] || fail "all of a part is complete"
# It is another recording, not a copy.
"$netanalyze" report "$sample" late.nrec >out 2>err
[ $? = 3 ] && grep -q "parts of different recordings" err || fail "a part and its recording are taken for one: $(cat err)"

# ---- filters -------------------------------------------------------------------------------------
cut_it "$sample" icmp.nrec icmp && cut_it icmp.nrec less.nrec --to 8 'host 10.77.0.1'
[ "$("$netanalyze" info less.nrec --json | jq -r '.config[] | select(.key == "cut.filter").value')" = "(icmp) and (host 10.77.0.1)" ] ||
	fail "two filters are not both told"
"$netanalyze" report icmp.nrec | tr -s ' \n' ' ' >out
grep -q "The recording holds only packets that match 'icmp'" out || fail "a filter is not told: $(cat out)"
"$netanalyze" show packets icmp.nrec udp --top 0 --json 2>err | jq -e '.rows | length == 0' >out || fail "others are left: $(cat out)"

# Headers that user space sends back in another packet, and errors about packets that match.
for name in tunnels pmtu-blackhole; do
	analyze "$root/tests/causes/$name.nrs" it.db
	filter "$root/tests/causes/$name.nrs" tcp
done

# ---- what became of packets ----------------------------------------------------------------------
packets="SELECT rows FROM record_count WHERE name = 'packet'"
still() {
	name=$1 cause=$2
	shift 2
	cut_it "$root/tests/causes/$name.nrs" $name.nrec "$@" && analyze $name.nrec $name.db
	[ "$(ask $name.db 'SELECT cause FROM finding ORDER BY rank LIMIT 1')" = "$cause" ] || fail "$name $*: $cause is not found"
}
analyze "$root/tests/causes/nft-drop.nrs" it.db
still nft-drop netfilter-rule --dropped
[ "$(ask nft-drop.db "$packets")" -lt "$(ask it.db "$packets")" ] || fail "nft-drop: all packets are kept"
"$netanalyze" report nft-drop.nrec | tr -s ' \n' ' ' | grep -q "only packets of addresses and ports of which some were dropped" ||
	fail "that only dropped ones are kept is not told"
still ovs-drop ovs-drop-action --dropped
still ovs-lock lock-held --late 50
for name in nat-stale other-address; do # the answer comes from elsewhere
	analyze "$root/tests/causes/$name.nrs" it.db
	cut_it "$root/tests/causes/$name.nrs" $name.nrec --dropped && analyze $name.nrec $name.db
	no_new_cause $name $name.db
done

# ---- types of events -----------------------------------------------------------------------------
cut_it "$root/tests/causes/ovs-lock.nrs" packets.nrec --events packet,hop,free,drop && analyze packets.nrec packets.db
[ "$(ask packets.db "SELECT group_concat(name) FROM record_count WHERE rows > 0 AND name NOT IN ('total', 'gap')")" = \
	packet,hop,free,drop,task,cost,affinity ] || fail "other events are left: $(ask packets.db 'SELECT name FROM record_count WHERE rows > 0' | xargs)"
[ "$(ask packets.db "SELECT count(*) FROM finding WHERE cause = 'lock-held'")" = 0 ] || fail "a lock is found without its records"
[ "$(ask packets.db "SELECT group_concat(DISTINCT type IN (1, 2, 3, 4, 8)) FROM probe WHERE status = 1")" = 1 ] ||
	fail "probes of what was left out are told as attached"

# ---- gaps and damage -----------------------------------------------------------------------------
analyze "$root/tests/causes/ttl.nrs" ttl.db
start=$(ask ttl.db 'SELECT first_ns FROM trace')
"$recut" -g "hop:all:$((start + 500000000)):$((start + 1500000000))" "$root/tests/causes/ttl.nrs" lossy.nrec || exit 1
cut_it lossy.nrec gap.nrec --from 0.9 --to 1.3 && analyze gap.nrec gap.db
[ "$(ask gap.db "SELECT count(*) > 0 FROM gap WHERE why = 'ring full' AND type = 2")" = 1 ] || fail "a gap is not kept"
cut_it lossy.nrec nogap.nrec --from 2 && analyze nogap.nrec nogap.db
[ "$(ask nogap.db "SELECT count(*) FROM gap WHERE why = 'ring full'")" = 0 ] || fail "a gap of another time is kept"
cp "$root/tests/causes/ttl.nrs" damaged.nrs
printf 'xxxxxxxx' | dd of=damaged.nrs bs=1 seek=$(($(stat -c %s damaged.nrs) / 2)) conv=notrunc status=none
cut_it damaged.nrs mended.nrec && analyze mended.nrec mended.db
grep -q "damaged place" "$dir/err" || fail "damage is not mentioned"
[ "$(ask mended.db "SELECT (SELECT count(*) > 0 FROM gap WHERE why = 'block missing') AND NOT complete FROM trace")" = 1 ] ||
	fail "what was damaged is not missing in a cut"

# ---- several files -------------------------------------------------------------------------------
"$recut" -n 4 "$root/tests/causes/ttl.nrs" four.nrec && cut_it four.nrec/000002.nrs segments.nrec four.nrec/000000.nrs four.nrec/000001.nrs \
	four.nrec/000003.nrs udp && cut_it four.nrec one.nrec udp || exit 1
cmp segments.nrec/000000.nrs one.nrec/000000.nrs || fail "a cut of segments is not that of their recording"
cut_it four.nrec/000001.nrs some.nrec four.nrec/000002.nrs && analyze some.nrec some.db
[ "$(ask some.db "$packets")" -gt 0 ] && [ "$(ask some.db "$packets")" -lt "$(ask ttl.db "$packets")" ] || fail "a cut of two segments has all packets"

# ---- one packet ----------------------------------------------------------------------------------
# It is there, at the same stages at the same times, and few others, such as what it is a fragment of.
way='[.time_at, .total_ns, .flow, .path]' # how it ended may be told after the part ends
for name in samples/ovs-sweep.nrec samples/vhost-starved.nrec tests/causes/nft-drop.nrs tests/causes/tunnels.nrs tests/causes/fragments.nrs; do
	"$netanalyze" show packets "$root/$name" --json --top 0 >all.json 2>err || fail "$name: $(cat err)"
	for id in $(jq '[.rows[0].id, (.rows[] | select(.fate != "consumed")).id, .rows[-1].id] | .[0], .[1], .[-1]' all.json); do
		rm -rf packet.nrec
		cut_it "$root/$name" packet.nrec --packet "$id" || continue
		jq -c ".rows[] | select(.id == $id) | $way" all.json >of_all
		"$netanalyze" show packets packet.nrec --json --top 0 2>err | jq -c ".rows[] | $way" >of_part
		[ -s of_all ] && grep -qFxf of_all of_part && [ "$(wc -l <of_part)" -lt 20 ] || fail "$name, packet $id: $(head -n 3 of_all of_part)"
	done
done
"$netanalyze" report packet.nrec | tr -s ' \n' ' ' | grep -q "The recording holds only one of the packets" || fail "that it is only one packet is not told"

# ---- names -----------------------------------------------------------------------------------------
# What numbers stand for is as in the whole; what nothing refers to is not there.
rows() {
	jq -c 'select(.event | IN("task", "affinity", "link_state", "cgroup", "counter", "futex_total", "total", "gap") | not) |
		[.mono_ns, .cpu, .event, .stack_name, .ustack_name, .location_name, .name_name, .kind_name]' | sort
}
left() {
	"$netanalyze" info "$1" --json | jq '[.rows[] | select(.record == "stack" or .record == "symbol" or .record == "string").rows] | add'
}
for name in samples/ovs-sweep.nrec samples/netns-tbf.nrec tests/causes/ovs-lock.nrs tests/causes/nft-drop.nrs; do
	rm -rf part.nrec
	cut_it "$root/$name" part.nrec --from 1.5 --to 3 || continue
	"$netanalyze" replay "$root/$name" --from 1.5 --to 3 --json 2>err | rows >of_all
	"$netanalyze" replay part.nrec --json 2>err | rows >of_part
	[ "$(wc -l <of_part)" -gt 100 ] && grep -q '<' of_part || fail "$name: there are no stacks"
	cmp -s of_all of_part || fail "$name: a part has other names: $(diff of_all of_part | head -n 4)"
	[ "$(left part.nrec)" -lt "$(left "$root/$name")" ] || fail "$name: a part has all names"
done

# ---- no larger than it has to be -----------------------------------------------------------------
for name in samples/guest-busy.nrec tests/causes/healthy.nrs tests/causes/cpu-backlog.nrs; do
	rm -rf usual.nrec small.nrec small2.nrec
	cut_it "$root/$name" usual.nrec --finding 1 && cut_it "$root/$name" small.nrec --finding 1 --max-size 150K &&
		cut_it "$root/$name" small2.nrec --finding 1 --max-size 150K || continue
	cmp small.nrec/000000.nrs small2.nrec/000000.nrs || fail "$name: two cuts to a finding of a size are not the same"
	size=$(stat -c %s small.nrec/000000.nrs)
	[ "$(stat -c %s usual.nrec/000000.nrs)" -gt 153600 ] && [ "$size" -le 153600 ] || fail "$name: $size bytes to a finding"
	"$netanalyze" show findings "$root/$name" --json 2>err | jq '.rows[0].cause' >cause
	"$netanalyze" show findings small.nrec --json 2>err | jq '.rows[0].cause' | cmp -s - cause || fail "$name: not found in $size bytes: $(cat cause)"
done
rm -rf small.nrec && cut_it "$root/samples/guest-busy.nrec" small.nrec --finding 1 --max-size 1K
grep -q "is the least that shows the finding" "$dir/err" || fail "that it is larger is not told: $(cat "$dir/err")"
[ -z "$(ls -d ./*.tmp 2>/dev/null)" ] || fail "tries are left behind: $(ls)"

# ---- refusals ------------------------------------------------------------------------------------
refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" cut "$@" >out 2>err
	got=$?
	[ $got = "$status" ] && grep -qF -- "$words" err && [ ! -s out ] ||
		fail "cut $*: exit status $got, not $status, or no '$words': $(cat err)"
	[ ! -e new.nrec ] && [ -z "$(ls -d ./*.tmp 2>/dev/null)" ] || fail "cut $* leaves something behind: $(ls)"
}
ttl=$root/tests/causes/ttl.nrs
refuse 2 "no recording given" -o new.nrec
refuse 2 "no output given" "$ttl"
refuse 2 "nothing lies between" "$ttl" -o new.nrec --from 1000
refuse 2 "there is no finding 99: the recording has" "$ttl" -o new.nrec --finding 99
refuse 2 "bad filter" "$ttl" -o new.nrec 'tcp prot 80'
refuse 2 "in quotes" "$ttl" -o new.nrec tcp port 80
refuse 2 "no packet 99999999 is kept" "$ttl" -o new.nrec --packet 99999999
refuse 2 "--packet names one packet" "$ttl" -o new.nrec --packet 1 --dropped
refuse 2 "--max-size takes a size" "$ttl" -o new.nrec --finding 1 --max-size much
refuse 2 "--max-size is for --finding" "$ttl" -o new.nrec --max-size 1M
refuse 2 "--late takes milliseconds" "$ttl" -o new.nrec --late soon
refuse 2 "--events takes types of events" "$ttl" -o new.nrec --events packets
refuse 2 "--finding takes a whole number" "$ttl" -o new.nrec --finding first
refuse 2 "is a database" ttl.db -o new.nrec
refuse 3 "exists already" "$ttl" -o late.nrec
refuse 3 "exists already" "$ttl" -o late.nrec --finding 1
refuse 3 "No such file" "$ttl" -o nowhere/new.nrec
refuse 3 "nowhere.nrec" nowhere.nrec -o new.nrec
mkdir empty && refuse 3 "exists already" "$ttl" -o empty
cut_it - piped.nrec --to 2 <"$ttl" && cut_it "$ttl" named.nrec --to 2 && cmp piped.nrec/000000.nrs named.nrec/000000.nrs ||
	fail "a cut of standard input is not the same"
# No room: as on a full disk.
(trap '' XFSZ; ulimit -f 40; "$netanalyze" cut "$root/samples/guest-busy.nrec" -o new.nrec >out 2>err
	[ $? = 3 ] && grep -q "cannot write" err) || fail "no room: $(cat err)"
[ ! -e new.nrec ] && [ -z "$(ls -d ./*.tmp 2>/dev/null)" ] || fail "no room: something is left behind: $(ls)"
exit $failed
