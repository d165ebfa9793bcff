"""The two pictures of pages with which README opens: taken here, of a clinic in which something waits."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect
from temporalio.testing import TimeSkipper

from course.model.terms import Role
from tests.support.paged import Clinic, faults
from tests.support.served import Served

KEPT = Path("docs/pictures")
TAKEN = Path("var/pictures")
MOST_BYTES = 150_000
NAMES = ("worklist.png", "course-page.png")
BETTER = ((2, 2, 2, 1, 2, 1, 2, 1, 0), (1, 2, 1, 1, 1, 1, 1, 1, 0), (1, 1, 1, 1, 1, 1, 1, 0, 0))


async def somebody(clinic: Clinic, skipper: TimeSkipper, name: str, born: date) -> Served:
    """A course of somebody with a name of their own, in induction."""
    course = await Served.begin(clinic.app, skipper)
    directory = clinic.app.store.directory
    row = await directory.course(course.handle.id)
    assert row is not None
    patient = await directory.patient(row.patient_id)
    assert patient is not None
    await directory.correct_patient(replace(patient, name=name, birth_date=born))
    await course.clear()
    await course.do("schedule", Role.COORDINATOR, first=await course.next_monday())
    return course


@pytest.mark.timeout(300)
async def test_readmes_pictures_can_be_taken_again(clinic: Clinic, skipper: TimeSkipper) -> None:
    """A worklist with something of every kind, and a course with its curve; both light enough for a first screen."""
    ayla = await somebody(clinic, skipper, "Ayla Demir", date(1984, 5, 4))
    for number in range(6):
        await ayla.give()
        if number % 2:
            await ayla.do("measure", Role.NURSE, instrument="phq9", answers=BETTER[number // 2])
    await ayla.wait(days=5)
    held = await somebody(clinic, skipper, "Jonah Okafor", date(1971, 2, 19))
    await held.give()
    await held.do("hold", Role.NURSE, cause="blood_pressure", reason="182/110 twice")
    worried = await somebody(clinic, skipper, "Nora Vance", date(1990, 11, 8))
    await worried.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 2))
    await somebody(clinic, skipper, "Rui Chen", date(1968, 7, 30))
    clinic.ahead = await ayla.now() - datetime.now(UTC)
    page = await clinic.as_("lee", 1180, 640)
    await page.goto("/?tab=clinic")
    await expect(page.get_by_role("link", name="Nora Vance", exact=True)).to_be_visible()
    await page.evaluate(
        "document.querySelectorAll('[data-row]').forEach(one => "
        "{ if (!/Demir|Okafor|Vance|Chen/.test(one.textContent)) one.remove() })"
    )
    await page.screenshot(path=TAKEN / "worklist.png")
    await page.goto(f"/courses/{ayla.handle.id}")
    await expect(page.locator(".name")).to_have_text("Ayla Demir")
    await page.screenshot(path=TAKEN / "course-page.png", clip={"x": 0, "y": 0, "width": 1180, "height": 760})
    assert await faults(page) == []
    assert [name for name in NAMES if (TAKEN / name).stat().st_size > MOST_BYTES or not (KEPT / name).exists()] == []
