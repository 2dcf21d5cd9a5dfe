-- Of a tap: the guest, or vhost, did not take packets fast enough.
SELECT '', win, sum("full"), sum(packets), NULL FROM tun_queue GROUP BY win
