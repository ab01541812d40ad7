"""The month in numbers, and its documents."""
