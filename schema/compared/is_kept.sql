-- is_kept.sql: 1 when there is a baseline of name ?1.
SELECT 1 FROM kept.baseline WHERE side = ?1
