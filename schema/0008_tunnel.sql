-- 0008_tunnel.sql: packets in tunnels.

-- The headers that a tunnel put before the packet, the other columns being those of the packet inside. NULL: it was in
-- none.
ALTER TABLE packet ADD COLUMN outer_ethertype INTEGER;
ALTER TABLE packet ADD COLUMN outer_proto INTEGER;
ALTER TABLE packet ADD COLUMN outer_saddr TEXT;
ALTER TABLE packet ADD COLUMN outer_sport INTEGER;
ALTER TABLE packet ADD COLUMN outer_daddr TEXT;
ALTER TABLE packet ADD COLUMN outer_dport INTEGER;
