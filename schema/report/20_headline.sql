-- headline: In short
-- One file a sentence: schema/fn/sentence_….sql. One that has nothing to say is NULL.
SELECT column1 AS text
FROM (VALUES (sentence_drops()), (sentence_time()), (sentence_upcalls()), (sentence_retransmits()),
	(sentence_cpu_waits()), (sentence_stolen()), (sentence_counters()),
	(sentence_cut()), (sentence_limits()), (sentence_hidden()), (sentence_cost()), (sentence_losses()),
	(sentence_unseen()))
WHERE column1 IS NOT NULL;
