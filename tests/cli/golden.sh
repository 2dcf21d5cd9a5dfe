#!/bin/sh
# Golden text of netanalyze: what it prints for a recording with known content, compared with tests/cli/golden/; the report
# of each sample with samples/NAME.report.txt. UPDATE=1 rewrites the expected texts; look at the difference before keeping it.
# NETANALYZE, MAKE_TRACE: the programs under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=$(realpath "${NETANALYZE:-build/netanalyze}") make_trace=$(realpath "${MAKE_TRACE:-build/tests/cli/make_trace}")
root=$PWD golden=$PWD/tests/cli/golden
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TZ=UTC NO_COLOR=1
failed=0
cd "$dir" || exit 1
"$make_trace" web.nrec && "$make_trace" --blind blind.nrec && "$make_trace" --vm vm.nrec && "$make_trace" --ovs ovs.nrec || exit 1

# golden NAME ARGUMENT…: the output and exit status of netanalyze ARGUMENT…, in a file of that name.
golden() {
	kept=$golden/$1.txt
	compare "$@"
}

# compare NAME ARGUMENT…: with the file $kept.
compare() {
	name=$1
	shift
	echo "\$ netanalyze $*" >out
	"$netanalyze" "$@" >>out 2>&1
	echo "exit status $?" >>out
	# A recording's identity and how fast this machine is are not the same every time.
	sed -e 's/[0-9a-f]\{32\}/UUID/' -e 's/ analyzed in .* events\/s)/ analyzed in TIME/' out >"$name.txt"
	if [ "${UPDATE:-}" ]; then
		cp "$name.txt" "$kept"
	elif ! diff -u "$kept" "$name.txt"; then
		echo "netanalyze $* does not print $kept (UPDATE=1 rewrites it)"
		failed=1
	fi
}

