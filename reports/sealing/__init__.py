"""Closing a period: its facts kept under a chained hash, and whether anybody changed them."""
