SELECT name, observed(name) FROM record_count
