"""From facts to figures: pure functions, shaped with pandas."""
