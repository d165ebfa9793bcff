"""The clinical rules: gates, clearance, dosing, vital signs, holds, leaving, safety, stop review, boosters.

Each says what stands against something and why; the numbers stand in the clinic's files. Nothing here changes a
record. How scores read is in `course/scores`; when something falls due is in `course/agenda`.
"""
