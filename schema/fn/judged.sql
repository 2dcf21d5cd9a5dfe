-- judged(): was the analysis judged? One that an older version made was not.
SELECT EXISTS (SELECT 1 FROM rule)
