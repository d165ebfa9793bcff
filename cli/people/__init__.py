"""Accounts, signing in, who is on call, who looked at what."""
