-- place(address): the kernel function an address lies in, or the address. Where that only frees lists of packets for
-- others,
-- its caller too, if all stacks that were taken there agree on one.
SELECT CASE WHEN ?1 IS NOT NULL THEN coalesce(
	(SELECT symbol || CASE WHEN coalesce(module, '') = '' THEN '' ELSE ' [' || module || ']' END
		|| CASE WHEN symbol IN ('kfree_skb_list', 'kfree_skb_list_reason') THEN coalesce(' < ' ||
			(SELECT max(caller.symbol) FROM frame AS innermost
				JOIN frame AS caller ON caller.stack = innermost.stack AND caller.depth = 1
			 WHERE innermost.depth = 0 AND innermost.addr = ?1 HAVING count(DISTINCT caller.symbol) = 1),
				'') ELSE '' END
	 FROM location WHERE addr = ?1 AND symbol IS NOT NULL), printf('0x%x', ?1)) END
