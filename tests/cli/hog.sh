#!/bin/sh
# The hog of the lab ends by itself, in the midst of a burst, too: at a real-time priority nothing on its CPU could end it.
set -u
cd "$(dirname "$0")/../.." || exit 1
said=$(build/tests/traffic hog 60000 0 1) || exit 1
spun=${said#hog spun_ns }
[ "$spun" -gt 0 ] && [ "$spun" -lt 10000000000 ] || { echo "in 1 s of a burst of 60 s it burned $spun ns"; exit 1; }
echo "ends by itself"
