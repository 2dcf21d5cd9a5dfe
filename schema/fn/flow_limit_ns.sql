-- flow_limit_ns(n, hist): from how long on a packet of a flow is late of which n were timed, as hist says: 10 times
-- their median, and late_ns() at least. Few have no median to speak of.
SELECT max(CASE WHEN ?1 >= 10 THEN 10 * hist_p(?2, 50) ELSE 0 END, late_ns())
