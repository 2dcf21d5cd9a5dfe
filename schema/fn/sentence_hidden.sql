-- sentence_hidden(): what does the recording kernel not show to anybody?
SELECT printf('The recording kernel keeps %s threads of its own from BPF: '
	|| 'packets handled in interrupts above them were not seen.',
	config_value('host.hidden_threads')) WHERE hidden_text() IS NOT NULL
