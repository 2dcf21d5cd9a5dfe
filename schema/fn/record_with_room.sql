-- record_with_room(): the command that records the same and loses less.
SELECT record_with('') || CASE WHEN EXISTS (SELECT 1 FROM gap WHERE why = 'left out to cost less')
		AND NOT EXISTS (SELECT 1 FROM gap WHERE lost > 0)
		THEN ' (without --max-overhead, which left records out)'
	ELSE ' --ring 32M (more room between kernel and netrec)' END
