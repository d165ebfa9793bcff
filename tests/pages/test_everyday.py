"""What staff do on pages every day, in a real browser, over a real course."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from temporalio.testing import TimeSkipper

from course.model.terms import Action, Role
from tests.support.paged import PASSPHRASE, Clinic, faults
from tests.support.served import NAME, Served

PATHS = ("/", "/?tab=clinic", "/?tab=done", "/roster", "/day", "/enrol", "/on-call", "/staff", "/drugs", "/nowhere")
OF_COURSE = ("", "/intake", "/escalation", "/story", "/acts/defer", "/acts/evaluate")
SIZES = ((1280, 800, "light"), (1280, 800, "dark"), (320, 640, "light"))


async def begun(clinic: Clinic, skipper: TimeSkipper) -> Served:
    """A course in induction; the pages' clock is the course's."""
    course = await Served.begin(clinic.app, skipper)
    await course.clear()
    first = await course.next_monday()
    await course.do("schedule", first=first)
    clinic.ahead = await course.now() - datetime.now(UTC)
    return course


async def test_a_wrong_passphrase_is_one_sentence_and_no_way_in(clinic: Clinic) -> None:
    """The sign-in page says what to do, says nothing about which was wrong, and leads nowhere else."""
    page = await clinic.page()
    await page.goto("/roster")
    await expect(page).to_have_url(re.compile("/sign-in"))
    await page.get_by_label("Account").fill("lee")
    await page.get_by_label("Passphrase").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("Account or passphrase is wrong: type both again.")
    assert PASSPHRASE not in await page.content()
    assert await faults(page) == []


async def test_a_page_that_nobody_uses_signs_out(clinic: Clinic) -> None:
    """Half an hour without anybody, whatever the page asks for by itself; and twelve hours for whoever goes on."""
    page = await clinic.as_("ortiz")
    for _ in range(2):
        clinic.ahead += timedelta(minutes=29)
        await page.goto("/roster")
        await expect(page).to_have_url(re.compile("/roster$"))
    clinic.ahead += timedelta(minutes=20)
    by_itself = """() => fetch("/", {headers: {"ST-By-Itself": "1", "HX-Request": "true"}}).then(
        answer => `${answer.status} ${answer.headers.get("HX-Refresh")}`)"""
    assert await page.evaluate(by_itself) == "200 null"
    clinic.ahead += timedelta(minutes=20)
    assert await page.evaluate(by_itself) == "200 true"
    await page.goto("/roster")
    await expect(page).to_have_url(re.compile("/sign-in"))
    page = await clinic.as_("ortiz")
    for _ in range(23):
        clinic.ahead += timedelta(minutes=29)
        await page.goto("/roster")
        await expect(page).to_have_url(re.compile("/roster$"))
    clinic.ahead += timedelta(minutes=25)
    await page.goto("/roster")
    clinic.ahead += timedelta(minutes=29)
    await page.goto("/roster")
    await expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.timeout(240)
async def test_a_hold_is_placed_seen_and_released_from_pages(clinic: Clinic, skipper: TimeSkipper) -> None:
    """A nurse holds a course; the record, the worklist and the course's page say so; a refusal keeps what was typed."""
    course = await begun(clinic, skipper)
    page = await clinic.as_("ortiz")
    await page.goto(f"/courses/{course.handle.id}")
    await expect(page.locator(".name")).to_have_text(NAME)
    await page.get_by_text("More").click()
    await page.get_by_role("link", name="Hold", exact=True).click()
    await page.get_by_label("Cause").select_option("patient")
    await page.get_by_label("Review it").fill("+30d 09:00")
    await page.get_by_label("Reason").fill("asks for a pause")
    await page.get_by_role("button", name="Hold").click()
    await expect(page.get_by_role("alert")).to_contain_text("within 7 days")
    await expect(page.get_by_label("Reason")).to_have_value("asks for a pause")
    await page.get_by_label("Review it").fill("+3d 09:00")
    await page.get_by_role("button", name="Hold").click()
    await expect(page.locator(".identity").get_by_text("held: patient")).to_be_visible()
    record = await course.record()
    assert record.held is not None
    assert record.entries[-1].by == "Sam Ortiz, RN"
    await page.goto("/?tab=holds")
    await expect(page.get_by_role("link", name=NAME, exact=True)).to_be_visible()


async def test_a_move_is_looked_at_before_it_is_made(clinic: Clinic, skipper: TimeSkipper) -> None:
    """What-if says what would come and not come, and changes nothing; then the same form does it, once."""
    course = await begun(clinic, skipper)
    page = await clinic.as_("cole")
    before = await course.record()
    await page.goto(f"/courses/{course.handle.id}/acts/defer?session={before.open_sessions[0].id}")
    await page.get_by_label("To", exact=False).first.fill("+16d 10:00")
    await page.get_by_label("Move").select_option("rest")
    await page.get_by_label("Why").select_option("illness")
    await page.get_by_label("Reason").fill("a cold")
    await page.get_by_role("button", name="What would it do?").click()
    ahead = page.get_by_role("status")
    await expect(ahead).to_contain_text("Nothing has been done yet")
    await expect(ahead).to_contain_text("no more")
    assert (await course.record()).entry_count == before.entry_count
    await page.get_by_role("button", name="Move").dblclick()
    await expect(page).to_have_url(re.compile(r"/courses/[^/]+\?done="))
    after = await course.record()
    assert [one.action for one in after.entries].count(Action.DEFER) == 1
    assert after.open_sessions[0].start != before.open_sessions[0].start


