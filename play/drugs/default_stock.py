"""Drug for infusions of which a scenario says nothing: a single-dose vial for each, entered in the real ledger."""

import secrets
from dataclasses import dataclass, field
from decimal import Decimal

from adapters.store.drugs.ledger_rules import NONE, THOUSANDTH, Move, MoveKind, Vial
from adapters.store.people.directory import new_id
from course.model.terms import Action, Role
from course.model.visit import Dose
from play.drugs.stock import DRUG, FORM, KEEPS, NDC, WITNESS
from play.group import PlayedCourse

MG_PER_ML = Decimal(50)
VIAL_ML = Decimal(10)
LOT = "SHELF"


@dataclass
class DefaultStock:
    """The stock behind one course."""

    served: set[str] = field(default_factory=set)

    async def serve(self, player: PlayedCourse) -> None:
        """Enter what became of the drug of every dose for which the file draws nothing."""
        for dose in player.record.valid_doses:
            if dose.session in self.served:
                continue
            self.served.add(dose.session)
            drawn = player.group.syringes.get((player.place.course_id, dose.session))
            ml = (_really(player, dose) / MG_PER_ML).quantize(THOUSANDTH)
            if drawn is None and ml:
                await _handle(player, dose, ml)


def _really(player: PlayedCourse, dose: Dose) -> Decimal:
    """What was given: what the chart says in the end, if the file corrects or voids it."""
    for step in player.scenario.steps:
        if step.details.get("item") != dose.session:
            continue
        if step.do == Action.VOID:
            return NONE
        if step.do == Action.CORRECT and step.details.get("mg") is not None:
            return Decimal(str(step.details["mg"]))
    return dose.mg


async def _handle(player: PlayedCourse, dose: Dose, ml: Decimal) -> None:
    ledger, account = player.place.stage.app.store.drugs, player.group.cast[Role.NURSE].account_id
    day = player.record.zone.local(player.now).date()
    vial = Vial(
        vial_id=new_id("v"),
        site=player.record.site,
        drug=DRUG,
        form=FORM,
        ndc=NDC,
        lot=LOT,
        mg_per_ml=MG_PER_ML,
        volume_ml=max(VIAL_ML, ml),
        expires_on=(player.now + KEEPS).date(),
        multi_dose=False,
        received_at=dose.at,
    )

    def move(kind: MoveKind, amount: Decimal, **fields: str) -> Move:
        request = f"simulated-{secrets.token_hex(8)}"
        return Move(kind, amount, dose.at, player.now, account, request, **fields)  # type: ignore[arg-type]  # texts by name

    await ledger.receive(vial, move(MoveKind.RECEIVED, vial.volume_ml), day)
    whose = {
        "course_id": player.place.course_id,
        "session_id": dose.session,
        "patient_id": player.place.patient_id,
        "vial_id": vial.vial_id,
    }
    drawn = await ledger.enter(move(MoveKind.DRAWN, ml, **whose), day)
    await ledger.enter(move(MoveKind.GIVEN, ml, syringe_id=drawn.move.syringe_id), day)
    rest = vial.volume_ml - ml
    if rest:
        await ledger.enter(move(MoveKind.DISCARDED, rest, vial_id=vial.vial_id, witness=WITNESS), day)
