"""The arithmetic of time and the rules as data.

Pure: no database, no wall clock, nothing of ours imported.  Whoever needs "now" passes it in.
"""
