-- process_text(tid): comm/tgid of the process a thread belongs to.
SELECT CASE WHEN t.tgid > 0 THEN coalesce(p.comm, '?') || '/' || t.tgid END
FROM thread AS t LEFT JOIN thread AS p ON p.tid = t.tgid WHERE t.tid = ?1
