-- One row: how long, how much, how complete.
SELECT (last_ns - first_ns) / 1e9, (SELECT count(*) FROM active), (SELECT coalesce(sum(packets), 0) FROM active),
	(SELECT coalesce(sum(bytes), 0) FROM stage_count JOIN stage ON id = stage WHERE role = 'ENTRY'),
	(SELECT coalesce(sum(lost), 0) FROM record_count), complete, judged(),
	(SELECT max(cpu_time_ns) - min(cpu_time_ns) FROM cost), (SELECT max(ts_ns) - min(ts_ns) FROM cost),
	(SELECT max(events) - min(events) FROM cost)
FROM trace
