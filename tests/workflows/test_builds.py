"""Courses that stay on a build which nobody serves are named, with the build that they need."""

from datetime import UTC, datetime, timedelta

from temporalio.testing import TimeSkipper

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal import builds
from adapters.working import evidence_of
from course.views.proof import ProofFault, prove
from tests.support.served import Served, house_of, worked


async def test_a_course_on_a_build_that_nobody_serves(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """While its workers poll nothing is wrong; once they have gone, proof and watch name the course and the build."""
    async with house_of(settings, skipper, keyring) as app:
        queue = settings.task_queue
        async with worked(app, build="build-old"):
            course = await Served.begin(app, skipper)
            now = datetime.now(UTC)
            assert await builds.served(app.client, queue, now) == {"build-old"}
            assert await builds.unserved(app.client, queue, now) == {}
        async with worked(app, build="build-new"):
            later = datetime.now(UTC) + builds.POLLED_WITHIN
            found = await builds.unserved(app.client, queue, later + timedelta(seconds=1))
            assert found == {"build-old": [course.handle.id]}
            gathered = await evidence_of(app).gather(datetime.now(UTC))
            assert gathered.served is not None
            assert {"build-old", "build-new"} <= gathered.served
    told = prove(
        type(gathered)(at=gathered.at, seen=gathered.seen, listed=gathered.listed, served=frozenset({"build-new"}))
    )
    (wrong,) = [one for one in told.exceptions if one.kind is ProofFault.UNSERVED]
    assert wrong.subject == course.handle.id
    assert "it needs build build-old, which no worker serves" in wrong.sentence
