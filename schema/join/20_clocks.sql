-- clocks: How far are their clocks apart?
WITH line AS (
	SELECT c.*, s.label, h.label AS other, duration_text(abs(offset_ns)) || CASE WHEN offset_ns < 0 THEN ' behind'
			ELSE ' ahead of' END AS far,
		abs((s.real_ns - s.first_ns + offset_ns) - (h.real_ns - h.first_ns)) AS of_day_ns
	FROM clock_line AS c JOIN side AS s USING (side) JOIN side AS h ON h.side = 0 WHERE c.side > 0)
SELECT CASE
	WHEN offset_ns IS NULL THEN printf('CANNOT TELL how the clock of %s goes with that of %s, nor what became of '
		|| 'what went from one to the other: %s', label, other, why)
	WHEN error_ns IS NULL THEN printf('The clock of %s is at %s %s that of %s: no packet arrives before it is '
		|| 'sent, of %d that went %s. Too few went the other way to tell by how much less or more. Times from '
		|| 'the one to the other are what packets took longer than the quickest.', label,
		CASE WHEN (there > back) = (offset_ns >= 0) THEN 'most' ELSE 'least' END, far, other, max(there, back),
		CASE WHEN there > back THEN 'there' ELSE 'back' END)
	ELSE printf('The clock of %s is %s that of %s, at most %s off that: no packet arrives before it is sent, of '
		|| '%d that went there and %d that came back.%s It gains %.2f µs a second (ppm), at most %.2f off '
		|| 'that.', label, far, other, duration_text(error_ns), there, back, CASE WHEN bend_ns > 0 THEN printf(
			' Of that error, %s are because the two do not go steadily.', duration_text(bend_ns)) ELSE ''
		END, 1e6 * drift, 1e6 * drift_error)
	END AS text
FROM line
UNION ALL
SELECT printf('What time of day it is, %s and %s do not agree upon, by %s.', label, other, duration_text(of_day_ns))
FROM line WHERE of_day_ns > 2 * error_ns AND of_day_ns > 1000000;
