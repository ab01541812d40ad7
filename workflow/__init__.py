"""The application: steps, events, clocks, store, import."""
