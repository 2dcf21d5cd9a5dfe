#!/bin/sh
# How often `netanalyze compare` is wrong and what it finds is what tests/COMPARE.md says: tests/power.sh.
exec sh tests/power.sh
