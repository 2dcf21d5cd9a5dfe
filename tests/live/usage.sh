#!/bin/sh
# Wrong use of netrec: the documented exit status, a message that names the thing and the remedy, and
# nothing created.
. tests/live/lib
source=$PWD
cd "$tmp" || fail "no temporary directory"

# refused STATUS PATTERN ARGUMENT…
refused() {
	want=$1 pattern=$2
	shift 2
	"$netrec" "$@" >"$tmp/out" 2>&1
	got=$?
	[ $got = "$want" ] || fail "netrec $*: status $got, not $want: $(cat "$tmp/out")"
	grep -q -- "$pattern" "$tmp/out" || fail "netrec $*: no \"$pattern\" in: $(cat "$tmp/out")"
	grep -q '^netrec: \|^Usage: ' "$tmp/out" || fail "netrec $*: says not who speaks: $(cat "$tmp/out")"
	ls "$tmp" | grep -q 'nrec' && fail "netrec $*: created something: $(ls "$tmp")"
	echo "netrec $*: $(head -n 1 "$tmp/out")"
}

refused 2 "Usage"
refused 2 "unknown command" rekord
refused 2 "unknown option --speed" record --speed
refused 2 "unknown option" record -x
refused 2 "needs a value" record -o
refused 2 "unknown event \"kfree_skp\", did you mean kfree_skb?" record -e kfree_skp
refused 2 "netrec probes lists them" record -e drop,kfree_skp
refused 2 "unknown profile \"hosts\", did you mean host?; known: host" record -p hosts
refused 2 "unknown profile \"dorps\", did you mean drops?" record -p dorps
refused 2 "unknown profile \"everything\"; known: host" record -p everything
refused 2 "is no duration; write 500ms" record -t 10
refused 2 "is no duration" record -t 10x
refused 2 "is no size" record --max-size 12Q
refused 2 "power of two" record --ring 5000
refused 2 "is no percentage" record --max-overhead 0
refused 2 "is no percentage" record --max-overhead 5%
refused 2 "no process id" record --pid self
refused 2 "1 to 15 characters" record --comm abcdefghijklmnop
refused 2 "capture filter \"udp prot 80\": can't parse filter expression: syntax error; see pcap-filter(7)" record udp prot 80
refused 2 "capture filter \"ip and arp\": expression rejects all packets" record -e drop 'ip and arp'
refused 2 "netmask not known" record 'ip broadcast'
refused 2 "loops over headers (protochain).*name the header to expect" record 'ip6 protochain 17'
refused 2 "-t stands behind the capture filter \"icmp\"; options go before it" record icmp -t 5s
refused 2 "a command is missing" record icmp --
refused 2 "--iface \"a-name-that-is-too-long\" is no device name" record --iface a-name-that-is-too-long
refused 2 "--netns nowhere: /run/netns/nowhere: No such file.*ip netns" record --netns nowhere
refused 2 "a command is missing" record --
refused 2 "unknown event" probes -e nothing
refused 2 "too much" probes now
refused 2 "too much" check everything

for command in record probes check; do
	"$netrec" $command --help >"$tmp/out" 2>&1 || fail "$command --help fails"
	grep -q '^Example' "$tmp/out" || fail "$command --help has no example"
done

# Whatever record --help lists is in the manual and in the completion.
for option in $("$netrec" record --help | grep -o -- '--[a-z-]*' | sort -u); do
	[ "$option" = -- ] && continue
	grep -q -- "Fl -${option#--}" "$source/recorder/netrec.1" || [ "$option" = --help ] ||
		fail "$option is not in netrec.1"
	grep -q -- "$option" "$source/recorder/netrec.bash-completion" || fail "$option is not completed"
done
for profile in $(sed -n 's/^PROFILE(\([a-z]*\),.*/\1/p' "$source/recorder/profiles.def"); do
	for text in netrec.1 netrec.bash-completion options.c; do
		grep -q "$profile" "$source/recorder/$text" || fail "profile $profile is not in $text"
	done
done
"$netrec" --version | grep -q '^netrec [0-9]' || fail "--version"

# The plan needs no rights; its JSON is JSON, one object per probe.
"$netrec" probes -p drops >"$tmp/out" || fail "probes: $(cat "$tmp/out")"
grep -q '^kfree_skb .* planned .* tp_btf' "$tmp/out" || fail "probes: $(cat "$tmp/out")"
grep -q '^netif_rx .* not wanted' "$tmp/out" || fail "probes: $(cat "$tmp/out")"
"$netrec" probes --json >"$tmp/out" || fail "probes --json"
if command -v sqlite3 >/dev/null; then
	n=$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$tmp/out')) WHERE json_extract(value, '\$.probe') <> ''")
	same "probes in JSON" "$(($("$netrec" probes | wc -l) - 1))" "$n"
