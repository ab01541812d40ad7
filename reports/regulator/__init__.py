"""The regulator's data file: one row for each application of a period, without customers' names or addresses."""
