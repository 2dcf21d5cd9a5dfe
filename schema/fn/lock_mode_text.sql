-- lock_mode_text(kind, mode): what was waited for: LCB_F_* of a kernel lock, the futex operation, the mode of a pthread
-- lock.
SELECT CASE ?1
	WHEN 'futex' THEN enum_text('futex_op', ?2)
	WHEN 'pthread' THEN CASE ?2 WHEN 1 THEN 'rwlock read' WHEN 2 THEN 'rwlock write' WHEN 3 THEN 'mutex'
		ELSE CAST(?2 AS TEXT) END
	ELSE CASE WHEN ?2 & 32 THEN 'mutex' WHEN ?2 & 8 THEN 'rt mutex' ELSE
			CASE WHEN ?2 & 16 THEN 'percpu rwsem' WHEN ?2 & 7 IN (3, 5) THEN 'rwlock'
				WHEN ?2 & 6 THEN 'rwsem' WHEN ?2 & 1 THEN 'spinlock' ELSE 'lock' END
			|| CASE WHEN ?2 & 2 THEN ' read' WHEN ?2 & 4 THEN ' write' ELSE '' END
		END
	END
