"""What every act says: who, when, why; and the text that people may write."""

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from course.model.base import Instant
from course.model.parts import Actor

REASON_MAX = 2_000
NOTE_MAX = 8_000
JOINING = "\n\t\u200c\u200d"
"""Ends of lines, and what Persian and Indic names and emoji of several people are joined with."""


def clean(text: str) -> str:
    """The text without its edges; control and direction characters are refused with a ValueError."""
    stripped = text.strip()
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co"} and one not in JOINING for one in stripped):
        raise ValueError("text may not hold control or direction characters: type it again without them")
    return stripped


Line = Annotated[str, Field(max_length=REASON_MAX), AfterValidator(clean)]
Prose = Annotated[str, Field(max_length=NOTE_MAX), AfterValidator(clean)]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
OccasionRef = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}/[a-z0-9_]{1,32}/[0-9]{1,6}$")]


class BaseAct(BaseModel):
    """Who did it, when it was written down, when it was true, and why; `request_id` makes it safe to repeat.

    `sure` says that a value which lies far from what is expected was looked at again and is so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str
    request_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,64}$")]
    actor: Actor
    made_at: Instant
    effective_at: Instant | None = None
    reason: Line = ""
    sure: bool = False

    @property
    def happened_at(self) -> datetime:
        """When it was true; when it was written down unless said otherwise."""
        return self.effective_at or self.made_at
