#!/bin/sh
# Bad input to netanalyze: each gets the documented exit status, a sentence on stderr that names the thing, and nothing
# on stdout.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=$(realpath "${NETANALYZE:-build/netanalyze}") make_trace=$(realpath "${MAKE_TRACE:-build/tests/cli/make_trace}")
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TZ=UTC
failed=0
cd "$dir" || exit 1
"$make_trace" web.nrec || exit 1

# refuse STATUS WORDS ARGUMENT…: netanalyze ARGUMENT… exits with STATUS and says WORDS.
refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" "$@" >out 2>err
	got=$?
	if [ $got != "$status" ] || ! grep -qF -- "$words" err || [ -s out ]; then
		echo "netanalyze $*: exit status $got (expected $status), and it should say '$words'; it says:"
		cat err out
		failed=1
	fi
}

# Usage.
refuse 2 "did you mean 'show'" shwo
refuse 2 "did you mean '--interval'" show drops web.nrec --intervall 1
refuse 2 "unknown option '-x'" show drops web.nrec -x
refuse 2 "'--top' needs a value" show drops web.nrec --top
refuse 2 "'--json' takes no value" show drops web.nrec --json=yes
refuse 2 "did you mean 'drops'" show dropps web.nrec
refuse 2 "needs a recording" show drops
refuse 2 "needs a recording" report
refuse 2 "needs a recording" info
refuse 2 "text, md, html or json" report web.nrec --format pdf
refuse 2 "--top takes a whole number" show drops web.nrec --top -1
refuse 2 "--top takes a whole number" show drops web.nrec --top 5x
refuse 2 "--interval takes" show drops web.nrec --interval 0
refuse 2 "whole multiples of 1 s" show drops web.nrec --interval 0.5
refuse 2 "has no --interval" show packets web.nrec --interval 1
refuse 2 "--from: 'yesterday' is no time" show drops web.nrec --from yesterday
refuse 2 "--to: '25:99' is no time" show drops web.nrec --to 25:99
refuse 2 "nothing lies between" show drops web.nrec --from 2 --to 1
refuse 2 "nothing lies between" show drops web.nrec --from 100
refuse 2 "bad filter 'tcp prot 80'" show drops web.nrec 'tcp prot 80'
refuse 2 "MAC address" show tcp web.nrec 'ether host 00:11:22:33:44:55'
refuse 2 "MAC address" show conntrack web.nrec 'ether host 00:11:22:33:44:55'
refuse 2 "payload" show packets web.nrec 'tcp[20] == 1'
refuse 2 "put the filter in quotes" show packets web.nrec tcp port 80
refuse 2 "a filter means nothing" show offcpu web.nrec tcp

# Files.
: >empty.nrs
mkdir empty.nrec
echo "just a text, longer than a block header of this format, so that there is something to look at" >foreign
head -c $(($(stat -c %s web.nrec/000000.nrs) * 3 / 4)) web.nrec/000000.nrs >cut.nrs # inside a block of rows
cp -r web.nrec newer.nrec && "$make_trace" --newer newer.nrec/000000.nrs || exit 1
"$netanalyze" analyze web.nrec -o web.db >/dev/null && cp web.db newer.db && sqlite3 newer.db 'PRAGMA user_version = 99' || exit 1
sqlite3 other.db 'CREATE TABLE t(a); INSERT INTO t VALUES(1)'
refuse 3 "nothere.nrec" nothere.nrec
refuse 3 "nothere.nrec" verify nothere.nrec
for command in report info verify 'show drops' replay; do
	refuse 3 "foreign" $command foreign
	refuse 3 "empty.nrs" $command empty.nrs
	refuse 3 "empty.nrec" $command empty.nrec
	refuse 4 "newer" $command newer.nrec
