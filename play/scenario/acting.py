"""From what a scenario says of an act to the act itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError

from adapters.clinic.zones import UnknownZoneError, zone_snapshot
from course.acts.base import BaseAct
from course.acts.catalogue import ACT, Act
from course.acts.room import Reading
from course.model.calendar import Zone
from course.model.parts import Actor
from course.model.record import CourseRecord
from course.model.terms import Action, Role, TaskKind
from play.scenario.when import instant
from services.typed.vitals import adverse, reading

KINDS: dict[str, type[BaseAct]] = {kind.model_fields["action"].default: kind for kind in get_args(get_args(Act)[0])}
"""Every act by the word that a scenario's `do` uses."""

FRONT_DESK = frozenset({
    "schedule", "confirm", "defer", "omit", "no_show", "booster", "contact", "note", "call", "withdraw",
})  # fmt: skip
ROOM = frozenset({"check_in", "not_given", "session", "abort", "gate", "leave", "event"})

CAST: dict[Role, Actor] = {
    Role.COORDINATOR: Actor(account_id="cole", name="Cole Young", role=Role.COORDINATOR, via="simulate"),
    Role.NURSE: Actor(account_id="ortiz", name="Sam Ortiz, RN", role=Role.NURSE, via="simulate"),
    Role.PRESCRIBER: Actor(account_id="lee", name="Dr Lee", role=Role.PRESCRIBER, via="simulate"),
    Role.PATIENT: Actor(account_id="patient", name="the patient", role=Role.PATIENT, via="simulate"),
}
"""The people of a scenario, one a role; all made up."""

SECOND = Actor(account_id="okafor", name="Dr Okafor", role=Role.PRESCRIBER, via="simulate")
"""Who signs a substantive correction with them."""

_COMMON = frozenset({"action", "request_id", "actor", "made_at", "reason"})
ZONE_YEARS = 3
BETWEEN_READINGS = timedelta(minutes=15)


class DetailError(ValueError):
    """A detail of an act that cannot be read; the sentence says what would be right."""


@dataclass(frozen=True)
class ActContext:
    """What the details of an act lean on: now, the start, the clinic's zone, and the record."""

    now: datetime
    start: datetime
    zone: Zone
    record: CourseRecord | None = None
    cast: Mapping[Role, Actor] = field(default_factory=lambda: CAST)


def details_of(action: str) -> tuple[str, ...]:
    """The fields that a scenario may give for an act."""
    return tuple(name for name in KINDS[action].model_fields if name not in _COMMON)


def default_role(action: str, details: Mapping[str, Any]) -> Role:
    """Who does such a thing in a clinic."""
    if action == Action.MEASURE:
        return Role.PATIENT
    if action in FRONT_DESK and not details.get("early"):
        return Role.COORDINATOR
    return Role.NURSE if action in ROOM else Role.PRESCRIBER


def act_of(fields: Mapping[str, Any], role: Role, request_id: str, moment: ActContext) -> Act:
    """The act that a scenario's words mean now. Raises SayingError, or pydantic's ValidationError."""
    action = fields["action"]
    read = {name: _read(action, name, value, fields, moment) for name, value in fields.items() if name != "action"}
    return ACT.validate_python(
        {**read, "action": action, "request_id": request_id, "actor": moment.cast[role], "made_at": moment.now}
    )


def check_details(action: str, details: Mapping[str, Any]) -> str:
    """What is wrong with the names of an act's details, in one sentence, or an empty string."""
    known = details_of(action)
    for name in details:
        if name not in known:
            close = get_close_matches(name, known, 1)
            remedy = f'did you mean "{close[0]}"?' if close else f"it knows {', '.join(sorted(known)) or 'none'}"
            return f'"{name}" is not a detail of {action}: {remedy}'
    return ""


def readings(texts: tuple[str, ...] | list[str], first: datetime) -> list[dict[str, Any]]:
    """Readings such as `172/104 88 97`, fifteen minutes apart from the first. Raises SayingError."""
    return [_reading(text, first + number * BETWEEN_READINGS) for number, text in enumerate(texts)]


def _reading(text: str, at: datetime) -> dict[str, Any]:
    try:
        fields = {"at": at, **reading(text)}
        Reading.model_validate(fields)
    except ValidationError as wrong:
        raise DetailError(wrong.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")) from None
    except ValueError as wrong:
        raise DetailError(str(wrong)) from None
    return fields


def _read(action: str, name: str, value: Any, fields: Mapping[str, Any], moment: ActContext) -> Any:
    if name == "session" and isinstance(value, int):
        return f"s{value}"
    if name == "item" and moment.record is not None:
        return _item(str(value), moment.record)
    if name in PARTS:
        return PARTS[name](value, moment)
    field = KINDS[action].model_fields.get(name)
    return value if field is None or "datetime" not in str(field.annotation) else _instants(name, value, fields, moment)


def _vitals(value: Any, moment: ActContext) -> Any:
    """Readings fifteen minutes apart, the last one now; those with times of their own stay."""
    if all(isinstance(one, str) for one in value):
        return readings(value, moment.now - (len(value) - 1) * BETWEEN_READINGS)
    return value


def _signer(value: Any, _: ActContext) -> Any:
    if not isinstance(value, str):
        return value
    return SECOND if value == "second" else CAST[Role(value)]


def _leaving(value: Any, moment: ActContext) -> Any:
    return {**value, "at": _instant(value.get("at", "now"), moment.now, moment)}


def _zone(value: Any, moment: ActContext) -> Any:
    try:
        return zone_snapshot(value, moment.now, ZONE_YEARS)
    except UnknownZoneError as wrong:
        raise DetailError(str(wrong)) from None


def _adverse(value: Any, _: ActContext) -> Any:
    return events(value)


PARTS: dict[str, Callable[[Any, ActContext], Any]] = {
    "readings": _vitals,
    "second": _signer,
    "leaving": _leaving,
    "adverse": _adverse,
    "zone": _zone,
}
"""Details that a scenario writes in a way of its own."""


def events(value: Any) -> Any:
    """Adverse events as a scenario writes them, one or several."""
    try:
        if isinstance(value, str):
            return adverse(value)
        return tuple(adverse(one) if isinstance(one, str) else one for one in value)
    except ValueError as wrong:
        raise DetailError(str(wrong)) from None


def _instants(name: str, value: Any, fields: Mapping[str, Any], moment: ActContext) -> Any:
    base = _base(name, fields, moment)
    if isinstance(value, list | tuple):
        return tuple(_instant(one, base, moment) for one in value)
    return _instant(value, base, moment)


def _instant(value: Any, base: datetime, moment: ActContext) -> Any:
    if not isinstance(value, str):
        return value
    return instant(value, start=moment.start, base=base, zone=moment.zone)


def _base(name: str, fields: Mapping[str, Any], moment: ActContext) -> datetime:
    """A visit is moved from where it stands, and an infusion starts around it; all else counts from now."""
    named = fields.get("session")
    session_id = f"s{named}" if isinstance(named, int) else named
    session = moment.record.session(str(session_id)) if moment.record is not None and session_id else None
    return session.start if session is not None and name in {"to", "started_at"} else moment.now


def _item(named: str, record: CourseRecord) -> str:
    """`escalation` or a task's kind names the one that is open; all else is an id."""
    if named == "escalation":
        return record.open_escalation.id if record.open_escalation is not None else named
    if named in set(TaskKind):
        tasks = [task.id for task in record.tasks if task.kind == named and task.resolved_at is None]
        return tasks[0] if tasks else named
    return named
