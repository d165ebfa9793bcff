"""What forms offer to choose from, read off the course."""

from collections.abc import Sequence
from datetime import UTC, datetime

from course.agenda.worklist import needs
from course.model.record import CourseRecord
from course.model.terms import SessionStatus
from course.rules import stop_review
from course.scores import outcome_rule, secondary
from pages.acts.form import Option
from services.typed.times import shown

AHEAD = frozenset({SessionStatus.PLANNED, SessionStatus.CONFIRMED})


def visits(*statuses: SessionStatus) -> "Sessions":
    """The visits of these statuses, or of any."""
    return Sessions(frozenset(statuses or SessionStatus))


class Sessions:
    """The visits of a course that a form may be about, soonest first."""

    def __init__(self, statuses: frozenset[SessionStatus]) -> None:
        self.statuses = statuses

    def __call__(self, record: CourseRecord) -> Sequence[Option]:
        """Session id, and number and time in words."""
        return [
            (one.id, f"session {one.ordinal}, {shown(record.zone, one.start)}")
            for one in record.sessions
            if one.status in self.statuses
        ]


def items(record: CourseRecord) -> Sequence[Option]:
    """Tasks and escalations that nobody has resolved."""
    tasks = [(one.id, one.text) for one in record.tasks if one.resolved_at is None]
    escalations = [(one.id, "escalation") for one in record.escalations if one.resolved_at is None]
    return [*escalations, *tasks]


def recorded(record: CourseRecord) -> Sequence[Option]:
    """What can be put right: scores, doses, and entries, newest first."""
    zone = record.zone
    scores = [
        (one.id, f"{one.instrument} {one.said}, {shown(zone, one.at)}") for one in record.scores if not one.voided
    ]
    doses = [(one.session, f"dose {one.mg} mg, {shown(zone, one.at)}") for one in record.valid_doses]
    entries = [(f"entry{one.number}", f"entry {one.number}: {one.text[:80]}") for one in record.entries[-40:]]
    return [*reversed(scores), *reversed(doses), *reversed(entries)]


def instruments(record: CourseRecord) -> Sequence[Option]:
    """The questionnaires of the course, the primary one first."""
    primary = record.protocol.outcome.instrument
    return sorted(((name, one.title) for name, one in record.instruments.items()), key=lambda one: one[0] != primary)


def waiting(record: CourseRecord) -> Sequence[Option]:
    """What waits for a person, by kind."""
    found = {str(one.kind): one.text for one in needs(record, datetime.now(UTC))}
    return list(found.items())


def therapies(record: CourseRecord) -> Sequence[Option]:
    """The therapies that run beside the infusions, and the contact after one."""
    return [*((one.id, one.name) for one in record.therapies), ("integration", "integration after an infusion")]


def medicines(record: CourseRecord) -> Sequence[Option]:
    """The medicines whose change is on record."""
    return [(one.id, one.name) for one in record.medicines]


def gates(record: CourseRecord) -> Sequence[Option]:
    """The gates of the protocol."""
    return [(one.id, one.text) for one in record.protocol.gates]


def checks(record: CourseRecord) -> Sequence[Option]:
    """The long-term checks that the protocol asks for."""
    return [(one.id, one.text) for one in record.protocol.long_term]


def readings(record: CourseRecord) -> Sequence[Option]:
    """How the scores read against the protocol's own criteria: what is read, and how."""
    base, last = outcome_rule.baseline(record), outcome_rule.latest(record)
    relapse, stop = outcome_rule.relapse(record), stop_review.read(record)
    found = [
        ("Baseline", "none before the first infusion" if base is None else base.said),
        ("Outcome", "not computable yet" if last is None else last.sentence),
        ("Relapse", relapse.state),
        ("Stop review", stop.sentence),
    ]
    beside = [(record.instruments[one.instrument].title, one.sentence) for one in secondary.readings(record)]
    return [*((what, str(how)) for what, how in found), *beside]
