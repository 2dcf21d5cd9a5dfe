-- Where the recording lies in time: first and last event, length of a window, CLOCK_REALTIME of the first event.
SELECT first_ns, last_ns, window_ns, coalesce(
	(SELECT real_ns + (first_ns - mono_ns) FROM clock WHERE mono_ns <= first_ns ORDER BY mono_ns DESC LIMIT 1),
	(SELECT real_ns + (first_ns - mono_ns) FROM clock ORDER BY mono_ns LIMIT 1), created_ns) FROM trace
