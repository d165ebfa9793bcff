"""The server and the pure rules live the same life: the same acts at the same instants leave the same record."""

import json
import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from course.actions import Refused
from course.model.journal import prune
from course.model.record import CourseRecord
from course.model.terms import OccasionState, Role
from tests.support.life import Life
from tests.support.served import RefusedError, Served

TO_THE_MINUTE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(\.\d+)?")

Move = tuple[str, Role, dict[str, Any]]


def a_move(record: CourseRecord, now: datetime, dice: random.Random) -> Move:
    """Something that somebody might do now, sensible or not."""
    opened = record.open_sessions
    session = opened[0].id if opened else "s1"
    wall = record.zone.local(now).replace(hour=dice.randint(8, 17), minute=0, second=0, microsecond=0)
    ahead = record.zone.lenient(wall + timedelta(days=dice.randint(1, 6)))
    dose = {"session": session, "started_at": now, "minutes": 40, "mg": 35, "weight_kg": 70}
    moves: list[Move] = [
        ("schedule", Role.COORDINATOR, {"first": ahead, "reason": "as agreed"}),
        ("defer", Role.COORDINATOR, {"session": session, "to": ahead, "reason": "asked", "scope": "rest"}),
        ("session", Role.NURSE, dose),
        ("no_show", Role.COORDINATOR, {"session": session}),
        ("omit", Role.COORDINATOR, {"session": session, "code": "cost", "reason": "cost"}),
        ("measure", Role.NURSE, {"instrument": "phq9", "answers": [*(dice.randint(0, 3) for _ in range(8)), 0]}),
        ("acknowledge", Role.NURSE, {}),
        ("hold", Role.NURSE, {"cause": "patient", "reason": "a pause"}),
        ("release", Role.NURSE, {"reason": "well again"}),
        ("evaluate", Role.PRESCRIBER, {"decision": "maintenance", "reason": "response"}),
        ("booster", Role.PRESCRIBER, {"at": ahead, "early": True, "reason": "early"}),
        ("contact", Role.PATIENT, {"opt_out": dice.random() < 0.5}),
        ("note", Role.NURSE, {"text": "seen"}),
    ]
    return dice.choice(moves)


def compared(record: CourseRecord, now: datetime) -> dict[str, Any]:
    """A record without what only a server gives: run ids, staff names, channels; to the minute, for acts take time.

    The server has turned pages and the life has not: both are read as a page that turns now would carry them.
    """
    text = prune(record, now).model_dump(
        mode="json", exclude={"archive_due", "runs", "calendar", "messaging", "escalations"}
    )
    for name, mark in text.pop("occasions").items():
        if not name.startswith(("run-", "cal")):
            text[name] = (mark["state"], mark.get("about"), mark.get("reason", ""))
    text["entries"] = [(one["text"], one["by"]) for one in text["entries"] if "escalation" not in one["text"]]
    for key in ("applied", "entry_count", "sent_on", "opened_at", "phase_since"):
        text.pop(key, None)
    return json.loads(re.sub(TO_THE_MINUTE, r"\1", json.dumps(text)))  # type: ignore[no-any-return]


async def both(act: Callable[[], Any], pure: Callable[[], Any]) -> None:
    """Do it on both sides: both accept, or both refuse with the same sentence."""
    text = ""
    try:
        await act()
    except RefusedError as refused:
        text = str(refused)
    expected = ""
    try:
        pure()
    except Refused as refused:
        expected = str(refused)
    assert text == expected


@pytest.mark.parametrize("seed", range(4))
async def test_server_and_rules_agree(course: Served, seed: int) -> None:
    """Thirty random steps: after each one both records are the same."""
    dice = random.Random(seed)  # noqa: S311  a seed that can be told again
    await course.clear()
    record = await course.record()
    life = Life(record, await course.now())
    life.fate = lambda _: OccasionState.SENT
    for step in range(30):
        await course.wait(hours=dice.randint(1, 60))
        while any(mark.state == "in_flight" for mark in (await course.record()).occasions.values()):
            await course.wait(seconds=1)
        now = await course.now()
        life.go_to(now)
        served, lived = compared(await course.record(), now), compared(life.record, now)
        assert {key: value for key, value in served.items() if value != lived.get(key)} == {
            key: value for key, value in lived.items() if value != served.get(key)
        }, step
        action, role, fields = a_move(life.record, now, dice)
        fields = {**fields, "request_id": f"both-{step:04}", "made_at": now}
        await both(partial(course.do, action, role, **fields), partial(life.do, action, role, **fields))
