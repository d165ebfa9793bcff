"""A course lived without a server: the same pure functions in the same order as the workflow's loop."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from course import actions, delivery, folding
from course.acts import ACT
from course.carried import days
from course.messages import CalendarAnswer, Receipt, SendOrder, SendOutcome
from course.parts import Actor
from course.phases import advance, phase_over
from course.record import CourseRecord
from course.terms import Audience, OccasionKind, OccasionState, Role
from course.worklist import next_due

Fate = Callable[[SendOrder], OccasionState]

STAFF = {
    Role.COORDINATOR: Actor(account_id="cole", name="Cole Young", role=Role.COORDINATOR, via="test"),
    Role.NURSE: Actor(account_id="ortiz", name="Sam Ortiz", role=Role.NURSE, via="test"),
    Role.PRESCRIBER: Actor(account_id="lee", name="Dr Lee", role=Role.PRESCRIBER, via="test"),
    Role.OPS: Actor(account_id="ops", name="Kim Ops", role=Role.OPS, via="test"),
    Role.PATIENT: Actor(account_id="patient", name="patient", role=Role.PATIENT, via="test"),
    Role.COURSE: Actor(account_id="course", name="course", role=Role.COURSE, via="test"),
}


class Life:
    """One record, a clock that jumps from due instant to due instant, and everything that was sent."""

    def __init__(self, record: CourseRecord, now: datetime) -> None:
        self.record = record
        self.now = now
        self.sent: list[tuple[datetime, SendOrder]] = []
        self.fate: Fate = lambda _: OccasionState.SENT
        self.acted: set[datetime] = set()
        self.requests = count(1)
        self._settle()

    def go_to(self, instant: datetime) -> None:
        """Let everything before the instant happen, each at its own time."""
        while (following := next_due(self.record, self.now)) is not None and following <= instant:
            self.now = max(self.now, following)
            self._settle()
        self.now = max(self.now, instant)
        self._settle()

    def wait(self, **span: float) -> None:
        """Go on by a span of time."""
        self.go_to(self.now + timedelta(**span))

    def do(self, action: str, role: Role = Role.PRESCRIBER, **said: Any) -> Receipt:
        """Act now, as somebody in this role; raises Refused."""
        act = ACT.validate_python(
            {
                "action": action,
                "request_id": said.pop("request_id", f"request-{next(self.requests)}"),
                "actor": STAFF[role],
                "made_at": said.pop("made_at", self.now),
                **said,
            }
        )
        done = actions.apply(self.record, act, self.now)
        self.record = done.record
        self.acted.add(self.now)
        self._settle()
        return done.receipt

    def kinds_sent(self, subject: str | None = None) -> list[OccasionKind]:
        """The kinds that went out, in order, of one subject or of all."""
        return [
            part.kind
            for _, order in self.sent
            for part in order.parts
            if subject is None or part.occasion.startswith(f"{subject}/")
        ]

    def to_patient(self) -> list[tuple[datetime, SendOrder]]:
        """What the patient was sent."""
        return [(at, order) for at, order in self.sent if order.audience is Audience.PATIENT]

    def _settle(self) -> None:
        for _ in range(100):
            while phase_over(self.record):
                self.record = advance(self.record, self.now)
            taken = delivery.take(self.record, self.now)
            self.record = taken.record
            if not taken.sends and not taken.jobs:
                return
            for order in taken.sends:
                state = self.fate(order)
                outcome = SendOutcome(state=state, at=self.now, reason="" if state is OccasionState.SENT else "test")
                if state in {OccasionState.SENT, OccasionState.UNCERTAIN}:
                    self.sent.append((self.now, order))
                self.record = folding.sent(self.record, order, outcome, self.now)
            for job in taken.jobs:
                self._job(job)
        raise AssertionError("the loop does not come to rest")

    def _job(self, job: Any) -> None:
        if job.kind is OccasionKind.ARCHIVE:
            self.record = folding.archived(self.record, job, job.subject.removeprefix("run-"), self.now)
            return
        fresh = self.record.calendar.with_(taken_at=self.now, horizon=self.record.calendar.horizon + days(90))
        self.record = folding.refreshed(self.record, job, CalendarAnswer(calendar=fresh), self.now)
