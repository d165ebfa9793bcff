"""Patients and staff as persons: enrolled, put right, reached; who answers for what, who is on call, who looked.

What is done to a course stands in `services/session.py`; what a patient writes, in `services/replies`.
"""
