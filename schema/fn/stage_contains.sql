-- stage_contains(to_stage): does a call return here? Then the interval contains the stages inside of the call, and
-- their time is in no sum twice (format/stages.def: RETURN).
SELECT coalesce((SELECT call IS NOT NULL FROM stage WHERE id = ?1), 0)
