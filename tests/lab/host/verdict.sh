# verdict.sh: what scenarios say in expect(). The truth is what the VM noted; the trace is asked only through
# netanalyze show, as any user would.
#
#   truth KEY                     a number of the truth
#   trace VIEW TABLE SQL          one value out of a view's table, which is called t; a view's first table is rows:
#                                 trace futex rows "max(max_ns) FROM t WHERE thread LIKE 'handler%'"
#   matching FILTER VIEW TABLE SQL  likewise, of what matches the filter
#   journeys [WHERE]              packets that were followed, of flows: journeys "flow LIKE 'UDP %'"
#   moves FROM TO                 packets that went from one stage to the other next
#   became TRAFFIC COLUMN         what netanalyze says became of packets: became UDP lost_here, became UDP 'in_time + late'
#   headline REGEX                sentences of the report's headline that match
#   drops WHERE                   dropped packets: drops "reason = 'NETFILTER_DROP' AND interface = 'eth0 (peer)'"
#   plus A B, minus A B           of such numbers
#   share A B, percent A B        A in percent of both, of B
#   lost NAME                     datagrams of a stream that were sent and not received
#   arrives                       the interface where traffic arrives whose way was varied: vary_way
#   recording NAME                asks another recording of the scenario, such as one made in the guest
#   pcap FILE FILTER              packets in FILE.pcap, see pcap_begin
#   pcap_delay FROM TO FILTER     mean ns from one capture to the other of the packets in both, by their IP identification
#   equal WHAT TRUTH TRACE        the same number; or the trace has less, by no more than may_lack says
#   at_least WHAT LEAST VALUE     VALUE >= LEAST
#   at_most WHAT MOST VALUE       VALUE <= MOST
#   within WHAT TRUTH FROM TO TRACE  trace is FROM to TO percent of truth
#   interfaces_equal              every packet counter of every interface is reproduced
#   interface_packets DEVICE rx|tx [NS]  packets of an interface, as recorded
#   vm_path                       the way into and out of the KVM guest on vnet0, ring to interrupt, agrees with both sides' counters
#   vm VIEW TABLE COLUMN [WHERE]  the sum over the queues of vnet0
#   upcalls_one_packet            a packet that goes through user space is one, and its time there is part of its time
#   cause_found [guest]           what netanalyze puts first is the scenario's cause, or its guest_cause, and nothing when that is
#                                 none; verdict asks it of both recordings
#   beside_whole                  what ran beside the fault was answered: vary_beside; verdict asks it
#   clean                         every packet counter of every interface is reproduced, and every drop is known
#
# A number that is missing makes the check fail. The VM's own devices have plain names: phy0, but eth0 (peer).
# What a check asks, truth and trace note in the file $consulted (its arguments are subshells): `key KEY`, `of VIEW TABLE`.

netanalyze=${BUILD:-build}/netanalyze
db= views= lost= consulted=
checks=0 wrong=0

verdict_begin() {
	: >"$dir/verdict"
	recording trace
}

# recording NAME: from here on, the trace is results/SCENARIO/NAME.nrec.
recording() {
	db=$dir/$1.db views=$dir/views.$1 lost= consulted=$dir/views.$1/consulted
	rm -rf "$views"
	mkdir -p "$views"
	[ -d "$dir/$1.nrec" ] || return 0
	"$netanalyze" analyze "$dir/$1.nrec" -o "$db" --force >"$views/analyze.log" 2>&1 || {
		check "netanalyze analyze" 1 "status $?: $(tail -n 3 "$views/analyze.log")" >>"$dir/verdict"
		return 0
	}
	lost=$(trace loss rows 'coalesce(sum(lost), 0) FROM t')
	: >"$consulted"
}

cause_found() {
	local injected found
	injected=$(injected "$name${1:+.$1}") || injected='(not said)'
	found=$(found "$db" $(echo $injected | wc -w)) || found=unknown
	check "the cause that netanalyze finds first${1:+ in the guest}" $([ "${found%%|*}" = "$injected" ]; echo $?) "${found//|/, }, injected $injected"
}

