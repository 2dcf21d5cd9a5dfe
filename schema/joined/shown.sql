-- shown.sql: whose steps are shown, of the ?1 slowest?
SELECT from_side, sent FROM slowest WHERE nth <= ?1 UNION SELECT to_side, seen FROM slowest WHERE nth <= ?1
