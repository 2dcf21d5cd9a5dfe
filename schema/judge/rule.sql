INSERT INTO rule(id, title, advice) VALUES(?1, ?2, ?3)