verdict_end() {
	if [ $checks = 0 ]; then
		echo "nothing was checked" >>"$dir/verdict"
		exit 1
	fi
	echo "$((checks - wrong)) of $checks checks as expected, ${lost:-unknown} records lost; cause: ${cause:-not said}" >>"$dir/verdict"
	[ $wrong = 0 ] || exit 1
}

truth() {
	echo "key $1" >>"$consulted"
	sed -n "s/^$1=//p" "$dir/truth" | tail -n 1
}

trace() {
	local json=${json:-$views/$1.json} columns
	echo "of $1 $2" >>"$consulted"
	if [ ! -e "$json" ]; then
		"$netanalyze" show "$1" "$db" --json --top 100000 >"$json" 2>"$views/$1.log" || return
	fi
	columns=$(sqlite3 :memory: "SELECT group_concat(c) FROM (SELECT DISTINCT printf('json_extract(r.value, ''\$.\"%s\"'') AS \"%s\"', k.key, k.key) AS c
		FROM json_each(readfile('$json'), '\$.\"$2\"') AS r, json_each(r.value) AS k)")
	if [ -z "$columns" ]; then # an empty table counts 0; a view that was not observed has no table
		sqlite3 :memory: "SELECT 0 WHERE json_type(readfile('$json'), '\$.\"$2\"') = 'array'"
	else
		sqlite3 :memory: "WITH t AS (SELECT $columns FROM json_each(readfile('$json'), '\$.\"$2\"') AS r) SELECT $3"
	fi
}

# matching FILTER VIEW TABLE SQL: likewise, of what matches a tcpdump filter.
matching() {
	local filter=$1 json
	json=$views/$2.$(printf '%s' "$1" | tr -c 'a-z0-9' _).json
	[ -e "$json" ] || "$netanalyze" show "$2" "${db%.db}.nrec" "$filter" --json --top 100000 >"$json" 2>/dev/null || return
	shift
	json=$json trace "$@"
}

# monitored PING MS COLUMN: likewise, of what ping_stream PING saw, when answers that took so long are late.
monitored() {
	local json=$views/monitor.$1.$2.json
	[ -e "$json" ] || "$netanalyze" show monitor "${db%.db}.nrec" --monitor "$dir/$1.txt" --late "$2" --json >"$json" 2>/dev/null || return
	json=$json trace monitor rows "$3 FROM t"
}

# answered_after PING MS: answers that ping_stream PING printed with that time, or a longer one.
answered_after() {
	sed -n 's/.* time=\([0-9.]*\) ms$/\1/p' "$dir/$1.txt" | awk -v ms="$2" '$1 >= ms { n++ } END { print n + 0 }'
}

pcap() {
	tcpdump -n -r "$dir/$1.pcap" "$2" 2>/dev/null | wc -l
}

pcap_delay() {
	awk 'match($0, / id [0-9]+,/) { id = substr($0, RSTART, RLENGTH) } { split($1, t, ".") }
		NR == FNR { at[id] = t[1] % 100000 * 1e6 + t[2]; next }
		id in at { sum += t[1] % 100000 * 1e6 + t[2] - at[id]; n++ }
		END { if (n) printf "%.0f", sum * 1000 / n }' <(pcap_lines "$1" "$3") <(pcap_lines "$2" "$3")
}

pcap_lines() {
	tcpdump -n -tt -v -r "$dir/$1.pcap" "$2" 2>/dev/null | grep '^[0-9]'
}

became() {
	trace outcomes rows "coalesce(sum($2), 0) FROM t WHERE traffic LIKE '$1 %'"
}

journeys() {
	trace packets flows "coalesce(sum(packets), 0) FROM t WHERE ${1:-1}"
}

moves() {
	trace stages rows "coalesce(sum(count), 0) FROM t WHERE \"from\" = '$1' AND \"to\" = '$2'"
}

