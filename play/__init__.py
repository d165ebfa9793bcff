"""Scenarios: a file that says what differs, and the player that lives it on the real server in virtual time."""
