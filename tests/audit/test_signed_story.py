"""The story of a course says of each act whose key signed it, and which came in by another way."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from temporalio.testing import TimeSkipper
from typing_extensions import override

from adapters.clinic.files import load_clinic
from adapters.identity.sign_in import hash_passphrase, sign_in
from adapters.identity.signers import Signers, by_passphrase
from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store.people.staff import Account
from adapters.wiring import Application
from audit.histories import histories_of
from audit.key_book import key_book
from audit.signatures import State
from audit.timeline import Line, story
from cli.audit.timeline_page import page
from cli.demo.serving import let_in
from course.acts.base import BaseAct
from course.acts.care import AddNote
from course.acts.catalogue import ActEnvelope
from course.model.signing import ActSignature
from course.model.terms import Role
from play.check import load_scenario
from play.files import known
from play.playing import play_many
from play.world.stage import stage
from services.courses import Courses
from services.people.enrolment import EnrolmentRequest, PatientDetails, enrol
from services.reading.story import CourseStory, course_story
from services.session import ActRequest, StaffSession
from services.signatures import Signature
from tests.support.records import CLINIC_FOLDER
from tests.support.served import house_of, worked
from workflows.course import TreatmentCourse

WORDS = "three blue herons over water"
PATIENT = PatientDetails("Zebulon Quimby", date(1984, 5, 4))


class Credulous(Signer):
    """Somebody else's worker, which takes whatever comes."""

    @override
    def admitted(self, act: BaseAct, course_id: str) -> bool:
        """Ask for no proof."""
        return bool(act.request_id and course_id)


@dataclass(frozen=True)
class Told:
    """The story of one course, by the words of each note in it."""

    found: CourseStory

    def state(self, words: str) -> list[State]:
        """What the signatures under what holds these words are worth."""
        return [one.state for one in self.line(words).signatures]

    def line(self, words: str) -> Line:
        """The one line with these words."""
        (line,) = [line for line in self.found.lines if words in f"{line.what} {line.why}"]
        return line


@pytest.fixture
async def house(settings: Settings, skipper: TimeSkipper, keyring: KeyRing) -> AsyncIterator[Application]:
    """A house whose worker asks nobody for a proof."""
    async with house_of(settings, skipper, keyring) as app, worked(app, signer=Credulous(keyring)):
        for account in ("lee", "okafor", "ortiz"):
            await app.store.staff.set_passphrase(account, hash_passphrase(WORDS))
        yield app


async def signed_in(app: Application, account_id: str) -> StaffSession:
    """Somebody of the staff, signed in."""
    now = datetime.now(UTC)
    token = await sign_in(app.store, account_id, WORDS, now)
    signers = Signers.signed_in(app.store, account_id, token)
    return StaffSession(app, await account(app, account_id), Courses(app, signers), now)


async def account(app: Application, account_id: str) -> Account:
    """One of the staff."""
    found = await app.store.staff.account(account_id)
    assert found is not None
    return found


def note(who: Account, words: str, signature: ActSignature | None = None) -> AddNote:
    """A note in somebody's name, perhaps with a signature of other words."""
    actor = who.actor().with_(signature=signature)
    return AddNote(request_id=f"request-{words.replace(' ', '-')}", actor=actor, made_at=datetime.now(UTC), text=words)


async def test_the_story_says_whose_key_signed_each_act(house: Application) -> None:
    """The enrolment, an act, and both signatures under a correction; the page shows them, and nothing from outside."""
    lee = await signed_in(house, "lee")
    course = (await enrol(lee, EnrolmentRequest(PATIENT, "depression"))).course_id
    await lee.perform(course, ActRequest("measure", {"instrument": "phq9", "answers": (2,) * 8 + (0,)}))
    (score,) = [one.id for one in (await lee.courses.record(course)).scores]
    again = {"item": score, "answers": (1,) * 8 + (0,)}
    second = Signature("okafor", WORDS)
    await lee.perform(course, ActRequest("correct", again, reason="another's form", second=second))
    told = Told(await course_story(lee, course))
    assert told.state("enrolled on") == [State.SIGNED]
    assert told.state("PHQ-9: 16") == [State.SIGNED]
    assert told.state("another's form") == [State.SIGNED] * 2
    by = told.line("another's form").signatures
    assert [one.name for one in by] == ["Dr Lee", (await account(house, "okafor")).name]
    entries = [line async for line in house.store.log.lines()]
    assert [entries[one.log_index or 0].subject for one in by] == [one.key_id for one in by]
    read = Reading(page(told.found))
    assert by[0].shown in read.text
    assert read.outside == []
    assert read.heads == read.columns


