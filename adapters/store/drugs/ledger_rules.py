"""The rules of the controlled-drug ledger: sums of syringes and vials, and why an entry is refused; pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

THOUSANDTH = Decimal("0.001")
NONE = Decimal(0)
MOST_ML = Decimal(1000)
"""More than any vial holds; above it a decimal point is missing. [set]"""

MOST_MG_PER_ML = Decimal(1000)
USE_AFTER_OPENING = timedelta(days=28)
"""USP 797: a multi-dose vial is discarded 28 days after it was first opened."""

SINGLE_DOSE_AFTER_OPENING = timedelta(hours=12)
"""USP 797 (2023): a single-dose vial is discarded 12 hours after it was first opened."""

DISCREPANCY_DUE = timedelta(hours=24)
NDC = re.compile(r"^\d{4,5}-\d{3,4}-\d{1,2}$", re.ASCII)
LOT = re.compile(r"^[A-Za-z0-9._-]{1,32}$")


class MoveKind(StrEnum):
    """What happened to some of the drug; `counted` is what a person saw in a vial or a syringe."""

    RECEIVED = "received"
    DRAWN = "drawn"
    GIVEN = "given"
    WASTED = "wasted"
    DISCARDED = "discarded"
    COUNTED = "returned_to_stock_count"


@dataclass(frozen=True)
class Vial:
    """One container of a controlled drug, under an opaque id."""

    vial_id: str
    site: str
    drug: str
    form: str
    ndc: str
    lot: str
    mg_per_ml: Decimal
    volume_ml: Decimal
    expires_on: date
    multi_dose: bool
    received_at: datetime
    opened_at: datetime | None = None
    discarded_at: datetime | None = None


@dataclass(frozen=True)
class Move:
    """One entry of the ledger; it is never changed."""

    kind: MoveKind
    ml: Decimal
    at: datetime
    made_at: datetime
    account_id: str
    request_id: str
    vial_id: str = ""
    syringe_id: str = ""
    mg: Decimal = NONE
    course_id: str = ""
    session_id: str = ""
    patient_id: str = ""
    witness: str = ""
    reason: str = field(default="", repr=False)
    move_id: int = 0


@dataclass(frozen=True)
class SyringeSum:
    """mL of one syringe: drawn = given + wasted + left + discrepancy; accounted for once nothing is left."""

    drawn: Decimal
    given: Decimal
    wasted: Decimal
    left: Decimal
    discrepancy: Decimal


@dataclass(frozen=True)
class VialSum:
    """mL of one vial: contents = drawn + discarded + left + discrepancy."""

    contents: Decimal
    drawn: Decimal
    discarded: Decimal
    left: Decimal
    discrepancy: Decimal


def syringe_sum(moves: Iterable[Move]) -> SyringeSum:
    """The sum of one syringe's moves, in their order."""
    sums, left, discrepancy = _flow(moves, MoveKind.DRAWN)
    return SyringeSum(sums[MoveKind.DRAWN], sums[MoveKind.GIVEN], sums[MoveKind.WASTED], left, discrepancy)


def vial_sum(moves: Iterable[Move]) -> VialSum:
    """The sum of one vial's moves, in their order; what happened to a syringe afterwards is not the vial's."""
    own = (one for one in moves if not one.syringe_id or one.kind is MoveKind.DRAWN)
    sums, left, discrepancy = _flow(own, MoveKind.RECEIVED)
    return VialSum(sums[MoveKind.RECEIVED], sums[MoveKind.DRAWN], sums[MoveKind.DISCARDED], left, discrepancy)


def _flow(moves: Iterable[Move], into: MoveKind) -> tuple[dict[MoveKind, Decimal], Decimal, Decimal]:
    """What came in and went out by kind, what is left, and what nobody can account for: more than nothing is missing.

    Whatever was said to be there or to have gone is believed; the difference is the discrepancy.
    """
    sums = dict.fromkeys(MoveKind, NONE)
    left = discrepancy = NONE
    for move in moves:
        sums[move.kind] += move.ml
        if move.kind is into:
            left += move.ml
        elif move.kind is MoveKind.COUNTED:
            left, discrepancy = move.ml, discrepancy + left - move.ml
        elif move.kind is MoveKind.DISCARDED:
            left, discrepancy = NONE, discrepancy + left - move.ml
        else:
            left, discrepancy = max(left - move.ml, NONE), discrepancy + min(left - move.ml, NONE)
    return sums, left, discrepancy


def why_not_amount(ml: Decimal, *, none_too: bool = False) -> str:
    """Why this is no amount, or an empty string."""
    if not ml.is_finite() or ml < 0 or ml > MOST_ML or (ml == 0 and not none_too):
        return f"An amount is {'0' if none_too else 'more than 0'} to {MOST_ML} mL: look at the scale again."
    return "" if ml == ml.quantize(THOUSANDTH) else "An amount has at most 3 decimals: write it as the scale shows it."


