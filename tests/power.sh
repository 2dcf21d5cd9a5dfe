#!/bin/sh
# How often `netanalyze compare` is wrong, and what it finds: pairs of sides out of the seconds of the recordings in
# tests/causes and samples, that are the same but for what is put in (tests/power/power.c).
#
#   power.sh            some pairs out of the samples; status 1 when tests/COMPARE.md says otherwise of them, or has
#                       more wrong verdicts than are allowed
#   power.sh --write    all pairs out of all recordings, too: writes tests/COMPARE.md; takes minutes
#   power.sh --short    writes only what the first one makes
#
# NETANALYZE, POWER: the programs under test. With --write, SEED: of what is drawn (1); PART: 1000, or more for more
# pairs.
set -u
cd "$(dirname "$0")/.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze} power=${POWER:-build/tests/power/power}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# keep FILE RECORDING…: a baseline of each.
keep() {
	file=$1
	shift
	for recording; do
		name=$(basename "$recording" | sed 's/\.nr[a-z]*$//')
		"$netanalyze" compare --save "$name" --baselines "$file" "$recording" >"$dir/out" || exit 1
	done
}

# section FILE: what stands below "## In short" there.
section() {
	sed -n '/^## In short/,$p' "$1"
}

keep "$dir/samples.db" samples/*.nrec
{
	printf '## In short\n\nFewer pairs, seed 1, out of the samples only. '
	"$power" "$dir/samples.db" 1 50 || exit 1
} >"$dir/short"

if [ "${1:-}" = --write ]; then
	seed=${SEED:-1}
	keep "$dir/all.db" samples/*.nrec tests/causes/*.nrs
	{
		cat <<-'END'
			# How often `netanalyze compare` is wrong, and what it finds

			Made by `make compare-power`. Both sides of a pair are drawn from one recording of `tests/causes/` or `samples/`:
			whole seconds, with all their metrics, in stretches of four on average (the stationary bootstrap). So they are the
			same but for chance, and how metrics and seconds hang together is that of real traffic. Half of the kinds have a
			shift of known size on the second side. Findings have no part in it: verdicts are those of the figures alone.

			**The same on both sides.** *p below 0.05*: of all figures that were compared, before p-values are adjusted; by
			chance it is 5 %. *judged*: what `compare` calls better or worse, of all metrics that it could compare, and of all
			pairs; adjusted p-values allow that any metric is in 5 of 100 pairs. Where latencies drift, those of each second
			are multiplied by a factor of about 1 ± 0.2, which is much like that of the second before (autoregressive).

			**A shift on the second side.** *found*: the adjusted p-value of that figure is below 0.05. *predicted*: how often
			that was to be expected, by what `compare` itself gives as the least change that it finds in 8 of 10 cases, were
			this the only one. *judged worse*: found, and of practical interest, for which a latency has to be longer by a
			quarter, and 20 us. With one recording of a side, a latency has to differ by more than recordings of the same thing
			do anyway, for which its logarithm is taken to vary by 0.5: that is found of a factor of five and more, so that
			none of these are. With three, it is seen how much they differ.

			**Recorded apart.** What seconds of one recording cannot show is how much recordings differ. Of the lab there are
			52 pairs of recordings of one scenario each with the same findings and as many packets, made on other days and by
			other versions; 29 of them are of clean runs. By their windows alone, 20 % (P99) to 36 % (P50, machines of another
			speed) of their latencies differed at 5 %, 6 % of all metrics were judged better or worse, and 7 of the clean pairs as
			a whole. With the component of 0.5 it is 6 % of the latencies, 1 % of the metrics, and none of the clean pairs as a
			whole.

		END
		printf '## All recordings\n\nSeed %s, ' "$seed"
		"$power" "$dir/all.db" "$seed" "${PART:-1000}" || exit 1
		echo
		cat "$dir/short"
	} >"$dir/document"
	cp "$dir/document" tests/COMPARE.md || exit 1
fi

if [ "${1:-}" = --short ]; then
	{
		sed '/^## In short/,$d' tests/COMPARE.md
		cat "$dir/short"
	} >"$dir/document"
	cp "$dir/document" tests/COMPARE.md || exit 1
fi

status=0
complain() {
	echo "$*"
	status=1
}

cat "$dir/short"
section tests/COMPARE.md | diff - "$dir/short" ||
	complain "tests/COMPARE.md is not what is found: make compare-power writes it, tests/power.sh --short this part"

# Of all recordings: at most 2 % of metrics are judged wrongly, and 5 % of the pairs without a drift; and what is found is
# no less than what was predicted, but for chance.
sed '/^## In short/,$d' tests/COMPARE.md | awk -F '|' '
	/ × [0-9]+ \|/ && ! / (packet-time|dropped) / {
		same++
		if ($7 + 0 > 2) { print "too many wrong verdicts:" $0; bad = 1 }
		if ($8 + 0 > 5 && !/drift/) { print "too many pairs judged wrongly:" $0; bad = 1 }
	}
	/ (packet-time|dropped) / {
		shifts++
		p = $7 / 100; n = $5
		if (n < 1 || $6 / 100 < p - 0.05 - 3 * sqrt(p * (1 - p) / n)) {
			print "less is found than predicted:" $0
			bad = 1
		}
	}
	END { if (same < 6 || shifts < 10) { print "tests/COMPARE.md lacks figures"; bad = 1 } exit bad }' || status=1
exit $status
