"""Occasions: what a course does by itself, each known by what it is about and never by its time."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from course.model.base import days, hours, minutes
from course.model.parts import Mark
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, OccasionState


@dataclass(frozen=True)
class Rule:
    """How one kind behaves: rank among simultaneous ones, when it is stale, and when a moved visit repeats it."""

    rank: int
    stale_after: timedelta | None = None
    resend_if_moved_by: timedelta | None = None
    capped: bool = False
    merges: bool = False


RULES: dict[OccasionKind, Rule] = {
    OccasionKind.ESCALATION: Rule(rank=0),
    OccasionKind.CANCELLED: Rule(rank=1, stale_after=days(7)),
    OccasionKind.MOVED: Rule(rank=2, stale_after=days(7)),
    OccasionKind.CLOSED: Rule(rank=3, stale_after=days(14)),
    OccasionKind.PLAN: Rule(rank=4, stale_after=days(14)),
    OccasionKind.VISIT_2H: Rule(rank=5, stale_after=hours(14), resend_if_moved_by=minutes(30), merges=True),
    OccasionKind.VISIT_24H: Rule(rank=6, stale_after=hours(24), resend_if_moved_by=hours(12)),
    OccasionKind.VISIT_72H: Rule(rank=7, stale_after=hours(48), resend_if_moved_by=hours(48)),
    OccasionKind.NO_SHOW: Rule(rank=8, stale_after=days(2)),
    OccasionKind.FORMS: Rule(rank=9, stale_after=days(3.5), capped=True, merges=True),
    OccasionKind.MEASURE: Rule(rank=10, stale_after=days(4.5), capped=True, merges=True),
    OccasionKind.BOOK: Rule(rank=11, stale_after=days(14.5), capped=True, merges=True),
    OccasionKind.LAPSED: Rule(rank=12, stale_after=days(6.5), capped=True, merges=True),
    OccasionKind.CHECKIN: Rule(rank=13, stale_after=hours(20), capped=True, merges=True),
    OccasionKind.CALENDAR: Rule(rank=14),
    OccasionKind.ARCHIVE: Rule(rank=15),
}
"""Every kind's rule. [set] Capped kinds wait whole days, so their `stale_after` is never a whole number of days."""

CAP = "cap"
"""How the reason begins of what waits because the patient has had messages enough."""

REMINDERS = (OccasionKind.VISIT_72H, OccasionKind.VISIT_24H, OccasionKind.VISIT_2H)
"""Visit reminders, from the first to the last; a late booking collapses them into the last that is due."""


@dataclass(frozen=True)
class Occasion:
    """One thing due at an instant; `about` is the visit time that it speaks of, `order` breaks ties by number.

    `put_off_from` is when it was first due, where a cap or a failed job put it off. A safety question is put off by no
    cap; what presses, from an instant on, waits for the next day at most.
    """

    subject: str
    kind: OccasionKind
    ordinal: int
    at: datetime
    about: datetime | None = None
    order: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    urgent: bool = False
    safety: bool = False
    presses_from: datetime | None = None
    put_off_from: datetime | None = None

    @property
    def id(self) -> str:
        """The occasion's identity: subject, kind and ordinal, no time."""
        return f"{self.subject}/{self.kind}/{self.ordinal}"

    @property
    def sort_key(self) -> tuple[datetime, int, int, int]:
        """Instant, then safety first, then session number, then kind."""
        rank = RULES[self.kind].rank
        return (self.at, 0 if self.kind is OccasionKind.ESCALATION else 1, self.order, rank)


def mark(record: CourseRecord, subject: str, kind: OccasionKind, ordinal: int) -> Mark | None:
    """What has become of an occasion, or None while it is merely due."""
    return record.occasions.get(f"{subject}/{kind}/{ordinal}")


def open_at(record: CourseRecord, occasion: Occasion) -> Occasion | None:
    """The occasion while it is still to be done, at the later time that it was put off to; else None."""
    held = record.occasions.get(occasion.id)
    if held is None:
        return occasion
    if held.state is OccasionState.LATER and held.until is not None:
        if occasion.safety and held.reason.startswith(CAP):
            return occasion
        return replace(occasion, at=max(occasion.at, held.until), put_off_from=occasion.at)
    return None


def last_ordinal(record: CourseRecord, subject: str, kind: OccasionKind) -> tuple[int, Mark | None]:
    """The highest ordinal that has a mark for this subject and kind, with the mark; 0 and None before the first."""
    ordinal, found = 0, None
    while (following := mark(record, subject, kind, ordinal + 1)) is not None:
        ordinal, found = ordinal + 1, following
    return ordinal, found