def why_not_receive(vial: Vial, today: date) -> str:
    """Why a vial is not taken into stock, or an empty string."""
    strength = vial.mg_per_ml
    if not NDC.match(vial.ndc):
        return "The NDC is three numbers with hyphens: copy it from the label, such as 12345-678-90."
    if not LOT.match(vial.lot):
        return "The lot is letters, digits, dots and hyphens: copy it from the label."
    if not strength.is_finite() or not 0 < strength <= MOST_MG_PER_ML or strength != strength.quantize(THOUSANDTH):
        return "The concentration is more than 0 mg/mL with at most 3 decimals: copy it from the label."
    if today > vial.expires_on:
        return f"This vial expired on {vial.expires_on}: send it back."
    return why_not_amount(vial.volume_ml)


def why_refused(vial: Vial, moves: tuple[Move, ...], move: Move, today: date) -> str:
    """Why an entry on a vial is refused, or an empty string; a discrepancy is never why."""
    if move.at > move.made_at:
        return "What has been done cannot lie in the future: correct the time."
    none_too = move.kind in {MoveKind.COUNTED, MoveKind.DISCARDED}
    return why_not_amount(move.ml, none_too=none_too) or RULES[move.kind](vial, moves, move, today)


def why_not_witness(witness: str, moves: Iterable[Move], account_id: str) -> str:
    """Why somebody may not witness what an account destroys of these moves, or an empty string."""
    if not witness:
        return "Somebody else must see this: name a witness with --witness."
    hands = {account_id, *(one.account_id for one in moves if one.kind is MoveKind.GIVEN)}
    return "A witness is never who gives or destroys the drug: ask somebody else." if witness in hands else ""


def why_unusable(vial: Vial, at: datetime, today: date) -> str:
    """Why nothing may be drawn from a vial any more, or an empty string."""
    if vial.discarded_at is not None:
        return f"Vial {vial.vial_id} was discarded: take another."
    if today > vial.expires_on:
        return f"Vial {vial.vial_id} expired on {vial.expires_on}: discard it and take another."
    if vial.multi_dose and vial.opened_at is not None and at >= vial.opened_at + USE_AFTER_OPENING:
        return f"Vial {vial.vial_id} was opened {USE_AFTER_OPENING.days} days ago or more: discard it and take another."
    if not vial.multi_dose and vial.opened_at is not None and at >= vial.opened_at + SINGLE_DOSE_AFTER_OPENING:
        hours = int(SINGLE_DOSE_AFTER_OPENING.total_seconds() / 3600)
        return f"Vial {vial.vial_id} is single-dose and was opened {hours} hours ago or more: discard it, take another."
    return ""


def _draw(vial: Vial, moves: tuple[Move, ...], move: Move, today: date) -> str:
    left = vial_sum(moves).left
    if why := (_spent(vial, moves, move) or why_unusable(vial, move.at, today)):
        return why
    if move.ml > left:
        return f"Vial {vial.vial_id} holds {left} mL: draw no more, or count it first."
    return ""


def _spent(vial: Vial, moves: tuple[Move, ...], move: Move) -> str:
    """Why a single-dose vial is spent: it serves one patient in one session, though drug is left in it."""
    served = [one for one in moves if one.kind is MoveKind.DRAWN]
    if vial.multi_dose or not served:
        return ""
    if any(one.patient_id != move.patient_id for one in served):
        return f"Vial {vial.vial_id} is single-dose and has served another patient: take another."
    if any((one.course_id, one.session_id) != (move.course_id, move.session_id) for one in served):
        return f"Vial {vial.vial_id} is single-dose and has served another session of this patient: take another."
    return ""


def _give(_vial: Vial, moves: tuple[Move, ...], move: Move, _today: date) -> str:
    if any(one.witness == move.account_id for one in moves if one.syringe_id == move.syringe_id):
        return f"You witnessed the waste of syringe {move.syringe_id}: whoever gave it signs in and records it."
    return ""


def _waste(_vial: Vial, moves: tuple[Move, ...], move: Move, _today: date) -> str:
    mine = [one for one in moves if one.syringe_id == move.syringe_id]
    return why_not_witness(move.witness, mine, move.account_id)


def _discard(vial: Vial, moves: tuple[Move, ...], move: Move, _today: date) -> str:
    if vial.discarded_at is not None:
        return f"Vial {vial.vial_id} was discarded before: look at `starter.py vial list`."
    if move.ml == 0 and vial_sum(moves).left == 0 and not move.witness:
        return ""
    return why_not_witness(move.witness, (), move.account_id)


def _count(vial: Vial, _moves: tuple[Move, ...], move: Move, _today: date) -> str:
    if vial.discarded_at is not None and not move.syringe_id:
        return f"Vial {vial.vial_id} was discarded: there is nothing to count."
    return ""


def _receive(_vial: Vial, _moves: tuple[Move, ...], _move: Move, _today: date) -> str:
    return ""


RULES: dict[MoveKind, Callable[[Vial, tuple[Move, ...], Move, date], str]] = {
    MoveKind.RECEIVED: _receive,
    MoveKind.DRAWN: _draw,
    MoveKind.GIVEN: _give,
    MoveKind.WASTED: _waste,
    MoveKind.DISCARDED: _discard,
    MoveKind.COUNTED: _count,
}
