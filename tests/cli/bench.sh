#!/bin/sh
# The comparison with the baseline of make bench-lab: a figure that rose by more than 3 % fails, one that fell or that
# is of another recorder does not, and a result of which nothing is in the baseline is no success.
set -u
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail() {
	echo "$1"
	exit 1
}

# result HOST PERF: what requests.sh would leave.
result() {
	echo "{\"kernel\": \"6.1\", \"base\": 44000, \"rows\": [
		{\"what\": \"-p host\", \"added\": $1, \"recorder\": 10000, \"programs\": 16000},
		{\"what\": \"perf record\", \"added\": $2, \"recorder\": 1, \"programs\": 1}]}" >"$dir/$3"
}
compare() { sh tests/bench/compare.sh "$dir/old" "$dir/new" >"$dir/out" 2>&1; }

result 26000 40000 old
result 26700 80000 new
compare || fail "2.7 % more, or more of another recorder, is taken for a rise: $(cat "$dir/out")"
result 20000 40000 new
compare || fail "less is taken for a rise: $(cat "$dir/out")"
result 27000 40000 new
compare && fail "3.8 % more pass"
grep -q '^RISEN: -p host: added 27000, in the baseline 26000 (+3.8 %)' "$dir/out" || fail "it says: $(cat "$dir/out")"
result -120 40000 old
result 150 40000 new
compare || fail "next to nothing is taken for a rise: $(cat "$dir/out")"
echo '{"kernel": "6.1", "base": 44000, "rows": []}' >"$dir/new"
compare && fail "a result without a figure passes"
echo '{"kernel": ' >"$dir/new"
compare && fail "half a result passes"

# Each profile, and each group of probes of which the profile host is made, has its figure in the baseline.
baseline=tests/bench/baseline.json
for what in $(build/netrec record --help | sed -n 's/(default)//; s/,//g; s/.*what to record: //p'); do
	grep -q "\"what\": \"-p $what\"" $baseline || fail "the baseline has no -p $what: UPDATE=1 make bench-lab"
done
while read -r group; do
	grep -q "\"what\": \"-e $group\"" $baseline || fail "the baseline has no -e $group: UPDATE=1 make bench-lab"
	build/netrec probes -e "$group" >/dev/null 2>"$dir/err" || fail "tests/bench/groups: $(cat "$dir/err")"
done <tests/bench/groups
