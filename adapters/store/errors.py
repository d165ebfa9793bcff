"""What the store refuses."""


class StoreError(Exception):
    """One sentence about what is wrong and what would be right; it names ids, never people."""
