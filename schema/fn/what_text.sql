-- what_text(what): outcome.what in words.
SELECT CASE ?1 WHEN 'echo' THEN 'ICMP echo' WHEN 'datagram' THEN 'UDP datagrams' WHEN 'segment' THEN 'TCP segments'
	WHEN 'opening' THEN 'TCP connects' ELSE ?1 END
