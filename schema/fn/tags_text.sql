-- tags_text(tpid, vlan, tag2, tag3): the VLAN tags of a packet, the outermost first; NULL: none.
SELECT CASE WHEN ?1 > 0 THEN printf('0x%04x %d', ?1, ?2 & 4095)
	|| CASE WHEN ?3 > 0 THEN printf(', 0x%04x %d', ?3 >> 16, ?3 & 4095) ELSE '' END
	|| CASE WHEN ?4 > 0 THEN printf(', 0x%04x %d', ?4 >> 16, ?4 & 4095) ELSE '' END END
