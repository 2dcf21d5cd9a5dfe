-- larger_than_mtu(reason, place): are all single drops of this kind longer than some device's MTU allows, so that it
-- cannot
-- have taken them?
SELECT min(e.len) > (SELECT min(mtu) + 14 FROM interface WHERE mtu > 0)
FROM drop_event AS e WHERE reason(e.reason) = ?1 AND place(e.location) = ?2
