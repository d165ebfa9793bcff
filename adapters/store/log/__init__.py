"""The append-only log of what must be provable: what an entry says, how it is written and checked.

A row and its entry are written in one transaction. Formats are `adapters/tlog`'s, checkpoints are the notary's.
"""
