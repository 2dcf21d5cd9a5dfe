-- What a filter asks for beyond addresses and ports: MAC addresses, all VLAN tags, first bytes.

-- FRAME_* bits, see packet.l2 of the trace format; NULL: not known
ALTER TABLE packet ADD COLUMN l2 INTEGER;
ALTER TABLE packet ADD COLUMN pulled INTEGER;     -- the frame is len + pulled bytes long, modulo 256
ALTER TABLE packet ADD COLUMN tpid INTEGER;       -- of the tag in vlan; 0: no tag
ALTER TABLE packet ADD COLUMN tag2 INTEGER;       -- TPID << 16 | TCI
ALTER TABLE packet ADD COLUMN tag3 INTEGER;
ALTER TABLE packet ADD COLUMN flow_label INTEGER;
ALTER TABLE packet ADD COLUMN dmac INTEGER;       -- NULL: there is no Ethernet header
ALTER TABLE packet ADD COLUMN smac INTEGER;
ALTER TABLE packet ADD COLUMN ip_len INTEGER;
ALTER TABLE packet ADD COLUMN first BLOB;         -- first bytes, where these columns do not hold all headers

ALTER TABLE drop_event ADD COLUMN l2 INTEGER;     -- as above
ALTER TABLE drop_event ADD COLUMN pulled INTEGER;
ALTER TABLE drop_event ADD COLUMN tpid INTEGER;
ALTER TABLE drop_event ADD COLUMN ip_len INTEGER;
ALTER TABLE drop_event ADD COLUMN l3_off INTEGER; -- of head
