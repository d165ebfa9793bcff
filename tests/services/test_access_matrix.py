"""Who may do what: every cell of the matrix, tried on the services and on a real course."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from adapters.store.drugs.ledger_rules import MoveKind
from adapters.store.people.staff import Account
from adapters.wiring import Application
from cli.access_matrix import OTHERS, STAFF, lets, takes
from cli.reference.access import EVERYBODY, page
from course.actions import PERMISSIONS
from course.model.terms import Action, Role
from services.auditing import reviews
from services.auditing.search import SearchRequest, search
from services.courses import Courses
from services.drugs import drug_log, vials
from services.drugs.drug_room import EntryOptions, EntryRequest, enter
from services.errors import NotAllowedError
from services.exporting import export_course
from services.exporting_all import export_all
from services.failures import EXPECTED
from services.people import on_call, patients, staffing
from services.people.access import AccessRequest, access_log
from services.people.enrolment import EnrolmentRequest, PatientDetails, enrol
from services.people.passphrases import renew_passphrase
from services.permissions import USES, Use
from services.replies.inbox import inbox_of
from services.running import notarising, rescue, waking
from services.session import ActRequest, StaffSession
from services.visits import waiting_list
from services.visits.day import visits_of_day
from tests.support.served import Served

NOBODY = "c-nobody"
LABEL = vials.Label("ketamine hydrochloride", "injection", "12345-678-90", "A7", Decimal(50), Decimal(10), "2020-01-01")


class Empty:
    """A server without courses: there is nobody else's to wake."""

    async def list_workflows(self, where: str) -> AsyncIterator[str]:
        """No course."""
        for none in ("" for _ in where[:0]):
            yield none


Asking = Callable[[StaffSession], Awaitable[object]]

ASKED: Mapping[Use, tuple[Asking, ...]] = {
    Use.ENROL: (lambda at: enrol(at, EnrolmentRequest(PatientDetails("", date(1984, 5, 4)), "none")),),
    Use.PUT_RIGHT: (lambda at: patients.put_right(at, NOBODY, patients.Correction(), ActRequest("note")),),
    Use.ADDRESS: (lambda at: patients.put_address(at, NOBODY, "1 Main Street"),),
    Use.REPLIES: (lambda at: inbox_of(at, NOBODY),),
    Use.SHEETS: (lambda at: visits_of_day(at, "nowhere", "2026-12-01"),),
    Use.WAITING: (
        lambda at: waiting_list.wait(at, NOBODY, "1"),
        lambda at: waiting_list.stop_waiting(at, NOBODY),
    ),
    Use.DRUGS: (
        lambda at: vials.receive(at, LABEL, "nowhere", EntryOptions()),
        lambda at: enter(at, EntryRequest(MoveKind.WASTED, "y-none", Decimal(1))),
        lambda at: drug_log.resolve(at, "d-none", "counted again"),
    ),
    Use.DRUG_LOG: (
        lambda at: drug_log.drug_log(at, since="no date"),
        lambda at: vials.stock(at, "northside", every=False),
    ),
    Use.ON_CALL: (
        lambda at: on_call.add_turn(at, "nowhere", "+1d 09:00", "+2d 09:00", ("lee",)),
        lambda at: on_call.remove_turn(at, 4711, sure=False),
        lambda at: on_call.add_leave(at, "nobody", "+2d 09:00", "+1d 09:00", sure=False),
        lambda at: on_call.end_leave(at, "nobody"),
    ),
    Use.DISABLE: (lambda at: staffing.disable(at, "nobody"),),
    Use.ENABLE: (lambda at: staffing.enable(at, "nobody"),),
    Use.PASSPHRASES: (lambda at: renew_passphrase(at, "nobody"),),
    Use.WAKE: (lambda at: waking.wake_all(replace(at, app=replace(at.app, client=cast("Client", Empty())))),),
    Use.RESCUE: (lambda at: rescue.rescue_course(at, NOBODY, "stuck"),),
    Use.VERIFY: (lambda at: notarising.checked_log(at, None, ""),),
    Use.EXPORT: (
        lambda at: export_course(at, NOBODY, Path("nowhere"), ""),
        lambda at: export_all(at, "", Path("nowhere"), "", print),
    ),
    Use.AUDIT: (
        lambda at: search(at, SearchRequest(kind="review"), print),
        reviews.reviews,
        lambda at: reviews.review(at, "", "tomorrow 09:00", ""),
    ),
    Use.ACCESS: (lambda at: access_log(at, AccessRequest(most=0)),),
}
"""The doors behind each use; each is asked for something that comes to nothing."""

AT = datetime(2027, 3, 1, 15, tzinfo=UTC)
READING = {"at": AT, "systolic": 122, "diastolic": 78}
DOSE = {"session": "s1", "started_at": AT, "minutes": 40, "mg": 35}
LEAVING = {"at": AT, "awake": True, "walking": True, "escort": True}

