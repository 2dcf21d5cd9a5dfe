-- title_text(title): as a sentence begins; the name of a program stays as it is.
SELECT CASE WHEN ?1 GLOB 'ovs-*' THEN ?1 ELSE upper(substr(?1, 1, 1)) || substr(?1, 2) END
