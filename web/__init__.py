"""The desk: pages for people, an API for programs, and who may do what."""
