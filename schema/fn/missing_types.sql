-- missing_types(needs): which of these record types were not observed, with commas between: of a|b the first, if none
-- was.
SELECT group_concat(substr(value, 1, instr(value || '|', '|') - 1))
FROM json_each('["' || replace(?1, ' ', '","') || '"]') AS word
WHERE value <> '' AND NOT EXISTS (SELECT 1 FROM json_each('["' || replace(word.value, '|', '","') || '"]') AS t
	WHERE observed(t.value))
