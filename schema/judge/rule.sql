INSERT INTO rule(id, title, advice, needs) VALUES(?1, ?2, ?3, ?4)
