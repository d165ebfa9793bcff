"""Reading the controlled-drug records: stock, the log of syringes, discrepancies, where patients live."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import delete, insert, select

from adapters.store.database import Database
from adapters.store.drug_tables import ADDRESSES, DRUG_DISCREPANCIES, DRUG_MOVES, VIALS
from adapters.store.drugs.ledger import Discrepancy, discrepancy_of
from adapters.store.drugs.ledger_rules import Move, MoveKind, SyringeSum, Vial, VialSum, syringe_sum, vial_sum
from adapters.store.drugs.rows import move_of, of_syringe, vial_of
from adapters.store.errors import StoreError
from adapters.store.log.writing import logged
from adapters.store.tables import PATIENTS

ACCOUNTED_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class VialStock:
    """A vial and its sum."""

    vial: Vial
    sum: VialSum


@dataclass(frozen=True)
class SyringeLine:
    """One syringe of the log: out of which vial, for which session, by whom, what became of it."""

    syringe_id: str
    vial: Vial
    drawn_at: datetime
    course_id: str
    session_id: str
    patient_id: str
    drawn_by: str
    given_at: datetime | None
    given_by: tuple[str, ...]
    wasted_by: tuple[str, ...]
    witnesses: tuple[str, ...]
    sum: SyringeSum
    reasons: tuple[str, ...] = field(repr=False)

    def mg(self, ml: Decimal) -> Decimal:
        """What an amount out of this syringe comes to."""
        return ml * self.vial.mg_per_ml


class DrugLog:
    """The ledger as it is read; nothing here writes but addresses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def vials(self, site: str = "", *, in_stock: bool = False) -> tuple[VialStock, ...]:
        """The vials of a site, or of all, with their sums; those in stock first, soonest expired first."""
        query = select(VIALS).order_by(VIALS.c.expires_on, VIALS.c.received_at, VIALS.c.vial_id)
        query = query.where(VIALS.c.site == site) if site else query
        query = query.where(VIALS.c.discarded_at.is_(None)) if in_stock else query
        mine = DRUG_MOVES.c.vial_id.in_(query.with_only_columns(VIALS.c.vial_id).order_by(None))
        async with self._database.reading() as connection:
            vials = [vial_of(row) for row in await connection.execute(query)]
            rows = await connection.execute(select(DRUG_MOVES).where(mine).order_by(DRUG_MOVES.c.move_id))
            moves = [move_of(row) for row in rows]
        of_vial: dict[str, list[Move]] = {}
        for move in moves:
            of_vial.setdefault(move.vial_id, []).append(move)
        stocked = (VialStock(vial, vial_sum(of_vial.get(vial.vial_id, []))) for vial in vials)
        return tuple(sorted(stocked, key=lambda one: one.vial.discarded_at is not None))

    async def vial(self, vial_id: str) -> Vial | None:
        """The vial with this id, or None."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(VIALS).where(VIALS.c.vial_id == vial_id))).one_or_none()
        return None if row is None else vial_of(row)

    async def vial_of_syringe(self, syringe_id: str) -> Vial | None:
        """The vial that a syringe was drawn from, or None."""
        drawn = select(DRUG_MOVES.c.vial_id).where(DRUG_MOVES.c.syringe_id == syringe_id).limit(1)
        async with self._database.reading() as connection:
            vial_id = (await connection.execute(drawn)).scalar_one_or_none()
        return None if vial_id is None else await self.vial(vial_id)

    async def syringes(
        self, since: datetime | None = None, until: datetime | None = None, site: str = ""
    ) -> tuple[SyringeLine, ...]:
        """Every syringe drawn in a span, its end left out, with all that became of it since; oldest first."""
        drawn = select(DRUG_MOVES.c.syringe_id).where(DRUG_MOVES.c.kind == MoveKind.DRAWN)
        drawn = drawn.where(DRUG_MOVES.c.at >= since) if since is not None else drawn
        drawn = drawn.where(DRUG_MOVES.c.at < until) if until is not None else drawn
        if site:
            drawn = drawn.join(VIALS).where(VIALS.c.site == site)
        query = select(DRUG_MOVES).where(DRUG_MOVES.c.syringe_id.in_(drawn)).order_by(DRUG_MOVES.c.move_id)
        async with self._database.reading() as connection:
            moves = tuple(move_of(row) for row in await connection.execute(query))
            mine = select(VIALS).where(VIALS.c.vial_id.in_({one.vial_id for one in moves}))
            vials = {row.vial_id: vial_of(row) for row in await connection.execute(mine)}
        ids = dict.fromkeys(one.syringe_id for one in moves)
        lines = (_line(vials, of_syringe(moves, one)) for one in ids)
        return tuple(sorted(lines, key=lambda line: (line.drawn_at, line.syringe_id)))

    async def unaccounted(self, now: datetime) -> tuple[str, ...]:
        """Syringes that still hold something on paper a day after they were drawn."""
        lines = await self.syringes(until=now - ACCOUNTED_WITHIN)
        return tuple(line.syringe_id for line in lines if line.sum.left > 0)

    async def discrepancies(self, site: str = "", *, open_only: bool = True) -> tuple[Discrepancy, ...]:
        """Discrepancies, those that wait for somebody or all; soonest due first."""
        query = select(DRUG_DISCREPANCIES).order_by(DRUG_DISCREPANCIES.c.due, DRUG_DISCREPANCIES.c.discrepancy_id)
        query = query.where(DRUG_DISCREPANCIES.c.resolved_at.is_(None)) if open_only else query
        if site:
            query = query.join(VIALS).where(VIALS.c.site == site)
        async with self._database.reading() as connection:
            return tuple(discrepancy_of(row) for row in await connection.execute(query))

    async def put_address(self, patient_id: str, address: str) -> None:
        """Keep where a patient lives, in place of what was kept before."""
        text = " ".join(address.split())
        if not text:
            raise StoreError("An address is not empty: write street, town and postal code.")
        async with self._database.writing() as connection:
            known = select(PATIENTS.c.patient_id).where(PATIENTS.c.patient_id == patient_id).with_for_update()
            if (await connection.execute(known)).one_or_none() is None:
                raise StoreError(f"There is no patient {patient_id}: see the directory.")
            theirs = ADDRESSES.c.patient_id == patient_id
            async with logged(connection, ADDRESSES, theirs):
                await connection.execute(delete(ADDRESSES).where(theirs))
                await connection.execute(insert(ADDRESSES).values(patient_id=patient_id, address=text))

    async def addresses(self, patient_ids: tuple[str, ...]) -> dict[str, str]:
        """Where the patients of one page of the log live."""
        query = select(ADDRESSES).where(ADDRESSES.c.patient_id.in_(patient_ids))
        async with self._database.reading() as connection:
            return {row.patient_id: row.address for row in await connection.execute(query)}


def _line(vials: dict[str, Vial], moves: tuple[Move, ...]) -> SyringeLine:
    drawn = moves[0]
    given = [one for one in moves if one.kind is MoveKind.GIVEN]
    wasted = [one for one in moves if one.kind is MoveKind.WASTED]
    return SyringeLine(
        syringe_id=drawn.syringe_id,
        vial=vials[drawn.vial_id],
        drawn_at=drawn.at,
        course_id=drawn.course_id,
        session_id=drawn.session_id,
        patient_id=drawn.patient_id,
        drawn_by=drawn.account_id,
        given_at=given[0].at if given else None,
        given_by=tuple(dict.fromkeys(one.account_id for one in given)),
        wasted_by=tuple(dict.fromkeys(one.account_id for one in wasted)),
        witnesses=tuple(dict.fromkeys(one.witness for one in moves if one.witness)),
        sum=syringe_sum(moves),
        reasons=tuple(one.reason for one in moves if one.reason),
    )
