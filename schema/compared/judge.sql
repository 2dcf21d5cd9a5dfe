-- judge.sql: what the figures of table change, and the findings of both sides, amount to.

-- ratio: how much traffic there was after for each packet before, in the seconds that had any. moved: how much of it
-- is of other protocols: 0 the same mix, 1 nothing in common. slower: how much longer the machine itself took after, by
-- the CPU time of netrec for an event, or in a second: whichever differs less, for neither alone is free of what was
-- recorded. gone: how much of the traffic before is not there after, even if there were as much of it; come: of that
-- after, before. felt: is the part of packets that were late or lost, here or elsewhere, smaller after (-1), larger
-- (1), or much the same (0)?
CREATE TABLE load AS
	WITH rate AS (SELECT side, 1.0 * sum(packets) / max(sum(active), 1) AS rate,
			1.0 * sum(recorder_ns) / nullif(sum(recorder_events), 0) AS per_event,
			1.0 * sum(recorder_ns) / nullif(sum(recorder_span_ns), 0) AS per_second FROM run GROUP BY side),
		part AS (SELECT side, kind, 1.0 * sum(packets) / sum(sum(packets)) OVER (PARTITION BY side) AS part
			FROM mix
			GROUP BY side, kind),
		bad AS (SELECT side, sum(n) AS n, 1.0 * sum(n) / max(sum(packets), 1) AS part
			FROM (SELECT *, late + lost_here + elsewhere AS n FROM traffic WHERE traffic = 'all')
			GROUP BY side),
		l AS (SELECT CASE WHEN b.rate > 0 THEN a.rate / b.rate END AS ratio, a.per_event / b.per_event AS x,
				a.per_second / b.per_second AS y,
				(SELECT coalesce(sum(abs(x)), 0) / 2 FROM (SELECT sum(CASE side WHEN 'after' THEN part
					ELSE -part END) AS x FROM part GROUP BY kind)) AS moved
			FROM rate AS b, rate AS a WHERE b.side = 'before' AND a.side = 'after'),
		kinds AS (SELECT sum(part) FILTER (WHERE side = 'before') AS b,
				sum(part) FILTER (WHERE side = 'after') AS a
			FROM part GROUP BY kind)
	SELECT ratio, moved,
		coalesce((SELECT sum(max(0, b - coalesce(a, 0) * max(1, ratio))) FROM kinds), 0) AS gone,
		coalesce((SELECT sum(max(0, a - coalesce(b, 0) * max(1, 1 / ratio))) FROM kinds), 0) AS come,
		coalesce(CASE WHEN max(x, 1 / x) < max(y, 1 / y) THEN x ELSE y END, 1.0) AS slower,
		coalesce((SELECT CASE WHEN abs(a.n - b.n) < 3 OR abs(a.part - b.part) < max(0.001, 0.1 * b.part) THEN 0
			WHEN a.part > b.part THEN 1 ELSE -1 END
			FROM bad AS b, bad AS a WHERE b.side = 'before' AND a.side = 'after'), 0) AS felt
	FROM l;

-- What the two sides say about themselves, where they differ.
CREATE TABLE differs AS
	WITH told AS (SELECT side, about, key, group_concat(value, ' | ') AS value FROM (
			SELECT DISTINCT side, about, key, value FROM fact WHERE coalesce(value, '') <> '' ORDER BY
				value)
			GROUP BY side, about, key),
		names AS (SELECT DISTINCT about, key FROM told)
	SELECT n.about, n.key, b.value AS before, a.value AS after FROM names AS n
		LEFT JOIN told AS b ON b.side = 'before' AND b.about = n.about AND b.key = n.key
		LEFT JOIN told AS a ON a.side = 'after' AND a.about = n.about AND a.key = n.key
	WHERE a.value IS NOT b.value;

-- Record types that a side could not have.
CREATE VIEW unseen AS SELECT side, record FROM seen GROUP BY side, record HAVING min(observed) = 0;
CREATE TABLE missing AS
	SELECT m.id AS metric, s.side, group_concat(n.value, ', ') AS records
	FROM metric AS m, (SELECT DISTINCT side FROM run) AS s, json_each('["' || replace(m.needs, ' ', '","') || '"]')
		AS n
	WHERE n.value NOT IN (SELECT record FROM seen WHERE seen.side = s.side)
		OR n.value IN (SELECT record FROM unseen AS u WHERE u.side = s.side)
	GROUP BY m.id, s.side;

