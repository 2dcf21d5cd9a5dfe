-- netns_name(inum): a network namespace's name; (own) is the recorder's.
SELECT coalesce((SELECT CASE name WHEN '' THEN '(own)' ELSE name END FROM netns WHERE inum = ?1), CAST(?1 AS TEXT))
