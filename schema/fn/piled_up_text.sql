-- piled_up_text(behind_ns, slow_ns): which part of the time somebody worked off what had piled up; NULL: next to none.
SELECT printf('then worked off what had piled up: %.0f %% of that time', 100.0 * ?1 / ?2) WHERE ?1 >= 0.05 * ?2
