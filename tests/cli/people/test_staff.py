"""Staff and rosters from a terminal: an account out of service leaves nothing behind that nobody answers for."""

import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.store.people.oncall import Leave
from adapters.wiring import Application
from course.model.parts import Trigger
from course.model.record import CourseRecord
from course.model.terms import Audience, Role, Urgency
from course.rules.safety import raise_escalation
from tests.cli.conftest import Terminal
from tests.support.life import Life
from tests.support.ready import ready
from tests.support.records import calendar, order
from workflows.course import TreatmentCourse

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = Path(__file__).parents[3]


def escalated(by: Role, owner: str) -> CourseRecord:
    """A course of one prescriber with an open escalation that somebody has acknowledged."""
    urgent = Trigger(what="PHQ-9 item 9", subject="m9", at=NOW, urgency=Urgency.URGENT)
    fresh = ready().with_(owner=owner, owner_name=owner.title(), sessions=(), calendar=calendar("northside", NOW))
    life = Life(raise_escalation(fresh, (urgent,), NOW), NOW)
    life.do("acknowledge", by)
    return life.record


async def begin(app: Application, record: CourseRecord, number: int) -> str:
    """A patient, and the workflow from the record as it stands."""
    patient = await app.store.directory.add_patient(f"Handed Over {number}", date(1984, 5, 4), "")
    row = await app.store.directory.begin_course(patient.patient_id, "depression", "northside", NOW)
    mine = record.with_(course_id=row.course_id, patient_id=patient.patient_id)
    begun = order(now=NOW).with_(course_id=row.course_id, patient_id=patient.patient_id).on_a_new_page(mine)
    await app.client.start_workflow(TreatmentCourse.run, begun, id=row.course_id, task_queue=app.settings.task_queue)
    await app.store.directory.mark_open(row.course_id)
    return row.course_id


async def told(app: Application, course: str) -> list[str]:
    """The accounts that were written to about a course's safety, in order."""
    rows = await app.store.sends.of_course(course)
    return [one.to_account for one in rows if one.audience is Audience.ONCALL]


async def shown(terminal: Terminal, course: str) -> Any:
    """The record as `show` prints it."""
    return (await terminal.type("show", course, "--json")).said


@pytest.mark.timeout(90)
async def test_an_account_out_of_service_with_three_open_escalations(terminal: Terminal, opened: Application) -> None:
    """Signed out at once; its courses and what it had acknowledged go to a prescriber, who is told of each."""
    owned = [await begin(opened, escalated(Role.PRESCRIBER, "lee"), number) for number in (1, 2)]
    lent = await begin(opened, escalated(Role.PRESCRIBER, "okafor"), 3)
    await terminal.sign_in("ops")
    named = await terminal.type("staff", "disable", "lee")
    assert named.code == 1
    assert all(course in named.out for course in (*owned, lent))
    assert "next: starter.py staff disable lee --to ACCOUNT" in named.out
    proof = (await terminal.type("proof", "--json")).said
    ownerless = {one["subject"] for one in proof["exceptions"] if one["kind"] == "no owner"}
    assert ownerless == set(owned)
    wrong = await terminal.type("staff", "disable", "lee", "--to", "ortiz")
    assert (wrong.code, "ortiz is a nurse" in wrong.err) == (2, True)
    moved = await terminal.type("staff", "disable", "lee", "--to", "okafor", "--reason", "left the clinic", "--json")
    assert (moved.code, sorted(moved.said["reassigned"]), moved.said["left"]) == (0, sorted([*owned, lent]), [])
    for course in (*owned, lent):
        record = await shown(terminal, course)
        assert record["owner"] == "okafor"
        assert record["escalations"][0].get("acknowledged_by", "") == ""
        while (await told(opened, course))[-1:] != ["okafor"]:
            await shown(terminal, course)
    signed_in = await terminal.type("login", "lee", given=terminal.passphrases["lee"])
    assert (signed_in.code, "disabled" in signed_in.err) == (3, True)
    assert (await terminal.type("staff", "enable", "lee")).code == 0
    await terminal.sign_in("lee")


async def test_a_licence_that_runs_out_is_told_to_ops_and_to_who_signs(terminal: Terminal, opened: Application) -> None:
    """In the list and the doctor from thirty days before; once it has expired in the proof and with each act too."""
    staff, today = opened.store.staff, datetime.now(UTC).date()
    was = {one.account_id: one for one in await staff.accounts()}
    await staff.change(replace(was["lee"], licence_expires=today - timedelta(days=1)))
    await staff.change(replace(was["ortiz"], licence_expires=today + timedelta(days=30)))
    await staff.change(replace(was["haas"], licence="", licence_expires=None))
    await staff.change(replace(was["okafor"], licence_expires=today + timedelta(days=31)))
    course = await begin(opened, escalated(Role.PRESCRIBER, "lee"), 4)
    try:
        await terminal.sign_in("ops")
        listed = (await terminal.type("staff", "list")).out
        doctor = next(line for line in (await terminal.type("doctor")).out.splitlines() if "licences" in line)
        assert doctor.startswith("NOT")
        for account, why in (("lee", "licence expired"), ("ortiz", "licence expires"), ("haas", "no licence on file")):
            assert f"{account}: {why}" in doctor
            assert any(account in line and why in line for line in listed.splitlines()), account
        assert "okafor" not in doctor
        wrong = (await terminal.type("proof", "--json")).said["exceptions"]
        assert [one["subject"] for one in wrong if one["kind"] == "licence"] == ["lee"]
        await terminal.sign_in("lee")
        noted = await terminal.type("note", course, "seen")
        assert noted.code == 0
        assert f"your licence expired on {today - timedelta(days=1)}: tell ops" in noted.out
    finally:
        for account in ("lee", "ortiz", "haas", "okafor"):
            await staff.change(was[account])


