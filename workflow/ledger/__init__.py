"""The 业扩台账: read row by row, taken or refused, and imported as records."""
