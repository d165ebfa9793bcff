"""One patient's course as one durable workflow; `run` reads like the clinic's page."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from course import actions, phases, signals
    from course.acts.catalogue import Act, ActEnvelope
    from course.agenda import outbox
    from course.agenda.due import agenda
    from course.agenda.worklist import needs_ahead, next_due
    from course.model.base import days
    from course.model.journal import prune
    from course.model.messages import CourseOrder, CourseSummary, Receipt
    from course.model.record import CourseRecord
    from course.opening import carried_on, open_record
    from course.operator_cancellation import cancellation
    from course.phases import phase_over

from workflows.in_flight import InFlight
from workflows.search_attributes import SearchAttributes
from workflows.sign_in_check import admitted, signed

UNSIGNED = "no sign-in of this clinic stands behind this: sign in with `starter.py login`, then do it again"


@dataclass(frozen=True)
class Checked:
    """What a validator found that an act makes of a record; its handler follows in the same task, at the same instant.

    Replay runs no validators: there the handler works it out, and finds the same.
    """

    record: CourseRecord
    act: Act
    done: actions.ActResult

    def is_of(self, record: CourseRecord, act: Act) -> bool:
        """Whether this is what the act makes of the record as it still stands."""
        return self.record is record and self.act == act


@workflow.defn
class TreatmentCourse:
    """From intake to the end of the amendment period; everything it knows is its record."""

    @workflow.init
    def __init__(self, order: CourseOrder) -> None:
        now = workflow.now()
        self.order = order
        self.record = (
            carried_on(order.carried, workflow.info().continued_run_id) if order.carried else open_record(order, now)
        )
        self.in_flight = InFlight(self.changed, asks_apart=order.asks_apart)
        self.search_attributes = SearchAttributes()
        self.page_began = now
        self.page_full = False
        self.dirty = True
        self.checked: Checked | None = None
        self.alarm_at: datetime | None = None
        self.alarm: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, order: CourseOrder) -> CourseSummary:  # noqa: ARG002  __init__ has taken it
        """Live each phase until it is over, and go where its decision leads; closing turns the page to an epilogue."""
        while not self.over_for_good():
            await self.live_until(lambda: phase_over(self.record) or self.over_for_good())
            if phase_over(self.record):
                self.record = phases.advance(self.record, workflow.now())
                self.page_full = self.record.closed
        return self.summary()

    async def live_until(self, over: Callable[[], bool]) -> None:
        """Do what is due, await none of it, sleep until something changes; turn the page when it is quiet."""
        while not over():
            self.do_what_is_due()
            self.search_attributes.publish(self.record)
            if self.page_is_full() and self.is_quiet():
                self.turn_page()
            await self.until_something_happens()

    def do_what_is_due(self) -> None:
        """Take the due occasions and start a task for each; what was overtaken is called back."""
        taken = outbox.take(self.record, workflow.now())
        self.record = taken.record
        self.in_flight.call_back_overtaken(self.record)
        self.in_flight.begin(taken)

    def changed(self, fold: Callable[[CourseRecord], CourseRecord]) -> None:
        """Fold a completion into the record and wake the loop."""
        was_closed, self.record = self.record.closed, fold(self.record)
        if self.record.closed is not was_closed:
            self.page_full = self.record.closed
        self.dirty = True

    async def until_something_happens(self) -> None:
        """Wait for the next due instant, an act, or a completion; a cancellation becomes a hold and a task."""
        self.set_alarm(self.wakes_at())
        try:
            await workflow.wait_condition(lambda: self.dirty)
        except asyncio.CancelledError:
            self.record = cancellation(self.record, workflow.now())
        self.dirty = False

    def wakes_at(self) -> datetime | None:
        """The next due instant, or the end of the page or of the amendment period if that comes first.

        A deadline that has passed sets no timer: whatever keeps the course open wakes the loop when it ends.
        """
        now = workflow.now()
        ends = [self.page_began + days(self.order.turn_after_days)]
        if self.record.closed and self.record.amend_until is not None:
            ends.append(self.record.amend_until)
        ahead = [end for end in ends if end > now]
        due = next_due(self.record, now)
        if due is not None:
            ahead.append(max(due, now + timedelta(seconds=1)))
        return min(ahead, default=None)

    def set_alarm(self, at: datetime | None) -> None:
        """Keep the timer while its instant stays."""
        if at == self.alarm_at:
            return
        if self.alarm is not None:
            self.alarm.cancel()
        self.alarm_at = at
        self.alarm = asyncio.create_task(self.ring(at)) if at is not None else None

    async def ring(self, at: datetime) -> None:
        """Wake the loop at an instant."""
        await workflow.sleep(at - workflow.now(), summary="next due")
        self.alarm_at = None
        self.dirty = True

    def page_is_full(self) -> bool:
        """Whether this run should end: closing, the server's advice, a newer build, or its age."""
        info = workflow.info()
        return (
            self.page_full
            or info.is_continue_as_new_suggested()
            or info.is_target_worker_deployment_version_changed()
            or workflow.now() >= self.page_began + days(self.order.turn_after_days)
        )

    def is_quiet(self) -> bool:
        """Whether nothing is in flight and every handler has finished."""
        return self.in_flight.none_in_flight and workflow.all_handlers_finished()

    def turn_page(self) -> None:
        """Continue as a new run, on the newest build."""
        workflow.continue_as_new(
            self.order.on_a_new_page(prune(self.record, workflow.now())),
            memo=self.search_attributes.memo,
            initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE,
        )

    def over_for_good(self) -> bool:
        """Whether the amendment period has passed and nothing is left open, to send, or to archive."""
        record = self.record
        return (
            record.closed
            and record.amend_until is not None
            and workflow.now() >= record.amend_until
            and not agenda(record)
            and not needs_ahead(record)
            and self.is_quiet()
        )

    def summary(self) -> CourseSummary:
        """What the history keeps of a course that has ended for good."""
        return CourseSummary(
            course_id=self.record.course_id,
            end_cause=self.record.end_cause,
            closed_at=self.record.closed_at,
            sessions_given=len(self.record.valid_doses),
            runs=self.record.runs,
        )

    @workflow.update
    def act(self, envelope: ActEnvelope) -> Receipt:
        """Apply one act; refused by the validator if it cannot stand."""
        checked, self.checked = self.checked, None
        done = (
            checked.done if checked is not None and checked.is_of(self.record, envelope.act) else self.applied(envelope)
        )
        self.changed(lambda _: done.record)
        return done.receipt

    @act.validator
    def may_act(self, envelope: ActEnvelope) -> None:
        """Refuse before anything is written to history: what nobody signed for, and what cannot stand."""
        if not admitted(envelope.act, self.record.course_id):
            raise ApplicationError(UNSIGNED, type="Refused", non_retryable=True)
        self.checked = Checked(self.record, envelope.act, self.applied(envelope))

    def applied(self, envelope: ActEnvelope) -> actions.ActResult:
        """What an act makes of the record, unless it cannot stand."""
        return guarded(lambda: actions.apply(self.record, envelope.act, workflow.now()))

    @workflow.update
    def wake(self) -> str:
        """Do nothing but run a workflow task, so that a sleeping course notices a newer build."""
        self.dirty = True
        return workflow.info().get_current_build_id()

    @workflow.signal(dynamic=True)
    def signalled(self, name: str, value: Sequence[RawValue]) -> None:
        """An evaluation from a machine, `evaluation_submitted`; any other signal is written down and becomes a task.

        Dynamic, because what fits no handler's arguments would fail this and every later task of the course.
        """
        contents = [readable(one) for one in value]
        self.changed(lambda record: signals.received(record, name, contents, workflow.now(), signed))

    @workflow.query(name="record")
    def read_record(self) -> CourseRecord:
        """The whole record."""
        return self.record


def readable(value: RawValue) -> object:
    """The content of a payload; any that does not decode is one case: not readable."""
    try:
        return workflow.payload_converter().from_payload(value.payload, object)
    except Exception:  # noqa: BLE001  a converter may raise whatever it likes
        return {"unreadable": "undecodable"}


def guarded(apply: Callable[[], actions.ActResult]) -> actions.ActResult:
    """Turn a refusal, or a fault of ours, into the failure of this one request instead of the course."""
    try:
        return apply()
    except actions.Refused as refused:
        raise ApplicationError(str(refused), type="Refused", non_retryable=True) from None
    except Exception as fault:
        workflow.logger.exception("an act could not be applied")
        raise ApplicationError("this act hit a fault in the program: nothing was changed", type="Fault") from fault
