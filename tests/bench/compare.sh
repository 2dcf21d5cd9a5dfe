#!/bin/sh
# Ends with 1 and says so when netrec adds more to a request than the baseline has: by over 3 %, and by more than the
# counting itself varies by.
#   compare.sh BASELINE.json RESULT.json      as requests.sh leaves them; what only one of them has is not compared
set -eu
sqlite3 -batch :memory: "
	CREATE TABLE file AS SELECT readfile('$1') AS old, readfile('$2') AS new;
	CREATE TABLE figure AS
		SELECT n.value ->> 'what' AS what, f.value AS name, o.value ->> f.value AS was, n.value ->> f.value AS is_now
		FROM file, json_each(new, '\$.rows') AS n, json_each('[\"added\", \"recorder\", \"programs\"]') AS f
		JOIN json_each(old, '\$.rows') AS o ON o.value ->> 'what' = n.value ->> 'what'
		WHERE n.value ->> 'what' LIKE '-%';
	SELECT 'No figure to compare in $1.' WHERE NOT EXISTS (SELECT * FROM figure);
	SELECT printf('RISEN: %s: %s %d, in the baseline %d (+%.1f %%); of kernel %s, the baseline of %s', what, name, is_now,
		was, 100.0 * (is_now - was) / was, new ->> 'kernel', old ->> 'kernel')
		FROM figure, file WHERE is_now > max(was, 0) * 1.03 + ${SLACK:-200};" >"$2.compared"
cat "$2.compared"
! [ -s "$2.compared" ]