headline() {
	[ -e "$views/report.json" ] || "$netanalyze" report "$db" --format json >"$views/report.json" 2>"$views/report.log" || return
	sqlite3 :memory: "SELECT value FROM json_each(readfile('$views/report.json'), '\$.headline')" | grep -cE "$1"
}

drops() {
	trace drops rows "coalesce(sum(drops), 0) FROM t WHERE $1"
}

# minus A B: nothing when one is missing.
minus() {
	if is_number "$1" && is_number "$2"; then echo $(($1 - $2)); fi
}

plus() {
	if is_number "$1" && is_number "$2"; then echo $(($1 + $2)); fi
}

# What a fault does has to be the larger part of what its symptom is made of; else it is another scenario.
share() {
	percent "$1" "$(plus "$1" "$2")"
}

percent() {
	if is_number "$1" && is_number "$2"; then echo $((100 * $1 / ($2 > 0 ? $2 : 1))); fi
}

lost() {
	minus "$(truth "$1_sent")" "$(truth "$1_distinct")"
}

arrives() {
	if [ "$(truth vary_back)" = 1 ]; then echo br0; else echo 'eth0 (peer)'; fi
}

is_number() {
	[[ $1 =~ ^-?[0-9]+(\.[0-9]+)?$ ]]
}

# check WHAT OK(0|1) DETAIL
check() {
	checks=$((checks + 1))
	if [ "$2" = 0 ]; then
		echo "ok    $1: $3"
	else
		wrong=$((wrong + 1))
		echo "WRONG $1: $3"
	fi
	: >"$consulted"
}

equal() {
	local lack
	if ! is_number "$2" || ! is_number "$3"; then
		check "$1" 1 "truth '${2:-missing}', trace '${3:-missing}'"
	elif [ "$2" = "$3" ]; then
		check "$1" 0 "$2"
	else
		lack=$(may_lack)
		check "$1" $(($3 < $2 && $2 - $3 <= ${lack:-0} ? 0 : 1)) "truth $2, trace $3, ${lack:-unknown} may be missing"
	fi
}

# may_lack: how many records were lost that could have been among what the check asked: of the types that its tables are
# made of, while the traffic was there that its truth is about.
may_lack() {
	local types
	types=$(sed -n 's/^of //p' "$consulted" | while read -r of; do made_of $of; done | grep . | sort -u | paste -sd ,)
	"$netanalyze" show loss "$db" --utc --json --top 0 $(while_traffic) >"$views/lost.json" 2>"$views/lost.log" || return
	sqlite3 :memory: "SELECT coalesce(sum(json_extract(value, '\$.lost')), 0)
		FROM json_each(readfile('$views/lost.json'), '\$.rows')
		WHERE json_extract(value, '\$.record') IN (${types:-''}, '(any)')"
}

# made_of VIEW TABLE: the record types that it counts, one a line, in quotes: those of the view, or fewer.
made_of() {
	case $1:$2 in
	drops:fragments) echo "'frag'" ;;
	drops:* | drop-events:*) echo "'drop'" ;;
	interfaces:rows) printf "'%s'\n" packet hop ;;
	upcalls:rows) printf "'%s'\n" upcall upcall_end upcall_execute ;;
	upcalls:refused) echo "'upcall_end'" ;;
	upcalls:handlers) echo "'upcall_execute'" ;;
	qdisc:returns) echo "'xmit'" ;;
	ovs-drops:rows) echo "'ovs_drop'" ;;
	softirq:napi) echo "'napi'" ;;
	softirq:irqs) echo "'irq'" ;;
	*) sed -n "s/^VIEW([a-z_]*, \"$1\", TYPES(\([^)]*\)).*/\1/p" analyzer/print/views.def | tr -d ' ' | tr '",' "'\n" ;;
	esac
}

