-- sentence_limits(): what was not meant to be recorded?
SELECT printf('The recording holds only %s.', packet_limit()) WHERE packet_limit() IS NOT NULL
