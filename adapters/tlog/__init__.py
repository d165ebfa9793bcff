"""The formats of a transparency log: RFC 6962 trees, C2SP notes, checkpoints and tiles, RFC 8785 JSON.

Pure but for `folder.py`, which keeps a published log on a disk. What the clinic's log says is no concern of this room.
"""
