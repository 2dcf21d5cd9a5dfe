-- hidden_text(): what the recording kernel keeps from BPF, in words; NULL when nothing is known to be kept.
SELECT printf('the recording kernel runs no BPF program while one of %d threads of its own is on the CPU (%s), '
	|| 'so packets handled in interrupts above them were not recorded and are counted as neither seen nor lost',
	CAST(config_value('host.hidden_threads') AS INTEGER), config_value('host.hidden_names'))
WHERE CAST(config_value('host.hidden_threads') AS INTEGER) > 0