@pytest.mark.timeout(240)
async def test_of_two_people_on_one_course_the_second_is_told(clinic: Clinic, skipper: TimeSkipper) -> None:
    """What a colleague did meanwhile stands on the form, nothing is done, and what was typed goes at the next press."""
    course = await begun(clinic, skipper)
    nurse, desk = await clinic.as_("ortiz"), await clinic.as_("cole", java_script_enabled=False)
    visit = (await course.record()).open_sessions[0]

    async def start() -> datetime:
        return next(one.start for one in (await course.record()).sessions if one.id == visit.id)

    for page in (nurse, desk):
        await page.goto(f"/courses/{course.handle.id}/acts/defer?session={visit.id}")
        await page.get_by_label("To", exact=False).first.fill("+8d 10:00" if page is nurse else "+9d 10:00")
        await page.get_by_label("Move").select_option("rest")
        await page.get_by_label("Why").select_option("illness")
        await page.get_by_label("Reason").fill("a cold")
    await nurse.get_by_role("button", name="Move").click()
    await expect(nurse).to_have_url(re.compile(r"\?done="))
    moved = await start()
    await desk.get_by_role("button", name="Move").click()
    told = desk.get_by_role("alert")
    await expect(told).to_contain_text("since you opened this page (Sam Ortiz, RN: session s1 and 5 after it moved to")
    await expect(told).to_contain_text("Nothing of yours has been done")
    assert await start() == moved
    await expect(desk.get_by_label("To", exact=False).first).to_have_value("+9d 10:00")
    await desk.get_by_role("button", name="Move").click()
    await expect(desk).to_have_url(re.compile(r"\?done="))
    assert await start() > moved
    assert await faults(nurse) == []


async def test_an_escalation_is_taken_on_and_closed_from_pages(clinic: Clinic, skipper: TimeSkipper) -> None:
    """Why, who was told, whom to call; the prescriber takes it on and closes it with a disposition."""
    course = await begun(clinic, skipper)
    await course.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 2))
    page = await clinic.as_("lee")
    await page.goto("/?tab=safety")
    await page.get_by_role("link", name=f"See to it for {NAME}").click()
    await expect(page.get_by_text("nobody yet")).to_be_visible()
    assert await faults(page) == []
    await page.get_by_role("link", name="Acknowledge").click()
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.get_by_role("status")).to_contain_text("Done:")
    await page.goto(f"/courses/{course.handle.id}/escalation")
    await expect(page.get_by_text("Dr Lee").last).to_be_visible()
    await page.get_by_role("link", name="Close it with its disposition").click()
    await page.get_by_label("Reason").fill("seen today, safe, plan signed")
    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_role("status")).to_contain_text("Done:")
    assert (await course.record()).open_escalation is None


async def test_each_role_finds_its_rooms_and_no_other_lets_it_in(clinic: Clinic) -> None:
    """Who may not read a room is told so in one sentence, with the right status; auditors read the log as JSON too."""
    for account, path in (("cole", "/drugs"), ("ortiz", "/access"), ("ops", "/day")):
        page = await clinic.as_(account)
        assert f'"{path}"' not in await page.locator(".top nav").inner_html()
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 403
        await expect(page.get_by_role("alert")).to_contain_text("may not")
    auditor = await clinic.as_("adler")
    twin = await auditor.goto("/access.json")
    assert twin is not None
    assert (twin.status, (await twin.json())["title"]) == (200, "Access log")


async def test_a_patient_is_enrolled_and_the_intake_answered(clinic: Clinic) -> None:
    """A consent without an address is refused with what was typed kept; then the course begins, gates in one go."""
    page = await clinic.as_("ortiz")
    await page.goto("/enrol")
    await page.locator("[name=name]").fill("Ayla <b>Demir</b>")
    await page.get_by_label("Date of birth").fill("1984-05-04")
    await page.get_by_label("Protocol").select_option("depression")
    await page.get_by_label("agrees to letters by e-mail").check()
    await page.get_by_role("button", name="Enrol").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.locator("[name=name]")).to_have_value("Ayla <b>Demir</b>")
    await page.get_by_label("E-mail", exact=True).fill("ayla@patient.example")
    await page.get_by_role("button", name="Enrol").click()
    await expect(page.get_by_role("heading", name="Intake")).to_be_visible()
    course = page.url.split("/")[-2]
    for gate in ("heart", "aneurysm"):
        await page.locator(f"input[value={gate}]").check()
    await page.get_by_label("Answer what is ticked").select_option("no")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("tr", has_text="heart,")).to_contain_text("no")
    await page.goto(f"/courses/{course}")
    await expect(page.locator(".name")).to_have_text("Ayla <b>Demir</b>")
    assert "Ayla" not in page.url


async def test_every_page_can_be_read_by_everybody(clinic: Clinic, skipper: TimeSkipper) -> None:
    """Axe at WCAG 2.2 AA finds nothing, light or dark, and nothing is wider than 320 px."""
    course = await begun(clinic, skipper)
    of_course = f"/courses/{course.handle.id}"
    for width, height, scheme in SIZES:
        page = await clinic.as_("lee", width, height, color_scheme=scheme)
        for path in (*PATHS, *(f"{of_course}{one}" for one in OF_COURSE)):
            await page.goto(path)
            assert await faults(page) == [], (path, width, scheme)
