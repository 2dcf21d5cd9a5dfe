-- record_with_room(): the command that records the same and loses less.
SELECT record_with('') || ' --ring 32M (more room between kernel and netrec)'
