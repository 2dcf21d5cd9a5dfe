# scratch.sh: a folder of its own for a test of netanalyze's command line, and how the test fails. Sourced first, by
# `. "$(dirname "$0")/../scratch.sh"`: sets netanalyze, root (the checkout) and dir (the folder, which goes at the end),
# and enters dir. The test ends with `exit $failed`.
set -u
root=$(realpath "$(dirname "$0")/../..") || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TZ=UTC NO_COLOR=1
failed=0

fail() {
	echo "$*"
	failed=1
}

# program PATH: a program under test, from wherever the test stands. PATH: absolute, or from the checkout.
program() {
	(cd "$root" && realpath "$1")
}

netanalyze=$(program "${NETANALYZE:-build/netanalyze}")
cd "$dir" || exit 1
