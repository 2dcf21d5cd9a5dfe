INSERT INTO claim(rule, symptom, packets, confidence, site, who, chain) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
