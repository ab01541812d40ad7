"""What a period holds, counted in the database and kept as plain values: the thing that is sealed."""
