-- ovs_action(type, arg): the last action that was executed on a packet.
SELECT CASE WHEN ?1 = 255 THEN NULL ELSE enum_text('ovs_action', ?1) || CASE WHEN ?1 IN (1, 19) THEN ' ' || ?2
	WHEN ?1 = 7 THEN printf(' 0x%x', ?2) ELSE '' END END
