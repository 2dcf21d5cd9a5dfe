-- probes: What was observed by which probe, and what was not, and why?
-- none: the recording does not say which probes it had
SELECT p.name AS probe, enum_text('probe_status', p.status) AS status, nullif(p.method, '') AS method,
	record_name(p.type) AS record,
	CASE WHEN p.stage > 0 THEN stage_text(p.stage) END AS stage, p.detail FROM probe AS p ORDER BY p.status = 0,
		p.id;
