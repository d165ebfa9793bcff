"""The player: lives one scenario on the real server, from instant to instant of its course's own virtual clock."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from course.acts.catalogue import Act
from course.agenda.due import agenda, due
from course.agenda.worklist import needs_ahead
from course.model.occasions import REMINDERS
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, Role
from play.across import across
from play.check import ACROSS, BEFALLS, with_session
from play.drugs.default_stock import DefaultStock
from play.group import Group
from play.incidents import befall
from play.observed import Observed, PlayedStep, Refusal
from play.resting import in_flight, rests_until, why_restless
from play.scenario.acting import ActContext, act_of, default_role
from play.scenario.file import CLOSED, Expect, Scenario, Step
from play.scenario.steps import due_at, unlived
from play.scenario.when import span
from play.staff.booking import at_another_hour, no_chair
from play.staff.default import duties, looks_again
from play.staff.duty import Duty
from play.staff.patient import answers
from play.world.place import PAST_THE_INSTANT, Place, PlaceError
from services.person import concerns_all

TRY_AGAIN_AFTER = timedelta(hours=12)
LOOK_AGAIN_WHILE_SENDING = timedelta(minutes=10)
AFTER_CLOSING = timedelta(days=1)
CLOSED_AT_THE_LATEST = timedelta(days=5 * 365)
LATEST = datetime.max.replace(tzinfo=UTC)
SETTLE_SECONDS = 60.0
LOOK_CLOSER_SECONDS = 0.5
UNANSWERED = frozenset({*REMINDERS, OccasionKind.CALENDAR, OccasionKind.ARCHIVE})
"""What changes nothing for staff and patient when it succeeds: the clock leaps over it.

