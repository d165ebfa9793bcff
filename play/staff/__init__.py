"""Synthetic people: a staff that does everything right and on time, and a patient who answers."""
