-- queue_text(netns, ifindex, queue, direction): a tun queue as vhost serves it: vnet0 queue 0 rx. NULL: which one is
-- not known.
SELECT CASE WHEN ?2 IS NOT NULL THEN device(?1, ?2) || ' queue ' || ?3 || CASE WHEN ?4 IS NULL THEN ''
	ELSE ' ' || enum_text('vhost_dir', ?4) END END
