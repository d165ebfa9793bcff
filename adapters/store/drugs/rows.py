"""From rows of the controlled-drug records to what they mean."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.drug_tables import DRUG_MOVES
from adapters.store.drugs.ledger_rules import Move, MoveKind, Vial


async def moves_of(connection: AsyncConnection, vial_id: str) -> tuple[Move, ...]:
    """The entries of one vial, in the order in which they were made."""
    query = select(DRUG_MOVES).where(DRUG_MOVES.c.vial_id == vial_id).order_by(DRUG_MOVES.c.move_id)
    return tuple(move_of(row) for row in await connection.execute(query))


def move_of(row: Row[Any]) -> Move:
    """The entry in a row of the ledger."""
    return Move(**{**row._mapping, "kind": MoveKind(row.kind)})  # noqa: SLF001


def vial_of(row: Row[Any]) -> Vial:
    """The vial in a row."""
    return Vial(**{**row._mapping, "multi_dose": bool(row.multi_dose)})  # noqa: SLF001


def of_syringe(moves: tuple[Move, ...], syringe_id: str) -> tuple[Move, ...]:
    """Those entries that are one syringe's."""
    return tuple(one for one in moves if one.syringe_id == syringe_id)
