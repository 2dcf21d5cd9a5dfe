#!/bin/sh
# Judges what the demo compares.
#   agree.sh HIDDEN COMPARISON      COMPARISON: a file of lines `what: kernel N, netrec N`
# HIDDEN 0: the kernel showed netrec all, so that each pair must be the same. Otherwise it keeps threads of its own from
# BPF, and the packets of the interrupts above them with it: how many those are is a matter of what else the machine does,
# so the difference is printed and passes. But netrec never counts more than there was, and not nothing of a hundred.
hidden=$1
sed -n 's/.*kernel \([0-9]*\), netrec \([0-9]*\)$/\1 \2/p' "$2" | awk -v hidden="$hidden" '
	$1 != $2 { differ++; lacking += $1 - $2 }
	$2 > $1 || ($1 >= 100 && !$2) { wrong++ }
	END {
		if (!NR) { print "Nothing was compared."; exit 1 }
		if (!differ) { print "All " NR " agree."; exit }
		print differ " of " NR " differ."
		if (hidden && !wrong)
			print "This kernel keeps threads of its own from BPF (see \"What was not seen?\"): netrec lacks " \
				lacking " of what came while they ran."
		exit !hidden || wrong
	}'
