-- owner_text(tgid): the process whose lock it is.
SELECT CASE WHEN ?1 = 0 THEN '(kernel)' ELSE coalesce((SELECT comm FROM thread WHERE tid = ?1), '?') || '/' || ?1 END
