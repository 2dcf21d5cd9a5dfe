-- stage_text(id): a stage's name.
SELECT CASE WHEN coalesce(?1, 0) = 0 THEN '(start not seen)' ELSE
	coalesce((SELECT name FROM stage WHERE id = ?1), printf('stage %d', ?1)) END
