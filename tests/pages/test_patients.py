"""A patient answers a questionnaire on a telephone, behind the link of a letter."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect
from temporalio.testing import TimeSkipper

from course.model.terms import Role
from tests.support.paged import Clinic, faults
from tests.support.served import Served

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/q/[A-Za-z0-9_-]{22})")
PHONE = (360, 740)


async def linked(clinic: Clinic, skipper: TimeSkipper, language: str = "en") -> tuple[Served, str]:
    """A course whose patient was sent a link, and the path of the link."""
    course = await Served.begin(clinic.app, skipper)
    if language != "en":
        await course.do("contact", Role.COORDINATOR, language=language)
    await course.wait(days=3)
    for letter in reversed(course.mailbox()):
        found = LINK.search(letter.get_content())
        if found is not None:
            clinic.ahead = await course.now() - datetime.now(UTC)
            return course, found[1]
    raise AssertionError([letter["Subject"] for letter in course.mailbox()])


async def answer_all(page: Page, answers: str, following: str = "Next") -> None:
    """One answer a screen."""
    for value in answers:
        await page.locator(f"input[value='{value}']").check()
        await page.get_by_role("button", name=following).click()


@pytest.mark.timeout(240)
async def test_a_patient_answers_in_spanish_and_item_nine_is_told_at_once(clinic: Clinic, skipper: TimeSkipper) -> None:
    """Half is kept when the page is left; what was sent is the record's; the one on call and the patient are told."""
    course, path = await linked(clinic, skipper, "es")
    before = await course.record()
    page = await clinic.page(*PHONE)
    await page.goto(path)
    assert (await course.record()).entry_count == before.entry_count
    assert await faults(page) == []
    await page.get_by_role("link", name="Empezar").click()
    assert await faults(page) == []
    await page.get_by_role("button", name="Siguiente").click()
    await expect(page.get_by_role("alert")).to_contain_text("Elija una respuesta")
    await answer_all(page, "1232", "Siguiente")
    other = await clinic.page(*PHONE)
    await other.goto(path)
    await other.get_by_role("link", name="Seguir").click()
    await expect(other.get_by_text("Pregunta 5 de 9")).to_be_visible()
    await answer_all(other, "11112", "Siguiente")
    await expect(other.get_by_role("heading", name="¿Son estas sus respuestas?")).to_be_visible()
    assert await faults(other) == []
    assert not (await course.record()).scores
    await other.get_by_role("button", name="Enviar").click()
    await expect(other.get_by_role("alert")).to_contain_text("988")
    assert await faults(other) == []
    record = await course.record()
    assert record.scores[-1].answers == "123211112"
    assert "the patient" in {one.by for one in record.entries[-3:]}
    assert record.open_escalation is not None
    await course.wait(minutes=2)
    assert any("lee@clinic.example" in str(one["To"]) for one in course.mailbox())
    await page.goto(path)
    await expect(page.get_by_role("status")).to_contain_text("ya se enviaron")


async def test_a_link_that_is_none_of_ours_or_too_old_is_told_kindly(clinic: Clinic, skipper: TimeSkipper) -> None:
    """Neither says anything about anybody; the address of the page is all that whoever tries gets."""
    _, path = await linked(clinic, skipper)
    page = await clinic.page(*PHONE)
    forged = await page.goto("/q/AAAAAAAAAAAAAAAAAAAAAA")
    assert forged is not None
    assert forged.status == 404
    await expect(page.get_by_role("status")).to_contain_text("does not open anything")
    clinic.ahead += timedelta(days=15)
    await page.goto(path)
    await expect(page.get_by_role("status")).to_contain_text("does not open anything")
    assert await faults(page) == []
