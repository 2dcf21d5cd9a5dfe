-- trouble(name): what it means when this counter of the kernel grows; empty: what its name says; NULL: nothing bad. The
-- longest pattern that fits decides. This list is the one place that says which counters are of trouble.
SELECT column2 FROM (VALUES
	('softnet.dropped',               'a CPU''s backlog was full (net.core.netdev_max_backlog)'),
	('softnet.squeezed',              'a CPU left packets for later: its budget or time was used up'),
	('arp_cache.table_fulls',         'the neighbour table was full, which is one for all namespaces'),
	('ndisc_cache.table_fulls',       'the neighbour table of IPv6 was full, which is one for all namespaces'),
	('*_cache.unresolved_discards',   'packets waited for a neighbour that does not answer'),
	('conntrack.insert_failed',       'a connection could not be tracked, its packet was dropped'),
	('conntrack.drop',                'a packet was dropped: no room to track its connection'),
	('conntrack.early_drop',          'the table of connections was full, an older one was forgotten'),
	('conntrack.clashres',            'two packets began one connection at once, none was lost'),
	('conntrack.invalid',             'packets that belong to no connection'),
	('tcpext.tcptozerowindowadv',     'programs here do not read what has come'),
	('tcpext.tcpfromzerowindowadv',   'programs here began to read again'),
	('tcpext.tcpwantzerowindowadv',   'programs here read too slowly'),
	('tcpext.listenoverflows',        'the queue of a listening socket was full'),
	('tcpext.listendrops',            'connections were refused by a listening socket'),
	('tcpext.tcpreqqfull*',           'too many connections were being opened'),
	('tcpext.*memor*',                'TCP had no memory left'),
	('tcpext.tcpabort*',              'connections were cut off'),
	('tcpext.ipreversepathfilter',    'packets came by another way than answers would go (rp_filter)'),
	('udp*.noports',                  'datagrams to a port that no program has opened'),
	('udp*.rcvbuferrors',             'the receive buffer of a socket was full'),
	('udp*.sndbuferrors',             'the send buffer was full, or a queue below refused'),
	('*.*noroutes',                   'there was no route'),
	('*collapse*', ''), ('*discard*', ''), ('*drop*', ''), ('*err*', ''), ('*fail*', ''), ('*lost*', ''),
	('*overflow*', ''), ('*prune*', ''), ('*retrans*', ''), ('*timeout*', '')
) WHERE lower(?1) GLOB column1 ORDER BY length(column1) DESC LIMIT 1
