"""The controlled-drug ledger: what came in, was drawn, given, wasted, discarded and counted; rows are only added."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.drug_tables import DRUG_DISCREPANCIES, DRUG_MOVES, VIALS
from adapters.store.drugs.chart import ChartDiscrepancy, compare
from adapters.store.drugs.ledger_rules import (
    DISCREPANCY_DUE,
    Move,
    MoveKind,
    Vial,
    syringe_sum,
    vial_sum,
    why_not_receive,
    why_refused,
    why_unusable,
)
from adapters.store.drugs.rows import move_of, moves_of, of_syringe, vial_of
from adapters.store.errors import StoreError
from adapters.store.log.writing import log_rows, logged
from adapters.store.people.directory import new_id

SAME = ("kind", "vial_id", "ml", "course_id", "session_id", "account_id", "witness")


@dataclass(frozen=True)
class Discrepancy:
    """Drug that nobody can account for, more than 0 where it is missing; somebody owns it until it is resolved."""

    discrepancy_id: str
    move_id: int
    vial_id: str
    syringe_id: str
    ml: Decimal
    mg: Decimal
    found_at: datetime
    owner: str
    due: datetime
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = field(default="", repr=False)

    @property
    def sentence(self) -> str:
        """What is missing, or too much, and where."""
        where = f"syringe {self.syringe_id}" if self.syringe_id else f"vial {self.vial_id}"
        amount = f"{abs(self.ml)} mL ({abs(self.mg).normalize():f} mg)"
        return f"{amount} more in {where} than the ledger has" if self.ml < 0 else f"{amount} of {where} are missing"


@dataclass(frozen=True)
class Entered:
    """An entry as it stands, what its vial and its syringe hold after it, and the discrepancy that it brought up.

    `chart` holds where the chart of the session says something else since.
    """

    move: Move
    vial_left: Decimal
    syringe_left: Decimal
    discrepancy: Discrepancy | None
    repeated: bool = False
    chart: tuple[ChartDiscrepancy, ...] = ()


class DrugLedger:
    """One writer a vial at a time; the sums are the rules', the same request again is answered as before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(self, vial: Vial, received: Move, today: date) -> Vial:
        """Take a vial into stock."""
        if why := why_not_receive(vial, today) or why_refused(vial, (), received, today):
            raise StoreError(why)
        move = replace(received, vial_id=vial.vial_id, mg=vial.volume_ml * vial.mg_per_ml)
        try:
            async with self._database.writing() as connection:
                earlier = await _of_request(connection, move.request_id)
                if earlier is not None:
                    known = await _vial(connection, earlier.vial_id)
                    if known is None or _label(known) != _label(vial):
                        raise _used(move)
                    return known
                await connection.execute(insert(VIALS).values(**vars(vial)))
                kept = await _keep(connection, move)
                await log_rows(connection, VIALS, vars(vial))
                await log_rows(connection, DRUG_MOVES, vars(kept))
        except IntegrityError:
            raise _used(move) from None
        return vial

    async def open(self, vial_id: str, at: datetime, today: date) -> Vial:
        """Write down when a vial was first opened."""
        async with self._database.writing() as connection:
            vial = await _locked(connection, vial_id)
            if vial.opened_at is not None:
                raise StoreError(f"Vial {vial_id} was opened before: that date counts.")
            if why := why_unusable(vial, at, today):
                raise StoreError(why)
            await connection.execute(update(VIALS).where(VIALS.c.vial_id == vial_id).values(opened_at=at))
            await log_rows(connection, VIALS, {**vars(vial), "opened_at": at})
        return replace(vial, opened_at=at)

    async def enter(self, wanted: Move, today: date) -> Entered:
        """Add one entry; raises StoreError with the rule that it breaks."""
        try:
            async with self._database.writing() as connection:
                vial = await _locked(connection, await self._whose(connection, wanted))
                moves = await moves_of(connection, vial.vial_id)
                move = _filled(vial, moves, wanted)
                earlier = await _of_request(connection, move.request_id)
                if earlier is not None:
                    return await self._again(connection, moves, earlier, move)
                if why := why_refused(vial, moves, move, today):
                    raise StoreError(why)
                return await self._add(connection, vial, moves, move)
        except IntegrityError:
            raise _used(wanted) from None

    async def resolve(self, discrepancy_id: str, account_id: str, reason: str, at: datetime) -> None:
        """Sign what became of a discrepancy; it stays on the log."""
        if not reason.strip():
            raise StoreError("A discrepancy is resolved with a reason: say what was found.")
        values = {"resolved_at": at, "resolved_by": account_id, "resolution": reason}
        mine = DRUG_DISCREPANCIES.c.discrepancy_id == discrepancy_id
        async with self._database.writing() as connection, logged(connection, DRUG_DISCREPANCIES, mine):
            waits = mine & DRUG_DISCREPANCIES.c.resolved_at.is_(None)
            if not (await connection.execute(update(DRUG_DISCREPANCIES).where(waits).values(**values))).rowcount:
                raise StoreError(f"There is no open discrepancy {discrepancy_id}: `starter.py drug-log` shows them.")

    async def _whose(self, connection: AsyncConnection, wanted: Move) -> str:
        if not wanted.syringe_id:
            return wanted.vial_id
        query = select(DRUG_MOVES.c.vial_id).where(DRUG_MOVES.c.syringe_id == wanted.syringe_id).limit(1)
        vial_id: str | None = (await connection.execute(query)).scalar_one_or_none()
        if vial_id is None:
            raise StoreError(f"There is no syringe {wanted.syringe_id}: `starter.py drug-log` shows them.")
        return vial_id

    async def _again(
        self, connection: AsyncConnection, moves: tuple[Move, ...], earlier: Move, wanted: Move
    ) -> Entered:
        same = all(getattr(earlier, name) == getattr(wanted, name) for name in SAME)
        if not same or (wanted.kind is not MoveKind.DRAWN and earlier.syringe_id != wanted.syringe_id):
            raise _used(wanted)
        mine = select(DRUG_DISCREPANCIES).where(DRUG_DISCREPANCIES.c.move_id == earlier.move_id)
        row = (await connection.execute(mine)).one_or_none()
        return Entered(earlier, *_left(moves, earlier), None if row is None else discrepancy_of(row), repeated=True)

    async def _add(self, connection: AsyncConnection, vial: Vial, moves: tuple[Move, ...], move: Move) -> Entered:
        move = await _keep(connection, move)
        handled = vial
        if move.kind is MoveKind.DRAWN and vial.opened_at is None:
            handled = replace(vial, opened_at=move.at)
        if move.kind is MoveKind.DISCARDED:
            handled = replace(vial, discarded_at=move.at)
        if handled != vial:
            stands = {"opened_at": handled.opened_at, "discarded_at": handled.discarded_at}
            await connection.execute(update(VIALS).where(VIALS.c.vial_id == vial.vial_id).values(**stands))
        after = (*moves, move)
        found = _unaccounted(after, move) - _unaccounted(moves, move)
        discrepancy = None
        if found:
            discrepancy = Discrepancy(
                discrepancy_id=new_id("d"),
                move_id=move.move_id,
                vial_id=vial.vial_id,
                syringe_id=move.syringe_id,
                ml=found,
                mg=found * vial.mg_per_ml,
                found_at=move.made_at,
                owner=move.account_id,
                due=move.made_at + DISCREPANCY_DUE,
            )
            await connection.execute(insert(DRUG_DISCREPANCIES).values(**vars(discrepancy)))
        differs = await compare(connection, move.course_id, move.made_at) if move.course_id else ()
        await log_rows(connection, DRUG_MOVES, vars(move))
        if handled != vial:
            await log_rows(connection, VIALS, vars(handled))
        if discrepancy is not None:
            await log_rows(connection, DRUG_DISCREPANCIES, vars(discrepancy))
        here = tuple(one for one in differs if one.session_id == move.session_id)
        return Entered(move, *_left(after, move), discrepancy, chart=here)


