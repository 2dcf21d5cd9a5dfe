-- What a monitor says of one echo request: an answer counts, whatever was said before, and the first one of several.
ON CONFLICT(ping, seq) DO UPDATE SET sent_ns = coalesce(sent_ns, excluded.sent_ns),
	answer_ns = coalesce(answer_ns, excluded.answer_ns), rtt_ns = coalesce(rtt_ns, excluded.rtt_ns),
	said = CASE WHEN 'answered' IN (said, excluded.said) THEN 'answered'
		WHEN excluded.said IN ('sent', 'no answer') THEN said ELSE excluded.said END;
