-- ovs_lost_text(why, netns, ifindex): the same of what the datapath of Open vSwitch dropped; NULL: why is NULL.
SELECT printf('dropped by Open vSwitch: %s, on %s', enum_text('ovs_drop_why', ?1), device(?2, ?3)) WHERE ?1 IS NOT NULL
