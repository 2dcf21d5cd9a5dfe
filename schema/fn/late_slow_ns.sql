-- late_slow_ns(): an interval that takes this long as a rule, within one host, is slow.
SELECT 5000000
