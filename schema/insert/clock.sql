INSERT OR IGNORE INTO clock(
	mono_ns, real_ns, boot_ns, tai_ns, error_ns
) VALUES(?, ?, ?, ?, ?);
