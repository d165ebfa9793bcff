"""Patients and staff as persons: who they are, who answers for what, who is on call."""
