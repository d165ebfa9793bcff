"""What goes on beside the infusions: adjunctive therapies, changes of medicines, requests for a booster."""

from datetime import datetime

from course.model.base import Carried, Instant


class Therapy(Carried):
    """An adjunctive therapy with its cadence in days: when it is next due, how often the patient came and missed."""

    id: str
    name: str
    every_days: int
    next_at: Instant
    came: int = 0
    missed: int = 0
    ended_at: Instant | None = None


class Medicine(Carried):
    """A change of a medicine, from when; one that a prescriber ordered is reviewed by a date."""

    id: str
    name: str
    was: str = ""
    now: str = ""
    starts: Instant
    ordered: bool = False
    by: str = ""
    review_at: Instant | None = None
    reviewed_at: Instant | None = None

    @property
    def review_due(self) -> datetime | None:
        """When somebody is to look at it, while nobody has."""
        return self.review_at if self.reviewed_at is None else None


class LongTerm(Carried):
    """Something that long treatment asks for at intervals, such as urinary symptoms; `at_intake` is its baseline."""

    id: str
    text: str
    every_days: int
    at_intake: str = ""
    source: str = "[set]"


class Baseline(Carried):
    """What such a check found before treatment began."""

    at: Instant
    positive: bool
    detail: str = ""

    @property
    def said(self) -> str:
        """The answer with its detail."""
        return f"{'yes' if self.positive else 'no'}{f' ({self.detail})' if self.detail else ''}"


class TakenMedicine(Carried):
    """A medicine with its dose at intake, empty where it was begun later, and its dose now, empty where stopped."""

    name: str
    at_intake: str = ""
    now: str = ""


class Integration(Carried):
    """Somebody speaks with the patient `hours_min` to `hours_max` hours after each infusion."""

    hours_min: int
    hours_max: int


INTEGRATION = "integration"
"""The name under which such a contact is recorded."""

NO_MEDICINE = "none"
"""The name under which an empty list of medicines is recorded."""
