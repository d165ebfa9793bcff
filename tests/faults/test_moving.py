"""Moving courses to changed code: only what replays, and only once; what is moved is not tied down."""

from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import build_id, course_worker, make_current
from adapters.working import WORKFLOWS, course_activities
from course.agenda import booster_booking
from services.running.moving import move_to_this_build
from tests.support.served import Served, house_of, worked
from workflows.course import TreatmentCourse


async def builds(handle: WorkflowHandle[Any, Any]) -> tuple[str, str]:
    """The build that ran the course's last task, and the one that an override ties it to."""
    info = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
    return info.deployment_version.build_id, info.versioning_override.pinned.version.build_id


async def test_what_does_not_replay_is_named_and_left_alone(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """A course that lived under other rules stays on its build; the one beside it moves and works."""
    async with house_of(settings, skipper, keyring) as app:
        async with worked(app, build="gone"):
            with pytest.MonkeyPatch.context() as other_rules:
                other_rules.setattr(booster_booking, "CALENDAR_DAYS", 1)
                differs = await Served.begin(app, skipper)
            same = await Served.begin(app, skipper)
        async with worked(app):
            assert await move_to_this_build(app) == {"gone": [differs.handle.id]}
            assert await builds(differs.handle) == ("gone", "")
            assert await builds(same.handle) == (build_id(), "")
            assert (await same.do("note", text="goes on")).entry > 0


async def test_a_moved_course_is_taken_over_by_the_build_after(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """Nothing ties it to the build that it was moved to: the page turns onto whichever is current by then."""
    async with house_of(settings, skipper, keyring) as app:
        async with worked(app, build="gone"):
            served = await Served.begin(app, skipper)
        async with worked(app):
            assert await move_to_this_build(app) == {}
            mine = course_activities(app)
            async with course_worker(app.client, settings, workflows=WORKFLOWS, activities=mine, build="after"):
                await make_current(app.client, settings, "after")
                await served.wait(days=31)
                await served.handle.execute_update(TreatmentCourse.wake)
                assert await builds(served.handle) == ("after", "")
