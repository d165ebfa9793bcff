"""A course that has ended for good is known to the others without any worker of the build that it ended under."""

from temporalio.testing import TimeSkipper

from adapters.keyring import KeyRing
from adapters.settings import Settings
from course.model.terms import Role
from services.courses import Courses
from tests.support.served import Served, house_of, worked


async def test_who_died_is_known_when_no_worker_of_that_time_is_left(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """No worker runs any more: the death is read from the course's own end, and its doses stop nobody's care."""
    async with house_of(settings, skipper, keyring) as app:
        async with worked(app):
            served = await Served.begin(app, skipper)
            await served.do("discharge", Role.PRESCRIBER, cause="died", reason="told by the family")
            task = next(one for one in (await served.record()).tasks if one.kind == "death_review")
            await served.do("resolve", item=task.id, reason="reviewed")
            await served.wait(days=32)
            assert (await served.handle.result()).end_cause == "died"
        courses = Courses(app)
        assert await courses.has_died(served.handle.id)
        row = await app.store.directory.course(served.handle.id)
        assert row is not None
        assert await courses.doses(row.patient_id) == ()
        await app.store.directory.mark_closed(served.handle.id, row.opened_at)
        gone = await app.store.directory.begin_course(row.patient_id, "crps", "northside", row.opened_at)
        assert not await courses.has_died(gone.course_id), "the server has forgotten it, or never knew it"
