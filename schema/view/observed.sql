-- Can anything be said about these record types? :types is a JSON array of names.
SELECT EXISTS (SELECT 1 FROM json_each(:types) WHERE observed(value))
