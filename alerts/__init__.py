"""Who must be told what, and since when: levels reached on a date."""
