-- echo_limit_ns(): from how long on the answer to an echo request is late: analyze.late_ns, or 200 ms.
SELECT coalesce(CAST(config_value('analyze.late_ns') AS INTEGER), 200000000)
