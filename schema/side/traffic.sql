SELECT nth, traffic, packets, in_time, late, lost_here, elsewhere, unmissed + unknown, longest_ns FROM traffic
