INSERT INTO unable(rule, needs) VALUES(?1, ?2)
