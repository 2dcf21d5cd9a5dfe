-- 0002_path.sql: the order of stages; packets that come from another one.

ALTER TABLE stage ADD COLUMN place INTEGER NOT NULL DEFAULT 0;    -- in the order of the packet path, from 1; 64 and 65:
                                                                  -- the ends

-- Beside journey.n: clones, copies and segments, of packets that are counted themselves.
ALTER TABLE journey ADD COLUMN branches INTEGER NOT NULL DEFAULT 0;

ALTER TABLE packet ADD COLUMN branch INTEGER NOT NULL DEFAULT 0;  -- 1: a clone, copy or segment; its first stages are
                                                                  -- those of the packet it comes from
