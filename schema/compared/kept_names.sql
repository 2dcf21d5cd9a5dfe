-- kept_names.sql: which baselines there are, behind "there".
SELECT CASE count(*) WHEN 0 THEN 'are none' WHEN 1 THEN 'is ' ELSE 'are ' END || coalesce(group_concat(side, ', '), '')
FROM (SELECT side FROM kept.baseline ORDER BY saved_at)
