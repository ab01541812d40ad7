"""Scheduled work: which slots there are, who does one, and what is overdue."""
