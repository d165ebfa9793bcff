"""What a course has in flight: messages on their way, runs being archived, calendars being taken."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError

with workflow.unsafe.imports_passed_through():
    from activities.archive import Archivist
    from activities.calendar import Calendars
    from activities.reassessment import Reassessment
    from activities.reminders import UNKNOWN, Messenger
    from course.agenda import send_results, withdrawn_messages
    from course.agenda.outbox import SEND_WITHIN, DueNow
    from course.model.messages import ArchiveOrder, CalendarOrder, SendOrder, SendOutcome, UnsentMessage
    from course.model.occasions import Occasion
    from course.model.record import CourseRecord
    from course.model.terms import Audience, OccasionKind, OccasionState

Fold = Callable[[CourseRecord], CourseRecord]

ONE_TRY = timedelta(seconds=60)
RETRY = RetryPolicy(initial_interval=timedelta(seconds=10), maximum_interval=timedelta(minutes=10))
RETRY_SAFETY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=1))
JOB_WITHIN = timedelta(hours=1)
JOB_AGAIN = timedelta(days=1)


class InFlight:
    """Starts tasks and awaits none; each folds its own outcome into the record through `changed`."""

    def __init__(self, changed: Callable[[Fold], None], *, asks_apart: bool) -> None:
        self.changed = changed
        self.asks_apart = asks_apart
        self.sends: dict[str, tuple[SendOrder, asyncio.Task[None]]] = {}
        self.jobs: dict[str, asyncio.Task[None]] = {}

    @property
    def none_in_flight(self) -> bool:
        """Whether nothing is on its way."""
        return not self.sends and not self.jobs

    def begin(self, taken: DueNow) -> None:
        """Start what was taken."""
        for order in taken.sends:
            self.sends[order.key] = (order, asyncio.create_task(self._send(order)))
        for job in taken.jobs:
            self.jobs[job.id] = asyncio.create_task(self._job(job, taken.record))

    def call_back_overtaken(self, record: CourseRecord) -> None:
        """Cancel the sends that no longer say what is true; one that is already out counts as sent."""
        for order, task in self.sends.values():
            if withdrawn_messages.called_back(record, order):
                task.cancel()

    async def _send(self, order: SendOrder) -> None:
        asks = self.asks_apart and any(part.kind is OccasionKind.MEASURE for part in order.parts)
        try:
            outcome = await workflow.execute_activity_method(
                Reassessment.ask_for_questionnaires if asks else Messenger.send_message,
                order,
                activity_id=order.key,
                summary=", ".join(part.kind for part in order.parts),
                start_to_close_timeout=ONE_TRY,
                schedule_to_close_timeout=SEND_WITHIN if order.until is None else order.until - order.as_of,
                retry_policy=RETRY_SAFETY if order.audience is Audience.ONCALL else RETRY,
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            )
        except ActivityError as error:
            outcome = await self._given_up(order, _unfinished(error))
        self.sends.pop(order.key, None)
        self.changed(lambda record: send_results.sent(record, order, outcome, workflow.now()))

    async def _given_up(self, order: SendOrder, outcome: SendOutcome) -> SendOutcome:
        """What the ledger knows of a message that nobody tries any more: that it is out, or may be, or is not."""
        try:
            return await workflow.execute_activity_method(
                Messenger.give_up_message,
                UnsentMessage(order=order, outcome=outcome),
                start_to_close_timeout=ONE_TRY,
                schedule_to_close_timeout=JOB_WITHIN,
                summary="settle what was not sent",
            )
        except ActivityError:
            return outcome.with_(state=OccasionState.UNCERTAIN, reason=UNKNOWN)

    async def _job(self, job: Occasion, record: CourseRecord) -> None:
        try:
            fold = await (
                self._archive(job, record) if job.kind is OccasionKind.ARCHIVE else self._calendar(job, record)
            )
        except ActivityError:
            fold = self._again(job)
        self.jobs.pop(job.id, None)
        self.changed(fold)

    async def _archive(self, job: Occasion, record: CourseRecord) -> Fold:
        run_id = job.subject.removeprefix("run-")
        await workflow.execute_activity_method(
            Archivist.archive_run,
            ArchiveOrder(course_id=record.course_id, run_id=run_id),
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=JOB_WITHIN,
            summary="archive the run before",
        )
        return lambda current: send_results.archived(current, job, run_id, workflow.now())

    async def _calendar(self, job: Occasion, record: CourseRecord) -> Fold:
        answer = await workflow.execute_activity_method(
            Calendars.take_calendar,
            CalendarOrder(site=record.site, as_of=workflow.now(), patient_zone=record.messaging.zone.name),
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=JOB_WITHIN,
            summary="take a fresh calendar",
        )
        return lambda current: send_results.refreshed(current, job, answer, workflow.now())

    def _again(self, job: Occasion) -> Fold:
        until = workflow.now() + JOB_AGAIN
        return lambda current: send_results.put_back(
            current, job, until, workflow.now(), "it failed and is tried again"
        )


def _unfinished(error: ActivityError) -> SendOutcome:
    """What a send that never came back means: called back, refused to the end, or not known."""
    now = workflow.now()
    if isinstance(error.cause, CancelledError):
        return SendOutcome(state=OccasionState.SUPPRESSED, at=now, reason=withdrawn_messages.OVERTAKEN)
    last = error.cause.__cause__ if error.cause is not None else None
    if isinstance(error.cause, ApplicationError) or isinstance(last, ApplicationError):
        return SendOutcome(state=OccasionState.FAILED, at=now, reason="not delivered within six hours")
    return SendOutcome(state=OccasionState.UNCERTAIN, at=now, reason=UNKNOWN)
