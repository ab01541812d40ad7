"""The room for pages and API; the desk moves in here."""
