-- Is each of these record types observed? ?1: words; a|b asks for one of them.
SELECT NOT EXISTS (
	SELECT 1 FROM json_each('["' || replace(?1, ' ', '","') || '"]') AS word
	WHERE word.value <> ''
		AND NOT EXISTS (SELECT 1 FROM json_each('["' || replace(word.value, '|', '","') || '"]') AS t
		WHERE observed(t.value)))
