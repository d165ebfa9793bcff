"""Controlled drugs in a scenario: vials by their lot, a syringe a visit, entered in the real ledger."""

import secrets
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from adapters.store import StoreError
from adapters.store.drugs.ledger import Entered
from adapters.store.drugs.ledger_rules import Move, MoveKind, Vial
from adapters.store.people.directory import new_id
from course.model.terms import Role
from play.group import PlayedCourse
from play.scenario.file import Step, Table

KEEPS = timedelta(days=300)
WITNESS = "lee"
DRUG, FORM, NDC = "ketamine hydrochloride", "injection", "12345-678-90"


class Amount(Table):
    """So many mL, out of the syringe of a visit."""

    ml: Decimal = Field(description="mL, with at most 3 decimals.")
    session: int | None = Field(None, ge=1, description="The visit. Default: the one around which the step happens.")


class OfVial(Amount):
    """So many mL, out of a vial."""

    lot: str = Field(description="The vial, by the lot under which this file received it.")


class Received(OfVial):
    """A vial as its label says."""

    mg_per_ml: Decimal = Field(Decimal(50), description="What a mL holds.")
    multi_dose: bool = Field(default=False, description="Whether it may serve several patients.")


class Wasted(Amount):
    """What is destroyed before a witness."""

    witness: str = Field(WITNESS, description="Account of the witness.")


class PhysicalCount(Amount):
    """What a vial, or a syringe that is put aside, really holds."""

    lot: str = Field("", description="The vial. Default: the syringe of the visit.")


class Discarded(OfVial):
    """What is left of a vial, destroyed before a witness."""

    witness: str = Field(WITNESS, description="Account of the witness.")


class AccountedFor(Table):
    """What became of all that a vial lacks, signed with the step's reason."""

    lot: str = Field(description="The vial.")


STOCK: dict[str, tuple[MoveKind, type[Amount], str]] = {
    "vial": (MoveKind.RECEIVED, Received, "received"),
    "draw": (MoveKind.DRAWN, OfVial, "drawn"),
    "give": (MoveKind.GIVEN, Amount, "given"),
    "waste": (MoveKind.WASTED, Wasted, "wasted"),
    "count": (MoveKind.COUNTED, PhysicalCount, "counted"),
    "discard": (MoveKind.DISCARDED, Discarded, "discarded"),
}
"""What a step can do with drugs, what it says of it, and the word for it."""


async def enter(player: PlayedCourse, step: Step) -> str:
    """One entry of the ledger, in words. Raises StoreError with the rule that it breaks."""
    kind, model, word = STOCK[step.do]
    value = model.model_validate(step.details)
    day = player.record.zone.local(player.now).date()
    ledger, group = player.place.stage.app.store.drugs, player.group
    move = Move(
        kind=kind,
        ml=value.ml,
        at=player.now,
        made_at=player.now,
        account_id=group.cast[step.by or Role.NURSE].account_id,
        request_id=f"simulated-{secrets.token_hex(8)}",
        reason=step.reason,
        witness=getattr(value, "witness", ""),
    )
    if isinstance(value, Received):
        vial = await ledger.receive(_vial(player, value), move, day)
        group.vials[value.lot] = vial.vial_id
        return f"received: a vial of {value.ml} mL with {value.mg_per_ml} mg/mL, lot {value.lot}"
    session = f"s{value.session or step.on_session or step.after_session}"
    entered = await ledger.enter(_placed(player, move, value, session), day)
    if kind is MoveKind.DRAWN:
        group.syringes[player.place.course_id, session] = entered.move.syringe_id
    return _told(entered, word, session if entered.move.syringe_id else "")


async def account_for(player: PlayedCourse, step: Step) -> str:
    """Sign what became of a vial's discrepancies. Raises StoreError where there is none."""
    store, lot = player.place.stage.app.store, AccountedFor.model_validate(step.details).lot
    account = player.group.cast[step.by or Role.NURSE].account_id
    found = [one for one in await store.drug_log.discrepancies() if one.vial_id == player.group.vials.get(lot)]
    if not found:
        raise StoreError(f"Nothing is unaccounted for in a vial of lot {lot}.")
    for one in found:
        await store.drugs.resolve(one.discrepancy_id, account, step.reason, player.now)
    return f"accounted for: {sum(one.ml for one in found)} mL of lot {lot} ({step.reason})"


def _placed(player: PlayedCourse, move: Move, value: Amount, session: str) -> Move:
    """The entry with the vial, or the syringe, that it is about."""
    lot: str = getattr(value, "lot", "")
    group, course = player.group, player.place.course_id
    if lot and lot not in group.vials:
        raise StoreError(f"No vial of lot {lot} was received in this file: a step `vial` does that.")
    if move.kind is MoveKind.DRAWN:
        move = replace(move, course_id=course, session_id=session, patient_id=player.place.patient_id)
    if lot:
        return replace(move, vial_id=group.vials[lot])
    if (course, session) not in group.syringes:
        raise StoreError(f"Nothing was drawn for {session}: a step `draw` does that.")
    return replace(move, syringe_id=group.syringes[course, session])


def _vial(player: PlayedCourse, value: Received) -> Vial:
    return Vial(
        vial_id=new_id("v"),
        site=player.record.site,
        drug=DRUG,
        form=FORM,
        ndc=NDC,
        lot=value.lot,
        mg_per_ml=value.mg_per_ml,
        volume_ml=value.ml,
        expires_on=(player.now + KEEPS).date(),
        multi_dose=value.multi_dose,
        received_at=player.now,
    )


def _told(entered: Entered, word: str, session: str) -> str:
    """What the entry came to, and what nobody can account for since."""
    move, found = entered.move, entered.discrepancy
    holder, left = (f"the syringe of {session}", entered.syringe_left) if session else ("the vial", entered.vial_left)
    told = f"{word}: {move.ml} mL ({move.mg.normalize():f} mg); {holder} holds {left} mL"
    if found is None:
        return told
    return f"{told}; {found.ml} mL are unaccounted for, which {found.owner} owns for 24 hours"
