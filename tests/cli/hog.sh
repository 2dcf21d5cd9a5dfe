#!/bin/sh
# The hog of the lab ends by itself, in the midst of a burst, too: at a real-time priority nothing on its CPU could end it.
set -u
cd "$(dirname "$0")/../.." || exit 1
said=$(build/tests/traffic hog 60000 0 1) || exit 1
spun=${said#hog spun_ns }
[ "$spun" -gt 0 ] && [ "$spun" -lt 10000000000 ] || { echo "in 1 s of a burst of 60 s it burned $spun ns"; exit 1; }

# The guard of a scenario comes to its turn beside any hog, and what it starts has no class like that.
if [ "$(id -u)" = 0 ]; then
	guard=$(sed -n 's/^\t\(.*timeout.*\) bash .*/\1/p' tests/lab/inside/run)
	classes=$(eval "$guard" sh -c "'chrt -p \$PPID; chrt -p \$\$'" | sed -n 's/.* policy: //p' | tr '\n' ' ')
	case $classes in "SCHED_FIFO"*" SCHED_OTHER ") ;; *) echo "guard and scenario are of the classes $classes"; exit 1 ;; esac
fi
echo "ends by itself"
