-- adjust.sql: what all comparisons together make of one.
UPDATE change SET p_adjusted = ?2, least = ?3 WHERE rowid = ?1