def discrepancy_of(row: Row[Any]) -> Discrepancy:
    """The discrepancy in a row."""
    return Discrepancy(**row._mapping)  # noqa: SLF001


async def _locked(connection: AsyncConnection, vial_id: str) -> Vial:
    query = select(VIALS).where(VIALS.c.vial_id == vial_id).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise StoreError(f"There is no vial {vial_id}: `starter.py vial list` shows them.")
    return vial_of(row)


async def _vial(connection: AsyncConnection, vial_id: str) -> Vial | None:
    row = (await connection.execute(select(VIALS).where(VIALS.c.vial_id == vial_id))).one_or_none()
    return None if row is None else vial_of(row)


async def _of_request(connection: AsyncConnection, request_id: str) -> Move | None:
    query = select(DRUG_MOVES).where(DRUG_MOVES.c.request_id == request_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else move_of(row)


def _filled(vial: Vial, moves: tuple[Move, ...], wanted: Move) -> Move:
    """The entry with what follows from its vial and its syringe."""
    drawn = next((one for one in moves if wanted.syringe_id and one.syringe_id == wanted.syringe_id), wanted)
    return replace(
        wanted,
        vial_id=vial.vial_id,
        syringe_id=wanted.syringe_id or (new_id("y") if wanted.kind is MoveKind.DRAWN else ""),
        mg=wanted.ml * vial.mg_per_ml,
        course_id=drawn.course_id,
        session_id=drawn.session_id,
        patient_id=drawn.patient_id,
    )


def _unaccounted(moves: tuple[Move, ...], move: Move) -> Decimal:
    if move.syringe_id and move.kind is not MoveKind.DRAWN:
        return syringe_sum(of_syringe(moves, move.syringe_id)).discrepancy
    return vial_sum(moves).discrepancy


def _left(moves: tuple[Move, ...], move: Move) -> tuple[Decimal, Decimal]:
    return vial_sum(moves).left, syringe_sum(of_syringe(moves, move.syringe_id)).left


def _label(vial: Vial) -> tuple[object, ...]:
    return (vial.site, vial.drug, vial.ndc, vial.lot, vial.mg_per_ml, vial.volume_ml, vial.expires_on, vial.multi_dose)


async def _keep(connection: AsyncConnection, move: Move) -> Move:
    """Write an entry down; it is logged once all that follows from it is written."""
    made = await connection.execute(insert(DRUG_MOVES).values(**_values(move)).returning(DRUG_MOVES.c.move_id))
    return replace(move, move_id=made.scalar_one())


def _values(move: Move) -> dict[str, Any]:
    return {name: value for name, value in vars(move).items() if name != "move_id"}


def _used(move: Move) -> StoreError:
    return StoreError(f"Request {move.request_id} was used for another entry: send this one under a new id.")
