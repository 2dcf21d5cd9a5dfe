-- 0031_mac.sql: MAC addresses that came in at one port of a switch, and then at another.
-- The conventions are those of 0001_init.sql.

CREATE TABLE mac_stay(                -- a while in which such an address was at one port, up to a limit (eviction); of
                                      -- those that never moved there is none
	netns         INTEGER NOT NULL,
	switch        INTEGER NOT NULL,  -- ifindex of the bridge, or of ovs-system
	vlan          INTEGER NOT NULL,  -- of its packets; 0: none
	mac           INTEGER NOT NULL,  -- as packet.smac
	ifindex       INTEGER NOT NULL,  -- of the port
	from_ns       INTEGER NOT NULL,  -- the first packet from it there
	to_ns         INTEGER NOT NULL,  -- the last one
	received      INTEGER NOT NULL,  -- packets from it
	sent          INTEGER NOT NULL   -- packets to it that went out there, until it was elsewhere
) STRICT;
