"""What a row of the worklist asks for, in words: who does what."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from course.model.need import Need
from course.model.terms import NeedKind, Role

SHOWN_MOST = 160

BEFORE: dict[NeedKind, str] = {
    NeedKind.ESCALATION: "see to the escalation",
    NeedKind.HOLD_REVIEW: "review the hold",
    NeedKind.SCHEDULE: "plan the visits",
    NeedKind.CONFIRM: "ask the patient to confirm",
    NeedKind.NOT_READY: "get the visit ready",
    NeedKind.RECORD: "write down the visit",
    NeedKind.LEAVE: "write down the leaving",
    NeedKind.MEASURE: "ask for the questionnaire",
    NeedKind.EVALUATE: "evaluate",
    NeedKind.BOOK: "book with the patient",
    NeedKind.LAPSED: "call the patient",
    NeedKind.THERAPY: "write down the therapy",
    NeedKind.MEDICINE: "sign a medicine",
}
"""What to do, where the row's own text says why; other rows say both."""

WHO: dict[NeedKind, Role] = {
    NeedKind.ESCALATION: Role.PRESCRIBER,
    NeedKind.CLEAR: Role.PRESCRIBER,
    NeedKind.SCHEDULE: Role.COORDINATOR,
    NeedKind.CONFIRM: Role.COORDINATOR,
    NeedKind.RECORD: Role.NURSE,
    NeedKind.LEAVE: Role.NURSE,
    NeedKind.MEASURE: Role.COORDINATOR,
    NeedKind.EVALUATE: Role.PRESCRIBER,
    NeedKind.BOOK: Role.COORDINATOR,
    NeedKind.LAPSED: Role.COORDINATOR,
    NeedKind.THERAPY: Role.COORDINATOR,
}
"""Who does what the kind of a row says by itself: lists read the kinds, so no course writes these words down."""


def todo(need: Need) -> str:
    """One row, such as `nurse: write down the visit (session 3: what happened?)`."""
    first = BEFORE.get(need.kind)
    value = need.text if first is None else f"{first} ({need.text})"
    whole = f"{need.role}: {value}"
    return whole if len(whole) <= SHOWN_MOST else f"{whole[: SHOWN_MOST - 1]}…"


def brief(need: Need) -> str:
    """The row as a list of many shows it."""
    return todo(replace(need, text=need.short or need.text))


def listed(kinds: Collection[str], own: Sequence[str]) -> tuple[str, ...]:
    """A course's rows on a list of many: an escalation first, its own words next, then what its kinds say."""
    fields = {kind: f"{who}: {BEFORE.get(kind, 'sign clearance')}" for kind, who in WHO.items() if kind in kinds}
    first = fields.pop(NeedKind.ESCALATION, None)
    return (*((first,) if first else ()), *own, *fields.values())
