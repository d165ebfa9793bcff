"""Patients, staff, who is on call, who has signed in, who looked at what."""
