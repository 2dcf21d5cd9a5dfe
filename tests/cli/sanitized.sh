#!/bin/sh
# The tests of netanalyze's command line again with the sanitizer build: leaks, overflows and undefined behaviour in
# views, reports, cuts, anonymizing and error paths.
cd "$(dirname "$0")/../.." || exit 1
if [ ! -x build/san/netanalyze ] || [ ! -x build/san/tests/cli/make_trace ]; then
	echo "there is no sanitizer build here; make check makes it"
	exit 77
fi
if [ build/san/netanalyze -ot build/netanalyze ]; then
	echo "the sanitizer build is older than the other; make check makes both"
	exit 77
fi
export NETANALYZE=build/san/netanalyze MAKE_TRACE=build/san/tests/cli/make_trace
sh tests/cli/golden.sh && sh tests/cli/badinput.sh && sh tests/cli/cut.sh --hostile &&
	sh tests/cli/anonymize.sh --hostile
