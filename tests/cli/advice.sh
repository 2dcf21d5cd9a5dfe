#!/bin/sh
# Each command of an advice is one that its tool understands: run with the capitals filled in, in a network namespace of
# its own, on a private Open vSwitch with a datapath in user space. What would change this host (sysctl -w) is only
# looked up.
set -u
cd "$(dirname "$0")/../.." || exit 1
if [ "${1:-}" != inside ]; then
	[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
	unshare -n true 2>/dev/null || { echo "no network namespaces here"; exit 77; }
	exec unshare -n sh "$0" inside "$(sysctl -aN 2>/dev/null)"
fi
host_sysctls=$2
dir=$(mktemp -d) || exit 1
export OVS_RUNDIR=$dir OVS_LOGDIR=$dir OVS_DBDIR=$dir
stop() {
	for f in "$dir"/*.pid; do
		[ ! -f "$f" ] || kill "$(cat "$f")"
	done
	kill "$thread"
	wait
	rm -rf "$dir"
}
sleep 600 &
thread=$!
trap stop EXIT
ip link set lo up
ip link add dev9 type veth peer name dev9p && ip link set dev9 up || { echo "no devices here"; exit 77; }
lacking=
ip link add br9 type bridge 2>/dev/null && ip link set dev9 master br9 || lacking=' bridge'
ovs=
if command -v ovs-vswitchd >/dev/null; then
	ovsdb-tool create "$dir/conf.db" /usr/share/openvswitch/vswitch.ovsschema &&
		ovsdb-server "$dir/conf.db" --remote="punix:$dir/db.sock" --pidfile --detach --no-chdir \
			>"$dir/out" 2>&1 && ovs-vsctl --no-wait init &&
		ovs-vswitchd --enable-dummy=override --disable-system --pidfile --detach --no-chdir >"$dir/out" 2>&1 &&
		ovs-vsctl add-br br8 -- set Bridge br8 datapath_type=dummy protocols=OpenFlow10,OpenFlow13 &&
		ovs-vsctl add-port br8 dev8 -- set Interface dev8 type=dummy && ovs=1
	[ "$ovs" ] || { cat "$dir/out"; exit 1; }
fi

# fill COMMAND: with what the capitals stand for here.
fill() {
	device=dev9 bridge=br9
	case $1 in ovs-*) device=dev8 bridge=br8 ;; esac
	echo "$1" | sed -E "s/GUESTNIC|DEVICE/$device/g; s/\\bBRIDGE\\b/$bridge/g; s/\\b(TID|PID)\\b/$thread/g
		s/ CPU / 0 /; s/\\bADDRESS\\b/127.0.0.1/; s/\\bFLOW\\b/in_port=LOCAL/; s/\\b0-N\\b/0/
		s/ZONE/5/; s/=N%/=50%/; s/\\bN\\b/1/
		s/\\bFAMILY TABLE CHAIN\\b/inet t c/; s/\\bCOMMAND\\b/true/; s/\\bUNIT\\b/x.service/"
}

# known_sysctls WORD…: here, or on this host, or of a module that is not loaded.
known_sysctls() {
	for s; do
		s=${s%%=*}
		case $s in
		-w) ;;
		net.netfilter.*)
			[ ! -e /proc/sys/net/netfilter/nf_conntrack_max ] || sysctl -N "$s" >/dev/null || return ;;
		net.bridge.*) [ ! -e /proc/sys/net/bridge ] || sysctl -N "$s" >/dev/null || return ;;
		*) sysctl -N "$s" 2>/dev/null || echo "$host_sysctls" | grep -x "$s" || { echo "no $s"; return 1; } ;;
		esac
	done
}

# tame COMMAND: the same, that ends, and changes nothing outside.
tame() {
	case $1 in
	tcpdump*) echo "$1 -d" ;;
	"nft add "*) echo "$1" | sed 's/^nft/nft -c/' ;;
	"nft monitor"*) echo "timeout -s INT 0.2 $1" ;;
	"perf record "*) echo "$1" | sed "s,record,record -o $dir/perf.data," ;;
	*) echo "$1" ;;
	esac
}
status=0 n=0
nft add table inet t && nft 'add chain inet t c { type filter hook forward priority 0; }' || lacking="$lacking nft"
for f in schema/rule/*.sql; do
	rule=$(basename "$f" .sql)
	sed -n 's/^-- advice: //p' "$f" | tr '\n' ' ' | grep -o '`[^`]*`' | tr -d '`' >"$dir/commands"
	while read -r command; do
		tool=${command%% *}
		case $tool in netanalyze | netrec | systemctl | cat) continue ;; esac # said.sh; no unit, no bond here
		case " $lacking : $command" in *" $tool "*:*) continue ;; *" bridge "*:*bridge*) continue ;; esac
		command -v "$tool" >/dev/null || { lacking="$lacking $tool"; continue; }
		tc qdisc replace dev dev9 root pfifo
		run=$(fill "$command")
		echo "$run" | grep -qE '\b[A-Z]{3,}\b' && ! echo "$run" | grep -qE 'OpenFlow|LOCAL|CONT' &&
			{ echo "$rule: $command: what is in capitals?"; status=1; }
		run=$(tame "$run")
		case $run in
		sysctl*) known_sysctls ${run#sysctl} >"$dir/out" 2>&1 ;;
		*) sh -c "$run" >"$dir/out" 2>&1 </dev/null ;;
		esac
		code=$?
		n=$((n + 1))
		case $code:$(cat "$dir/out") in
		0:* | 124:* | *"not supported"* | *"not implemented"* | *"exceeds maximum"*) ;;
		*) echo "$rule: $run: status $code: $(head -3 "$dir/out")"; status=1 ;;
		esac
	done <"$dir/commands"
done
[ "$n" -gt 30 ] || { echo "only $n commands"; status=1; }
echo "$n commands run; not here:${lacking:- none}"
exit $status
