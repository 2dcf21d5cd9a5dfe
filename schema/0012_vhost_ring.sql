-- 0012_vhost_ring.sql: how full virtqueues were.
-- The conventions are those of 0001_init.sql, but that the histograms are of descriptor chains.

CREATE TABLE vhost_ring(              -- virtqueues when vhost left handle_rx or handle_tx
	win           INTEGER NOT NULL,
	vq            INTEGER NOT NULL,  -- struct vhost_virtqueue
	dir           INTEGER NOT NULL,  -- 0 rx: to the guest, 1 tx: from the guest
	offered_n     INTEGER NOT NULL,  -- descriptor chains that the guest offers and vhost has not taken, where that
	                                 -- could be read
	offered_sum   INTEGER NOT NULL,
	offered_min   INTEGER NOT NULL,
	offered_max   INTEGER NOT NULL,
	offered_hist  BLOB NOT NULL,
	held_n        INTEGER NOT NULL,  -- descriptor chains that vhost has taken and not given back
	held_sum      INTEGER NOT NULL,
	held_min      INTEGER NOT NULL,
	held_max      INTEGER NOT NULL,
	held_hist     BLOB NOT NULL
) STRICT;
