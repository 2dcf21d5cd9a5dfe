-- vswitchd(): the thread that ovs-vswitchd began with, whose process all others are of; NULL: none was seen.
SELECT tid FROM thread WHERE tid = tgid AND comm = 'ovs-vswitchd' ORDER BY tid LIMIT 1