done
refuse 4 "newer netanalyze" report newer.db
refuse 3 "not one that netanalyze made" report other.db
refuse 2 "is a database" info web.db
refuse 2 "header field" show drop-events web.db 'ip[2:2] > 100'
refuse 2 "length of the packet" show tcp web.nrec 'greater 100'
refuse 2 "keeps no flows" show drops web.db tcp
refuse 2 "is a database" report web.db web.nrec
refuse 3 "exists" report web.nrec -o web.db
refuse 3 "cannot write" report web.nrec -o nosuchdir/report.html
echo precious >report.html
refuse 3 "foreign" report foreign -o report.html --force
grep -q precious report.html && [ -z "$(ls | grep "\.tmp\$")" ] || { echo "a failed report replaced an earlier one"; failed=1; }
[ "$(sqlite3 web.db 'PRAGMA user_version')" -gt 0 ] || { echo "web.db was overwritten"; failed=1; }

# Output that cannot be written is not silently lost.
"$netanalyze" report web.db >/dev/full 2>err
[ $? = 3 ] && grep -q "could not write" err || { echo "a full disk goes unnoticed: $(cat err)"; failed=1; }

# Damage: what is there is still shown, verify says where and exits with 3.
refuse_verify() {
	"$netanalyze" verify "$1" >out 2>err
	[ $? = 3 ] && grep -q "$2" out || { echo "verify $1 does not say '$2': $(cat out err)"; failed=1; }
}
refuse_verify cut.nrs "the file ends inside a block"
"$netanalyze" info cut.nrs | grep -q 'no: the recorder was killed' || { echo "info cut.nrs does not say that it is unfinished"; failed=1; }
cp -r web.nrec flip.nrec
at=$(($(stat -c %s flip.nrec/000000.nrs) * 3 / 4)) # inside a block of rows
byte=$(od -An -tu1 -j$at -N1 flip.nrec/000000.nrs)
printf "\\$(printf %03o $((byte ^ 255)))" | dd of=flip.nrec/000000.nrs bs=1 seek=$at conv=notrunc status=none
refuse_verify flip.nrec "is damaged: "
"$netanalyze" report flip.nrec >out 2>err || { echo "report flip.nrec: $(cat err)"; failed=1; }
grep -q "lower bounds\|could not be used\|missing" out || { echo "the report of a damaged recording does not say so"; failed=1; }

# A recording that was killed is not damaged: 0, and it is said.
"$make_trace" --killed killed.nrec || exit 1
"$netanalyze" verify killed.nrec >out 2>err || { echo "verify killed.nrec: exit status $?"; cat out err; failed=1; }
grep -q "has no end" out || { echo "verify killed.nrec does not say that it has no end"; failed=1; }
"$netanalyze" killed.nrec | grep -q "killed" || { echo "the report of a killed recording does not say so"; failed=1; }

# Names from a recording cannot send commands to the terminal.
if "$netanalyze" show sched web.nrec --top 0 | grep -q "$(printf '\033')"; then
	echo "an escape character of a thread name reaches the terminal"
	failed=1
fi
"$netanalyze" show sched web.nrec --top 0 | grep -qF 'evil?[2Jname' || { echo "the odd thread name is not shown"; failed=1; }

# What is written to stays what it is: a pipe, a device, what a symbolic link leads to.
complain() {
	echo "$*"
	failed=1
}
mkfifo pipe && ln -s real link && echo old >real
cat pipe >piped &
"$netanalyze" report web.nrec --format md -o pipe 2>err || complain "report -o pipe: $(cat err)"
wait
"$netanalyze" report web.nrec --format md | cmp - piped || complain "what comes out of the pipe is not the report"
[ -p pipe ] || complain "the pipe is none any more"
refuse 3 "pipe is no database" analyze web.nrec -o pipe --force
mkdir folder && refuse 2 "folder: it is not a regular file" report web.nrec -o folder --force
"$netanalyze" report web.nrec --format md -o link --force 2>err || complain "report -o link: $(cat err)"
[ -L link ] && cmp -s real piped || complain "the link is none any more, or leads to something else"
if mknod full c 1 7 2>err; then
	"$netanalyze" report web.nrec -o full 2>err && complain "a full device is none"
	grep -q 'could not write full' err && [ -c full ] || complain "-o full: $(cat err)"
fi
exit $failed
