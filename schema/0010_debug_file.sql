-- 0010_debug_file.sql: names of functions that the machine of the analysis knew.

ALTER TABLE module ADD COLUMN debug_file TEXT;    -- where its symbols came from; NULL: from the recording alone
