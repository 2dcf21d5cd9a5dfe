-- monitor_class_text(class): what became of an echo request that a monitor counts, in words (monitor_outcome.class).
SELECT CASE ?1 WHEN 'lost here' THEN 'lost here' WHEN 'late' THEN 'answered late here'
	WHEN 'late beyond' THEN 'answered late' WHEN 'left' THEN 'left this host and nothing came back'
	WHEN 'in time' THEN 'answered in time as far as this host saw' WHEN 'not seen' THEN 'not seen on this host'
	WHEN 'outside' THEN 'outside of the recording' ELSE 'not known' END
