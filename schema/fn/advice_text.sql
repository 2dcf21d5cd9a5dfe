-- advice_text(advice, who, netns, ifindex): advice whose commands name the device, and the thread or process that ends
-- `who` as NAME/ID, or the CPU that it is, if these are known, and where they have to run. Words in capitals that stay
-- are for the reader, who types a name in that a shell would take for more.
WITH id AS (SELECT CAST(substr(?2, length(rtrim(?2, '0123456789')) + 1) AS INTEGER) AS tid
		WHERE ?2 GLOB '*/[0-9]*' AND rtrim(?2, '0123456789') GLOB '*/'),
	name AS (SELECT (SELECT plain_name(name) FROM interface WHERE netns = ?3 AND ifindex = ?4) AS device,
		(SELECT tid FROM id) AS tid,
		(SELECT coalesce(nullif((SELECT tgid FROM thread AS t WHERE t.tid = id.tid), 0), tid) FROM id) AS pid,
		CASE WHEN ?2 GLOB 'CPU [0-9]*' AND ?2 NOT GLOB 'CPU *[^0-9]*' THEN substr(?2, 5) END AS cpu)
SELECT replace(replace(replace(replace(?1, 'DEVICE', coalesce(device, 'DEVICE')),
		' TID', ' ' || coalesce(tid, 'TID')), ' PID', ' ' || coalesce(pid, 'PID')),
		' -C CPU', ' -C ' || coalesce(cpu, 'CPU'))
	|| coalesce((SELECT printf('. In the network namespace %s: `ip netns exec %s COMMAND`', n.name,
			coalesce(plain_name(n.name), 'NETNS'))
		FROM netns AS n WHERE n.inum = ?3 AND n.name <> '' AND (?1 GLOB '*`ip *' OR ?1 GLOB '*`tc *'
			OR ?1 GLOB '*`ss *' OR ?1 GLOB '*`nft *' OR ?1 GLOB '*`bridge *' OR ?1 GLOB '*`sysctl *'
			OR ?1 GLOB '*`ethtool *' OR ?1 GLOB '*`conntrack *')), '')
FROM name
