-- reason(n): the recording kernel's name of a drop reason.
SELECT CASE WHEN ?1 IS NOT NULL THEN
	coalesce((SELECT text FROM enumerator WHERE "set" = 'skb_drop_reason' AND value = ?1),
		printf('reason %d', ?1)) END
