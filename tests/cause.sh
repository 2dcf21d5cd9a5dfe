# cause.sh: which cause a scenario of the lab injects, and which one netanalyze finds. Sourced by the judges of recordings,
# those of the lab and those that are kept; $netanalyze is the program under test.
#
# A recording is called as its scenario; what was recorded in the guest meanwhile is SCENARIO.guest.

# injected NAME: the `cause` of its scenario, or the `guest_cause`; `none` of a clean one; several in the order of what they
# do. Fails when it does not say.
injected() {
	bash -c '. "tests/lab/scenarios/${1%.guest}" && [ "$1" = "${1%.guest}" ] || cause=${guest_cause:-}; [ -n "${cause:-}" ] && echo "$cause"' - "$1"
}

# recordings: those that are kept and have a label: of tests/causes, and samples that are a scenario's.
recordings() {
	for f in tests/causes/*.nrs samples/*.nrec; do
		[ ! -e "tests/lab/scenarios/$(scenario_of "$f")" ] || echo "$f"
	done
}

# name_of FILE, scenario_of FILE: of a recording.
name_of() {
	basename "$1" | sed 's/\.nr[a-z]*$//'
}

scenario_of() {
	name_of "$1" | sed 's/\.guest$//'
}

# file_of NAME: the one segment of a recording.
file_of() {
	ls "tests/causes/$1.nrs" "samples/$1.nrec/000000.nrs" 2>/dev/null
}

# found DATABASE COUNT: so many causes of findings above info, in the order of their rank, or `none`; behind it, of the first,
# the share of the trouble in % and how sure it is, with | between. Fails when they cannot be had.
found() {
	"$netanalyze" show findings "$1" --json --top 1000 >"$1.findings" || return
	sqlite3 :memory: "WITH f AS (SELECT json_extract(value, '\$.cause') AS cause, json_extract(value, '\$.rank') AS rank,
			100 * json_extract(value, '\$.share') AS share, json_extract(value, '\$.confidence') AS sure
		FROM json_each(readfile('$1.findings'), '\$.rows') WHERE json_extract(value, '\$.severity') <> 'info')
		SELECT coalesce((SELECT group_concat(cause, ' ') FROM (SELECT cause FROM f GROUP BY cause ORDER BY min(rank) LIMIT $2)),
			'none'), (SELECT CAST(round(share) AS INTEGER) FROM f ORDER BY rank LIMIT 1),
			(SELECT round(sure, 2) FROM f ORDER BY rank LIMIT 1)
		WHERE json_type(readfile('$1.findings'), '\$.rows') = 'array'" | grep .
}
