-- same_host.sql: what two sides have in common that are no two hosts.
SELECT printf('%s and %s are %s: give recordings of different hosts of the same time', a.label, b.label,
	CASE WHEN a.uuid = b.uuid THEN 'the same recording' ELSE 'recordings of one host' END)
FROM side AS a JOIN side AS b ON b.side > a.side WHERE a.uuid = b.uuid OR a.boot = b.boot
