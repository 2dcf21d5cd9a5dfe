-- own.sql: the clock of side 0 is what others are put beside.
INSERT INTO clock_line SELECT 0, 0, 0, first_ns, 0, 0, 0, 0, 0, NULL FROM side WHERE side = 0
