-- plain_name(name): the name, if it is nothing but itself in a command of a shell; else NULL.
SELECT CASE WHEN ?1 <> '' AND ?1 NOT GLOB '*[^-A-Za-z0-9_.:@]*' AND ?1 NOT GLOB '-*' THEN ?1 END
