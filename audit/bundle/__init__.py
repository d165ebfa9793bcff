"""What an auditor takes away: one course with its proofs as a zip, and `verify.py`, which checks it anywhere.

`verify.py` and `verify_log.py` go into each bundle as one file, so they import nothing else of this program.
"""
