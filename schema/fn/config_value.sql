-- config_value(key): a fact about the recording, or NULL.
SELECT value FROM config WHERE key = ?1
