-- When were records of packets lost?
SELECT from_ns, to_ns FROM gap
WHERE type IS NULL OR record_name(type) IN ('packet', 'hop', 'tun_ring', 'drop', 'free')
