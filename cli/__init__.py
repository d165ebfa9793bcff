"""Commands behind starter.py."""
