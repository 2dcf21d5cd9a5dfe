-- stage_contains(to_stage): is an interval that ends here a call with other stages inside, whose time it has as well?
-- Such a stage
-- reports on a packet that may be elsewhere already (format/stages.def: ASIDE).
SELECT coalesce((SELECT role FROM stage WHERE id = ?1) = 'ASIDE', 0)