A text message may have no room for all of it, which then becomes a call: it never counts as sure.
"""

GO_ROUND_MOST = 500
"""Acts at one instant; more would mean that a duty never comes to rest."""


@dataclass
class Player:
    """One course, alive."""

    place: Place
    scenario: Scenario
    start: datetime
    group: Group
    record: CourseRecord = field(init=False)
    now: datetime = field(init=False)
    observed: Observed = field(default_factory=Observed)
    shelf: DefaultStock = field(default_factory=DefaultStock)
    refusals: list[Refusal] = field(default_factory=list)
    happened: list[PlayedStep] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    gone: bool = False
    _tried: dict[str, datetime] = field(default_factory=dict)
    _ahead: list[int] = field(init=False)
    _requests: int = 0
    _mail_works_at: datetime | None = None

    def __post_init__(self) -> None:
        self.now = self.start
        self._ahead = list(range(len(self.scenario.steps)))

    @property
    def ends_at(self) -> datetime:
        """The last instant of the scenario."""
        if self.scenario.until != CLOSED:
            return self.start + span(self.scenario.until)
        closed_at = self.record.closed_at if self.record.closed else None
        return self.start + CLOSED_AT_THE_LATEST if closed_at is None else closed_at + AFTER_CLOSING

    async def begin(self) -> None:
        """Open the course at the scenario's start."""
        alike = await self.place.enrol()
        self.happened += [PlayedStep(self.now, "enrol", one) for one in alike]
        await self.settle()

    @property
    def begun(self) -> bool:
        """Whether the course has been opened."""
        return hasattr(self, "record")

    @property
    def part_lived(self) -> float:
        """How much of its time is lived, 0 to 1; of one that ends by closing, the year that most take."""
        whole = timedelta(days=365) if self.scenario.until == CLOSED else span(self.scenario.until)
        return 1.0 if self.over else min(1.0, (self.now - self.start) / whole)

    @property
    def over(self) -> bool:
        """Whether the scenario has come to its end, or its course has."""
        return self.gone or (self.begun and self.now >= self.ends_at)

    @property
    def next_at(self) -> datetime:
        """The next instant at which anything happens here, be it the enrolment."""
        return self._next() if self.begun else self.start

    @property
    def never(self) -> tuple[str, ...]:
        """What the file says and the life did not bring: steps whose time did not come, visits that were not."""
        steps = [self.scenario.steps[number] for number in self._ahead]
        return unlived(self.scenario, steps, self.record.session_count) if self.begun else ()

    async def live_on(self, until: datetime) -> None:
        """Begin, or live on until an instant."""
        if self.begun:
            await self.play_to(until)
        else:
            await self.begin()

    async def play_to(self, until: datetime) -> None:
        """Live on until an instant, or until the course has ended for good."""
        rounds = 0
        while not self.gone:
            if await self._act_once():
                rounds += 1
                if rounds > GO_ROUND_MOST:
                    raise PlaceError(f"more than {GO_ROUND_MOST} acts at {self.now:%Y-%m-%d %H:%M}: a duty never rests")
                continue
            rounds = 0
            if self.now >= until:
                if await self._arrives() and self.over:
                    await self.settle()
                return
            await self._go_to(min(self._next(), until))

    def _next(self) -> datetime:
        """The next instant at which anything happens, by itself or by anybody."""
        ahead = [duty.at for duty in self._duties()]
        ahead += [at for at, _ in self._steps()]
        ahead += self._course_does()
        if self._mail_works_at is not None:
            ahead.append(self._mail_works_at)
        if not self.record.closed:
            ahead += looks_again(self.record, self.now)
        if in_flight(self.record):
            ahead.append(self.now + LOOK_AGAIN_WHILE_SENDING)
        if not self.over:
            ahead.append(self.ends_at)
        return max(min(ahead, default=LATEST), self.now + timedelta(seconds=1))

    def _course_does(self) -> list[datetime]:
        """When the course itself does or opens what anybody could react to; a letter that surely goes out is not."""
        surely = self.record.messaging.allowed and self.record.messaging.email and self._mail_works_at is None
        goes_on = [one.at for one in agenda(self.record) if not (surely and one.kind in UNANSWERED)]
        return goes_on + [need.opens for need in needs_ahead(self.record) if need.opens > self.now]

    async def _go_to(self, instant: datetime) -> None:
        """On to an instant; where the course rests until then, its own clock follows when somebody acts."""
        self.now = max(instant, self.now)
        if rests_until(self.record, instant + PAST_THE_INSTANT):
            self.observed.look(self.record, self.now)
        elif await self._arrives():
            await self.settle()

    async def _arrives(self) -> bool:
        """Let the course's own clock follow to now; False if it has ended for good on the way."""
        self.gone = not await self.place.go_to(self.now)
        return not self.gone

    async def settle(self) -> None:
        """Wait until the course has done all that is due, but not for what mail refuses."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            self.record = await self.place.record()
            resting = not due(self.record, self.now)
            if resting and (not in_flight(self.record) or await self._only_refused(loop.time() - began)):
                break
            if loop.time() - began > SETTLE_SECONDS:
                raise PlaceError(why_restless(self.record, self.now))
            await asyncio.sleep(0.01)
        self.observed.look(self.record, self.now)
        await self.shelf.serve(self)

    async def _only_refused(self, waited: float) -> bool:
        """Whether what is in flight was refused and waits; asked only where mail refuses, or after a while."""
        return (self._mail_works_at is not None or waited > LOOK_CLOSER_SECONDS) and await self.place.backs_off()

    async def _act_once(self) -> bool:
        """Do the first thing whose time has come; False when there is none."""
        mail_works = self._mail_works_at is not None and self._mail_works_at <= self.now
        step = next((number for at, number in self._steps() if at <= self.now), None)
        duty = next((duty for duty in self._duties() if duty.at <= self.now), None)
        if not mail_works and step is None and duty is None:
            return False
        if not await self._arrives():
            return False
        if mail_works:
            self._mail_works_at = None
            self.place.refuse_mail(yes=False)
        elif step is not None:
            self._ahead.remove(step)
            await self._step(self.scenario.steps[step])
        elif duty is not None:
            await self._do(duty)
        return True

    def _steps(self) -> list[tuple[datetime, int]]:
        found = []
        for number in self._ahead:
            at = due_at(self.scenario.steps[number], self.record, self.observed, self.start)
            if at is not None:
                found.append((at, number))
        return sorted(found)

    def _duties(self) -> list[Duty]:
        found = [*duties(self.record, self.now, self.scenario), *answers(self.record, self.scenario)]
        return sorted(
            (duty for duty in found if self.now >= self._tried.get(duty.key, self.start)), key=lambda duty: duty.at
        )

    async def _do(self, duty: Duty) -> None:
        self._tried[duty.key] = self.now + TRY_AGAIN_AFTER
        refused = await self.send(self.act(duty.said, duty.role))
        if no_chair(refused):
            self.scenario = at_another_hour(self.scenario, refused)
            del self._tried[duty.key]
        elif refused:
            self.refusals.append(Refusal(self.now, str(duty.said["action"]), duty.role, refused))
        await self.settle()

    async def _step(self, step: Step) -> None:
        if step.do in BEFALLS:
            self.happened.append(PlayedStep(self.now, step.do, await befall(self, step)))
            if step.do == "mail_refuses" and step.lasts is not None:
                self._mail_works_at = self.now + span(step.lasts)
        elif step.do in ACROSS:
            told, refused = await across(self, step)
            self.happened += [PlayedStep(self.now, step.do, told)] if told else []
            self._judge(step, refused)
        else:
            await self._step_act(step)
        await self.settle()

    async def _step_act(self, step: Step) -> None:
        details = with_session(step)
        role = step.by or default_role(step.do, details)
        act = self.act({"action": step.do, "reason": step.reason, **details}, role, step.request_id)
        refused = ""
        for _ in range(step.times):
            refused = await self.send(act)
            if refused:
                self.refusals.append(Refusal(self.now, step.do, role, refused))
        self._judge(step, refused)

    def _judge(self, step: Step, refused: str) -> None:
        when = f"{step.do} on {self._wall()}"
        if refused and step.do in ACROSS:
            self.refusals.append(Refusal(self.now, step.do, step.by or Role.NURSE, refused))
        if refused and step.expect is Expect.APPLIED:
            self.surprises.append(f"{when} was refused: {refused}")
        elif not refused and step.expect is Expect.REFUSED:
            self.surprises.append(f"{when} was applied, and should have been refused")
        elif step.says not in refused:
            self.surprises.append(f"{when} was refused in other words: {refused}")

    def _wall(self) -> str:
        return f"{self.record.zone.local(self.now):%Y-%m-%d %H:%M}"

    def act(self, fields: Mapping[str, Any], role: Role, request_id: str | None = None) -> Act:
        """The act that is meant by these words now, in the name of whoever holds the role."""
        self._requests += 1
        moment = ActContext(
            now=self.now, start=self.start, zone=self.record.zone, record=self.record, cast=self.group.cast
        )
        return act_of(fields, role, request_id or f"simulated-{self.place.number}-{self._requests}", moment)

    async def send(self, act: Act) -> str:
        """What was said against it, or nothing; what concerns the person finds all courses at the same instant."""
        if self.group.alone or not concerns_all(act):
            return await self.place.act(act)
        fellows = await self.group.all_at(self)
        refused = await self.place.act(act)
        for one in fellows:
            await one.settle()
        return refused

    async def applies(self, act: Act) -> bool:
        """Whether an act that the course should take is taken."""
        refused = await self.place.act(act)
        if refused:
            self.surprises.append(f"{act.action} on {self._wall()} was refused: {refused}")
        await self.settle()
        return not refused
