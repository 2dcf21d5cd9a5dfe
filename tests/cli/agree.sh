#!/bin/sh
# The demo's verdict: exact where the kernel shows all, and never more than the kernel counted anywhere.
set -u
cd "$(dirname "$0")/../.." || exit 1
comparison=$(mktemp) || exit 1
trap 'rm -f "$comparison"' EXIT
failed=0

# judged STATUS HIDDEN KERNEL NETREC [KERNEL NETREC…]: how it ends on these pairs.
judged() {
	want=$1 hidden=$2
	shift 2
	while [ $# -gt 0 ]; do
		echo "ns|eth0 rx packets: kernel $1, netrec $2"
		shift 2
	done >"$comparison"
	tests/agree.sh "$hidden" "$comparison" >/dev/null
	status=$?
	[ $status = "$want" ] || { failed=1; echo "HIDDEN $hidden, $(xargs <"$comparison"): status $status, not $want"; }
}

judged 0 0 5197 5197 3 3
judged 1 0 5197 5196 3 3 # a kernel that shows all is judged exactly
judged 1 0 5197 5198
judged 0 2 5197 5143 3 3 # hidden threads: 1 % and more may be theirs, how much depends on the machine
judged 0 2 5197 4000 3 0
judged 0 2 0 0
judged 1 2 5197 5198 3 3 # but never more than there was
judged 1 2 5197 0 # and all of it is no thread's doing
judged 1 0
judged 1 2
[ $failed = 0 ] && echo "judged as it should be"
exit $failed