CREATE TABLE uncomparable AS
	SELECT m.id AS metric, CASE
		WHEN x.metric IS NOT NULL THEN printf('not observed %s: %s', x.side, x.records)
		WHEN (SELECT count(DISTINCT query) <> 1 OR count(DISTINCT side) <> 2 FROM measured AS q
			WHERE q.metric = m.id) THEN 'another netanalyze measured the baseline, in another way'
		WHEN EXISTS (SELECT 1 FROM differs WHERE key IN ('record.filter', 'cut.filter', 'cut.verdict',
			'cut.packet_ns', 'analyze.filter', 'record.iface', 'analyze.iface', 'record.netns'))
			AND m.unit <> 'cpu' THEN
			'other packets were asked for'
		WHEN m.id = 'late' AND EXISTS (SELECT 1 FROM differs WHERE key = 'analyze.late_ns') THEN
			'another limit for being late'
		WHEN EXISTS (SELECT 1 FROM differs WHERE key = 'analyze.without') THEN 'analyzed --without something'
		WHEN (SELECT moved FROM load) > 0.3 THEN printf('another mix of traffic: %.0f %% of it',
			100 * (SELECT moved FROM load))
		END AS why
	FROM metric AS m LEFT JOIN (SELECT metric, group_concat(side, ' and ') AS side, max(records) AS records FROM
		missing
		GROUP BY metric) AS x ON x.metric = m.id;
DELETE FROM uncomparable WHERE why IS NULL;

-- Each comparison, judged. Not comparable is a change in the direction in which more (or less) traffic would move it
-- alone, and one of times and of CPU time in the direction of a machine that is slower (or faster) itself, up to some
-- times as much: what waits in queues takes longer by more than whoever serves them.
CREATE TABLE judged AS
	WITH c AS (SELECT c.rowid AS id, c.*, m.title, m.unit, m.kind, m.rowid AS nth, u.why AS uncomparable, l.ratio,
		l.slower,
			p_adjusted <= :level AND abs(after - before) >= m.least AND abs(after - before) >= m.share *
				before
				AS changed,
			max(m.least, m.share * before) AS practical
		FROM change AS c JOIN metric AS m ON m.id = c.metric LEFT JOIN uncomparable AS u ON u.metric = m.id,
			load AS l),
		j AS (SELECT *, CASE WHEN uncomparable IS NOT NULL THEN uncomparable
			WHEN p IS NULL THEN 'too few seconds with any to tell'
			WHEN NOT changed THEN NULL
			WHEN (after > before AND ratio > 1.5) OR (after < before AND ratio < 1 / 1.5) THEN
				printf('there was %.2g times as much traffic', ratio)
			WHEN (kind > 1 OR unit = 'ns') AND ((after > before AND slower > 1.2 AND after < 8 * slower *
				before)
				OR (after < before AND slower < 1 / 1.2 AND after > slower / 8 * before)) THEN
				printf('the machine itself took %.2g times as long, by what netrec took', slower)
			END AS why FROM c)
	SELECT *, CASE WHEN why IS NOT NULL THEN 'not comparable' WHEN NOT changed THEN 'no detectable change'
		WHEN after > before THEN 'worse' ELSE 'better' END AS verdict
	FROM j;

CREATE VIEW metric_text AS
	SELECT *, title || CASE WHEN key = '' THEN '' ELSE ': ' || key END AS name,
		CASE unit WHEN 'ns' THEN duration_text(CAST(round(before) AS INTEGER)) WHEN 'share' THEN
			printf('%.2f %%', 100 * before) ELSE printf('%.1f %%', before / 1e7) END AS before_text,
		CASE unit WHEN 'ns' THEN duration_text(CAST(round(after) AS INTEGER)) WHEN 'share' THEN
			printf('%.2f %%', 100 * after) ELSE printf('%.1f %%', after / 1e7) END AS after_text,
		CASE WHEN before <= 0 THEN '' WHEN after > 3 * before THEN printf('× %.1f', after / before)
			ELSE printf('%+.0f %%', 100 * (after / before - 1)) END AS change_text,
		CASE WHEN low IS NULL THEN '' WHEN unit = 'ns' THEN
			printf('%+.0f … %+.0f %%', 100 * low / max(before, 1), 100 * high / max(before, 1))
			WHEN unit = 'share' THEN printf('%+.2f … %+.2f', 100 * low, 100 * high)
			ELSE printf('%+.1f … %+.1f', low / 1e7, high / 1e7) END AS interval_text,
		CASE WHEN least IS NULL THEN '' WHEN unit = 'ns' AND least > 2 * before THEN
			printf('× %.0f', 1 + least / max(before, 1))
			WHEN unit = 'ns' THEN '+' || duration_text(CAST(max(least, practical) AS INTEGER))
			WHEN unit = 'share' THEN printf('+%.2f', 100 * max(least, practical))
			ELSE printf('+%.1f', max(least, practical) / 1e7) END AS least_text
	FROM judged;

-- Of each metric and what it is of, the statistic that says most. felt: of what becomes of packets what moved most
-- of them comes first.
CREATE TABLE metric_verdict AS
	SELECT *, CASE WHEN kind = 1 AND unit = 'share' THEN -abs(after - before) ELSE 0 END AS felt
	FROM (SELECT *, row_number() OVER (PARTITION BY metric, key
		ORDER BY verdict = 'worse' DESC, verdict = 'better' DESC, p, stat) AS nth_stat FROM metric_text)
	WHERE nth_stat = 1;

