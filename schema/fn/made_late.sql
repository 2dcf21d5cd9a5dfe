-- made_late(share, part_ns, interval_ns): is this what made intervals late? share: its part of their time; part_ns: its
-- longest stretch; interval_ns: the longest interval. One stretch is as long as a late packet takes, or it is the
-- larger part of late ones: of those who have a CPU in turns, each has it for a short while only.
SELECT ?2 >= late_ns() OR (?1 >= 0.5 AND ?3 >= late_ns())
