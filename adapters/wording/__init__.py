"""What a file of texts says, what it may not say, and how its language writes dates."""

from adapters.wording.facts import FACTS
from adapters.wording.file import TextFile

__all__ = ["FACTS", "TextFile"]
