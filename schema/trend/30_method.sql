-- method: How was it told?
SELECT
	'each run is one observation, compared with those before it by Student''s t; p-values of all figures of a run '
	|| 'adjusted after Benjamini and Hochberg, level 0.05; the interval is that of one more run' AS text
UNION ALL SELECT
	'a run that differs is left out of what later ones are compared with, unless the next one differs the '
	|| 'same way: then these two are the level to be like, and with two nothing can be told of the next';