async def test_whatever_was_not_signed_by_whom_it_names_stands_out(house: Application) -> None:
    """A bare client, the installation alone, a copied signature, a revoked key, a role that was never held."""
    lee, ortiz = await signed_in(house, "lee"), await signed_in(house, "ortiz")
    course = (await enrol(lee, EnrolmentRequest(PATIENT, "depression"))).course_id
    await lee.perform(course, ActRequest("note", {"text": "slept well"}))
    sent = await Signers.of({"lee": await by_passphrase(house.store, "lee", WORDS)}).signed(
        note(lee.account, "the dose is right"), course
    )
    handle = house.client.get_workflow_handle(course)
    await handle.execute_update(TreatmentCourse.act, ActEnvelope(act=note(lee.account, "bare")))
    await Courses(house).act(course, note(lee.account, "of before"))
    await Courses(house).act(course, note(lee.account, "copied", sent.actor.signature))
    key = await by_passphrase(house.store, "ortiz", WORDS)
    risen = ortiz.account.actor().with_(role=Role.PRESCRIBER)
    act = note(ortiz.account, "risen").model_copy(update={"actor": risen})
    await Courses(house, Signers.of({"ortiz": key})).act(course, act)
    await house.store.staff.set_passphrase("ortiz", hash_passphrase("another"), by="ops")
    await Courses(house, Signers.of({"ortiz": key})).act(course, note(ortiz.account, "gone"))
    told = Told(await course_story(lee, course))
    states = {words: told.state(words) for words in ("slept well", "bare", "of before", "copied", "risen", "gone")}
    assert states == {
        "slept well": [State.SIGNED],
        "bare": [State.BARE],
        "of before": [State.UNSIGNED],
        "copied": [State.WRONG],
        "risen": [State.OUT_OF_ROLE],
        "gone": [State.REVOKED],
    }
    assert page(told.found).count('<tr class="alarming">') == len(told.found.lines) - 3


@pytest.mark.timeout(300)
async def test_the_played_staff_sign_whatever_they_do(tmp_path: Path) -> None:
    """Every act and every signal of a played life is signed by whom it names; only the patient signs nothing.

    It stays so when somebody signs in as one of them and goes on.
    """
    scenario = load_scenario(CLINIC_FOLDER / "scenarios" / "as-needed-boosters.toml", known(load_clinic(CLINIC_FOLDER)))
    async with stage(tmp_path, CLINIC_FOLDER) as here:
        (player,) = await play_many(here, [scenario])
        await let_in(here, WORDS)
        assert await sign_in(here.app.store, "lee", WORDS, datetime.now(UTC))
        assert (await by_passphrase(here.app.store, "lee", WORDS)).key_id == here.keys["lee"].key_id
        found = await histories_of(here.app, player.place.course_id)
        lines = await story(found, here.app.ring, await key_book(here.app.store.log))
    states: Mapping[str, set[State]] = {
        kind: {one.state for line in lines for one in line.signatures if (line.role == kind)}
        for kind in ("signal", Role.PATIENT, Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER)
    }
    assert states == {
        **{kind: {State.SIGNED} for kind in ("signal", Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER)},
        Role.PATIENT: {State.UNSIGNED},
    }
    sent = [line for line in lines if " to patient: " in line.what]
    assert all(line.rule for line in sent)
    assert {("session.fasting_solids_hours 6" in line.rule, "visit 24h" in line.what) for line in sent} == {
        (True, True),
        (False, False),
    }


class Reading(HTMLParser):
    """What a page says, what it takes from outside, and whether each row has a cell for each column."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text, self.outside, self.heads, self.columns, self._cells = "", list[str](), set[int](), set[int](), 0
        self.feed(source)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outside += [f"{tag} {name}" for name, _ in attrs if name in {"src", "href", "action"}]
        self._cells = 0 if tag == "tr" else self._cells + (tag in {"td", "th"})

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self.heads = set(self.columns)
        if tag == "tr":
            self.columns.add(self._cells)

    @override
    def handle_data(self, data: str) -> None:
        self.text += data
