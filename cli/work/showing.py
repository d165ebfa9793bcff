"""One course as a page on a terminal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from activities.ports import Contact
from adapters.store.messages.sends import Sent
from adapters.store.people.directory import Patient
from cli.output import table
from course.agenda.worklist import needs
from course.agenda.worklist_words import todo
from course.handlers.adverse_events import said
from course.model.parts import Evaluation, Score
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, Phase
from course.model.visit import Event, Session
from course.rules.followup import became, counted
from course.scores import secondary
from course.views.forecast import forecast
from services.reading.course_words import order_of, reached_by, state_of
from services.typed.times import shown

BARS = "▁▂▃▄▅▆▇█"
SHOWN_MOST = 15
EXCLUDES = frozenset({GateKind.ABSOLUTE, GateKind.RELATIVE, GateKind.FLAG})
"""Gates that are usually answered no; the others yes."""


def show_course(
    record: CourseRecord, patient: Patient | None, contact: Contact | None, messages: Sequence[Sent], now: datetime
) -> None:
    """Print who, where it stands and what waits and comes; then order, sessions, scores, messages and entries."""
    zone = record.zone
    if patient is not None:
        print(f"{patient.name}   born {patient.birth_date}   {f'MRN {patient.mrn}' if patient.mrn else ''}")
    print(f"Course {record.course_id} at {record.site}, {record.protocol.title} {record.protocol.version}")
    print(state_of(record))
    print(f"Answers for it: {record.owner_name or record.owner} ({record.owner})")
    print(f"Order: {order_of(record.order, record.protocol.dose.basis)}")
    print(f"Reached by: {reached_by(record, contact)}")
    table(
        ("who does what", "due", "item"),
        [(todo(need), shown(zone, need.due), need.subject) for need in needs(record, now)],
        "Waits for a person",
    )
    ahead = forecast(record, now, now + timedelta(days=14))
    table(("when", "", "what"), [(shown(zone, one.at), one.kind, one.text) for one in ahead[:SHOWN_MOST]], "Comes next")
    print(curve(record))
    table(
        ("session", "visit", "is", "mg", "BP", "comfort", "confirmed"),
        [_session(record, one) for one in record.sessions],
        "Sessions",
    )
    table(
        ("score", "instrument", "when", "total", "reads"),
        [_score(record, one) for one in record.scores[-SHOWN_MOST:]],
        "Scores",
    )
    beside_it(record)
    table(
        ("evaluated", "decided", "by", "the patient's wish", "changed since"),
        [_evaluated(record, one) for one in record.evaluations],
        "Evaluations",
    )
    table(("gate", "what", "answer", "since", "by"), _gates(record), "Gates")
    table(("gate", "value", "is", "upper limit", "first", "drawn"), _labs(record), "Laboratory")
    table(
        ("medicine", "at intake", "now", "since intake"),
        [(one.name, one.at_intake, one.now, became(one)) for one in record.taken],
        f"Medicines: {counted(record.taken)}" if record.medicines_listed_at or record.taken else "Medicines",
    )
    table(
        ("event", "when", "what", "session"),
        [(one.id, shown(zone, one.at), _event(one), one.session) for one in record.events[-SHOWN_MOST:]],
        "Adverse events",
    )
    table(
        ("when", "message", "became", "why not"),
        [
            (shown(zone, one.as_of), ", ".join(one.kinds).replace("_", " "), one.state, one.reason)
            for one in messages[-SHOWN_MOST:]
        ],
        "Messages",
    )
    not_sent = [(name, mark) for name, mark in record.occasions.items() if mark.state == "suppressed"]
    table(
        ("occasion", "when", "why"), [(name, shown(zone, mark.at), mark.reason) for name, mark in not_sent], "Not sent"
    )
    table(
        ("#", "when", "who", "what", "why"),
        [(str(one.number), shown(zone, one.at), one.by, one.text, one.reason) for one in record.entries[-SHOWN_MOST:]],
        "Page",
    )


def beside_it(record: CourseRecord) -> None:
    """The secondary measures beside the primary one; they decide nothing."""
    table(
        ("instrument", "reads"),
        [(record.instruments[one.instrument].title, one.sentence) for one in secondary.readings(record)],
        "Beside the primary measure",
    )


def curve(record: CourseRecord) -> str:
    """The primary scores as bars, first to last."""
    scores = record.primary_scores[-40:]
    if not scores:
        return "No scores yet."
    top = max(1, *(score.points for score in scores))
    bars = "".join(BARS[round(score.points * (len(BARS) - 1) / top)] for score in scores)
    return f"{scores[0].instrument} {bars}  {' '.join(score.said for score in scores[-12:])}"


def _score(record: CourseRecord, score: Score) -> tuple[str, ...]:
    void = " (void)" if score.voided else ""
    return (score.id + void, score.instrument, shown(record.zone, score.at), score.said, score.reads)


def _evaluated(record: CourseRecord, one: Evaluation) -> tuple[str, ...]:
    changed = "scores or doses" if one.inputs_changed else ""
    return (shown(record.zone, one.at), one.decision, one.by, one.wish, changed)


def _gates(record: CourseRecord) -> list[tuple[str, ...]]:
    """Every gate while the intake runs; later those that have another answer than the usual one."""
    found: list[tuple[str, ...]] = []
    for gate in record.protocol.gates:
        state = record.gates.get(gate.id)
        usual = GateAnswer.NO if gate.kind in EXCLUDES else GateAnswer.YES
        if record.phase is not Phase.INTAKE and (state is None or state.answer is usual):
            continue
        value = ("unanswered", "", "") if state is None else (state.answer, shown(record.zone, state.since), state.by)
        found.append((gate.id, gate.text, *value))
    return found


def _labs(record: CourseRecord) -> list[tuple[str, ...]]:
    """The last value of each analyte."""
    return [
        (
            gate,
            one.analyte,
            f"{one.value} {one.unit}".strip(),
            "" if one.upper_limit is None else str(one.upper_limit),
            f"{one.first} {one.first_unit}".strip(),
            shown(record.zone, one.drawn),
        )
        for gate, state in record.gates.items()
        for one in state.results
    ]


def _event(event: Event) -> str:
    void = " (void)" if event.voided else ""
    return f"{said(event)}{void}"


def _session(record: CourseRecord, session: Session) -> tuple[str, ...]:
    pressure = f"{session.vitals[0].systolic}/{session.vitals[0].diastolic}" if session.vitals else ""
    moved = f" (was {shown(record.zone, session.moved_from)})" if session.moved_from else ""
    return (
        session.id,
        shown(record.zone, session.start) + moved,
        session.status.replace("_", " ")
        + (f" ({session.code})" if session.code and not session.status.is_dosed else ""),
        str(session.mg or ""),
        pressure,
        " ".join(one.comfort_said for one in record.valid_doses if one.session == session.id),
        shown(record.zone, session.confirmed_at),
    )
