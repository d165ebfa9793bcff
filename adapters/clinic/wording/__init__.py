"""What a file of texts says, what it may not say, and how its language writes dates."""

from adapters.clinic.wording.facts import FACTS
from adapters.clinic.wording.file import TextFile

__all__ = ["FACTS", "TextFile"]
