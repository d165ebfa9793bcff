"""The scenario file: its shape, its times, what it may not say, and the acts and outcomes that it names."""
