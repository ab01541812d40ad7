"""Periodic duties of the supervision standard: their rounds, their levels, and who did them."""
