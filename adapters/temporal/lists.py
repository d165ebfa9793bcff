"""Lists of open courses, from search attributes and the encrypted card; no course is asked."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError

from adapters.temporal.errors import unreachable
from adapters.temporal.vocabulary import outside
from course.model.terms import NeedKind
from course.views.card import Card
from workflows import search_attribute_keys

FAR = datetime(9999, 1, 1, tzinfo=UTC)
BUCKET_DAYS = (0, 1, 3, 7, 14, 28)
"""Lists come by when something is due: what is overdue, then ever wider spans, because SQL stores cannot sort."""

ESCALATED = f"CourseNeeds = '{NeedKind.ESCALATION}'"
OPEN = "WorkflowType = 'TreatmentCourse' AND ExecutionStatus = 'Running'"


@dataclass(frozen=True)
class Row:
    """One line of a list, from search attributes and the encrypted card; no course is asked.

    `outside` names what no course of this installation writes: attributes beyond the vocabulary, a foreign card.
    """

    course_id: str
    card: Card | None
    protocol: str
    site: str
    owner: str
    needs: tuple[str, ...]
    need_due: datetime | None
    next_session: datetime | None
    held: bool
    began_at: datetime | None = None
    outside: tuple[str, ...] = ()

    @property
    def urgent(self) -> bool:
        """Whether an escalation waits that must be answered at once; one without a card of ours may be."""
        return NeedKind.ESCALATION in self.needs and (self.card is None or self.card.urgent)

    @property
    def taken_up(self) -> bool:
        """Whether a worker has ever run a task of it, which writes the card."""
        return self.card is not None or bool(self.outside)


async def rows(client: Client, where: str, most: int) -> list[Row]:
    """Open courses: escalations first, the urgent ones before all, then by when something is due, soonest first."""
    escalated = [row async for row in _found(client, _and(where, ESCALATED))]
    found = sorted(escalated, key=lambda row: (not row.urgent, row.need_due or FAR, row.course_id))
    known = {row.course_id for row in found}
    now = datetime.now(UTC)
    edges = [datetime(2000, 1, 1, tzinfo=UTC), *(now + timedelta(days=ahead) for ahead in BUCKET_DAYS), FAR]
    for since, until in itertools.pairwise(edges):
        between = f"CourseNeedDue BETWEEN '{since.isoformat()}' AND '{until.isoformat()}'"
        bucket = [row async for row in _found(client, _and(where, between)) if row.course_id not in known]
        found += sorted(bucket, key=lambda row: (row.need_due or FAR, row.course_id))
        if len(found) >= most:
            return found[:most]
    rest = [row async for row in _found(client, _and(where, "CourseNeedDue IS NULL"), most - len(found))]
    return found + sorted(rest, key=lambda row: (row.next_session or FAR, row.course_id))


async def count(client: Client, where: str) -> int:
    """How many open courses match."""
    try:
        return (await client.count_workflows(_and(where, OPEN))).count
    except RPCError as error:
        raise unreachable(error) from None


async def _found(client: Client, where: str, most: int | None = None) -> AsyncIterator[Row]:
    try:
        async for found in client.list_workflows(_and(where, OPEN), limit=most):
            yield await _row(found)
    except RPCError as error:
        raise unreachable(error) from None


def _and(*conditions: str) -> str:
    return " AND ".join(condition for condition in conditions if condition)


async def _row(found: WorkflowExecution) -> Row:
    card, foreign = await card_of(found)
    value = found.typed_search_attributes
    return Row(
        course_id=found.id,
        card=card,
        protocol=value.get(search_attribute_keys.PROTOCOL, ""),
        site=value.get(search_attribute_keys.SITE, ""),
        owner=value.get(search_attribute_keys.OWNER, ""),
        needs=tuple(value.get(search_attribute_keys.NEEDS, ())),
        need_due=value.get(search_attribute_keys.NEED_DUE),
        next_session=value.get(search_attribute_keys.NEXT_SESSION),
        held=value.get(search_attribute_keys.HELD, default=False),
        began_at=found.start_time,
        outside=(*outside(value), *foreign),
    )


async def card_of(found: WorkflowExecution) -> tuple[Card | None, tuple[str, ...]]:
    """The card of a course, none before its first task; or the word `card` where what stands there is not ours."""
    try:
        return await found.memo_value("card", None, type_hint=Card), ()
    except Exception:  # noqa: BLE001  a converter may raise whatever it likes, and one row must not end a list
        return None, ("card",)
