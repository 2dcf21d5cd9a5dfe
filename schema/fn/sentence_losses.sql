-- sentence_losses(): is the recording whole?
SELECT CASE WHEN n = 0 AND (SELECT complete FROM trace) THEN 'Nothing that was observed was lost.'
	WHEN n = 0 THEN 'No loss is known, but the recording is not complete.'
	ELSE printf('%d record%s lost (%s): counts that span the gaps are lower bounds.', n,
		CASE n WHEN 1 THEN ' was' ELSE 's were' END, list) END
FROM (SELECT coalesce(sum(lost), 0) AS n, group_concat(printf('%d %s', lost, name), ', ') AS list
	FROM (SELECT name, lost FROM record_count WHERE lost > 0 ORDER BY lost DESC))
