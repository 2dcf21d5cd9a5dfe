-- rules_look_at(type): may what a rule says depend on records of this type (a number; NULL: any)? They are those that
-- rules need, and those of which analyzer/history/ and analyzer/blame/ tell what a thread or CPU did meanwhile.
SELECT ?1 IS NULL
	OR record_name(?1) IN ('free', 'futex', 'hop', 'lock', 'offcpu', 'oncpu', 'packet', 'pthread', 'task',
		'tun_ring', 'upcall_execute', 'vhost_run')
	OR EXISTS (SELECT 1 FROM rule
		WHERE ' ' || replace(needs, '|', ' ') || ' ' LIKE '% ' || record_name(?1) || ' %')
