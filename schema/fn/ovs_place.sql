-- ovs_place(why, location): in words, how the datapath dropped a packet.
SELECT enum_text('ovs_drop_why', ?1) || CASE WHEN ?2 <> 0 THEN ': ' || place(?2) ELSE '' END
