-- symptom_text(id): what happened to packets.
SELECT CASE WHEN to_stage = 66
	THEN printf('%d TCP requests answered late, held up for up to %s', packets, duration_text(max_ns))
	ELSE CASE kind WHEN 'lost' THEN printf('%d dropped (%s in %s)', packets, reason, place)
	WHEN 'closed' THEN printf('%d times the window of a TCP connection was closed', packets)
	WHEN 'late' THEN printf('%d late, up to %s from %s to %s', packets, duration_text(max_ns),
		stage_text(from_stage), stage_text(to_stage))
	ELSE printf('%d slow, up to %s from %s to %s', packets, duration_text(max_ns), stage_text(from_stage),
		stage_text(to_stage)) END END
FROM symptom WHERE id = ?1
