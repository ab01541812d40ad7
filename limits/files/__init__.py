"""The rules and calendars as files: read key by key, and refused with place, fault and example."""
