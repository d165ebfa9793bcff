"""Chart against ledger: what courses charted, and who owns the difference to what was drawn and given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.drug_tables import CHART_DISCREPANCIES, CHARTED_DOSES, DRUG_MOVES, VIALS
from adapters.store.drugs.chart_rules import Charted, Difference, Disagreement, differences, handled, sentence
from adapters.store.drugs.ledger_rules import DISCREPANCY_DUE, Move, Vial
from adapters.store.drugs.rows import move_of, vial_of
from adapters.store.errors import StoreError
from adapters.store.log.writing import logged
from adapters.store.people.directory import new_id

COURSE_LOCK = 730_722
AGREE_SINCE = "chart and ledger agree since"


@dataclass(frozen=True)
class ChartDiscrepancy:
    """A session of which chart and ledger say different things, in mg; somebody owns it until it is resolved."""

    discrepancy_id: str
    course_id: str
    session_id: str
    site: str
    kind: Disagreement
    charted: Decimal | None
    drawn: Decimal
    given: Decimal
    wasted: Decimal
    left: Decimal
    found_at: datetime
    owner: str
    due: datetime
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = field(default="", repr=False)

    @property
    def amounts(self) -> tuple[Decimal | None, ...]:
        """What was compared."""
        return (self.charted, self.drawn, self.given, self.wasted, self.left)

    @property
    def sentence(self) -> str:
        """Chart and ledger side by side."""
        return sentence(self.session_id, self.charted, self.drawn, self.given, self.wasted)

    def waits(self, at: datetime) -> bool:
        """Whether nothing is wrong yet: drawn for a session, to be charted within its time."""
        return self.kind is Disagreement.NOT_CHARTED and at < self.due

    @property
    def note(self) -> str:
        """What is told to whoever brought it up."""
        return f"{self.sentence}: discrepancy {self.discrepancy_id} is {self.owner}'s, due in 24 hours"


class ChartLedger:
    """One writer a course at a time; a difference is resolved by a person, or by chart and ledger agreeing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chart(self, course_id: str, doses: Sequence[Charted], at: datetime) -> tuple[ChartDiscrepancy, ...]:
        """Keep the doses that stand on a course in place of what was known, and compare; what is open then.

        A dose that was known with the same amount keeps the account that answers for it.
        """
        async with self._database.writing() as connection:
            await _alone(connection, course_id)
            known = {one.session_id: one for one in await _charted(connection, course_id)}
            kept = tuple(_known(one, known.get(one.session_id)) for one in doses)
            if set(kept) != set(known.values()):
                await connection.execute(delete(CHARTED_DOSES).where(CHARTED_DOSES.c.course_id == course_id))
                if kept:
                    rows = [{"course_id": course_id, **vars(one)} for one in kept]
                    await connection.execute(insert(CHARTED_DOSES), rows)
            return await compare(connection, course_id, at)

    async def open(self, site: str = "") -> tuple[ChartDiscrepancy, ...]:
        """The differences that wait for somebody, soonest due first."""
        mine = CHART_DISCREPANCIES.c
        query = select(CHART_DISCREPANCIES).where(mine.resolved_at.is_(None)).order_by(mine.due, mine.discrepancy_id)
        query = query.where(mine.site == site) if site else query
        async with self._database.reading() as connection:
            return tuple(_discrepancy(row) for row in await connection.execute(query))

    async def of_course(self, course_id: str) -> tuple[ChartDiscrepancy, ...]:
        """All differences that a course ever had, oldest first."""
        async with self._database.reading() as connection:
            return await _of_course(connection, course_id)

    async def to_read(self) -> frozenset[str]:
        """The courses whose chart has to be read again: with an open difference, or drawn for and not charted."""
        mine, moved = CHART_DISCREPANCIES.c, DRUG_MOVES.c
        charted = (CHARTED_DOSES.c.course_id == moved.course_id) & (CHARTED_DOSES.c.session_id == moved.session_id)
        drawn = select(moved.course_id).outerjoin(CHARTED_DOSES, charted).where(moved.syringe_id != "")
        async with self._database.reading() as connection:
            waiting = await connection.execute(select(mine.course_id).where(mine.resolved_at.is_(None)).distinct())
            loose = await connection.execute(drawn.where(CHARTED_DOSES.c.course_id.is_(None)).distinct())
            return frozenset((*waiting.scalars(), *loose.scalars()))

    async def resolve(self, discrepancy_id: str, account_id: str, reason: str, at: datetime) -> bool:
        """Sign what became of a difference, which stays on the log; whether there was an open one of that id."""
        if not reason.strip():
            raise StoreError("A discrepancy is resolved with a reason: say what was found.")
        mine = CHART_DISCREPANCIES.c.discrepancy_id == discrepancy_id
        signed = update(CHART_DISCREPANCIES).where(mine, CHART_DISCREPANCIES.c.resolved_at.is_(None))
        values = {"resolved_at": at, "resolved_by": account_id, "resolution": reason}
        async with self._database.writing() as connection, logged(connection, CHART_DISCREPANCIES, mine):
            return bool((await connection.execute(signed.values(**values))).rowcount)


