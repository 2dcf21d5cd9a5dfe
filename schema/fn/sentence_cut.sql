-- sentence_cut(): which part of which recording is this, and was it anonymized? NULL: neither.
SELECT nullif(trim(coalesce(CASE WHEN config_value('cut.of') IS NOT NULL AND (config_value('cut.anonymized') IS NULL
		OR coalesce(config_value('cut.complete'), 'no') <> 'yes')
	THEN printf('This is a part of recording %s%s%s.', config_value('cut.of'),
		coalesce(' from ' || clock_text(wall(CAST(config_value('cut.from_ns') AS INTEGER))), ''),
		coalesce(' to ' || clock_text(wall(CAST(config_value('cut.to_ns') AS INTEGER))), '')) END, '')
	|| CASE WHEN config_value('cut.anonymized') IS NOT NULL
		THEN ' Names and addresses in this recording stand for others: it was anonymized.' ELSE '' END), '')
