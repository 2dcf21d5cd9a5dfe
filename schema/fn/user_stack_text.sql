-- user_stack_text(id): the ten innermost functions of a program's stack with offsets, innermost first, and the file
-- they are in
-- behind the first of each.
SELECT group_concat(name, ' < ') || CASE WHEN max(depth) > 9 THEN ' < …' ELSE '' END FROM (
	SELECT CASE WHEN depth = 10 THEN NULL ELSE coalesce(substr(symbol, 1, 60) || printf('+0x%x', offset),
		printf('0x%x', addr))
		|| CASE WHEN module IS NOT lag(module) OVER (ORDER BY depth) THEN coalesce(' [' || m.name || ']', '')
			ELSE '' END END AS name, depth
	FROM user_frame LEFT JOIN module AS m ON m.id = module WHERE ustack = ?1 AND depth <= 10 ORDER BY depth)
