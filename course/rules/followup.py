"""What falls due beside the infusions: therapies, reviews of medicines, long-term checks."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from course.model.base import days, hours
from course.model.need import Need
from course.model.protocol.adjunct import INTEGRATION, TakenMedicine
from course.model.record import CourseRecord
from course.model.terms import NeedKind, Phase, Role
from course.rules.labs import same_unit

_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([^0-9 ].*)")
"""A dose: an amount and its unit."""

THERAPY_GRACE_DAYS = 2
MEDICINE_GRACE_DAYS = 2
CHECK_GRACE_DAYS = 14
"""How long after it opens each is due. [set]"""


def followups(record: CourseRecord) -> Iterator[Need]:
    """All of them that the record foresees."""
    yield from _integration(record)
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


def _integration(record: CourseRecord) -> Iterator[Need]:
    """The contact after the last infusion, until somebody spoke with the patient."""
    rule, infused = record.protocol.integration, record.last_infusion_at
    if rule is None or infused is None or (record.contacted_at is not None and record.contacted_at > infused):
        return
    text = f"contact after the infusion of {record.zone.local(infused):%d %b}: was the patient spoken with?"
    opens, due = infused + hours(rule.hours_min), infused + hours(rule.hours_max)
    yield Need(NeedKind.THERAPY, INTEGRATION, opens, due, Role.COORDINATOR, text)


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


def list_after(taken: tuple[TakenMedicine, ...], name: str, now: str) -> tuple[TakenMedicine, ...]:
    """The list of medicines after a change of one, which joins it where it is new."""
    known = next((one for one in taken if one.name.casefold() == name.casefold()), None)
    if known is None:
        return (*taken, TakenMedicine(name=name, now=now)) if now else taken
    return tuple(one.with_(now=now) if one is known else one for one in taken)


def became(medicine: TakenMedicine) -> str:
    """What has become of a medicine since intake; doses in different units, or in none, are not compared."""
    if not medicine.now:
        return "stopped"
    if not medicine.at_intake:
        return "begun since intake"
    if medicine.now == medicine.at_intake:
        return "as at intake"
    before, after = _AMOUNT.fullmatch(medicine.at_intake.strip()), _AMOUNT.fullmatch(medicine.now.strip())
    if before is None or after is None or not same_unit(before[2], after[2]):
        return "changed"
    return "reduced" if Decimal(after[1]) < Decimal(before[1]) else "increased"


def counted(taken: tuple[TakenMedicine, ...]) -> str:
    """How many medicines there were at intake, and what has become of them."""
    if not taken:
        return "none"
    at_intake = sum(bool(one.at_intake) for one in taken)
    ways = [became(one) for one in taken]
    lines = [f"{ways.count(way)} {way}" for way in dict.fromkeys(ways)]
    return f"{at_intake} at intake; now {', '.join(lines)}"


def missing_baselines(record: CourseRecord) -> Iterator[str]:
    """What later answers are compared with and was not asked at intake, a sentence each."""
    for rule in record.protocol.long_term:
        if rule.at_intake and rule.id not in record.baselines:
            yield f"{rule.id} has no baseline: ask for {rule.at_intake}, with `check`"
    if record.medicines_listed_at is None and any(rule.at_intake for rule in record.protocol.long_term):
        yield "there is no list of medicines: record each, or none, with `medicine --at-intake`"
