"""The bench at which drugs are handled: who may, on which clock, before which witness, and what an entry answers."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from adapters.identity.sign_in import recognised
from adapters.store import StoreDownError, StoreError
from adapters.store.drugs.ledger import Entered
from adapters.store.drugs.ledger_rules import Move, MoveKind
from cli.output import answer, read_passphrase
from cli.session import ActOptions
from course.acts.base import clean
from course.model.calendar import Zone
from course.model.terms import Role
from services.errors import InputError, NotAllowedError, ServiceError
from services.session import StaffSession
from services.typed.times import instant

HANDS = frozenset({Role.NURSE, Role.PRESCRIBER})
SYRINGE = "y-"
REQUEST = re.compile(r"^[A-Za-z0-9_.:-]{8,64}$")

Ml = Annotated[Decimal, Parameter(help="mL, with at most 3 decimals")]
Witness = Annotated[str, Parameter(help="account of who sees it, who types the passphrase of that account")]


@dataclass(frozen=True)
class DrugRoom:
    """A desk at which somebody may handle drugs, with the clock of one site."""

    at: StaffSession
    site: str
    options: ActOptions

    @property
    def zone(self) -> Zone:
        """The site's clock."""
        return clock(self.at, self.site)

    @property
    def when(self) -> datetime:
        """When it happened: now, or as `--at` says."""
        found = instant(self.options.at, self.zone, self.at.now) if self.options.at else self.at.now
        if found > self.at.now:
            raise ServiceError("what has been done cannot lie in the future: correct --at")
        return found

    @property
    def day(self) -> date:
        """The day on the site's wall on which it happened."""
        return self.zone.local(self.when).date()

    def move(self, kind: MoveKind, ml: Decimal, **said: str) -> Move:
        """An entry of whoever has signed in."""
        if self.options.request_id and not REQUEST.match(self.options.request_id):
            raise InputError("--request-id is 8 to 64 letters, digits, dots, colons and hyphens")
        return Move(
            kind=kind,
            ml=ml,
            at=self.when,
            made_at=self.at.now,
            account_id=self.at.account.account_id,
            request_id=self.options.request_id or f"r-{secrets.token_hex(8)}",
            reason=worded(self.options.reason),
            **said,  # type: ignore[arg-type]  # texts of the entry, by name
        )

    async def enter(self, move: Move, text: str) -> int:
        """Add an entry and say what it came to; a refusal is written into the access log."""
        try:
            entered = await self.at.app.store.drugs.enter(move, self.day)
        except StoreDownError:
            raise
        except StoreError:
            await self.at.log_access(move.course_id, f"refused {move.kind}")
            raise
        said = _sentence(entered, text)
        stands = f"The entry stands all the same: {said}"
        await self.at.log_access(entered.move.course_id, f"drug {entered.move.kind}", done=stands)
        return answer(_plain(entered), said, json_=self.options.json)


async def drug_room(at: StaffSession, options: ActOptions, name: str) -> DrugRoom:
    """The bench where a vial or a syringe is; the clock is that of its site."""
    handled(at)
    log = at.app.store.drug_log
    vial = await (log.vial_of_syringe(name) if name.startswith(SYRINGE) else log.vial(name))
    if vial is None:
        kind, where = ("syringe", "drug-log") if name.startswith(SYRINGE) else ("vial", "vial list")
        raise ServiceError(f"there is no {kind} of that id: `starter.py {where}` shows them")
    return DrugRoom(at, vial.site, options)


def handled(at: StaffSession, roles: frozenset[Role] = HANDS) -> None:
    """Refuse whoever may not."""
    if at.account.role not in roles:
        wanted = " or ".join(sorted(roles))
        raise NotAllowedError(f"the role {at.account.role} may not handle controlled drugs: it takes {wanted}")


def worded(text: str) -> str:
    """A text without its edges; raises ServiceError for control and direction characters."""
    try:
        return clean(text)
    except ValueError as wrong:
        raise InputError(f"--reason is wrong: {wrong}") from None


def clock(at: StaffSession, site: str) -> Zone:
    """The clock of a site; of the first one where the clinic's files do not name it any more."""
    return at.site_zone(site)


async def witnessed(at: StaffSession, witness: str) -> str:
    """The witness, who has typed a passphrase here; whoever has signed in is no witness."""
    if not witness:
        return ""
    if witness == at.account.account_id:
        raise ServiceError("a witness is never who gives or destroys the drug: ask somebody else")
    return (await recognised(at.app.store, witness, read_passphrase(f"Passphrase of {witness}: "), at.now)).account_id


def _plain(entered: Entered) -> dict[str, object]:
    found = entered.discrepancy
    return {
        **vars(entered.move),
        "vial_left": entered.vial_left,
        "syringe_left": entered.syringe_left,
        "discrepancy": None if found is None else vars(found),
        "chart": [vars(one) for one in entered.chart],
        "repeated": entered.repeated,
    }


def _sentence(entered: Entered, text: str) -> str:
    move, found = entered.move, entered.discrepancy
    into = f"syringe {move.syringe_id}" if move.syringe_id else f"vial {move.vial_id}"
    left = entered.syringe_left if move.syringe_id else entered.vial_left
    lines = [f"{text}: {move.ml} mL ({move.mg.normalize():f} mg), {into} holds {left} mL"]
    if entered.repeated:
        lines[0] += " (as answered before)"
    if found is not None:
        lines.append(f"  note: discrepancy {found.discrepancy_id} of {found.ml} mL is {found.owner}'s, due in 24 hours")
    lines += [f"  note: {one.note}" for one in entered.chart if not one.waits(move.made_at)]
    return "\n".join(lines)
