"""The proof on a real server: what was terminated, orphaned, never begun, failing or unanswered shows up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from temporalio import workflow
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.ports import Letter, Medium, NotAcceptedError
from activities.proof import ProofDone, ProofOrder
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store.log.entries import Entry
from adapters.store.people.access import Access
from adapters.temporal.plugin import course_worker, make_current
from adapters.temporal.schedules import keep_proving
from adapters.wiring import Application
from adapters.working import evidence_of
from course.model.messages import CourseOrder
from course.model.terms import Role
from course.views.proof import Proof, ProofFault, prove
from tests.support.records import order
from tests.support.served import ADDRESS, NAME, Served, house_of, worked
from tests.workflows.test_sweep import first_action
from workflows.proof import NightlyProof

GRAVE = (2, 2, 2, 2, 2, 2, 2, 2, 3)


@workflow.defn(name="TreatmentCourse", sandboxed=False)
class Faulty:
    """A course whose every workflow task fails."""

    @workflow.run
    async def run(self, order: CourseOrder) -> None:  # noqa: ARG002  what every course takes
        """Fail as a fault of the program does."""
        raise RuntimeError("a fault of the program")


class Post:
    """A channel that can be closed."""

    closed = False

    async def deliver(self, letter: Letter) -> str:
        """Take a letter, or refuse it for now."""
        if self.closed:
            raise NotAcceptedError
        return letter.id


async def proved(app: Application, at: datetime | None = None) -> Proof:
    """The proof at an instant, or now."""
    return prove(await evidence_of(app).gather(at or datetime.now(UTC)))


async def until(found: Callable[[], Awaitable[bool]]) -> None:
    """Ask again until lists, which lag, show it."""
    async with asyncio.timeout(100):
        while not await found():
            pass


def wrong(proof: Proof) -> set[tuple[ProofFault, str]]:
    """The kinds of exceptions, and with what."""
    return {(one.kind, one.subject) for one in proof.exceptions}


async def orphan(app: Application) -> str:
    """A course in the directory whose workflow never began."""
    patient = await app.store.directory.add_patient("Nobody Began", date(1990, 1, 1), "")
    row = await app.store.directory.begin_course(patient.patient_id, "depression", "northside", datetime.now(UTC))
    await app.store.directory.mark_open(row.course_id)
    return row.course_id


async def test_a_terminated_course_and_an_orphan_are_exceptions(app: Application, skipper: TimeSkipper) -> None:
    """Both ways round: listed and not running, running and not listed; what goes on is listed with what is next."""
    gone, well = await Served.begin(app, skipper), await Served.begin(app, skipper)
    lost = await orphan(app)
    stranger = await skipper.client.start_workflow(
        "TreatmentCourse",
        order(now=datetime.now(UTC)).with_(course_id="c-stranger"),
        id=f"c-{app.settings.task_queue}",
        task_queue=app.settings.task_queue,
    )
    await gone.handle.terminate("a slip of the hand")

    async def shown() -> bool:
        return {one.course_id for one in (await proved(app)).open} == {well.handle.id, stranger.id}

    await until(shown)
    proof = await proved(app)
    assert wrong(proof) == {
        (ProofFault.NOT_RUNNING, gone.handle.id),
        (ProofFault.NOT_RUNNING, lost),
        (ProofFault.UNKNOWN, stranger.id),
    }
    assert "(terminated)" in next(one.sentence for one in proof.exceptions if one.subject == gone.handle.id)
    assert all(one.due is not None for one in proof.open)
    await stranger.terminate()


async def test_an_escalation_is_an_exception_until_it_is_acknowledged(app: Application, skipper: TimeSkipper) -> None:
    """Within its clock it is none, past it it is, and with somebody's name on it it is none again.

    Intake is overdue all the while, so that the need's due time alone says nothing.
    """
    course = await Served.begin(app, skipper)
    await course.do("measure", Role.NURSE, instrument="phq9", answers=GRAVE)
    await course.wait(minutes=20)
    assert (ProofFault.ESCALATION, course.handle.id) not in wrong(await proved(app, await course.now()))
    await course.wait(minutes=20)

    async def past() -> bool:
        return (ProofFault.ESCALATION, course.handle.id) in wrong(await proved(app, await course.now()))

    await until(past)
    await course.do("acknowledge")
    await app.store.access.note(Access("lee", "acknowledge", await course.now(), course.handle.id))

    async def owned() -> bool:
        return not await past()

    await until(owned)


async def test_a_message_that_does_not_go_out_is_an_exception(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """A quarter of an hour past its instant, by the ledger and the server's own list of what is pending."""
    post = Post()
    async with house_of(settings, skipper, keyring) as app, worked(app, channels={Medium.EMAIL: post}):
        course = await Served.begin(app, skipper)
        post.closed = True
        await course.do("measure", Role.NURSE, instrument="phq9", answers=GRAVE)
        await course.wait(minutes=14)
        assert ProofFault.SEND not in {kind for kind, _ in wrong(await proved(app, await course.now()))}
        await course.wait(minutes=2)
        late = await proved(app, await course.now())
        value = next(one.sentence for one in late.exceptions if one.kind is ProofFault.SEND)
        assert value.startswith("message e1/escalation/1, due ")
        post.closed = False
        await course.wait(minutes=2)
        assert ProofFault.SEND not in {kind for kind, _ in wrong(await proved(app, await course.now()))}


