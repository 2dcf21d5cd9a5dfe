#!/bin/sh
# What is told of threads that leave CPUs often is what the kernel's own account says: time on CPUs, time in the run
# queue, how often. The same by the one program that does both and by each alone. Short waits between do not make long ones
# longer. Of threads that come and go by the thousand, none is missing that is not counted.
. tests/live/lib
need_recording
switches=$(dirname "$count")/switches

# sum TID RECORD FIELD: over the records of the thread; n TID RECORD: how many
sum() { awk -v tid="tid=$1" -v type="$2" -v field="$3=" '$1 == type { for (i = 2; i <= NF; i++) if ($i == tid) mine = 1
	if (mine) for (i = 2; i <= NF; i++) if (index($i, field) == 1) s += substr($i, length(field) + 1); mine = 0 }
	END { printf "%.0f\n", s }' "$tmp/rows"; }
n() { rows "$tmp/rows" "^$2 " " tid=$1 "; }

# near WHAT SEEN KERNEL'S SHARE NS: within that share of it and NS
near() {
	awk "BEGIN { d = $2 - $3; exit !(d * d <= ($3 * $4 + $5) ^ 2) }" || fail "$1: seen $2, the kernel says $3"
	echo "$1: $2 of $3"
}

# record EVENTS OPTION… -- COMMAND…: its output in $tmp/truth, the rows in $tmp/rows
record() {
	events=$1
	shift
	rm -rf "$tmp/t.nrec"
	${NETREC:-$netrec} record -q --ring 4M -e "$events" --comm switches -o "$tmp/t.nrec" "$@" >"$tmp/truth" 2>"$tmp/out" ||
		fail "netrec: $(cat "$tmp/out")"
	$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
	lost=$(rows "$tmp/rows" '^gap ')
	[ "$lost" = 0 ] || fail "$lost gaps with $events"
}

same_waits() {
	near "$2: times off the CPU" "$(n "$1" offcpu)" "$5" 0 5
	# waking a thread takes its time, too, before it is in the queue
	near "$2: waits in the run queue" "$(sum "$1" offcpu runnable)" "$4" 0.1 $((1000000 + 4000 * $5))
}

same_runs() {
	near "$2: times on CPUs" "$(sum "$1" run slices)" $(($5 + 1)) 0 5
	# The kernel's account of a thread begins before it looks for one to run, ours when it has found this one: a
	# microsecond later where it looks on other CPUs, too.
	near "$2: time on CPUs" "$(sum "$1" run ran)" "$3" 0.05 $((500000 + 2000 * $5))
}

# agrees CHECKS EVENTS OPTION…: each check of each thread, in one of eight tries: where a hypervisor takes the CPU
# away, the kernel's clock of its queues stands still now and then, or jumps
agrees() {
	checks=$1
	shift
	rm -f "$tmp"/agreed.*
	for try in 1 2 3 4 5 6 7 8; do
		record "$@" -- $load
		while read -r tid name rest; do
			for check in $checks; do
				[ -e "$tmp/agreed.$name.$check" ] && continue
				($check $tid $name $rest) >"$tmp/said.$name.$check" && mv "$tmp/said.$name.$check" "$tmp/agreed.$name.$check"
			done
		done <"$tmp/truth"
		ls "$tmp"/said.* >"$tmp/null" 2>&1 || break
	done
	cat "$tmp"/agreed.*
	[ $try -lt 8 ] || ! ls "$tmp"/said.* >"$tmp/null" 2>&1 || fail "with $1 on CPU $cpus: $(cat "$tmp"/said.*)"
}

# long_waits ROUNDS: as many as there were, ended by the thread that answered
long_waits() {
	asks=$(awk '$2 == "asks" { print $1 }' "$tmp/truth")
	answers=$(awk '$2 == "answers" { print $1 }' "$tmp/truth")
	ms='[1-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]*' # at least one
	n=$(rows "$tmp/rows" '^offcpu ' " tid=$asks " " waker=$answers " " blocked=$ms ")
	# more when the thread that is to answer had to wait for a CPU
	[ "$n" -ge $(($1 / 10 * 19 / 20)) ] && [ "$n" -le $(($1 / 5)) ] ||
		fail "$n waits for an answer were long, not $(($1 / 10))"
	echo "long waits for the answer: $n"
}

for cpus in 0 "0-$(($(nproc) - 1))"; do
	load="taskset -c $cpus $switches pairs 2000"
	agrees "same_waits same_runs" offcpu,run --offcpu-min 1ns
	grep -q '^probe .* name=run .* status=1 .*detail=by.*sched_switch' "$tmp/rows" ||
		fail "run has a program of its own: $(grep 'name=run' "$tmp/rows")"
	long_waits 2000
	agrees same_waits offcpu --offcpu-min 1ns
	same "run records" 0 "$(rows "$tmp/rows" '^run ')"
	agrees same_runs run
	same "offcpu records" 0 "$(rows "$tmp/rows" '^offcpu ')"
	agrees same_runs offcpu,run # by far most waits are too short to be told
	long_waits 2000
done

# Where the kernel keeps threads of its own from BPF, a switch to one of them is not seen, nor that a process ended with it.
$netrec record -q -e thread -t 300ms -o "$tmp/h.nrec" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
hidden=$($count "$tmp/h.nrec" | sed -n 's/^config .*key=host.hidden_threads value=//p')
bomb() {
	record $1 -- "$switches" bomb 3000
	read -r pid ran children <"$tmp/truth" || fail "the load did not run"
	seen=$(sed -n 's/^run .* tgid=\([0-9]*\) .*/\1/p' "$tmp/rows" | sort -u | grep -vcx "$pid")
	[ "$seen" -ge $((children - (${hidden:-0} > 0 ? children / 300 : 0))) ] ||
		fail "of $children processes that ended at once, $seen have CPU time, and nothing is said of the others"
	seen=$(sed -n 's/^run .* ran=\([0-9]*\).*/\1/p' "$tmp/rows" | awk '{ s += $1 } END { printf "%.0f", s }')
}

# Where a hypervisor took the CPU away, the kernel's account of the time is another one, so one of four tries is to agree.
for events in run offcpu,run; do
	for try in 1 2 3 4; do
		bomb $events
		(near "CPU time of $children processes" "$seen" "$ran" 0.05 1000000) && break
		[ $try -lt 4 ] || fail "in none of four tries"
	done
done
