"""The rules of a treatment course: pure functions over a record, with no clock, no I/O and no randomness."""
