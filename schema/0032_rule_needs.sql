-- 0032_rule_needs.sql: which records a rule looks at, so that a gap in others does not put it in doubt.

ALTER TABLE rule ADD COLUMN needs TEXT NOT NULL DEFAULT ''; -- record types, as words; a|b: one of them
