"""Enrolling, gates, laboratory, clearance, and putting a patient's name or address right."""