async def compare(connection: AsyncConnection, course_id: str, at: datetime) -> tuple[ChartDiscrepancy, ...]:
    """Hold chart against ledger for one course: open, renew and close its differences; those that are open then.

    What a person has resolved stays so while the amounts are the same.
    """
    await _alone(connection, course_id)
    async with logged(connection, CHART_DISCREPANCIES, CHART_DISCREPANCIES.c.course_id == course_id):
        return await _compared(connection, course_id, at)


async def _compared(connection: AsyncConnection, course_id: str, at: datetime) -> tuple[ChartDiscrepancy, ...]:
    doses, ledger = await _charted(connection, course_id), handled(await _entries(connection, course_id))
    now = {one.session_id: one for one in differences(doses, ledger)}
    last = {one.session_id: one for one in await _of_course(connection, course_id)}
    for session, known in last.items():
        if known.resolved_at is None and session not in now:
            await _close(connection, known, at)
    found = []
    for session, one in now.items():
        before = last.get(session)
        if before is not None and before.resolved_at is None:
            renewed = _renewed(before, one)
            if renewed != before:
                await _write(connection, renewed)
            found.append(renewed)
        elif before is None or not before.resolved_by or before.amounts != one.amounts:
            found.append(await _opened(connection, course_id, one, at))
    return tuple(found)


def _renewed(before: ChartDiscrepancy, now: Difference) -> ChartDiscrepancy:
    """The same row, of the same owner, with what differs now."""
    return replace(
        before,
        kind=now.kind,
        charted=now.charted,
        drawn=now.drawn,
        given=now.given,
        wasted=now.wasted,
        left=now.left,
    )


async def _opened(connection: AsyncConnection, course_id: str, one: Difference, at: datetime) -> ChartDiscrepancy:
    opened = ChartDiscrepancy(
        discrepancy_id=new_id("d"),
        course_id=course_id,
        session_id=one.session_id,
        site=one.site,
        kind=one.kind,
        charted=one.charted,
        drawn=one.drawn,
        given=one.given,
        wasted=one.wasted,
        left=one.left,
        found_at=at,
        owner=one.account_id,
        due=at + DISCREPANCY_DUE,
    )
    await connection.execute(insert(CHART_DISCREPANCIES).values(**vars(opened)))
    return opened


async def _close(connection: AsyncConnection, one: ChartDiscrepancy, at: datetime) -> None:
    """Chart and ledger agree; what only waited to be charted, and was in time, was never wrong and leaves no row."""
    if one.waits(at):
        mine = CHART_DISCREPANCIES.c.discrepancy_id == one.discrepancy_id
        await connection.execute(delete(CHART_DISCREPANCIES).where(mine))
        return
    await _write(connection, replace(one, resolved_at=at, resolution=AGREE_SINCE))


async def _write(connection: AsyncConnection, one: ChartDiscrepancy) -> None:
    mine = CHART_DISCREPANCIES.c.discrepancy_id == one.discrepancy_id
    await connection.execute(update(CHART_DISCREPANCIES).where(mine).values(**vars(one)))


async def _charted(connection: AsyncConnection, course_id: str) -> tuple[Charted, ...]:
    columns = (getattr(CHARTED_DOSES.c, name) for name in ("session_id", "site", "mg", "at", "account_id"))
    query = select(*columns).where(CHARTED_DOSES.c.course_id == course_id).order_by(CHARTED_DOSES.c.at)
    return tuple(Charted(**row._mapping) for row in await connection.execute(query))  # noqa: SLF001


async def _entries(connection: AsyncConnection, course_id: str) -> list[tuple[Vial, Move]]:
    query = select(DRUG_MOVES).where(DRUG_MOVES.c.course_id == course_id).order_by(DRUG_MOVES.c.move_id)
    moves = [move_of(row) for row in await connection.execute(query)]
    mine = select(VIALS).where(VIALS.c.vial_id.in_({one.vial_id for one in moves}))
    vials = {row.vial_id: vial_of(row) for row in await connection.execute(mine)}
    return [(vials[one.vial_id], one) for one in moves]


async def _of_course(connection: AsyncConnection, course_id: str) -> tuple[ChartDiscrepancy, ...]:
    mine = CHART_DISCREPANCIES.c
    query = select(CHART_DISCREPANCIES).where(mine.course_id == course_id)
    rows: Iterable[Row[Any]] = await connection.execute(query)
    found = [_discrepancy(row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.resolved_at is None, one.resolved_at or one.found_at)))


async def _alone(connection: AsyncConnection, course_id: str) -> None:
    if connection.dialect.name != "sqlite":
        lock = text("select pg_advisory_xact_lock(:lock, hashtext(:course))")
        await connection.execute(lock, {"lock": COURSE_LOCK, "course": course_id})


def _known(one: Charted, before: Charted | None) -> Charted:
    return replace(one, account_id=before.account_id) if before is not None and before.mg == one.mg else one


def _discrepancy(row: Row[Any]) -> ChartDiscrepancy:
    return ChartDiscrepancy(**{**row._mapping, "kind": Disagreement(row.kind)})  # noqa: SLF001
