-- span_s(slot, first_win, last_win): seconds of the recording in that slot (NULL: in all) and those windows.
SELECT max(1, min(last_ns, first_ns + (min(?3, coalesce(slot_last(?1), ?3)) + 1) * window_ns) - (first_ns + max(?2,
	coalesce(?1, ?2)) * window_ns)) / 1e9 FROM trace