-- Findings that call for something to be done, by where they are. Thread and process numbers differ from run to run.
CREATE TABLE finding_change AS
	WITH f AS (SELECT side, cause, site, count(DISTINCT run) AS runs, min(rank) AS rank, max(title) AS title,
			sum(packets) AS packets, max(share) AS share, max(who) AS who, max(advice) AS advice,
			(SELECT chain FROM finding AS c WHERE c.side = g.side AND c.cause = g.cause AND c.site = g.site
				ORDER BY c.packets DESC LIMIT 1) AS chain
		FROM finding AS g WHERE severity <> 'info' AND cause NOT IN ('unexplained', 'cannot-tell')
		GROUP BY side, cause, site),
		names AS (SELECT DISTINCT cause, site FROM f)
	SELECT n.cause, n.site, coalesce(b.title, a.title) AS title, coalesce(b.who, a.who) AS who, b.rank AS
		rank_before,
		a.rank AS rank_after, b.packets AS packets_before, a.packets AS packets_after, b.share AS share_before,
		a.share AS share_after, b.chain AS chain_before, a.chain AS chain_after, a.advice,
		(SELECT group_concat(DISTINCT replace(missing, ',', ', ')) FROM unable AS u
			WHERE u.rule = n.cause AND missing <> '' AND u.side = CASE WHEN a.rank IS NULL THEN 'after'
				ELSE 'before' END)
			AS not_looked,
		CASE WHEN a.rank IS NULL THEN 'resolved' WHEN b.rank IS NULL THEN 'new' ELSE 'persisting' END AS state
	FROM names AS n LEFT JOIN f AS b ON b.side = 'before' AND b.cause = n.cause AND b.site = n.site
		LEFT JOIN f AS a ON a.side = 'after' AND a.cause = n.cause AND a.site = n.site;
-- Gone, or come, because nobody looked, because there was little to go wrong, or with the speed of the machine while
-- what its users feel is the same.
UPDATE finding_change SET state = 'cannot tell' FROM load WHERE state IN ('resolved', 'new') AND (not_looked IS NOT NULL
	OR EXISTS (SELECT 1 FROM uncomparable AS u WHERE u.metric = 'dropped' AND u.why NOT LIKE 'another mix%')
	OR (state = 'resolved' AND (gone > 0.3 OR coalesce(ratio, 0) < 0.5 OR (slower < 1 / 1.2 AND felt > -1)))
	OR (state = 'new' AND (come > 0.3 OR coalesce(ratio, 9) > 2 OR (slower > 1.2 AND felt < 1))));

-- Of the whole, figures say that it is better or worse where they are surer of it than of one metric among all.
CREATE TABLE headline AS
	WITH n AS (SELECT
		(SELECT count(*) FROM metric_verdict WHERE verdict = 'worse' AND kind = 1 AND p_adjusted <= :overall)
			AS felt_worse,
		(SELECT count(*) FROM metric_verdict WHERE verdict = 'worse') AS all_worse,
		(SELECT count(*) FROM metric_verdict WHERE verdict = 'worse' AND p_adjusted <= :overall) AS sure_worse,
		(SELECT count(*) FROM metric_verdict WHERE verdict = 'better' AND kind = 1) AS felt_better,
		(SELECT count(*) FROM metric_verdict WHERE verdict = 'better') AS better,
		(SELECT count(*) FROM metric_verdict WHERE verdict = 'better' AND p_adjusted <= :overall)
			AS sure_better,
		(SELECT count(*) FROM metric_verdict WHERE verdict <> 'not comparable' AND kind = 1) AS told,
		(SELECT count(*) FROM finding_change WHERE state = 'new') AS new,
		(SELECT count(*) FROM finding_change WHERE state = 'persisting') AS persisting,
		(SELECT count(*) FROM finding_change WHERE state = 'resolved') AS resolved,
		(SELECT count(*) FROM finding_change WHERE state = 'cannot tell') AS unsure,
		(SELECT min(judged) FROM run) AS all_judged,
		(SELECT count(*) FROM unseen WHERE record IN ('packet', 'drop')) AS blind)
	SELECT *, CASE WHEN NOT all_judged OR blind OR (told = 0 AND resolved + new = 0) THEN 'cannot tell'
		WHEN new OR felt_worse OR (sure_worse AND NOT felt_better AND NOT resolved) THEN 'worse'
		WHEN persisting AND sure_better AND NOT resolved THEN 'not fixed, but better'
		WHEN persisting AND resolved THEN 'partly fixed'
		WHEN persisting THEN 'not fixed'
		WHEN unsure THEN 'cannot tell'
		WHEN resolved THEN 'fixed'
		WHEN sure_better THEN 'better'
		WHEN better OR all_worse THEN 'cannot tell'
		ELSE 'no detectable change' END AS verdict
	FROM n;
