"""The scenario file: its shape, its times, and the acts and outcomes that it names."""
