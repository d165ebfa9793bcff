"""Random lives: visits are planned, moved, dosed, ended in every way."""

from datetime import timedelta
from decimal import Decimal

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from course.model.base import days, minutes
from course.model.terms import GateAnswer, GateKind, Role
from tests.support.lives.acting import ROLES, Acting
from tests.support.ready import WHOLE

CHECKED = {
    "identifiers": 2,
    "weight_kg": Decimal(70),
    "weight_confirmed": True,
    "escort": True,
    "fasting": True,
    "asked": True,
    "measure_waived": "no tablet today",
}


class Visits(Acting):
    """Visits in any state, acted on by anybody."""

    @rule(day=st.integers(1, 9), hour=st.integers(6, 19))
    def schedule(self, day: int, hour: int) -> None:
        """Plan the series, or what is left of it."""
        self.attempt("schedule", Role.COORDINATOR, first=self.wall(day, hour), reason="as agreed")

    @precondition(lambda self: self.record.open_sessions)
    @rule(
        which=st.integers(0, 9),
        day=st.integers(-1, 9),
        hour=st.integers(8, 18),
        minute=st.sampled_from([0, 10, 30]),
        scope=st.sampled_from(["only", "rest"]),
    )
    def defer(self, which: int, day: int, hour: int, minute: int, scope: str) -> None:
        """Move any visit anywhere."""
        session = self.record.open_sessions[which % len(self.record.open_sessions)]
        to = self.wall(day, hour, minute)
        self.attempt("defer", Role.COORDINATOR, session=session.id, to=to, scope=scope, reason="asked for it")

    @precondition(lambda self: self.record.open_sessions)
    @rule(hours_before=st.integers(1, 80), by=st.sampled_from([minutes(10), days(1), days(2), days(3), minutes(-10)]))
    def tell_and_move(self, hours_before: int, by: timedelta) -> None:
        """Come near a visit, so that the patient was told of it, then move it."""
        session = self.record.open_sessions[0]
        self.life.go_to(max(self.now, session.start - timedelta(hours=hours_before)))
        self.attempt(
            "defer", Role.NURSE, session=session.id, to=session.start + by, scope="rest", reason="small change"
        )

    @precondition(lambda self: self.record.open_sessions)
    @rule(by=st.sampled_from([minutes(10), days(1), minutes(-10)]))
    def nudge(self, by: timedelta) -> None:
        """Move the next visit by a little."""
        session = self.record.open_sessions[0]
        self.attempt("defer", Role.NURSE, session=session.id, to=session.start + by, reason="small change")

    @precondition(lambda self: self.record.open_sessions)
    @rule(role=ROLES, waits=st.booleans(), end=st.sampled_from(["session", "no_show", "not_given", "omit", "abort"]))
    def visit(self, role: Role, waits: bool, end: str) -> None:
        """End a visit in any way, after trying to clear it."""
        session = self.record.open_sessions[0]
        if waits:
            self.life.go_to(max(self.now, session.start))
        self.check_in(role, session.id)
        given = {
            "sure": True,
            "started_at": self.now - minutes(40),
            "minutes": 40,
            "mg": Decimal(35),
            "weight_kg": Decimal(70),
        }
        ends: dict[str, dict[str, object]] = {
            "session": given,
            "abort": {**given, "reason": "dizzy"},
            "no_show": {},
            "not_given": {"code": "illness", "reason": "a cold"},
            "omit": {"code": "cost", "reason": "cost"},
        }
        status = self.record.session(session.id)
        dosable = status is not None and status.is_open and role is not Role.COORDINATOR
        dosable &= self.now - minutes(40) >= self.record.opened_at
        done = self.attempt(end, role, session=session.id, **ends[end])
        if end == "session" and dosable:
            assert done, "what happened is always recordable"

    @precondition(lambda self: self.record.open_sessions and self.record.held is None)
    @rule(count=st.integers(1, 3), mg=st.sampled_from([Decimal(35), Decimal(35), Decimal(80)]))
    def visits_go_well(self, count: int, mg: Decimal) -> None:
        """The next visits as they should be: answered, cleared, given, left."""
        for session in self.record.open_sessions[:count]:
            self.life.go_to(max(self.now, session.start))
            self.attempt("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 0, 0, 0, 0, 0))
            self.check_in(Role.NURSE, session.id)
            self.life.wait(minutes=session.minutes)
            dose = {"started_at": self.now - minutes(session.minutes), "minutes": session.minutes, "mg": mg}
            leaving = {"at": self.now, "awake": True, "walking": True, "escort": True}
            fields = {**dose, "weight_kg": Decimal(70), "sure": True, "readings": [self.reading()], "leaving": leaving}
            self.attempt("session", Role.NURSE, session=session.id, **fields)

    def check_in(self, role: Role, session: str) -> None:
        """Try to clear a visit: never under a hold, an exclusion that stands, without clearance or out of role."""
        held, cleared = self.record.held, self.record.clearance
        self.attempt("measure", Role.NURSE, instrument="cssrs_screener", answers=(0, 0, 0))
        if self.attempt("check_in", role, session=session, **CHECKED, readings=[self.reading()]):
            assert held is None
            assert cleared is not None
            assert role in {Role.NURSE, Role.PRESCRIBER}
            assert not self.unmet_absolute_gates()

    def reading(self) -> dict[str, object]:
        """A blood pressure that nothing stands against."""
        return {"at": self.now, "systolic": 120, "diastolic": 80, **WHOLE}

    def unmet_absolute_gates(self) -> list[str]:
        """Exclusions that stand, read without the rules under test."""
        return [
            gate.id
            for gate in self.record.protocol.gates
            if gate.kind is GateKind.ABSOLUTE
            and (gate.id not in self.record.gates or self.record.gates[gate.id].answer is not GateAnswer.NO)
        ]

    @rule(day=st.integers(1, 45), early=st.booleans())
    def booster(self, day: int, early: bool) -> None:
        """Book a booster, early or not."""
        self.attempt("booster", Role.PRESCRIBER, at=self.wall(day, 9), early=early, reason="as agreed")
