"""Lives brought to a point that many tests start from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, update_wrapper
from typing import Any, Generic, ParamSpec

from course.model.terms import Role
from course.rules.screening import missing_before_dose
from tests.support.life import Life
from tests.support.ready import WHOLE, baseline_acts, gate_acts, renewed
from tests.support.records import at, make_record

BEGAN = at("2026-11-02T14:00Z")
"""Monday 2 November 2026, 09:00 in New York."""

MONDAY = at("2026-11-09T14:00Z")
"""Monday 9 November 2026, 09:00 in New York."""

BASELINE = (2, 2, 2, 2, 2, 2, 2, 2, 0)


How = ParamSpec("How")


class Story(Generic[How]):
    """A life that is lived once and handed out as a copy each time: its record is frozen, so all begin alike."""

    def __init__(self, live: Callable[How, Life]) -> None:
        self._live: Any = cache(live)
        update_wrapper(self, live)

    def __call__(self, *said: How.args, **named: How.kwargs) -> Life:
        """A copy of the life."""
        first: Life = self._live(*said, **named)
        return first.copied()

    def forget(self) -> None:
        """Live it anew the next time."""
        self._live.cache_clear()


@Story
def enrolled() -> Life:
    """A course that has just begun, for a patient who agreed to e-mail."""
    record = make_record()
    record = record.with_(opened_at=BEGAN, phase_since=BEGAN, messaging=record.messaging.with_(email=True))
    return Life(record, BEGAN)


@Story
def cleared() -> Life:
    """Every gate answered well, a baseline of 16, clearance signed."""
    life = enrolled()
    for role, said in gate_acts(life.record.protocol):
        life.do("gate", role, **said)
    for action, said in baseline_acts(life.record.protocol, life.now):
        life.do(action, Role.NURSE, **said)
    life.do("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
    life.do("measure", Role.NURSE, instrument="audit_c", answers=(0, 0, 0))
    life.do("clear")
    return life


@Story
def scheduled(first: datetime = MONDAY) -> Life:
    """Six visits planned, Monday, Wednesday, Friday at nine."""
    life = cleared()
    life.do("schedule", Role.COORDINATOR, first=first)
    return life


@Story
def _treated() -> Life:
    return treated(scheduled())


def treated(life: Life | None = None) -> Life:
    """All planned visits given, on time."""
    if life is None:
        return _treated()
    while life.record.open_sessions:
        give(life)
    return life


@Story
def maintained() -> Life:
    """A response, evaluated four days after the last infusion; boosters every 28 days."""
    life = treated()
    life.wait(days=4)
    life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 0, 0))
    life.do("evaluate", decision="maintenance", reason="response")
    return life


def give(life: Life) -> None:
    """The next visit as it should go: checked in at its start, the ordered dose, recorded at its end."""
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    for said in renewed(life.record, life.now):
        life.do("gate", **said)
    check_in(life, session.id)
    life.wait(minutes=life.record.visit_minutes(session.minutes))
    reading = {"at": life.now, "systolic": 122, "diastolic": 78, **WHOLE}
    leaving = {"at": life.now, "awake": True, "walking": True, "escort": True}
    dose = {"started_at": session.start, "minutes": session.minutes, "mg": Decimal(35)}
    life.do("session", Role.NURSE, session=session.id, readings=[reading], leaving=leaving, **dose)


def check_in(life: Life, session: str, role: Role = Role.NURSE, **but: object) -> None:
    """The pre-dose check with nothing against it, but for what is named."""
    fine = {
        "identifiers": 2,
        "weight_kg": Decimal(70),
        "escort": True,
        "fasting": True,
        "asked": True,
        "readings": [{"at": life.now, "systolic": 122, "diastolic": 78, **WHOLE}],
        "measure_waived": "asked at the last visit",
    }
    screen(life)
    life.do("check_in", role, session=session, **{**fine, **but})


def screen(life: Life) -> None:
    """The suicide screen before a dose, where none was asked since the last one: three times no."""
    if missing_before_dose(life.record, life.now):
        life.do("measure", Role.NURSE, instrument="cssrs_screener", answers=(0, 0, 0))


def local(life: Life, instant: datetime) -> str:
    """An instant on the clinic's wall, for example `Mon 09 Nov 09:00`."""
    return f"{life.record.zone.local(instant):%a %d %b %H:%M}"


def letters(life: Life) -> list[tuple[str, list[str]]]:
    """What the patient received: when, and which occasions each letter carried."""
    return [(local(life, when), [part.occasion for part in order.parts]) for when, order in life.to_patient()]


def after(life: Life, minutes: float) -> datetime:
    """An instant some minutes from now."""
    return life.now + timedelta(minutes=minutes)
