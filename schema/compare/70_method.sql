-- method: How was it compared?
SELECT printf('%d comparisons; windows of 1 s, blocks of up to %d; seed %d; p-values adjusted after Benjamini and '
	|| 'Hochberg, level 0.05', count(p), max(block_before, block_after), :seed) AS text
FROM (SELECT p, max(block_before) OVER () AS block_before, max(block_after) OVER () AS block_after FROM change) HAVING
	count(p) > 0
UNION ALL SELECT 'fewer than three recordings of a side: latencies are taken to differ by a factor of 1.6 from one '
	|| 'to the next anyway (a logarithm of 0.5)'
WHERE EXISTS (SELECT 1 FROM change WHERE p IS NOT NULL AND stat <> 'rate' AND block_before > 0)
UNION ALL SELECT 'effect: the probability that after is above before; 0.5: neither is, 1: always'
WHERE EXISTS (SELECT 1 FROM change WHERE p IS NOT NULL);