golden help help
golden show show
golden analyze analyze web.nrec -o web.db
golden report web.nrec
golden report-md report web.db --format md
golden report-html report web.db --format html
golden report-json report web.db --format json
# One device, two devices.
cp web.db one.db
sqlite3 one.db "DELETE FROM iface_delta WHERE netns <> 4026531840; DELETE FROM iface_count WHERE netns <> 4026531840"
"$netanalyze" report one.db | tr -s ' \n' ' ' | grep -q "counters on the one interface with traffic\. " || { echo "the report on one device does not say so"; failed=1; }
sqlite3 one.db "UPDATE iface_count SET packets = packets - 1 WHERE win = 0"
"$netanalyze" report one.db | tr -s ' \n' ' ' | grep -q "differ .* on the one interface with traffic, by 1 of 2985 on eth0\. " || { echo "the report on a device that differs does not say so"; failed=1; }
# A healthy host whose pings were not all answered elsewhere is not called healthy.
"$netanalyze" analyze "$root/tests/causes/every-stage.nrs" -o pings.db >/dev/null
sqlite3 pings.db "DELETE FROM finding; UPDATE outcome SET class = 'lost elsewhere' WHERE saddr LIKE '10.%'"
"$netanalyze" report pings.db >pings.txt
grep -q "Nothing is wrong" pings.txt && { echo "pings were lost, and the report says that nothing is wrong"; failed=1; }
grep -q "^Of 10 echo requests (ping) 5 were answered within 200 ms, 5 lost elsewhere\.$" pings.txt || { echo "the report does not tell of lost pings"; failed=1; }
golden info info web.nrec --utc
golden verify verify web.nrec
for view in $("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
	golden "show-$view" show "$view" web.nrec --top 4
	golden "json-$view" show "$view" web.nrec --top 2 --json
	# The database must say the same as the recording it was made from.
	echo "\$ netanalyze show $view web.nrec --top 4" >db.txt
	"$netanalyze" show "$view" web.db --top 4 | sed 's/web\.db/web.nrec/' >>db.txt
	echo "exit status 0" >>db.txt
	diff -u "show-$view.txt" db.txt || { echo "show $view differs between the recording and its database"; failed=1; }
done
golden interval show stages web.nrec --top 2 --interval 1
golden interval-cpu show cpu web.nrec --interval 0.01 --from 0.1 --to 0.14
golden interval-cpu-json show cpu web.db --interval 0.5 --json --top 1
golden interval-drops show drops web.db --interval 2
golden from-to show drop-events web.nrec --from 1 --to 12:00:02
golden from-to-db show drops web.db --from 1.5 --to 2.5
golden filter show drop-events web.nrec 'udp port 53' --top 2
golden filter-db show packets web.db 'ip6 and tcp src port 80' --top 2
golden filter-db-flows show packets web.db 'tcp[13] & 8 != 0' --top 1
# A window ends where the next begins: --to of a database does not show the one that begins there.
golden from-to-db-windows show stages web.db --from 1 --to 2 --interval 1 --top 1
golden from-to-db-drops show drops web.db --from 1 --to 2 --interval 1
golden from-to-db-flows show packets web.db --from 1 --to 2 --top 1
golden iface show drops web.db --iface 'veth0 (blue)'
golden iface-json show upcalls ovs.nrec --iface br0 --top 1 --json
golden iface-unknown show stages web.nrec --iface eht0
golden filter-drops show drops web.nrec 'host 10.0.0.2 and tcp'
golden replay replay web.nrec --from 1 --to 1.002
golden replay-json replay web.nrec --from 1 --to 1.001 --json
golden replay-events replay web.nrec --events gap,task,tcp,tcp_event,pthread,offcpu_ustack
# A host and its guest, of the same time: packets went one way only.
ln -s "$root/samples/guest-busy.nrec" "$root/samples/guest-busy.guest.nrec" .
golden merge merge guest-busy.nrec guest-busy.guest.nrec --slowest 1
golden merge-json merge guest-busy.guest.nrec guest-busy.nrec --slowest 1 --json
golden timeline timeline web.nrec --slowest 2
golden timeline-json timeline web.db --packet 1 --json
golden timeline-flow timeline web.nrec --flow 'ip6 and tcp src port 80' --slowest 1
golden timeline-none timeline web.nrec --flow 'udp port 1'
golden timeline-unknown timeline web.nrec --packet 1000000
golden timeline-both timeline web.nrec --packet 1 --slowest 2
for view in tun vhost eventfd irqfd virtio; do
	golden "vm-$view" show "$view" vm.nrec
	golden "vm-json-$view" show "$view" vm.nrec --interval 1 --top 4 --json
done
golden vm-from-to show vhost vm.nrec --from 1 --to 2 --interval 1
golden vm-stages show stages vm.nrec
golden vm-replay replay vm.nrec --from 1 --to 1.01
golden vm-report report vm.nrec
for view in upcalls megaflows ovs-drops; do
	golden "ovs-$view" show "$view" ovs.nrec
	golden "ovs-json-$view" show "$view" ovs.nrec --interval 1 --top 4 --json
done
golden ovs-futex show futex ovs.nrec
golden ovs-locks show locks ovs.nrec
golden ovs-filter show megaflows ovs.nrec 'udp dst port 5003'
golden ovs-from-to show upcalls ovs.nrec --from 0.5 --to 1
golden ovs-timeline timeline ovs.nrec --slowest 1
golden ovs-replay replay ovs.nrec --from 0.5 --to 0.51
golden ovs-report report ovs.nrec
golden blind-report blind.nrec
for view in drops offcpu softirq futex locks cpu cost; do
	golden "blind-$view" show "$view" blind.nrec
done

# Real recordings.
ln -s "$root/samples" samples
for sample in samples/*.nrec; do
	kept=$root/${sample%.nrec}.report.txt
	compare report-of-sample report "$sample"
done
golden sample-netns-tbf-outcomes show outcomes samples/netns-tbf.nrec
golden sample-netns-tbf-stages show stages samples/netns-tbf.nrec --top 10
golden sample-netns-tbf-drop-events show drop-events samples/netns-tbf.nrec --top 10

# What a monitor saw beside such a recording: 19 is late on its way back, 21 and on were not seen here; of the second ping
# the clock is 250 ms behind.
ln -s "$root/tests/cli/monitor" monitor
golden monitor show monitor samples/netns-tbf.nrec --monitor monitor/ping.txt
golden monitor-json show monitor samples/netns-tbf.nrec --monitor monitor/ping.txt --top 2 --json
"$netanalyze" report samples/netns-tbf.nrec --monitor monitor/ping.txt | sed -n '/^The monitor/,/^$/p' >text
"$netanalyze" analyze samples/netns-tbf.nrec --monitor monitor/ping.txt -o monitor.db >/dev/null
golden monitor-db show monitor monitor.db
grep -q "^The monitor (monitor/ping.txt) counts 10 of 35 echo requests as lost or late: 3 lost here (request$" text ||
	{ echo "the report on a monitor:"; cat text; failed=1; }
golden monitor-capture show monitor samples/netns-tbf.nrec --monitor monitor/echo.pcap
for kind in pcap pcapng; do
	"$netanalyze" show monitor samples/netns-tbf.nrec --monitor monitor/echo.$kind --json | sed "s/echo\.$kind/echo/" >$kind
done
diff pcap pcapng || { echo "a pcapng says something else than a pcap"; failed=1; }
golden monitor-of-db show monitor web.db --monitor monitor/ping.txt
golden monitor-missing show monitor web.nrec --monitor nothing.txt
golden monitor-garbled report web.nrec --monitor monitor/garbled.txt
golden monitor-quiet analyze web.nrec -o quiet.db --monitor monitor/quiet.txt
[ ! -e quiet.db ] || { echo "a database was left of an analysis that failed"; failed=1; }
exit $failed
