"""Two builds: a course stays on its own until its page turns, and can be moved once it replays clean."""

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import build_id, course_worker, make_current
from adapters.working import WORKFLOWS, course_activities
from services.running.moving import move_to_this_build
from tests.support.served import Served, house_of, worked
from workflows.course import TreatmentCourse


async def build_of(handle: WorkflowHandle[object, object]) -> str:
    """The build that the course's present run is pinned to."""
    info = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
    found: str = info.deployment_version.build_id
    return found


async def test_a_woken_course_turns_its_page_onto_the_new_build(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """Build B being current changes nothing for a sleeping course; waking it does, once the news has spread."""
    async with house_of(settings, skipper, keyring) as app, worked(app, build="a"):
        served = await Served.begin(app, skipper)
        activities = course_activities(app)
        async with course_worker(app.client, app.settings, workflows=WORKFLOWS, activities=activities, build="b"):
            await make_current(app.client, app.settings, "b")
            assert await build_of(served.handle) == "a"
            runs = (await served.record()).runs
            for _ in range(60):
                await served.handle.execute_update(TreatmentCourse.wake)
                await served.wait(minutes=5)
                if await build_of(served.handle) == "b":
                    break
            assert await build_of(served.handle) == "b"
            assert (await served.record()).runs == runs + 1


async def test_a_course_of_an_absent_build_is_moved_once_it_replays(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """No worker of its build runs any more; its history replays under this code, so it goes on here."""
    async with house_of(settings, skipper, keyring) as app:
        async with worked(app, build="gone"):
            served = await Served.begin(app, skipper)
        async with worked(app):
            assert await move_to_this_build(app) == {}
            assert (await served.do("note", text="goes on")).entry > 0
            assert await build_of(served.handle) == build_id()
