-- 0015_part.sql: packets that are lost, beside the buffers that the kernel frees as dropped.
-- The conventions are those of 0001_init.sql.

-- n are the buffers; fragments of one datagram are one packet, at the first of them, and what is freed with the packet
-- that it hangs on is none.
ALTER TABLE drop_summary ADD COLUMN packets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drop_flow ADD COLUMN packets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drop_event ADD COLUMN part INTEGER NOT NULL DEFAULT 0; -- 1: no packet is lost by it

-- Of an older database it is not known.
UPDATE drop_summary SET packets = n;
UPDATE drop_flow SET packets = n;
