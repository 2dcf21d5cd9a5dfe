-- Was the analysis limited to the devices ?1?
SELECT config_value('analyze.iface') IS ?1
