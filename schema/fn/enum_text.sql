-- enum_text(set, value): the name of a number, or the number.
SELECT coalesce((SELECT text FROM enumerator WHERE "set" = ?1 AND value = ?2), CAST(?2 AS TEXT))
