"""What people do, asked for as a page would: typed requests in, typed results out, one family of errors."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.testing import TimeSkipper

from adapters.identity.sign_in import hash_passphrase
from adapters.store.drugs.ledger_rules import MoveKind
from adapters.wiring import Application
from course.model.terms import Role
from services.courses import Courses
from services.drugs.drug_log import drug_log
from services.drugs.drug_room import EntryOptions, EntryRequest, enter
from services.drugs.vials import Label, receive
from services.errors import Kind, ServiceError
from services.failures import EXPECTED, kind_of
from services.gates import LabReport
from services.measures import GivenAnswers
from services.people.enrolment import EnrolmentRequest, PatientDetails, enrol
from services.people.patients import Correction, put_right
from services.reading.course_list import CourseFilter
from services.session import ActRequest, StaffSession
from services.signatures import Signature
from services.visits.treatment_room import RoomNotes
from tests.support.served import NAME, Served

PASSPHRASE = "three blue herons over water"
PATIENT = PatientDetails("Zebulon Quimby", date(1984, 5, 4))


async def signed_in(app: Application, account: str, now: datetime) -> StaffSession:
    """Somebody of the staff, whose passphrase is known."""
    await app.store.staff.set_passphrase(account, hash_passphrase(PASSPHRASE))
    found = await app.store.staff.account(account)
    assert found is not None
    return StaffSession(app, found, Courses(app), now)


async def test_a_second_person_signs_who_somebody_is(app: Application) -> None:
    """A wrong passphrase, one's own, and none change nothing; the right one corrects the name, and the page says it."""
    now = datetime.now(UTC)
    lee = await signed_in(app, "lee", now)
    course = (await enrol(lee, EnrolmentRequest(PATIENT, "depression"))).course_id
    await signed_in(app, "ortiz", now)
    right, asked = Correction(name="Zebulon Quinby"), ActRequest("note", reason="misheard")
    refused = []
    for second in (Signature("ortiz", "wrong"), Signature("lee", PASSPHRASE), None):
        with pytest.raises(ServiceError, match="second") as why:
            await put_right(lee, course, right, replace(asked, second=second))
        refused.append(kind_of(why.value))
    assert refused == [Kind.NOT_ALLOWED, Kind.REFUSED, Kind.REFUSED]
    assert set((await app.store.directory.names_of_courses((course,))).values()) == {"Zebulon Quimby"}
    done = await put_right(lee, "Zebulon Quimby", right, replace(asked, second=Signature("ortiz", PASSPHRASE)))
    assert set((await app.store.directory.names_of_courses((course,))).values()) == {"Zebulon Quinby"}
    assert done.sentence in (await lee.courses.record(course)).entries[-1].text
    assert "second signature by" in done.sentence
    assert PASSPHRASE not in repr(asked) + repr(Signature("ortiz", PASSPHRASE))


async def test_drug_is_wasted_before_a_witness_who_is_somebody_else(app: Application, skipper: TimeSkipper) -> None:
    """Nobody witnesses their own waste, nor by a wrong passphrase; the log has the witness and the amounts."""
    course = await Served.begin(app, skipper)
    await course.clear()
    await course.do("schedule", Role.COORDINATOR, first=await course.next_monday())
    ortiz, lee = [await signed_in(app, one, await course.now()) for one in ("ortiz", "lee")]
    expires = f"{ortiz.now.date() + timedelta(days=400)}"
    label = Label("ketamine hydrochloride", "injection", "12345-678-90", "A7", Decimal(50), Decimal(10), expires)
    vial = await receive(ortiz, label, "northside", EntryOptions())
    drawing = EntryRequest(MoveKind.DRAWN, vial.vial_id, Decimal(1), course=NAME, session="1")
    with pytest.raises(ServiceError, match="may not handle controlled drugs"):
        await enter(await signed_in(app, "cole", ortiz.now), drawing)
    with pytest.raises(ServiceError, match="no such session"):
        await enter(ortiz, replace(drawing, session="99"))
    syringe = (await enter(ortiz, drawing)).move.syringe_id
    waste = EntryRequest(MoveKind.WASTED, syringe, Decimal("0.25"), EntryOptions(reason="spilt"))
    refused = []
    for witness in (Signature("ortiz", PASSPHRASE), Signature("lee", "wrong")):
        with pytest.raises(EXPECTED) as why:
            await enter(ortiz, replace(waste, witness=witness))
        refused.append(kind_of(why.value))
    assert refused == [Kind.REFUSED, Kind.NOT_ALLOWED]
    done = await enter(ortiz, replace(waste, witness=Signature("lee", PASSPHRASE)))
    assert done.syringe_left == Decimal("0.75")
    (row,) = (await drug_log(lee, site="northside")).rows
    wanted = (NAME, lee.account.name, Decimal("0.25"), Decimal("12.5"))
    assert (row.patient, row.witness, row.wasted_ml, row.wasted_mg) == wanted


async def test_no_door_lets_a_name_in_that_turns_the_direction_of_text(app: Application) -> None:
    """Nor a birth date that lies ahead; nobody is in the directory after it."""
    lee = await signed_in(app, "lee", datetime.now(UTC))
    wrong = (replace(PATIENT, name="Ada \u202egnol"), replace(PATIENT, born=lee.now.date() + timedelta(days=1)))
    for details in wrong:
        with pytest.raises(ServiceError) as why:
            await enrol(lee, EnrolmentRequest(details, "depression"))
        assert kind_of(why.value) is Kind.INPUT
    assert await app.store.directory.courses() == ()


SAID = "quetzalcoatl"
"""Whatever somebody says of a patient."""


@pytest.mark.parametrize(
    "handed_over",
    [
        PatientDetails(SAID, date(1984, 5, 4), SAID, SAID, SAID),
        EnrolmentRequest(PATIENT, "depression", reason=SAID),
        Correction(SAID, SAID, SAID, SAID, SAID),
        ActRequest("note", {"text": SAID}, reason=SAID),
        EntryRequest(MoveKind.GIVEN, "y-1", Decimal(1), EntryOptions(reason=SAID), witness=Signature("lee", SAID)),
        GivenAnswers("phq9", SAID),
        LabReport("liver-panel", (SAID,), not_done=SAID),
        RoomNotes((SAID,), (SAID,)),
        CourseFilter(name=SAID),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_request_that_is_printed_into_a_log_says_nothing_of_the_patient(handed_over: object) -> None:
    """Neither names and addresses nor what was answered, measured or written, nor a passphrase."""
    assert SAID not in repr(handed_over)
    assert "1984" not in repr(handed_over)
