"""Sentences that several of the auditor's lists end with."""

from datetime import datetime


def unreviewed(since: datetime | None) -> str:
    """Since when nothing was reviewed."""
    if since is None:
        return "Everything is reviewed."
    return f"Nothing since {since:%Y-%m-%d %H:%M} UTC is reviewed."
