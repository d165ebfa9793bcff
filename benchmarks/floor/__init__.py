"""A small idiomatic Temporal program that does a course's work and nothing else: what the engine itself costs."""
