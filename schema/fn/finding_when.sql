-- finding_when(rank): from when to when a finding's packets were lost or late, to the window.
SELECT printf('from %s to %s', substr(clock_text(win_at(first_win)), 1, 10),
	substr(clock_text(win_at(last_win + 1)), 1, 10))
FROM finding WHERE rank = ?1
