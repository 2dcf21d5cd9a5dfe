-- thread_text(tid): comm/tid.
SELECT CASE WHEN ?1 = 0 THEN 'idle' ELSE coalesce((SELECT comm FROM thread WHERE tid = ?1), '?') || '/' || ?1 END
