"""Who comes in, what they may do, what they see, and what was done once."""
