"""Finished documents read back: each format as blocks, whoever wrote the file, and never more of it than is counted."""
