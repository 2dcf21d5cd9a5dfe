-- stack_text(id): the ten innermost functions of a kernel stack, innermost first.
SELECT group_concat(name, ' < ') || CASE WHEN max(depth) > 9 THEN ' < …' ELSE '' END FROM (
	SELECT CASE WHEN depth = 10 THEN NULL ELSE coalesce(symbol, printf('0x%x', addr)) END AS name, depth FROM frame
		WHERE stack = ?1 AND depth <= 10 ORDER BY depth)