# while_traffic: --from and --to of the streams whose keys were asked; of all traffic, when other keys or none were. Not of
# a recording with another clock, such as one made in the guest: all of it counts.
while_traffic() {
	[ "$db" = "$dir/trace.db" ] || return 0
	sed -n '/^key vary_/d; s/^key //p' "$consulted" | awk -F= '
		NR == FNR { truth[$1] = $2; next }
		{ while (!($1 "_from" in truth) && sub(/_[^_]*$/, "", $1)); }
		{ streams[$1 "_from" in truth ? $1 : "traffic"]; some = 1 }
		END {
			if (!some) streams["traffic"]
			for (s in streams) {
				f = truth[s "_from"]
				t = s "_to" in truth ? truth[s "_to"] : truth["traffic_to"]
				if (from == "" || f < from) from = f
				if (t > to) to = t
			}
			print "--from", from, "--to", to
		}' "$dir/truth" -
}

at_least() {
	is_number "$2" && is_number "$3" && awk "BEGIN { exit !($3 >= $2) }"
	check "$1" $? "at least ${2:-missing}, is ${3:-missing}"
}

at_most() {
	is_number "$2" && is_number "$3" && awk "BEGIN { exit !($3 <= $2) }"
	check "$1" $? "at most ${2:-missing}, is ${3:-missing}"
}

within() {
	is_number "$2" && is_number "$5" && awk "BEGIN { exit !($5 >= $2 * $3 / 100 && $5 <= $2 * $4 / 100) }"
	check "$1" $? "truth ${2:-missing}, trace ${5:-missing}, to be $3 to $4 %"
}

