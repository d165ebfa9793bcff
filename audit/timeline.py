"""The readable story of a course out of its workflow histories: when, who, what, why, and the event it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.update.v1 import Input
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from adapters.identity.act_statement import enrolment
from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.temporal.codec import in_activities, in_course
from adapters.temporal.plugin import data_converter
from adapters.temporal.updates import accepted_updates, resets, run_of
from audit.acts import first_of
from audit.key_book import KeyBook
from audit.signatures import Judge, SignatureState
from audit.words import ARCHIVING, CALENDAR, kinds, rules_of
from course.acts.catalogue import ActEnvelope
from course.model.messages import CourseOrder, Receipt, SendOrder, SendOutcome, UnsentMessage
from course.model.protocol.protocol import Protocol
from course.opening import with_consent

NAMES = {value: name.removeprefix("EVENT_TYPE_").lower() for name, value in EventType.items()}
SENDING = frozenset({"send_message", "ask_for_questionnaires"})
Signatures = tuple[SignatureState, ...]


@dataclass(frozen=True)
class Line:
    """One thing that happened; `run` and `event` say where the proof stands.

    `signatures` are what those of its author and of a second person are worth, where the log was asked; `rule` is why a
    course acted by itself.
    """

    at: datetime
    who: str
    role: str
    what: str
    why: str = ""
    before: str = ""
    after: str = ""
    made_at: datetime | None = None
    effective_at: datetime | None = None
    run: int = 1
    event: int = 0
    signatures: tuple[SignatureState, ...] = ()
    rule: str = ""


class Reader:
    """Reads one run; what cannot be decrypted becomes a line that says so."""

    def __init__(self, ring: KeyRing, course_id: str, run: int, run_before: str, judge: Judge | None) -> None:
        self.signer = Signer(ring)
        self.judge = judge
        self.protocol: Protocol | None = None
        self.course_id = course_id
        self.in_course = in_course(data_converter(ring), course_id)
        self.in_activities = in_activities(data_converter(ring), course_id)
        self.run = run
        self.run_before = run_before
        self.acts: dict[int, tuple[HistoryEvent, ActEnvelope | None, Signatures]] = {}
        self.sends: dict[int, tuple[str, SendOrder | None]] = {}
        self.asked: Mapping[int, Input] = {}

    async def lines(self, history: WorkflowHistory, known: frozenset[str] = frozenset()) -> list[Line]:
        """Every line of the run, in order; of one that was reset out of a known run, what came after the reset."""
        self.asked = accepted_updates(history)
        found: list[Line] = []
        for event in history.events:
            if resets(event) and event.workflow_task_failed_event_attributes.base_run_id in known:
                found.clear()
            line = await self._line(event)
            if line is not None:
                found.append(line)
        return found

    async def _line(self, event: HistoryEvent) -> Line | None:
        read = getattr(self, f"_{NAMES[event.event_type]}", None)
        line: Line | None = await read(event) if read is not None else None
        return line

    async def _workflow_execution_started(self, event: HistoryEvent) -> Line | None:
        value = event.workflow_execution_started_event_attributes
        order = await self._read(value.input.payloads, CourseOrder)
        if order is not None:
            self.protocol = order.protocol or (order.carried.protocol if order.carried is not None else None)
        if value.continued_execution_run_id:
            before = value.continued_execution_run_id
            missing = "" if before == self.run_before else f"; run {before} before it is neither archived nor live"
            return self._by_course(event, f"page {self.run} begins{missing}")
        if order is None or order.protocol is None:
            return self._unreadable(event, "the course began with an order")
        who, protocol = order.enrolled_by, order.protocol
        what = f"enrolled on {protocol.id} {protocol.version} (sha {protocol.sha256[:12]}){with_consent(order)}"
        raw = await self._read(value.input.payloads, object)
        states = self._judged(event, enrolment(raw)) if isinstance(raw, dict) else ()
        return self._at(event, who=who.name, role=who.role, what=what, why=order.reason, signatures=states)

    async def _workflow_execution_update_accepted(self, event: HistoryEvent) -> None:
        value = self.asked[event.event_id]
        if value.name == "act":
            raw = await self._read(value.args.payloads, object)
            act = raw.get("act") if isinstance(raw, dict) else None
            envelope = await self._read(value.args.payloads, ActEnvelope)
            self.acts[event.event_id] = (event, envelope, self._judged(event, act) if isinstance(act, dict) else ())

    async def _workflow_execution_update_completed(self, event: HistoryEvent) -> Line | None:
        value = event.workflow_execution_update_completed_event_attributes
        accepted, envelope, states = self.acts.pop(value.accepted_event_id, (event, None, ()))
        if value.accepted_event_id and accepted is event:
            return None
        receipt = await self._read(value.outcome.success.payloads, Receipt)
        if envelope is None:
            return self._unreadable(accepted, "an act")
        act = envelope.act
        failed = (
            "failed: nothing was changed" if value.outcome.HasField("failure") else "with a receipt that is unreadable"
        )
        what = receipt.on_the_page if receipt is not None else f"{act.action} {failed}"
        if not accepted.workflow_execution_update_accepted_event_attributes.accepted_request.input.name:
            what += " (taken again after the reset)"
        if not self.signer.signed(act, self.course_id):
            what += " (NOT PROVEN: no sign-in stands behind it)"
        return self._at(
            accepted,
            who=act.actor.name,
            role=act.actor.role,
            what=what + (" (repeated)" if receipt is not None and receipt.repeated else ""),
            why=act.reason,
            before=receipt.before if receipt is not None else "",
            after=receipt.after if receipt is not None else "",
            made_at=act.made_at,
            effective_at=act.effective_at,
            signatures=states,
        )

    async def _workflow_execution_signaled(self, event: HistoryEvent) -> Line:
        value = event.workflow_execution_signaled_event_attributes
        content = await self._read(value.input.payloads, object)
        if not isinstance(content, dict) or "unreadable" in content:
            return self._at(
                event, who=value.identity, role="signal", what=f"signal {value.signal_name} that is unreadable"
            )
        what = f"signal {value.signal_name}: {content.get('decision', 'no decision')}"
        what += f", the patient's wish: {content['wish']}" if content.get("wish") else ""
        states = self._judged(event, {**content, "action": "evaluate"})
        why = str(content.get("reason", ""))
        return self._at(event, who=value.identity, role="signal", what=what, why=why, signatures=states)

    async def _workflow_execution_cancel_requested(self, event: HistoryEvent) -> Line:
        value = event.workflow_execution_cancel_requested_event_attributes
        return self._at(event, who=value.identity, role="ops", what="cancellation asked for", why=value.cause)

    async def _workflow_task_failed(self, event: HistoryEvent) -> Line | None:
        if not resets(event):
            return None
        value = event.workflow_task_failed_event_attributes
        what = f"reset to before event {event.event_id} of run {value.base_run_id}: what came after it is taken again"
        return self._at(event, who=value.identity, role="ops", what=what, why=value.failure.message)

    async def _activity_task_scheduled(self, event: HistoryEvent) -> None:
        value = event.activity_task_scheduled_event_attributes
        name = value.activity_type.name
        order = await self._read(value.input.payloads, SendOrder, self.in_activities) if name in SENDING else None
        if name == "give_up_message" and (unsent := await self._read(value.input.payloads, UnsentMessage)) is not None:
            order = unsent.order
        self.sends[event.event_id] = (name, order)

    async def _activity_task_completed(self, event: HistoryEvent) -> Line | None:
        value = event.activity_task_completed_event_attributes
        name, order = self.sends.pop(value.scheduled_event_id, ("", None))
        if name == "archive_run":
            return self._by_course(event, "the run before was archived", rule=ARCHIVING)
        if name == "take_calendar":
            return self._by_course(event, "the calendar was taken anew", rule=CALENDAR)
        if order is None:
            return self._unreadable(event, "a message") if name else None
        outcome = await self._read(value.result.payloads, SendOutcome, self.in_activities)
        to = outcome.to_name if outcome is not None and outcome.to_name else order.audience
        state = outcome.state.replace("_", " ") if outcome is not None else "unreadable"
        why = outcome.reason if outcome is not None else ""
        return self._by_course(event, f"{kinds(order)} to {to}: {state}", why, rules_of(order, self.protocol))

    async def _activity_task_timed_out(self, event: HistoryEvent) -> Line | None:
        return self._unfinished(event, event.activity_task_timed_out_event_attributes.scheduled_event_id, "timed out")

    async def _activity_task_failed(self, event: HistoryEvent) -> Line | None:
        return self._unfinished(event, event.activity_task_failed_event_attributes.scheduled_event_id, "failed")

    async def _activity_task_canceled(self, event: HistoryEvent) -> Line | None:
        return self._unfinished(event, event.activity_task_canceled_event_attributes.scheduled_event_id, "called back")

    async def _workflow_execution_options_updated(self, event: HistoryEvent) -> Line | None:
        value = event.workflow_execution_options_updated_event_attributes
        build = value.versioning_override.pinned.version.build_id
        return self._at(event, who=value.identity, role="ops", what=f"moved to build {build}") if build else None

    async def _workflow_execution_completed(self, event: HistoryEvent) -> Line:
        return self._by_course(event, "the course ended for good")

    async def _workflow_execution_terminated(self, event: HistoryEvent) -> Line:
        value = event.workflow_execution_terminated_event_attributes
        return self._at(event, who=value.identity, role="ops", what="the workflow was terminated", why=value.reason)

    async def _workflow_execution_failed(self, event: HistoryEvent) -> Line:
        return self._by_course(event, "the workflow failed")

    async def _workflow_execution_timed_out(self, event: HistoryEvent) -> Line:
        return self._by_course(event, "the workflow timed out")

    def _unfinished(self, event: HistoryEvent, scheduled: int, how: str) -> Line | None:
        name, order = self.sends.pop(scheduled, ("", None))
        return self._by_course(event, f"{kinds(order) if order is not None else name.replace('_', ' ')} {how}")

    def _unreadable(self, event: HistoryEvent, what: str) -> Line:
        return self._at(event, who="unknown", role="unknown", what=f"{what} that is unreadable")

    def _by_course(self, event: HistoryEvent, what: str, why: str = "", rule: str = "") -> Line:
        return self._at(event, who="course", role="course", what=what, why=why, rule=rule)

    def _judged(self, event: HistoryEvent, act: dict[str, Any]) -> Signatures:
        if self.judge is None:
            return ()
        return self.judge.states(self.course_id, act, event.event_time.ToDatetime(tzinfo=UTC))

    def _at(self, event: HistoryEvent, **fields: Any) -> Line:
        return Line(at=event.event_time.ToDatetime(tzinfo=UTC), run=self.run, event=event.event_id, **fields)

    async def _read(self, payloads: Sequence[Payload], kind: type[Any], place: DataConverter | None = None) -> Any:
        return await first_of(place or self.in_course, payloads, kind)


async def story(histories: Sequence[WorkflowHistory], ring: KeyRing, book: KeyBook | None = None) -> list[Line]:
    """The whole story of a course, from the histories of its runs in order; a book of keys judges the signatures."""
    found: list[Line] = []
    known: list[str] = []
    judge = None if book is None else Judge(book)
    for run, history in enumerate(histories, start=1):
        reader = Reader(ring, history.workflow_id, run, known[-1] if known else "", judge)
        found += await reader.lines(history, frozenset(known))
        known.append(run_of(history))
    return sorted(found, key=lambda line: line.at)
