"""Whether the chart and the controlled-drug ledger tell the same of a session; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from adapters.store.drugs.ledger_rules import NONE, THOUSANDTH, Move, MoveKind, Vial, syringe_sum

TREATMENT = "ketamine"
"""The drug that doses are charted in; a syringe of another drug is no part of a dose."""


class Disagreement(StrEnum):
    """How chart and ledger can differ."""

    AMOUNT = "amounts differ"
    NOT_DRAWN = "charted and not drawn"
    NOT_CHARTED = "drawn and not charted"


@dataclass(frozen=True)
class Charted:
    """One dose that stands on a course, and the account that answers for it."""

    session_id: str
    site: str
    mg: Decimal
    at: datetime
    account_id: str


@dataclass(frozen=True)
class SessionLedger:
    """What the ledger has of one session, in mg; `exact` is what it cannot tell apart."""

    site: str
    account_id: str
    drawn: Decimal = NONE
    given: Decimal = NONE
    wasted: Decimal = NONE
    left: Decimal = NONE
    exact: Decimal = NONE


@dataclass(frozen=True)
class Difference:
    """Chart and ledger of one session, where they differ; `charted` is empty where no dose stands."""

    kind: Disagreement
    session_id: str
    site: str
    account_id: str
    charted: Decimal | None
    drawn: Decimal
    given: Decimal
    wasted: Decimal
    left: Decimal

    @property
    def amounts(self) -> tuple[Decimal | None, ...]:
        """What was compared."""
        return (self.charted, self.drawn, self.given, self.wasted, self.left)


def handled(entries: Iterable[tuple[Vial, Move]]) -> dict[str, SessionLedger]:
    """The syringes of one course by session, summed up; `entries` in the order in which they were made."""
    syringes: dict[str, list[tuple[Vial, Move]]] = {}
    for vial, move in entries:
        if move.syringe_id and TREATMENT in vial.drug.lower():
            syringes.setdefault(move.syringe_id, []).append((vial, move))
    found: dict[str, SessionLedger] = {}
    for mine in syringes.values():
        (vial, drawn), strength = mine[0], mine[0][0].mg_per_ml
        total = syringe_sum(move for _, move in mine)
        gave = [move.account_id for _, move in mine if move.kind is MoveKind.GIVEN]
        before = found.get(drawn.session_id) or SessionLedger(vial.site, drawn.account_id)
        found[drawn.session_id] = SessionLedger(
            site=before.site,
            account_id=gave[-1] if gave else before.account_id,
            drawn=before.drawn + total.drawn * strength,
            given=before.given + total.given * strength,
            wasted=before.wasted + total.wasted * strength,
            left=before.left + total.left * strength,
            exact=before.exact + THOUSANDTH * strength,
        )
    return found


def differences(charted: Iterable[Charted], ledger: dict[str, SessionLedger]) -> Iterator[Difference]:
    """Every session on which chart and ledger differ; what was drawn and all wasted needs no dose."""
    doses = {one.session_id: one for one in charted}
    for session in dict.fromkeys((*doses, *ledger)):
        dose, mine = doses.get(session), ledger.get(session)
        kind = _kind(dose, mine)
        if kind is None:
            continue
        value = mine or SessionLedger("", "")
        yield Difference(
            kind=kind,
            session_id=session,
            site=dose.site if dose is not None else value.site,
            account_id=dose.account_id if dose is not None else value.account_id,
            charted=None if dose is None else dose.mg,
            drawn=value.drawn,
            given=value.given,
            wasted=value.wasted,
            left=value.left,
        )


def _kind(dose: Charted | None, mine: SessionLedger | None) -> Disagreement | None:
    if dose is None:
        return Disagreement.NOT_CHARTED if mine is not None and (mine.given or mine.left) else None
    if mine is None:
        return Disagreement.NOT_DRAWN
    return None if abs(dose.mg - mine.given) < mine.exact else Disagreement.AMOUNT


def sentence(session_id: str, charted: Decimal | None, drawn: Decimal, given: Decimal, wasted: Decimal) -> str:
    """Chart and ledger side by side, without anything of the patient."""
    if charted is None:
        waste = f", {_mg(wasted)} wasted" if wasted else ""
        return f"{_mg(drawn)} drawn for {session_id}, {_mg(given)} given{waste}; the chart has no dose"
    ledger = f"the ledger {_mg(given)} given and {_mg(wasted)} wasted" if drawn else "no vial was drawn for it"
    return f"the chart says {_mg(charted)} given in {session_id}, {ledger}"


def _mg(amount: Decimal) -> str:
    return f"{amount.normalize():f} mg"
