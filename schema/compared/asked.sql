-- asked.sql: of each run a number that is the same of runs that were asked for the same.
SELECT dense_rank() OVER (ORDER BY asked) FROM asked ORDER BY run
