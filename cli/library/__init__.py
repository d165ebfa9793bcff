"""Protocols and instruments of the clinic; no server and no sign-in needed."""
