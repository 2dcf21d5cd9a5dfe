#!/bin/sh
# Prints a C file that holds the given .sql files as sql_files[], named by their path below a schema/.
set -eu
echo '#include "analyzer/store/sql.h"'
n=0
for f in "$@"; do
	printf 'extern const char sql_%d[];\n' $n
	printf '__asm__(".pushsection .rodata\\nsql_%d: .incbin \\"%s\\"\\n.byte 0\\n.popsection\\n");\n' $n "$f"
	n=$((n + 1))
done
echo 'const struct sql_file sql_files[] = {'
n=0
for f in "$@"; do
	printf '\t{ "%s", sql_%d },\n' "${f##*schema/}" $n
	n=$((n + 1))
done
echo '	{ 0, 0 },'
echo '};'
