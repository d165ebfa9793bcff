"""The drug room: who may handle drugs, on which clock, before which witness, and what an entry of the ledger does."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from adapters.identity.sign_in import recognised
from adapters.store import StoreDownError, StoreError
from adapters.store.drugs.ledger import Entered
from adapters.store.drugs.ledger_rules import Move, MoveKind
from course.model.calendar import Zone
from services.errors import InputError, ServiceError
from services.permissions import Use
from services.session import StaffSession, new_request_id
from services.signatures import Signature
from services.typed.naming import session_id
from services.typed.text import plain_text
from services.typed.times import instant

SYRINGE = "y-"
REQUEST_ID = re.compile(r"^[A-Za-z0-9_.:-]{8,64}$")
WORDS = {kind: str(kind) for kind in MoveKind} | {MoveKind.COUNTED: "counted"}


@dataclass(frozen=True)
class EntryOptions:
    """What every entry may say: when it happened as typed, why, and the id of an earlier try."""

    at: str = ""
    reason: str = field(default="", repr=False)
    request_id: str = ""


@dataclass(frozen=True)
class EntryRequest:
    """What happened to how much of a vial or a syringe; a drawing names the course and the session."""

    kind: MoveKind
    container: str
    ml: Decimal
    options: EntryOptions = EntryOptions()
    course: str = ""
    session: str = ""
    witness: Signature | None = None


@dataclass(frozen=True)
class DrugRoom:
    """The room of one site, with somebody in it who may handle drugs."""

    at: StaffSession
    site: str
    options: EntryOptions

    @property
    def zone(self) -> Zone:
        """The site's clock."""
        return self.at.site_zone(self.site)

    @property
    def when(self) -> datetime:
        """When it happened: now, or as was said; raises ServiceError for a time to come."""
        found = instant(self.options.at, self.zone, self.at.now) if self.options.at else self.at.now
        if found > self.at.now:
            raise ServiceError("what has been done cannot lie in the future: correct --at")
        return found

    @property
    def day(self) -> date:
        """The day on the site's wall on which it happened."""
        return self.zone.local(self.when).date()

    def move(self, kind: MoveKind, ml: Decimal, **fields: str) -> Move:
        """An entry of whoever has signed in."""
        if self.options.request_id and not REQUEST_ID.match(self.options.request_id):
            raise InputError("--request-id is 8 to 64 letters, digits, dots, colons and hyphens")
        return Move(
            kind=kind,
            ml=ml,
            at=self.when,
            made_at=self.at.now,
            account_id=self.at.account.account_id,
            request_id=self.options.request_id or new_request_id(),
            reason=plain_text(self.options.reason),
            **fields,  # type: ignore[arg-type]  # texts of the entry, by name
        )


async def drug_room(at: StaffSession, options: EntryOptions, container: str) -> DrugRoom:
    """The room where a vial or a syringe is; raises ServiceError where there is none, or for whoever may not."""
    await at.refuse_unless(Use.DRUGS)
    log, syringe = at.app.store.drug_log, container.startswith(SYRINGE)
    vial = await (log.vial_of_syringe(container) if syringe else log.vial(container))
    if vial is None:
        kind, where = ("syringe", "drug-log") if syringe else ("vial", "vial list")
        raise ServiceError(f"there is no {kind} of that id: `starter.py {where}` shows them")
    return DrugRoom(at, vial.site, options)


async def enter(at: StaffSession, asked: EntryRequest) -> Entered:
    """Add an entry to the ledger; a refusal is written into the access log. Raises ServiceError or StoreError."""
    room = await drug_room(at, asked.options, asked.container)
    named = "syringe_id" if asked.container.startswith(SYRINGE) and asked.kind is not MoveKind.DRAWN else "vial_id"
    fields = {named: asked.container}
    if asked.kind is MoveKind.DRAWN:
        fields |= await _for_session(at, asked)
    if asked.witness is not None:
        fields["witness"] = await _witness(at, asked.witness)
    move = room.move(asked.kind, asked.ml, **fields)
    try:
        entered = await at.app.store.drugs.enter(move, room.day)
    except StoreDownError:
        raise
    except StoreError:
        await at.log_access(move.course_id, f"refused {move.kind}")
        raise
    stands = f"The entry stands all the same: {entry_sentence(entered)}"
    await at.log_access(entered.move.course_id, f"drug {entered.move.kind}", done=stands)
    return entered


def entry_sentence(entered: Entered) -> str:
    """What an entry came to, as people read it."""
    move, found = entered.move, entered.discrepancy
    into = f"syringe {move.syringe_id}" if move.syringe_id else f"vial {move.vial_id}"
    left = entered.syringe_left if move.syringe_id else entered.vial_left
    lines = [f"{WORDS[move.kind]}: {move.ml} mL ({move.mg.normalize():f} mg), {into} holds {left} mL"]
    if entered.repeated:
        lines[0] += " (as answered before)"
    if found is not None:
        lines.append(f"  note: discrepancy {found.discrepancy_id} of {found.ml} mL is {found.owner}'s, due in 24 hours")
    lines += [f"  note: {one.note}" for one in entered.chart if not one.waits(move.made_at)]
    return "\n".join(lines)


async def _for_session(at: StaffSession, asked: EntryRequest) -> dict[str, str]:
    """For whom and for which session a syringe is drawn; raises ServiceError where the course has no such session."""
    record, wanted = await at.courses.record(await at.course(asked.course)), session_id(asked.session)
    if wanted not in {*(one.id for one in record.sessions), *(one.session for one in record.doses)}:
        raise ServiceError(f"there is no such session on this course: `starter.py show {record.course_id}` shows them")
    return {"course_id": record.course_id, "session_id": wanted, "patient_id": record.patient_id}


async def _witness(at: StaffSession, witness: Signature) -> str:
    """The witness, once the passphrase is right; whoever has signed in is no witness."""
    if witness.account == at.account.account_id:
        raise ServiceError("a witness is never who gives or destroys the drug: ask somebody else")
    return (await recognised(at.app.store, witness.account, witness.passphrase, at.now, at.place)).account_id
