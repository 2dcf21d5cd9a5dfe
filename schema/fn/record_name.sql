-- record_name(type): a record type's name.
SELECT coalesce((SELECT name FROM record_count WHERE type = ?1), printf('type %d', ?1))