async def test_who_is_on_call_is_kept_by_staff(terminal: Terminal) -> None:
    """A turn goes before the list, who is away is passed over, and each refusal names what would be right."""
    await terminal.sign_in("cole")

    async def now() -> list[str]:
        value = (await terminal.type("oncall", "show", "northside", "--json")).said
        accounts: list[str] = value["sites"][0]["now"]
        return accounts

    assert await now() == ["lee", "okafor", "ortiz"]
    turn = await terminal.type("oncall", "turn", "northside", "now", "+8h", "okafor", "ortiz", "--json")
    assert (turn.code, await now()) == (0, ["okafor", "ortiz"])
    assert (await terminal.type("oncall", "leave", "okafor", "now", "+4h")).code == 0
    assert await now() == ["ortiz"]
    for words, sentence in (
        (("turn", "northside", "+9h", "+10h", "cole"), "cole is a coordinator: only nurses and prescribers"),
        (("turn", "northside", "+9h", "+10h", "nobody"), "there is no enabled account nobody"),
        (("turn", "northside", "+9h", "+10h"), "name at least one account"),
        (("turn", "nowhere", "+9h", "+10h", "lee"), "there is no site nowhere: northside, westside, training"),
        (("turn", "northside", "+1h", "+2h", "lee"), "Somebody has that turn"),
        (("remove", "999"), "There is no turn 999"),
        (("leave", "lee", "+2h", "+1h"), "swap its instants"),
        (("back", "lee"), "lee is not on leave"),
    ):
        refused = await terminal.type("oncall", *words)
        assert refused.code in {1, 2}, refused
        assert sentence in refused.err
    assert (await terminal.type("oncall", "back", "okafor")).code == 0
    assert (await terminal.type("oncall", "remove", str(turn.said["turn"]))).code == 0
    assert await now() == ["lee", "okafor", "ortiz"]
    assert (await terminal.type("staff", "disable", "lee")).code == 3


async def test_a_site_is_not_left_without_a_prescriber_unawares(terminal: Terminal) -> None:
    """The second prescriber's leave is refused with the span and takes --sure, and so does an account's end."""
    await terminal.sign_in("ops")
    assert (await terminal.type("oncall", "leave", "lee", "+24h", "+48h")).code == 0
    refused = await terminal.type("oncall", "leave", "okafor", "+30h", "+60h")
    assert refused.code == 1
    for site in ("northside", "westside"):
        assert f"no prescriber is on call at {site} from " in refused.err
    assert "add --sure" in refused.err
    refused = await terminal.type("staff", "disable", "okafor")
    assert (refused.code, "no prescriber is on call at westside from " in refused.err) == (1, True)
    assert (await terminal.type("oncall", "leave", "okafor", "+30h", "+60h", "--sure", "--json")).said["gaps"]
    assert (await terminal.type("oncall", "back", "okafor")).code == 0
    assert (await terminal.type("oncall", "back", "lee")).code == 0


async def test_a_gap_ahead_is_named(terminal: Terminal, opened: Application) -> None:
    """The worklist, `doctor` and the proof say where no prescriber is on call within the next 14 days."""
    await terminal.sign_in("ops")
    for account in ("lee", "okafor"):
        await opened.store.oncall.add_leave(Leave(account, NOW + timedelta(days=3), NOW + timedelta(days=4)))
    value = await terminal.type("needs", "--everybody")
    assert "cover  no prescriber is on call at northside from " in value.out
    checks = [line for line in (await terminal.type("doctor")).out.splitlines() if " is on call at westside " in line]
    assert [line.split()[:2] for line in checks] == [["NOT", "cover"]]
    proof = await terminal.type("proof", "--json")
    assert "exceptions" in proof.out, proof
    found = [one["subject"] for one in proof.said["exceptions"] if one["kind"] == "no cover"]
    assert {"northside", "westside"} <= set(found)
    for account in ("lee", "okafor"):
        await opened.store.oncall.end_leave(account, NOW)
    assert "cover  " not in (await terminal.type("needs", "--everybody")).out


@pytest.mark.usefixtures("environment")
async def test_no_worker_starts_while_nobody_is_on_call(tmp_path: Path) -> None:
    """A store without staff: exit code 2 and one sentence with the site and the next step, and nothing runs."""
    empty = {**os.environ, "ST_DATA_FOLDER": str(tmp_path)}
    begun = await create_subprocess_exec(sys.executable, "worker.py", cwd=ROOT, env=empty, stdout=PIPE, stderr=PIPE)
    _, said = await begun.communicate()
    assert begun.returncode == 2
    assert "Nobody is on call at northside" in said.decode()
    assert "starter.py staff load" in said.decode()


@pytest.mark.usefixtures("environment")
async def test_a_new_store_is_staffed_once_by_anybody_then_by_ops(tmp_path: Path) -> None:
    """The first `staff load` prints each account's passphrase; after it, whoever has not signed in may not."""
    empty = {**os.environ, "ST_DATA_FOLDER": str(tmp_path)}
    lines = []
    for _ in range(2):
        words = (sys.executable, "starter.py", "staff", "load")
        loading = await create_subprocess_exec(*words, cwd=ROOT, env=empty, stdout=PIPE, stderr=PIPE)
        out, wrong = await loading.communicate()
        lines.append((loading.returncode, out.decode(), wrong.decode()))
    (first, passphrases, _), (again, nothing, why) = lines
    assert (first, again, nothing) == (0, 3, "")
    assert passphrases.startswith("7 accounts, 7 new\n")
    assert "sign in with" in why
