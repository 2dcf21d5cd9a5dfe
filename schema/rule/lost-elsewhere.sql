-- rule: packets are lost or late beyond this host
-- needs: packet drop
-- about: elsewhere
-- unlike: neighbour-silent
-- advice: at the other end, at the same time: `netrec record -p host`; `tcpdump -ni DEVICE host ADDRESS` where they
-- advice: should arrive, hop by hop (`mtr ADDRESS`)
SELECT id AS symptom, packets, 0.8 AS confidence, 'beyond this host' AS site, place AS who,
	json_array('they left this host, which dropped none of them and got no answer in time') AS chain, NULL
FROM symptom WHERE kind = 'elsewhere'
