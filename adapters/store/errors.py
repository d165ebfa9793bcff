"""What the store refuses, and that it is not there."""


class StoreError(Exception):
    """One sentence about what is wrong and what would be right; it names ids, never people."""


class StoreDownError(StoreError):
    """The store cannot be read or written now: it is full, locked, or gone."""