async def test_a_failing_task_is_an_exception(settings: Settings, skipper: TimeSkipper, keyring: KeyRing) -> None:
    """Temporal says of its own accord that the task of a course keeps failing, and no course has to answer."""
    async with (
        house_of(settings, skipper, keyring) as app,
        course_worker(app.client, settings, workflows=[Faulty], build="faulty"),
    ):
        await make_current(app.client, settings, "faulty")
        lost = await orphan(app)
        queue = settings.task_queue
        handle = await app.client.start_workflow("TreatmentCourse", order(), id=lost, task_queue=queue)

        async def failing() -> bool:
            return (ProofFault.FAILING, lost) in wrong(await proved(app))

        await until(failing)
        await handle.terminate()


async def test_the_nightly_proof_is_mailed_to_ops(
    client: Client, settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """By a schedule that stays paused where ops paused it; the letter names courses by opaque ids and nobody else."""
    async with house_of(settings, skipper, keyring) as app, worked(app):
        gone = await Served.begin(app, skipper)
        await gone.handle.terminate("a slip of the hand")
        await (await keep_proving(client, settings)).pause(note="ops are at it")
        schedule = await keep_proving(client, settings)
        assert (await schedule.describe()).schedule.state.paused
        await schedule.trigger()
        started = await first_action(schedule)
        done = await client.get_workflow_handle(started.workflow_id, result_type=ProofDone).result()
        assert done == ProofDone(open=0, exceptions=1, mailed=1)
        [kept] = [Entry.parse(line.entry).says async for line in app.store.log.lines("proof")]
        assert kept is not None
        assert [(one["kind"], one["subject"]) for one in kept["exceptions"]] == [("not running", gone.handle.id)]
        await schedule.delete()
        letter = next(one for one in gone.mailbox() if "1 exception" in str(one["Subject"]))
        accounts = await app.store.staff.accounts()
        assert [str(letter["To"])] == [one.email for one in accounts if one.role is Role.OPS]
        body = letter.get_content()
        assert gone.handle.id in body
        row = await app.store.directory.course(gone.handle.id)
        assert row is not None
        assert not any(word in body for word in (*NAME.split(), ADDRESS, row.patient_id, "phq9", "depression"))


async def test_a_course_that_ended_well_is_closed_in_the_directory(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """It is no exception, and the patient can be enrolled again after the night."""
    async with house_of(settings, skipper, keyring) as app, worked(app):
        course = await Served.begin(app, skipper)
        await course.do("withdraw", Role.PATIENT, reason="moved away")
        await course.wait(days=32)
        await course.handle.result()

        async def shown() -> bool:
            return not (await proved(app)).open

        await until(shown)
        night = f"proof-{settings.task_queue}"
        done = await app.client.execute_workflow(
            NightlyProof.run, ProofOrder(), id=night, task_queue=settings.task_queue
        )
        assert (done.open, done.exceptions) == (0, 0)
        row = await app.store.directory.course(course.handle.id)
        assert row is not None
        assert row.state == "closed"
        again = await app.store.directory.begin_course(row.patient_id, "depression", "northside", datetime.now(UTC))
        assert again.course_id != row.course_id
