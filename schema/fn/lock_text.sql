-- lock_text(kind, addr): a lock's address; of kernel variables their name.
SELECT coalesce((SELECT symbol || CASE WHEN offset > 0 THEN printf('+0x%x', offset) ELSE '' END || CASE module
	WHEN '' THEN '' ELSE ' [' || module || ']' END
	FROM lock_name WHERE ?1 = 'kernel' AND addr = ?2), printf('0x%x', ?2))
