-- 0011_flow_gap.sql: time between consecutive packets of a flow.

-- From one packet's first sight to the next one's, without what TCP sent again. NULL: not counted by the version that
-- analyzed it.
ALTER TABLE flow ADD COLUMN gap_n INTEGER;
ALTER TABLE flow ADD COLUMN gap_sum_ns INTEGER;
ALTER TABLE flow ADD COLUMN gap_min_ns INTEGER;
ALTER TABLE flow ADD COLUMN gap_max_ns INTEGER;
ALTER TABLE flow ADD COLUMN gap_hist BLOB;
ALTER TABLE flow ADD COLUMN gap_max_at_ns INTEGER;    -- when the longest one began; NULL: there was none
ALTER TABLE flow ADD COLUMN gap_uncertain INTEGER;    -- not in gap_n: packet records were lost meanwhile
