"""What another program wrote to the server is named, and hides nobody."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.converter import DataConverter

from adapters.temporal.server import EmbeddedServer
from adapters.wiring import Application
from services.courses import Courses
from tests.cli.conftest import Terminal
from workflows import search_attribute_keys

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings(
        "ignore::pytest.PytestUnraisableExceptionWarning", "ignore:coroutine .* was never awaited:RuntimeWarning"
    ),
]
"""The SDK makes the coroutine of a run before it reads what the run was started with."""

WITHIN = timedelta(seconds=60)


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """What those runs left behind is collected here, not in somebody else's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


async def listed(terminal: Terminal, *courses: str) -> dict[str, dict[str, object]]:
    """The rows of `list`, once all these courses are among them; lists lag a little."""
    async with asyncio.timeout(WITHIN.total_seconds()):
        while True:
            answered = await terminal.type("list", "--json")
            assert answered.code == 0, answered.err
            rows = {row["course_id"]: row for row in answered.said}
            if rows.keys() >= set(courses):
                return rows


async def test_lists_survive_a_bare_client(
    terminal: Terminal, course: str, opened: Application, alone: EmbeddedServer
) -> None:
    """Garbage, a memo in the clear, attributes beyond the vocabulary: rows that say so beside the real one.

    `doctor` and `proof` name them while they run, and no longer than that.
    """
    bare = await Client.connect(alone.target, data_converter=DataConverter.default)
    queue = opened.settings.task_queue
    odd = TypedSearchAttributes(
        [
            SearchAttributePair(search_attribute_keys.PHASE, "limbo"),
            SearchAttributePair(search_attribute_keys.SITE, "no such site"),
            SearchAttributePair(search_attribute_keys.NEEDS, ["money"]),
            SearchAttributePair(search_attribute_keys.NEED_DUE, datetime(2020, 1, 1, tzinfo=UTC)),
            SearchAttributePair(search_attribute_keys.NEXT_SESSION, datetime(2020, 1, 1, tzinfo=UTC)),
        ]
    )
    handles = [
        await bare.start_workflow("TreatmentCourse", "garbage", id="garbage", task_queue=queue),
        await bare.start_workflow("TreatmentCourse", id="nothing", task_queue=queue, memo={"card": "plain text"}),
        await bare.start_workflow("TreatmentCourse", id="odd", task_queue=queue, search_attributes=odd),
    ]
    await terminal.sign_in("ops")
    rows = await listed(terminal, "garbage", "nothing", "odd", course)
    assert (rows[course]["name"], rows[course]["wrong"]) == ("Zebulon Quimby", "")
    strange = {"garbage", "nothing", "odd"}
    assert all(str(rows[one]["wrong"]).startswith("not in the directory") for one in strange)
    assert "Zebulon Quimby" in (await terminal.type("list")).out
    assert (await terminal.type("needs", "--everybody")).code == 0
    fields = {one["check"]: one for one in (await terminal.type("doctor", "--json")).said}
    assert not fields["strangers"]["well"]
    assert all(one in fields["strangers"]["said"] for one in strange)
    proved = (await terminal.type("proof", "--json")).said["exceptions"]
    assert {one["subject"] for one in proved if one["kind"] == "not in the directory"} == strange
    foreign = {one["subject"]: one["sentence"] for one in proved if one["kind"] == "foreign"}
    assert foreign.keys() == {"nothing", "odd"}
    assert "CourseSite, CoursePhase, CourseNeeds" in foreign["odd"]
    assert "limbo" not in foreign["odd"]
    for handle in handles:
        await handle.terminate()
    async with asyncio.timeout(WITHIN.total_seconds()):
        while (await terminal.type("list", "--json")).said[0]["course_id"] != course:
            pass
    after = {one["check"]: one["well"] for one in (await terminal.type("doctor", "--json")).said}
    assert after["strangers"]
    assert after["courses"]


async def test_a_course_without_a_worker_is_a_row(terminal: Terminal, course: str, opened: Application) -> None:
    """It stands under its site and protocol, and the row says that nobody has taken it up."""
    await terminal.sign_in("cole")
    patient = await opened.store.directory.add_patient("Still Waiting", date(1990, 1, 1), "")
    row = await opened.store.directory.begin_course(patient.patient_id, "depression", "northside", datetime.now(UTC))
    apart = replace(opened, settings=opened.settings.model_copy(update={"task_queue": "nobody-polls-here"}))
    people = await opened.store.staff.accounts()
    lee = next(one.actor() for one in people if one.account_id == "lee")
    courses = Courses(apart)
    await courses.enrol(row, courses.order(row, lee, lee, datetime.now(UTC), request_id="r-00000001"))
    rows = await listed(terminal, row.course_id, course)
    assert (rows[row.course_id]["name"], rows[row.course_id]["wrong"]) == (
        "Still Waiting",
        "no worker has taken it up yet",
    )
    await terminal.sign_in("lee")
    mine = (await terminal.type("list", "--site", "northside", "--protocol", "depression", "--mine")).out
    assert "no worker has taken it up yet" in mine
