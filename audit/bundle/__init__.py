"""What an auditor takes away: one course with its proofs as a zip, and `verify.py`, which checks it anywhere.

`verify.py` goes into each bundle as it stands here, so it imports nothing of this program.
"""
