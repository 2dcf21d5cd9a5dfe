-- vm_text(pid): a virtual machine's name/pid: as it was given, or that of its process.
SELECT CASE WHEN ?1 > 0 THEN coalesce((SELECT nullif(name, '') FROM vm WHERE pid = ?1),
	(SELECT comm FROM thread WHERE tid = ?1), '?') || '/' || ?1 END
