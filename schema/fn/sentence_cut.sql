-- sentence_cut(): which part of which recording is this? NULL: it was not cut.
SELECT printf('This is a part of recording %s%s%s.', config_value('cut.of'),
	coalesce(' from ' || clock_text(wall(CAST(config_value('cut.from_ns') AS INTEGER))), ''),
	coalesce(' to ' || clock_text(wall(CAST(config_value('cut.to_ns') AS INTEGER))), ''))
WHERE config_value('cut.of') IS NOT NULL