DETAILS: Mapping[Action, dict[str, Any]] = {
    Action.GATE: {"gate": "treatment-consent", "answer": "yes"},
    Action.CONFIRM: {"session": "s1"},
    Action.DEFER: {"session": "s1", "to": AT},
    Action.OMIT: {"session": "s1", "code": "other"},
    Action.NO_SHOW: {"session": "s1"},
    Action.CHECK_IN: {"session": "s1", "weight_kg": 70, "escort": True, "fasting": True, "readings": [READING]},
    Action.NOT_GIVEN: {"session": "s1", "code": "other"},
    Action.SESSION: DOSE,
    Action.ABORT: DOSE,
    Action.MEASURE: {"instrument": "phq9", "answers": (0,) * 9},
    Action.EVALUATE: {"decision": "discharge"},
    Action.HOLD: {"cause": "psychosis"},
    Action.REVIEW: {"review_at": AT},
    Action.BOOSTER: {"at": AT},
    Action.RESOLVE: {"item": "t4711"},
    Action.NOTE: {"text": "looked at"},
    Action.CALL: {"about": "gates", "outcome": "reached"},
    Action.TAKE_REPLY: {"item": "i-4711"},
    Action.REPORT_LOST: {"occasions": ("s1/visit_24h/1",)},
    Action.REASSIGN: {"account": "lee", "name": "Dr Lee"},
    Action.LEAVE: {"session": "s1", "leaving": LEAVING},
    Action.EVENT: {"adverse": {"term": "nausea", "severity": "mild"}},
    Action.CORRECT: {"item": "m4711"},
    Action.VOID: {"item": "m4711"},
    Action.ATTEND: {"therapy": "none", "came": True},
    Action.MEDICINE: {"name": "ibuprofen", "starts": AT},
    Action.REVIEW_MEDICINE: {"medicine": "none"},
    Action.CHECK: {"check": "urinary", "positive": False},
    Action.LATE_ENTRY: {"text": "looked at"},
}
"""The least that an act has to say."""


def session_of(app: Application, role: Role, now: datetime) -> StaffSession:
    """Somebody in a role."""
    return StaffSession(app, Account(f"any-{role}", f"any {role}", role, "northside"), Courses(app), now)


def test_the_matrix_has_every_command_and_every_act() -> None:
    """Nothing is left out, nothing is there that is gone, and the page shows each cell."""
    rows = takes()
    assert not set(OTHERS) - set(rows)
    assert set(ASKED) == set(USES) - {Use.LOAD_STAFF}
    shown = page()
    for name, what in rows.items():
        cells = " | ".join("yes" if lets(what, role) else "no" for role in STAFF)
        assert f"| `{name}` | {what.value.replace('_', ' ')} | {cells} |" in shown
    assert all(f"| {action} | " in shown for action in PERMISSIONS)


async def test_every_use_is_refused_to_whom_the_table_does_not_name(app: Application) -> None:
    """Each door behind it, for each role: not let in before anything else is looked at, and on record; or let in."""
    let_in, wanted = {}, {}
    for use, doors in ASKED.items():
        for role in STAFF:
            for number, ask in enumerate(doors):
                let_in[use, number, role] = await _lets_in(ask, session_of(app, role, datetime.now(UTC)))
                wanted[use, number, role] = role in USES[use].roles
    assert let_in == wanted
    assert {True, False} == set(let_in.values())
    for role in STAFF:
        noted = [one for one in await app.store.access.of_account(f"any-{role}") if one.what.startswith("refused ")]
        assert len(noted) == sum(not may for (_, _, whose), may in let_in.items() if whose is role)


async def _lets_in(ask: Asking, at: StaffSession) -> bool:
    try:
        await ask(at)
    except NotAllowedError as refused:
        return f"the role {at.account.role} may not" not in str(refused)
    except EXPECTED:
        return True
    return True


@pytest.mark.timeout(240)
async def test_every_act_is_refused_to_whom_the_table_does_not_name(app: Application, skipper: TimeSkipper) -> None:
    """The course itself says so, whatever else stands against the act; whom the table names it never tells that."""
    served = await Served.begin(app, skipper)
    refused, wanted = {}, {}
    for action in PERMISSIONS:
        for role in EVERYBODY:
            at = session_of(app, role, datetime.now(UTC))
            said = await _said(at, served.handle.id, ActRequest(action, DETAILS.get(action, {}), reason="as agreed"))
            refused[action, role] = f"{role} may not {action.replace('_', ' ')}: it takes" in said
            wanted[action, role] = role not in PERMISSIONS[action].roles
    assert refused == wanted


async def _said(at: StaffSession, course: str, request: ActRequest) -> str:
    """What is said against an act, or nothing."""
    at.build(request)  # that it is one at all
    try:
        await at.perform(course, request)
    except EXPECTED as why:
        return str(why)
    return ""
