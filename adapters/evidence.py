"""What the proof stands on, gathered from Visibility, the server, the directory and the ledgers."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Person
from adapters.chairs.reserving import settle
from adapters.chairs.slots import SlotBook, SlotError
from adapters.charting import CHARTING, charted
from adapters.clinic.files import Clinic
from adapters.identity.licences import expired
from adapters.keyring import KeyRing
from adapters.store import Store
from adapters.store.log.proving import not_as_recorded
from adapters.store.people.directory import CourseRow, CourseState
from adapters.temporal.builds import build_of, served
from adapters.temporal.inspecting import inspect
from adapters.temporal.lists import card_of
from adapters.temporal.vocabulary import PHASES, outside
from course.model.base import minutes
from course.model.terms import Action, Audience, NeedKind, OccasionState, Phase, Role
from course.views.cover import ahead
from course.views.drug_owed import DrugDifference
from course.views.evidence import DirectoryCourse, ProofEvidence, RunningCourse, UnsettledMessage
from course.views.proof import LATE_MINUTES, Proof
from workflows import search_attribute_keys
from workflows.course import TreatmentCourse

PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
ANSWER_WITHIN = timedelta(seconds=10)
ASKED_AT_ONCE = 16
CHARTED_LATELY = timedelta(days=7)
TOLD = frozenset({OccasionState.SENT, OccasionState.UNCERTAIN, OccasionState.IN_FLIGHT})
OWNING = (Action.ACKNOWLEDGE,)
RUNNING = "WorkflowType = 'TreatmentCourse' AND ExecutionStatus = 'Running'"


class ClinicEvidence:
    """The evidence of one clinic: the courses of its task queue, its store, its sites."""

    def __init__(
        self,
        client: Client,
        ring: KeyRing,
        store: Store,
        clinic: Clinic,
        *,
        slots: SlotBook,
        task_queue: str,
        checkpoints: Sequence[Path] = (),
    ) -> None:
        self._client = client
        self._ring = ring
        self._store = store
        self._clinic = clinic
        self._slots = slots
        self._task_queue = task_queue
        self._checkpoints = checkpoints

    async def gather(self, at: datetime) -> ProofEvidence:
        """Everything; the directory is read first, and what lists do not show of it is looked up one by one."""
        listed = await self._store.directory.courses()
        where = f"{RUNNING} AND TaskQueue = '{self._task_queue}'"
        seen = {found.id: await _seen(found) async for found in self._client.list_workflows(where)}
        ended: dict[str, str] = {}
        for row in listed:
            if row.state is CourseState.CLOSED or row.course_id in seen:
                continue
            described = await self._described(row.course_id)
            if described is None or described.status is None:
                continue
            if described.status is WorkflowExecutionStatus.RUNNING:
                seen[row.course_id] = await _seen(described)
            else:
                ended[row.course_id] = described.status.name.lower()
        inspected = await inspect(self._client, self._ring, where)
        answering = [one for one in seen.values() if one.course_id not in inspected.wedged]
        without, silent = await self._without_slot(answering, at)
        staff = await self._store.staff.accounts()
        return ProofEvidence(
            at=at,
            seen=tuple(seen.values()),
            listed=tuple(_listed(row) for row in listed),
            ended=ended,
            served=await served(self._client, self._task_queue, datetime.now(UTC)),
            heard=await self._heard(),
            unsettled=await self._unsettled(at),
            told={one.course_id: await self._told(one) for one in seen.values() if NeedKind.ESCALATION in one.needs},
            owned=await self._store.access.last_looks(OWNING),
            without_slot=without,
            silent=silent,
            wedged=inspected.wedged,
            unproven=inspected.unproven,
            lost=inspected.lost,
            drugs=await self._drugs(at),
            disabled=frozenset(one.account_id for one in staff if one.disabled),
            log=await not_as_recorded(self._store.database, self._checkpoints),
            licences={one.account_id: why for one in staff if (why := expired(one, at.date()))},
            on_call={site: len(await self._store.oncall.people(site, at)) for site in self._clinic.sites},
            gaps=ahead([await self._store.oncall.cover(site, at) for site in self._clinic.sites], at),
        )

    async def close(self, courses: Sequence[str], at: datetime) -> None:
        """Mark in the directory what has completed."""
        for course_id in courses:
            await self._store.directory.mark_closed(course_id, at)

    async def keep(self, proof: Proof) -> None:
        """The proof as an entry of the log; a second try of the same night leaves the first."""
        lines = [{"kind": one.kind, "subject": one.subject, "sentence": one.sentence} for one in proof.exceptions]
        digest = sha256(proof.model_dump_json().encode()).hexdigest()
        says = {"open": len(proof.open), "exceptions": lines, "sha256": digest}
        await self._store.log.state("proof", proof.at.isoformat(), says, once=True)

    async def ops(self) -> Sequence[Person]:
        """The enabled ops accounts."""
        accounts = await self._store.staff.accounts()
        return [
            Person(one.account_id, one.name, one.role, one.email)
            for one in accounts
            if one.role is Role.OPS and not one.disabled
        ]

    async def _heard(self) -> Mapping[str, datetime]:
        """The later of the last message that was due and the last look at each course."""
        messages, looks = await self._store.sends.last_due(), await self._store.access.last_looks()
        both = {*messages, *looks}
        return {course: max(at for at in (messages.get(course), looks.get(course)) if at) for course in both}

    async def _unsettled(self, at: datetime) -> tuple[UnsettledMessage, ...]:
        """Late messages whose send the server still has to do; the end of any other is known to its course."""
        late = await self._store.sends.unsettled(at - minutes(LATE_MINUTES))
        pending: dict[str, set[str]] = {}
        for course_id in {one.course_id for one in late}:
            described = await self._described(course_id)
            waiting = described.raw_description.pending_activities if described is not None else ()
            pending[course_id] = {one.activity_id for one in waiting}
        return tuple(
            UnsettledMessage(one.course_id, one.occasion, one.as_of, one.state)
            for one in late
            if one.occasion in pending[one.course_id]
        )

    async def _told(self, one: RunningCourse) -> tuple[datetime, ...]:
        """When somebody was told of the course's last escalation."""
        told: dict[int, list[datetime]] = {}
        for row in await self._store.sends.of_course(one.course_id):
            if row.audience is Audience.ONCALL and row.state in TOLD:
                number = int(row.occasion.partition("/")[0].removeprefix("e"))
                told.setdefault(number, []).append(row.as_of)
        return tuple(told[max(told)]) if told else ()

    async def _without_slot(
        self, seen: Iterable[RunningCourse], at: datetime
    ) -> tuple[Mapping[str, tuple[datetime, ...]], frozenset[str]]:
        """Settle slots and doses of every course with a visit or a slot ahead, or a dose to be looked at.

        The visits without a place, and who is silent.
        A course that does not answer keeps what it has, and is an exception of its own.
        """
        held = await self._store.slots.courses_ahead(at) | await self._store.chart.to_read()
        acted = await self._store.access.last_looks([str(action) for action in CHARTING])
        held |= {course_id for course_id, last in acted.items() if at - last <= CHARTED_LATELY}
        asked = [one.course_id for one in seen if one.next_session is not None or one.course_id in held]
        turns = asyncio.Semaphore(ASKED_AT_ONCE)
        answers = await asyncio.gather(*(self._settled(course_id, at, turns) for course_id in asked))
        told = dict(zip(asked, answers, strict=True))
        found = {course_id: without for course_id, without in told.items() if without is not None}
        return found, frozenset(course_id for course_id, without in told.items() if without is None)

    async def _settled(self, course_id: str, at: datetime, turns: asyncio.Semaphore) -> tuple[datetime, ...] | None:
        """The visits of one course that find no place; None where nobody answers for it."""
        handle = self._client.get_workflow_handle(course_id)
        async with turns:
            try:
                record = await handle.query(TreatmentCourse.read_record, rpc_timeout=ANSWER_WITHIN)
            except (RPCError, WorkflowQueryRejectedError, WorkflowQueryFailedError, TimeoutError):
                return None
            await self._store.chart.chart(course_id, charted(record, record.owner), at)
            with suppress(SlotError):
                return tuple(slot.begins for slot in await settle(self._slots, record, at))
            return ()

    async def _drugs(self, at: datetime) -> tuple[DrugDifference, ...]:
        """What nobody can account for, and what chart and ledger do not agree on; missing drug waits for its time."""
        missing = [
            DrugDifference(
                id=one.discrepancy_id,
                subject=one.syringe_id or one.vial_id,
                sentence=one.sentence,
                owner=one.owner,
                due=one.due,
                waits=True,
            )
            for one in await self._store.drug_log.discrepancies()
        ]
        differ = [
            DrugDifference(
                id=one.discrepancy_id,
                subject=one.course_id,
                sentence=one.sentence,
                owner=one.owner,
                due=one.due,
                waits=one.waits(at),
            )
            for one in await self._store.chart.open()
        ]
        return (*missing, *differ)

    async def _described(self, course_id: str) -> WorkflowExecutionDescription | None:
        """The last run of a course, or None where the server knows none."""
        try:
            return await self._client.get_workflow_handle(course_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise


def _listed(row: CourseRow) -> DirectoryCourse:
    closed, opening = row.state is CourseState.CLOSED, row.state is CourseState.OPENING
    return DirectoryCourse(row.course_id, row.site, row.opened_at, closed=closed, opening=opening)


async def _seen(found: WorkflowExecution) -> RunningCourse:
    value = found.typed_search_attributes
    _, foreign = await card_of(found)
    phase = value.get(search_attribute_keys.PHASE)
    return RunningCourse(
        course_id=found.id,
        site=value.get(search_attribute_keys.SITE, ""),
        phase=Phase(phase) if phase in PHASES else None,
        began_at=found.start_time,
        needs=tuple(value.get(search_attribute_keys.NEEDS, ())),
        need_due=value.get(search_attribute_keys.NEED_DUE),
        next_session=value.get(search_attribute_keys.NEXT_SESSION),
        problems=tuple(value.get(PROBLEMS, ())),
        owner=value.get(search_attribute_keys.OWNER, ""),
        outside=(*outside(value), *foreign),
        build=build_of(value),
    )
