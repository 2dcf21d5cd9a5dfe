-- place(address): the kernel function an address lies in, or the address.
SELECT CASE WHEN ?1 IS NOT NULL THEN coalesce(
	(SELECT symbol || CASE WHEN coalesce(module, '') = '' THEN '' ELSE ' [' || module || ']' END
	 FROM location WHERE addr = ?1 AND symbol IS NOT NULL), printf('0x%x', ?1)) END
