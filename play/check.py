"""What a scenario may not say, beyond the shape of its file; and how it is read."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from adapters.clinic.zones import UnknownZoneError, zone_of
from course.library.findings import Finding, listed
from course.library.loading import Fault, LoadError, decoded, read
from course.model.calendar import Transition, Zone
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol
from course.scores.scoring import ScoringError, asked
from play.across import CloseSite, Disable
from play.drugs.stock import STOCK, AccountedFor, Amount, Discarded, PhysicalCount, Received
from play.scenario import when
from play.scenario.acting import (
    CAST,
    KINDS,
    ActContext,
    DetailError,
    act_of,
    check_details,
    default_role,
    events,
    readings,
)
from play.scenario.file import CLOSED, Answers, Life, Patient, Scenario, Step, Table, Visit
from services.typed.vitals import comfort

BEFALLS = ("signal", "cancel", "reply", "restart_worker", "kill_worker", "mail_refuses", "away")
"""What a step can do besides acts: things that befall a course or the system."""

ACROSS: dict[str, type[Table]] = {
    **{name: model for name, (_, model, _) in STOCK.items()},
    "discrepancy": AccountedFor,
    "disable": Disable,
    "close_site": CloseSite,
}
"""What a step can do across courses: drugs, people and sites; and the details that it takes."""

LASTING = ("mail_refuses", "away", "close_site")
"""What goes on for a while."""

Where = tuple[str | int, ...]
"""The way to a field of the file."""

SHOWN_MOST = 60
OLDEST = date(1900, 1, 1)
TRIGGERS = ("at", "day", "on_session", "after_session", "on_need", "on_task", "on_phase")

_DAY = datetime(2027, 1, 4, 9, tzinfo=UTC)
_UTC = Zone(name="UTC", transitions=(Transition(at=_DAY, offset_minutes=0),))
_MOMENT = ActContext(now=_DAY, start=_DAY, zone=_UTC)


class KnownNames:
    """The names that a scenario may use."""

    def __init__(
        self, protocols: dict[str, Protocol], instruments: dict[str, Instrument], sites: tuple[str, ...]
    ) -> None:
        self.protocols, self.instruments, self.sites = protocols, instruments, sites


def load_scenario(path: Path, known: KnownNames) -> Scenario:
    """The scenario in a file. Raises LoadError: one sentence a mistake, with its line."""
    try:
        text = decoded(path.read_bytes(), path.name)
    except OSError:
        raise LoadError([Fault(path.name, 0, "there is no such file that can be read")]) from None
    return parse_scenario(text, path.name, known)


def parse_scenario(text: str, file: str, known: KnownNames) -> Scenario:
    """The scenario in a text. Raises LoadError."""
    return read(text, file, Scenario, lambda scenario: findings(scenario, known))


def findings(scenario: Scenario, known: KnownNames) -> Iterator[Finding]:
    """Everything that a scenario says and cannot mean."""
    yield from _named(("protocol",), "protocol", scenario.protocol, tuple(known.protocols))
    if scenario.site is not None:
        yield from _named(("site",), "site", scenario.site, known.sites)
    yield from _readable(("start",), when.check_start, scenario.start)
    if scenario.until != CLOSED:
        for path, sentence in _readable(("until",), when.some, scenario.until):
            yield path, f"{sentence}; or `closed`"
    if scenario.others and scenario.until == CLOSED:
        yield ("until",), "a file with several courses runs for a span: write one, such as 30d"
    yield from _life((), scenario, scenario.protocol, known)
    for number, other in enumerate(scenario.others):
        path = ("others", number)
        if other.protocol is not None:
            yield from _named((*path, "protocol"), "protocol", other.protocol, tuple(known.protocols))
        yield from _readable((*path, "comes_after"), lambda text: when.within(text, scenario.until), other.comes_after)
        if other.same_patient and other.copies > 1:
            yield (*path, "copies"), "copies are different patients: leave same_patient or copies out"
        yield from _life(path, other, other.protocol or scenario.protocol, known)


def _life(path: Where, life: Life, protocol: str, known: KnownNames) -> Iterator[Finding]:
    """What is said of one course."""
    for one in life.patient.comfort:
        yield from _readable((*path, "patient", "comfort"), _comfortable, one)
    yield from _patient((*path, "patient"), life.patient)
    yield from _once((*path, "answers"), "instrument", [one.instrument for one in life.answers])
    yield from _once((*path, "visits"), "session", [one.session for one in life.visits])
    staff = (*path, "staff")
    yield from _readable((*staff, "visit_time"), when.clock, life.staff.visit_time)
    for name in ("first_visit_after", "reacts_after", "acknowledges_after", "resolves_after"):
        yield from _readable((*staff, name), when.span, getattr(life.staff, name))
    if protocol in known.protocols:
        gates = tuple(gate.id for gate in known.protocols[protocol].gates)
        for gate in life.staff.gates:
            yield from _named((*staff, "gates", gate), "gate", gate, gates)
    for number, answers in enumerate(life.answers):
        yield from _answers((*path, "answers", number), answers, known.instruments)
    for number, visit in enumerate(life.visits):
        yield from _visit((*path, "visits", number), visit)
    for number, step in enumerate(life.steps):
        yield from _step((*path, "steps", number), step)


def _comfortable(text: str) -> None:
    """Raise SayingError for what does not say how the room was."""
    try:
        comfort(text)
    except ValueError as wrong:
        raise DetailError(str(wrong)) from None


def _patient(path: Where, patient: Patient) -> Iterator[Finding]:
    today = datetime.now(UTC).date()
    if not OLDEST <= patient.born <= today:
        yield (*path, "born"), f"nobody who comes was born on {patient.born}: write a day from {OLDEST} to today"
    if patient.zone is None:
        return
    try:
        zone_of(patient.zone)
    except UnknownZoneError as wrong:
        yield (*path, "zone"), str(wrong)


def _once(path: Where, name: str, value: Sequence[object]) -> Iterator[Finding]:
    """Two tables of one thing: which of them counts cannot be known."""
    for number, one in enumerate(value):
        if one in value[:number]:
            yield (*path, number), f"{name} {one} stands twice: keep one"


def _named(path: Where, kind: str, name: str, known: tuple[str, ...]) -> Iterator[Finding]:
    if name not in known:
        yield path, f'there is no {kind} "{name}": known are {listed(sorted(known))}'


def _readable(path: Where, read_it: Any, text: str | tuple[str, ...]) -> Iterator[Finding]:
    try:
        read_it(text)
    except (when.WhenError, DetailError) as wrong:
        shown = text if isinstance(text, str) else ", ".join(text)
        yield path, f'"{_short(shown)}" cannot be read: {wrong}'


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_MOST else f"{text[:SHOWN_MOST]}..."


def _answers(path: Where, answers: Answers, instruments: dict[str, Instrument]) -> Iterator[Finding]:
    yield from _named((*path, "instrument"), "instrument", answers.instrument, tuple(instruments))
    yield from _readable((*path, "after"), when.span, answers.after)
    given = [name for name in ("totals", "by_day", "by_session") if getattr(answers, name)]
    if len(given) > 1:
        yield path, f"{listed(given)} contradict each other: keep one"
    instrument = instruments.get(answers.instrument)
    if instrument is None:
        return
    lowest = instrument.total_min
    for total in (*answers.totals, *answers.by_day.values(), *answers.by_session.values()):
        if not lowest <= total <= instrument.total_max:
            yield (*path, given[0]), f"totals of {instrument.id} are {lowest} to {instrument.total_max}, not {total}"
    yield from _once((*path, "exactly"), "number", [one.number for one in answers.exactly])
    for number, exact in enumerate(answers.exactly):
        try:
            asked(instrument, exact.items)
        except ScoringError as wrong:
            yield (*path, "exactly", number, "items"), str(wrong)


def _visit(path: Where, visit: Visit) -> Iterator[Finding]:
    yield from _readable((*path, "recorded_after"), when.span, visit.recorded_after)
    for one in visit.adverse:
        yield from _readable((*path, "adverse"), events, one)
    for name in ("readings", "during"):
        yield from _readable((*path, name), lambda texts: readings(texts, _DAY), getattr(visit, name))
    if visit.stops_after is not None and visit.minutes is not None:
        yield (*path, "stops_after"), "an infusion that is stopped has no other minutes: leave minutes out"


def _step(path: Where, step: Step) -> Iterator[Finding]:
    if step.do not in KINDS and step.do not in BEFALLS and step.do not in ACROSS:
        known = listed(sorted((*KINDS, *BEFALLS, *ACROSS)))
        yield (*path, "do"), f'"{step.do}" cannot be done: known are {known}'
        return
    yield from _when(path, step)
    if step.by is not None and step.by not in CAST:
        yield (*path, "by"), f"{step.by} does not act here: known are {listed(sorted(CAST))}"
    if (step.lasts is not None) != (step.do in LASTING):
        yield (
            (*path, "do"),
            "mail refuses, somebody is away, a site is closed for as long as it `lasts`: give it there, nowhere else",
        )
    if step.do == "away" and not isinstance(step.details.get("account"), str):
        yield (*path, "do"), 'somebody is away: details = { account = "lee" }'
    if step.raw is not None and step.do != "signal":
        yield (*path, "raw"), "only a signal has raw content: use details"
    if step.do == "reply" and not isinstance(step.details.get("text"), str):
        yield (*path, "do"), 'a reply has words: details = { text = "STOP" }'
    if step.do in ACROSS:
        yield from _across(path, step)
    if step.do in KINDS and (step.by is None or step.by in CAST):
        yield from _details(path, step)


def _across(path: Where, step: Step) -> Iterator[Finding]:
    """The details of what reaches across courses."""
    try:
        value = ACROSS[step.do].model_validate(step.details)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(one) for one in first["loc"]) or step.do
        known = listed(sorted(ACROSS[step.do].model_fields))
        yield (*path, "details"), f'"{name}" of {step.do}: {first["msg"].lower()}; it knows {known}'
        return
    if isinstance(value, CloseSite):
        yield from _readable((*path, "details"), when.check, value.since)
    session = step.on_session or step.after_session or getattr(value, "session", None)
    if (
        isinstance(value, Amount)
        and not session
        and not isinstance(value, Received | Discarded)
        and not _of_vial(value)
    ):
        yield (*path, "details"), f"{step.do} is about the syringe of a visit: give session"


def _of_vial(value: Amount) -> bool:
    return isinstance(value, PhysicalCount) and bool(value.lot)


def _when(path: Where, step: Step) -> Iterator[Finding]:
    given = [name for name in TRIGGERS if getattr(step, name) is not None]
    if len(given) != 1:
        yield path, f"say once when it happens: one of {listed(TRIGGERS)}" + (f", not {listed(given)}" if given else "")
    if step.time is not None and step.day is None:
        yield (*path, "time"), "a time of day belongs to a day: give day too"
    if step.at is not None:
        yield from _readable((*path, "at"), when.check, step.at)
    if step.time is not None:
        yield from _readable((*path, "time"), when.clock, step.time)
    if step.lasts is not None:
        yield from _readable((*path, "lasts"), when.span, step.lasts)
    yield from _readable((*path, "offset"), when.check_offset, step.offset)


def _details(path: Where, step: Step) -> Iterator[Finding]:
    details = with_session(step)
    wrong = check_details(step.do, details)
    if wrong:
        yield (*path, "details"), wrong
        return
    fields = {"action": step.do, "reason": step.reason, **details}
    try:
        act_of(fields, step.by or default_role(step.do, details), step.request_id or "simulated-0", _MOMENT)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(one) for one in first["loc"][1:]) or step.do
        said_of_it = first["msg"].removeprefix("Value error, ")
        yield (*path, "details"), f'"{name}" of {step.do} does not fit: {said_of_it[0].lower()}{said_of_it[1:]}'
    except (when.WhenError, DetailError, ValueError) as wrong_value:
        yield (*path, "details"), f"{step.do} cannot be read: {wrong_value}"


def with_session(step: Step) -> dict[str, Any]:
    """The details of an act; one that names no visit means the visit at which it happens."""
    named = step.on_session or step.after_session
    if named is not None and "session" in KINDS[step.do].model_fields and "session" not in step.details:
        return {**step.details, "session": named}
    return dict(step.details)
