-- stack_text(id): a kernel stack, innermost function first.
SELECT group_concat(name, ' < ') FROM (
	SELECT coalesce(symbol, printf('0x%x', addr)) AS name FROM frame WHERE stack = ?1 ORDER BY depth)
