#!/bin/sh
# Runs each given test (a program or a .sh script) and prints `N passed, N failed, N skipped`.
# A test passes with status 0, is skipped with 77 (its last line says why), fails with any other.
# TEST_TIMEOUT: seconds a test may take (300).
set -u
: "${TEST_TIMEOUT:=300}"
cd "$(dirname "$0")/.." || exit 1
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0
for t in "$@"; do
	case $t in
	*.sh) set -- timeout -k 5 "$TEST_TIMEOUT" sh "$t" ;;
	*) set -- timeout -k 5 "$TEST_TIMEOUT" "$t" ;;
	esac
	"$@" >"$log" 2>&1 </dev/null
	status=$?
	case $status in
	0) passed=$((passed + 1)); echo "ok    $t" ;;
	77) skipped=$((skipped + 1)); echo "skip  $t: $(tail -n 1 "$log")" ;;
	*)
		failed=$((failed + 1))
		[ $status = 124 ] && echo "(took longer than $TEST_TIMEOUT s)" >>"$log"
		echo "FAIL  $t (status $status)"
		tail -n 40 "$log" | sed 's/^/      /'
		;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
