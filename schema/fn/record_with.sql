-- record_with(types): the command that records these types, too: the profile of this recording, and with them. Those
-- named here are sampled in every recording.
SELECT 'netrec record -p ' || coalesce(nullif(config_value('record.profile'), ''), 'host')
	|| coalesce(' -e ' || group_concat(DISTINCT value), '')
FROM json_each('["' || replace(coalesce(?1, ''), ',', '","') || '"]') AS t
WHERE value NOT IN ('', 'counter', 'affinity', 'cputime', 'softnet', 'netdev', 'qdisc')
