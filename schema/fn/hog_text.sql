-- hog_text(tid): who had the CPU for which this thread waited: the one that had a large part of it, as far as samples
-- of CPU time show, or all that were there.
SELECT CASE WHEN hog_share(?1) >= 0.4 THEN thread_text(hog_of(?1)) ELSE printf('the other threads on CPU %d',
	waited_on(?1)) END
