"""What a row of the worklist asks for, in words: who does what."""

from course.need import Need
from course.terms import NeedKind

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


def todo(need: Need) -> str:
    """One row, such as `nurse: write down the visit (session 3: what happened?)`."""
    first = BEFORE.get(need.kind)
    said = need.text if first is None else f"{first} ({need.text})"
    whole = f"{need.role}: {said}"
    return whole if len(whole) <= SHOWN_MOST else f"{whole[: SHOWN_MOST - 1]}…"
