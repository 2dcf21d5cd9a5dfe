-- records_missing(): were records lost that show packets being lost or late, or requests answered late?
SELECT EXISTS (SELECT 1 FROM gap WHERE type IS NULL OR record_name(type) IN ('packet', 'hop', 'free', 'drop',
	'ovs_drop', 'upcall', 'upcall_end', 'tun_ring', 'offcpu'))
