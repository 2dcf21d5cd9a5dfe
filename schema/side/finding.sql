SELECT rank, cause, coalesce((SELECT title FROM rule WHERE id = cause), cause), severity, site, who, packets, share,
	chain, advice
FROM finding WHERE cause <> 'harmless'
