-- threads_text(tids): the threads of a JSON array, each once.
SELECT group_concat(text, ', ') FROM (SELECT DISTINCT thread_text(value) AS text FROM json_each(?1) ORDER BY value)
