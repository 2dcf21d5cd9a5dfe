INSERT INTO unable(rule, needs, about, missing) VALUES(?1, ?2, ?3, missing_types(?2))
