-- trend.sql: what the levels of a series amount to. Not comparable is, as in judge.sql, what the circumstances
-- alone would
-- move that way.
CREATE TABLE moved AS
	WITH l AS (SELECT l.*, m.title, m.unit, m.kind, m.rowid AS nth, c.ratio, c.slower,
			m.title || CASE WHEN l.key = '' THEN '' ELSE ': ' || l.key END AS name,
			lag(changed) OVER w AS changed_before, lead(changed) OVER w AS changed_then,
			CASE WHEN c.lasted < 0.5 THEN 'it is less than half as long as those before'
				WHEN c.moved > 0.3 AND m.unit <> 'cpu' THEN
					printf('%.0f %% of its traffic is of other protocols',
					100 * c.moved)
				WHEN (changed > 0 AND c.ratio > 1.5) OR (changed < 0 AND c.ratio < 1 / 1.5) THEN
					printf('there was %.2g times as much traffic', c.ratio)
				WHEN (m.kind > 1 OR m.unit = 'ns') AND ((changed > 0 AND c.slower > 1.2 AND value <
					8 * c.slower
					* usual) OR (changed < 0 AND c.slower < 1 / 1.2 AND value > c.slower / 8 *
						usual)) THEN
					printf('the machine itself took %.2g times as long, by what netrec took',
						c.slower)
				END AS why
		FROM level AS l JOIN metric AS m ON m.id = l.metric LEFT JOIN circumstance AS c ON c.run = l.run
		WINDOW w AS (PARTITION BY l.metric, l.key, l.stat ORDER BY l.run))
	SELECT *, CASE WHEN p IS NULL THEN 'too few runs' WHEN NOT changed THEN 'as before'
			WHEN why IS NOT NULL THEN 'not comparable' WHEN changed > 0 THEN 'worse' ELSE 'better' END
				AS verdict,
		CASE WHEN changed_then = changed THEN 'stays so' WHEN changed_then IS NULL THEN 'the last one'
			ELSE 'only this one' END AS "then",
		CASE unit WHEN 'ns' THEN duration_text(CAST(round(value) AS INTEGER)) WHEN 'share' THEN
			printf('%.2f %%', 100 * value) ELSE printf('%.1f %%', value / 1e7) END AS value_text,
		CASE unit WHEN 'ns' THEN duration_text(CAST(round(usual) AS INTEGER)) WHEN 'share' THEN
			printf('%.2f %%', 100 * usual) ELSE printf('%.1f %%', usual / 1e7) END AS usual_text
	FROM l;

-- Of each metric in each run the figure that says most; of two that differ the same way, one behind the other, the
-- first.
CREATE TABLE moved_most AS
	SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY run, metric, key ORDER BY changed <> 0 DESC, p,
		stat)
			AS nth_stat
		FROM moved WHERE changed AND changed_before IS NOT changed)
	WHERE nth_stat = 1;
