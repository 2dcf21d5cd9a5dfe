-- lost_text(reason, location, netns, ifindex): why and where packets were dropped, in words.
SELECT printf('dropped: %s in %s%s', reason(?1), place(?2), CASE WHEN ?4 > 0 THEN ', on ' || device(?3, ?4) ELSE '' END)
