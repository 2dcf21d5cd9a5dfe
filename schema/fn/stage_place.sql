-- stage_place(id): where in the packet path a stage is.
SELECT coalesce((SELECT place FROM stage WHERE id = ?1), ?1)
