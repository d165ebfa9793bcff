"""What falls due beside the infusions: therapies, reviews of medicines, long-term checks."""

from collections.abc import Iterator
from datetime import datetime

from course.carried import days
from course.need import Need
from course.record import CourseRecord
from course.terms import NeedKind, Phase, Role

THERAPY_GRACE_DAYS = 2
MEDICINE_GRACE_DAYS = 2
CHECK_GRACE_DAYS = 14
"""How long after it opens each is due. [set]"""


def followups(record: CourseRecord) -> Iterator[Need]:
    """All of them that the record foresees."""
    for therapy in record.therapies:
        if therapy.ended_at is None:
            text = f"{therapy.name}: did the patient come?"
            due = therapy.next_at + days(THERAPY_GRACE_DAYS)
            yield Need(NeedKind.THERAPY, therapy.id, therapy.next_at, due, Role.COORDINATOR, text)
    for medicine in record.medicines:
        opens = medicine.review_due
        if opens is not None:
            due = opens + days(MEDICINE_GRACE_DAYS)
            text = f"review of {medicine.name}, {change_of(medicine.was, medicine.now)}"
            yield Need(NeedKind.MEDICINE, medicine.id, opens, due, Role.PRESCRIBER, text)
    for check_id, opens in checks_due(record):
        rule = next(one for one in record.protocol.long_term if one.id == check_id)
        yield Need(NeedKind.CHECK, check_id, opens, opens + days(CHECK_GRACE_DAYS), Role.NURSE, f"ask: {rule.text}")


def checks_due(record: CourseRecord) -> Iterator[tuple[str, datetime]]:
    """When each long-term check is next asked, counted from the last time or from the start of maintenance."""
    if record.phase is not Phase.MAINTENANCE or record.maintained is None:
        return
    for rule in record.protocol.long_term:
        yield rule.id, record.checks.get(rule.id, record.maintained.since) + days(rule.every_days)


def change_of(was: str, now: str) -> str:
    """A change of a medicine in a few words."""
    if not now:
        return f"stopped, was {was}"
    return f"{was} to {now}" if was else f"begun, {now}"
