-- late_ns(): how long an interval must have taken at least to count as late: analyze.late_ns, or 50 ms.
SELECT coalesce(CAST(config_value('analyze.late_ns') AS INTEGER), 50000000)
