-- findings: Which findings are gone, which stay, which are new?
-- none: nothing was found to be wrong, before or after
SELECT state, cause, site AS "where", packets_before, 100 * share_before AS before_pct, packets_after,
	100 * share_after AS after_pct
FROM finding_change ORDER BY state = 'new' DESC, state = 'persisting' DESC, coalesce(rank_before, rank_after), cause;

-- chains: From cause to symptom
SELECT printf('%s: %s, at %s: %s', state, title, site, CASE WHEN state = 'persisting' THEN 'before: ' ELSE '' END
	|| (SELECT group_concat(value, ' → ') FROM json_each(coalesce(chain_before, chain_after)))
	|| CASE WHEN state = 'persisting' THEN '; after: ' || (SELECT group_concat(value, ' → ') FROM
		json_each(chain_after))
		ELSE '' END) AS text
FROM finding_change ORDER BY state = 'new' DESC, state = 'persisting' DESC, coalesce(rank_before, rank_after), cause;