# Every link of the truth that moved.
interfaces_equal() {
	local key ns dev way
	while IFS='=' read -r key _; do
		key=${key#link_} way=${key%_packets} way=${way##*_}
		ns=${key%%_*} dev=${key#*_} dev=${dev%_?x_packets}
		[ "$dev" != "ovs_system" ] || continue
		equal "$ns $dev $way packets" "$(truth "link_$key")" "$(interface_packets "$dev" "$way" "$ns")"
	done < <(grep -E '^link_.*_(rx|tx)_packets=[1-9]' "$dir/truth")
}

interface_packets() {
	local ns=${3:-host}
	[ "$ns" != host ] || ns='(own)'
	trace interfaces rows "coalesce(sum(recorded_$2), 0) FROM t WHERE interface = '$1' AND netns = '$ns'"
}

# What kernels free as dropped although nobody misses it: a raw socket (ping) got a copy of an echo reply, the
# original found no ping socket; the last, empty, segment of a closing TCP connection; what TCP refuses and has no data;
# ICMPv6 up to 6.1 says so of all it receives.
harmless="((place LIKE 'tcp_validate_incoming%' OR (place LIKE 'tcp_v4_rcv%' AND reason = 'NOT_SPECIFIED')) AND total_bytes <= 60 * drops) OR (place LIKE 'tcp_v6_rcv%' AND reason = 'NOT_SPECIFIED' AND total_bytes <= 80 * drops) OR place LIKE 'icmpv6_rcv%' OR (reason = 'NO_SOCKET' AND place LIKE 'icmp_rcv%') OR (total_bytes = 0 AND place LIKE 'sk_stream_kill_queues%')"

# Segments that TCP already had: the other side sent them again because others overtook the first on their way through an upcall.
twice="reason IN ('TCP_INVALID_SEQUENCE', 'TCP_OLD_DATA') AND total_bytes > 60 * drops"

# Each packet of the traffic goes through phy0 once.
upcalls_one_packet() {
	equal "packets, through user space or not" "$(plus "$(truth link_host_phy0_tx_packets)" "$(truth link_host_phy0_rx_packets)")" "$(journeys)"
	equal "upcalls that came back" "$(truth ovs_missed)" "$(moves ovs_dp_upcall ovs_flow_key_extract_userspace)"
	at_least "longest time of a packet, ns, that of the longest upcall included" "$(trace upcalls rows "max(max_ns) FROM t")" \
		"$(trace packets rows "max(total_ns) FROM t")"
	equal "sentences about upcalls in the headline" 1 \
		"$(headline "^$(truth ovs_missed) packets went up to Open vSwitch's user space; all came back, after .*, from handler")"
}

clean() {
	interfaces_equal
	equal "dropped packets" 0 "$(drops "NOT ($harmless) AND NOT ($twice)")"
	at_most "dropped segments, of those TCP had already" "$(truth_sum 'snmp_.*_TcpExt_TCPDSACKOldSent$')" "$(drops "$twice")"
}

beside_whole() {
	[ "$(truth vary_beside)" != 0 ] || return 0
	equal "pings or requests beside the fault, answered" "$(truth vary_beside_count)" "$(truth_sum 'beside_(received|done)')"
}

# vm_path: the path into and out of the guest on vnet0 agrees, from ring to interrupt, with the tap's counters and the guest's.
vm_path() {
	local asked way
	equal "packets to the tap's rings" "$(plus "$(truth link_host_vnet0_tx_packets)" "$(truth link_host_vnet0_tx_dropped)")" "$(vm tun rings packets)"
	equal "dropped at the tap's rings" "$(truth link_host_vnet0_tx_dropped)" "$(vm tun rings dropped)"
	equal "taken from the tap's rings" "$(truth link_host_vnet0_tx_packets)" "$(vm tun rings taken)"
	equal "descriptors to the guest" "$(truth link_host_vnet0_tx_packets)" "$(vm vhost queues descriptors "direction = 'rx'")"
	equal "descriptors from the guest" "$(truth link_host_vnet0_rx_packets)" "$(vm vhost queues descriptors "direction = 'tx'")"
	for way in rx:input tx:output; do
		asked=$(vm irqfd interrupts asked "direction = '${way%:*}'")
		vm_interrupts "${way#*:}" "$(truth_sum "vm_irq_virtio0_${way#*:}")" "$asked"
		equal "signals of vhost, ${way#*:}" "$asked" "$(vm vhost signals sent "direction = '${way%:*}'")"
		equal "signals of its eventfd, ${way#*:}" "$asked" "$(vm eventfd eventfds signals "purpose = 'call' AND direction = '${way%:*}'")"
		equal "and injected, ${way#*:}" "$asked" "$(vm irqfd interrupts 'delivered + merged + by_worker' "direction = '${way%:*}'")"
	done
}

# vm_interrupts WHAT GUEST HOST: as many as the guest counted, but for those that found their vector still pending in its APIC,
# and one on its way when the guest is asked. One in 20 may have merged, or in as many as the scenario says in merging.
vm_interrupts() {
	if is_number "$2" && is_number "$3" && [ "$3" -ge $(($2 - 1)) ] && [ $(($3 - $2)) -le $((2 + $3 / ${merging:-20})) ]; then
		check "interrupts of the guest, $1" 0 "$2, and $(($3 - $2)) merged"
	else
		equal "interrupts of the guest, $1" "$2" "$3"
	fi
}

# vm VIEW TABLE COLUMN [WHERE]: the sum over the queues of vnet0.
vm() {
	trace "$1" "$(table_of "$1" "$2")" "coalesce(sum($3), 0) FROM t WHERE interface = 'vnet0' AND (${4:-1})"
}

# The first table of a view is called rows.
table_of() {
	case $1:$2 in tun:rings | vhost:queues | eventfd:eventfds | irqfd:interrupts | virtio:polls) echo rows ;; *) echo "$2" ;; esac
}

# truth_sum PATTERN: of all numbers whose key begins so.
truth_sum() {
	echo "key $1" >>"$consulted"
	awk -F= -v p="^$1" '$1 ~ p { n += $2; found = 1 } END { if (found) printf "%.0f", n }' "$dir/truth"
}

# qdisc_max_ms DEVICE: the longest time a packet was in a qdisc of it.
qdisc_max_ms() {
	trace stages rows "max(max_ns) / 1000000 FROM t WHERE \"from\" = 'qdisc_enqueue' AND interface = '$1'"
}