fi

# Without root nothing is possible, and that is said; a copy, because the build may be out of reach for others.
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$tmp"
	cp "$netrec" "$tmp/program"
	as_nobody() {
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	}
	for what in record "probes --try"; do
		as_nobody "$tmp/program" $what >"$tmp/out" 2>&1
		same "status of $what without rights" 4 $?
		grep -q 'needs root' "$tmp/out" || fail "$what without rights: $(cat "$tmp/out")"
	done
	as_nobody "$tmp/program" check >"$tmp/out" 2>&1
	same "status of check without rights" 4 $?
	grep -q '^privilege  *missing  *run as root' "$tmp/out" || fail "check without rights: $(cat "$tmp/out")"
	ls "$tmp" | grep -q 'nrec$' && fail "something was created without rights"
else
	"$netrec" record >"$tmp/out" 2>&1
	same "status of record without rights" 4 $?
	skip "the rest needs root"
fi

need_recording

# A kernel without type information, and one that is locked down: as netrec would find them.
hidden() {
	unshare -m sh -c "$1"' && shift && exec "$@"' sh "$@"
}
hidden "mount --bind /dev/null /sys/kernel/btf/vmlinux" "$netrec" record >"$tmp/out" 2>&1
same "status without type information" 4 $?
grep -q 'no type information.*CONFIG_DEBUG_INFO_BTF' "$tmp/out" || fail "without type information: $(cat "$tmp/out")"
lock="mount -t tmpfs none /sys/kernel/security && echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown"
hidden "$lock" "$netrec" record >"$tmp/out" 2>&1
same "status when locked down" 4 $?
grep -q 'locked down to confidentiality.*lockdown=integrity' "$tmp/out" || fail "locked down: $(cat "$tmp/out")"
hidden "$lock" "$netrec" check >"$tmp/out" 2>&1
same "status of check when locked down" 4 $?
grep -q '^lockdown  *missing' "$tmp/out" || fail "check when locked down: $(cat "$tmp/out")"

refused 2 "no such program; nothing was recorded" record -- /nonexistent/program
refused 2 "no such program" record -- no-such-program-anywhere
mkdir "$tmp/exists"
refused 3 "exists; give another name" record -o "$tmp/exists"
refused 3 "No such file or directory" record -o "$tmp/no/such/dir"

# A command that does not want to end does not hold up the recording.
"$netrec" record -q -e tcp -t 200ms -o "$tmp/b.nrec" -- sh -c 'trap "" TERM; sleep 4' >"$tmp/out" 2>&1
same "status with a stubborn command" 0 $?
grep -q 'does not end; it is left running' "$tmp/out" || fail "a stubborn command: $(cat "$tmp/out")"

# What a command did is reported, and ends the recording.
"$netrec" record -e tcp -o "$tmp/a.nrec" -- sh -c 'exit 7' >"$tmp/out" 2>&1
same "status with a failing command" 0 $?
grep -q 'sh: exited with status 7' "$tmp/out" || fail "the command's status is not told: $(cat "$tmp/out")"
grep -q 'a.nrec: [0-9]* events in .* 0 lost' "$tmp/out" || fail "no summary: $(cat "$tmp/out")"
same "mode of the trace" "700 600" "$(stat -c %a "$tmp/a.nrec" "$tmp/a.nrec/000000.nrs" | paste -sd' ')"

# While it records, no thread of it keeps more than CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN.
"$netrec" record -q -e tcp -t 2s -o "$tmp/c.nrec" &
recorder=$!
sleep 1.2
same "capabilities of its threads" "0000000000281000" \
	"$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/$recorder/task/*/status | sort -u)"
same "its threads" 3 "$(ls /proc/$recorder/task | wc -l)"
wait $recorder

# On a terminal it says how it goes.
if command -v script >/dev/null; then
	script -qec "$netrec record -e tcp -t 2500ms -o $tmp/d.nrec" /dev/null >"$tmp/out" </dev/null
	grep -q '1 s  [0-9]* events/s  0 lost  [0-9.]* .*B  [0-9.]* % of a CPU' "$tmp/out" ||
		fail "no status line on a terminal: $(cat "$tmp/out")"
fi

# SIGTERM and SIGINT end it cleanly, and the default name says when.
for signal in TERM INT; do
	"$netrec" record -q -e tcp >"$tmp/out" 2>&1 &
	sleep 1.5
	kill -$signal $!
	wait $!
	same "status after SIG$signal" 0 $?
	ls -d "$tmp"/netrec-2*-*.nrec/000000.nrs >/dev/null 2>&1 || fail "no closed trace by default name: $(ls "$tmp")"
	rm -rf "$tmp"/netrec-2*.nrec
done
