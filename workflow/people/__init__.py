"""The organisation: units, people, their posts and absences, and who is to be told."""
