#!/bin/sh
# Every labelled recording gets its label, and no clean one a finding: tests/causes.sh.
exec sh tests/causes.sh
