"""A course lived without a server: the same pure functions in the same order as the workflow's loop."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from course import actions
from course.acts.base import BaseAct
from course.acts.catalogue import ACT
from course.agenda import outbox, send_results
from course.agenda.due import due
from course.agenda.withdrawn_messages import OVERTAKEN, called_back
from course.agenda.worklist import next_due
from course.model.base import days, hours
from course.model.messages import CalendarAnswer, Receipt, SendOrder, SendOutcome
from course.model.parts import Actor
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionKind, OccasionState, Role
from course.opening import carried_on
from course.phases import advance, phase_over

Fate = Callable[[SendOrder], OccasionState]
"""What becomes of a message; one that stays in flight arrives when the test says so, or fails after six hours."""

Deed = Callable[["Life"], object]

SEND_WITHIN = hours(6)
AS_BEFORE: Mapping[str, BaseAct | None] = {}


def _sent(_: SendOrder) -> OccasionState:
    return OccasionState.SENT


STAFF = {
    Role.COORDINATOR: Actor(account_id="cole", name="Cole Young", role=Role.COORDINATOR, via="test"),
    Role.NURSE: Actor(account_id="ortiz", name="Sam Ortiz", role=Role.NURSE, via="test"),
    Role.PRESCRIBER: Actor(account_id="lee", name="Dr Lee", role=Role.PRESCRIBER, via="test"),
    Role.OPS: Actor(account_id="ops", name="Kim Ops", role=Role.OPS, via="test"),
    Role.PATIENT: Actor(account_id="patient", name="patient", role=Role.PATIENT, via="test"),
    Role.COURSE: Actor(account_id="course", name="course", role=Role.COURSE, via="test"),
}


def why_refused(record: CourseRecord, act: BaseAct, now: datetime) -> str:
    """Why an act cannot stand on a record, or nothing."""
    try:
        actions.apply(record, act, now)
    except actions.Refused as refused:
        return str(refused)
    return ""


class RestlessError(AssertionError):
    """A loop that goes round and round at one instant."""


class Life:
    """One record, a clock that jumps from due instant to due instant, and everything that was sent."""

    def __init__(self, record: CourseRecord, now: datetime, fate: Fate = _sent) -> None:
        self.began = (record, now)
        self.record = record
        self.now = now
        self.sent: list[tuple[datetime, SendOrder]] = []
        self.orders: list[SendOrder] = []
        self.in_flight: list[SendOrder] = []
        self.called_back: list[SendOrder] = []
        self.fate = fate
        self.texts_hold: int | None = None
        """How many matters a text message has room for, where the patient is texted."""
        self.fates_met: list[OccasionState] = []
        self.acted: set[datetime] = set()
        self.requests = 0
        self.deeds: list[tuple[BaseAct | None, Deed]] = []
        self.pages = 1
        self.at_rest_since = now
        self.latest = timedelta(0)
        self._settle()

    def copied(self) -> "Life":
        """A life of its own that has gone the same way so far."""
        other = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | set):
                setattr(other, name, copy(value))
        return other

    def go_to(self, instant: datetime) -> None:
        """Let everything before the instant happen, each at its own time."""
        self.deeds.append((None, lambda life: life.go_to(instant)))
        while (following := self._wakes_at()) is not None and following <= instant:
            self.now = max(self.now, following)
            self._settle()
        self.now = max(self.now, instant)
        self._settle()

    def wait(self, **span: float) -> None:
        """Go on by a span of time."""
        self.go_to(self.now + timedelta(**span))

    def without_worker(self, span: timedelta) -> None:
        """Let time pass with nobody there to do what falls due; then all of it is due at one late instant."""
        self.deeds.append((None, lambda life: life.without_worker(span)))
        self.now = self.at_rest_since = self.now + span
        self._settle()

    def turn_page(self, rewritten: Callable[[str], str] = str) -> None:
        """Go on in a new run, from what the old one wrote down."""
        written = rewritten(self.record.model_dump_json())
        self.record = carried_on(CourseRecord.model_validate_json(written), f"run-{self.pages}")
        self.pages += 1
        self._settle()

    def ended(self, order: SendOrder, state: OccasionState, reason: str) -> None:
        """Let a message that was in flight come to its end for a reason."""
        self._ended(order, state, reason)
        self._settle()

    def arrive(self, key: str, state: OccasionState) -> None:
        """Let a message that was in flight come to its end."""
        self.deeds.append((None, lambda life: life.arrive(key, state)))
        for order in [one for one in self.in_flight if one.key == key]:
            self._ended(order, state)
        self._settle()

    def do(self, action: str, role: Role = Role.PRESCRIBER, **fields: Any) -> Receipt:
        """Act now, as somebody in this role; raises Refused."""
        act = ACT.validate_python(
            {
                "action": action,
                "request_id": fields.pop("request_id", self._request_id()),
                "actor": STAFF[role],
                "made_at": fields.pop("made_at", self.now),
                **fields,
            }
        )
        return self.apply(act)

    def words(self, action: str, role: Role = Role.PRESCRIBER, **fields: Any) -> BaseAct:
        """What somebody in this role would say now."""
        given = {"action": action, "request_id": self._request_id(), "actor": STAFF[role]}
        made: BaseAct = ACT.validate_python({**given, "made_at": self.now, **fields})
        return made

    def at_once(self, *acts: BaseAct) -> list[str]:
        """Acts that reach the course together, with no turn of the loop between; why each was refused, or nothing."""
        self.deeds.append((None, lambda life: life.at_once(*acts)))
        refusals = []
        for act in acts:
            refusals.append(why_refused(self.record, act, self.now))
            if not refusals[-1]:
                self.record = actions.apply(self.record, act, self.now).record
                self.acted.add(self.now)
        self._settle()
        return refusals

    def apply(self, act: BaseAct) -> Receipt:
        """Do this act now; raises Refused."""
        done = actions.apply(self.record, act, self.now)
        self.deeds.append((act, lambda life: life.apply(act)))
        self.record = done.record
        self.acted.add(self.now)
        self._settle()
        return done.receipt

    def again(self, instead: Mapping[str, BaseAct | None] = AS_BEFORE) -> "Life":
        """The same life on one page; of some requests something else was said, or nothing. Raises Refused."""
        fates = iter(self.fates_met)
        life = Life(*self.began, fate=lambda _: next(fates, OccasionState.SENT))
        for act, deed in self.deeds:
            if act is None or act.request_id not in instead:
                deed(life)
            elif (other := instead[act.request_id]) is not None:
                life.apply(other)
        return life

    @property
    def acts(self) -> list[BaseAct]:
        """What was done, in order."""
        return [act for act, _ in self.deeds if act is not None]

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

    def _request_id(self) -> str:
        self.requests += 1
        return f"request-{self.requests}"

    def _wakes_at(self) -> datetime | None:
        following = next_due(self.record, self.now)
        ends = [one.as_of + SEND_WITHIN for one in self.in_flight]
        return min(ends if following is None else [*ends, following], default=None)

    def _settle(self) -> None:
        for _ in range(100):
            while phase_over(self.record):
                self.record = advance(self.record, self.now)
            for one in due(self.record, self.now):
                self.latest = max(self.latest, self.now - max(one.at, self.at_rest_since))
            taken = outbox.take(self.record, self.now)
            self.record = taken.record
            came_back = self._call_back_overtaken()
            if not (taken.sends or taken.jobs or came_back):
                self.at_rest_since = self.now
                return
            for order in taken.sends:
                self._send(order)
            for job in taken.jobs:
                self._job(job)
        raise RestlessError("the loop does not come to rest")

    def _send(self, order: SendOrder) -> None:
        self.orders.append(order)
        self.in_flight.append(order)
        state = self.fate(order)
        self.fates_met.append(state)
        if state is not OccasionState.IN_FLIGHT:
            self._ended(order, state)

    def _call_back_overtaken(self) -> bool:
        """What is overtaken does not go out, but for every second one, which was out already; what is late fails."""
        before = len(self.in_flight)
        for order in tuple(self.in_flight):
            if called_back(self.record, order):
                self.called_back.append(order)
                out = len(self.called_back) % 2 == 0
                self._ended(order, OccasionState.SENT if out else OccasionState.SUPPRESSED, OVERTAKEN)
            elif order.as_of + SEND_WITHIN <= self.now:
                self._ended(order, OccasionState.FAILED, "not delivered within six hours")
        return len(self.in_flight) < before

    def _ended(self, order: SendOrder, state: OccasionState, reason: str = "test") -> None:
        self.in_flight.remove(order)
        outcome = SendOutcome(state=state, at=self.now, reason="" if state is OccasionState.SENT else reason)
        if state in {OccasionState.SENT, OccasionState.UNCERTAIN}:
            room = self.texts_hold if order.audience is Audience.PATIENT else None
            self.sent.append((self.now, order.with_(parts=order.parts[:room])))
            if room is not None and state is OccasionState.SENT:
                outcome = outcome.with_(left_out=tuple(part.occasion for part in order.parts[room:]))
        self.record = send_results.sent(self.record, order, outcome, self.now)

    def _job(self, job: Any) -> None:
        if job.kind is OccasionKind.ARCHIVE:
            self.record = send_results.archived(self.record, job, job.subject.removeprefix("run-"), self.now)
            return
        fresh = self.record.calendar.with_(taken_at=self.now, horizon=self.record.calendar.horizon + days(90))
        self.record = send_results.refreshed(self.record, job, CalendarAnswer(calendar=fresh), self.now)
