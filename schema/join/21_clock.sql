-- clock: The same in figures
-- only: json
SELECT s.label AS side, there, back, at_ns, offset_ns, error_ns, drift, drift_error, bend_ns, c.why
FROM clock_line AS c JOIN side AS s USING (side) ORDER BY c.side;
