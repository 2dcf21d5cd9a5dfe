-- mac_text(mac): a MAC address; NULL: there is none.
SELECT CASE WHEN ?1 IS NOT NULL THEN printf('%02x:%02x:%02x:%02x:%02x:%02x', ?1 >> 40 & 255, ?1 >> 32 & 255,
	?1 >> 24 & 255, ?1 >> 16 & 255, ?1 >> 8 & 255, ?1 & 255) END
