"""Shipped scenarios, played side by side on one server, and what a test reads of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from adapters.clinic.files import load_clinic
from course.model.record import CourseRecord
from course.model.terms import SessionStatus
from play.check import load_scenario
from play.files import known, play_files
from play.played import Played
from play.scenario.file import Scenario
from tests.support.records import CLINIC_FOLDER

TREATMENT = {
    "straightforward-depression": "46d",
    "no-show-and-rebook": "19d",
    "moved-visit": "15d",
    "relapse-and-early-booster": "57d",
    "relapse-after-booster-two": "107d",
    "move-across-zones": "44d",
    "anxiety-and-a-taper": "38d",
    "fibromyalgia-moved": "26d",
    "crps-daily": "12d",
    "resistant-depression-lead-in": "31d",
    "stop-messages-but-go-on": "10d6h",
    "as-needed-boosters": "91d",
    "discharge-after-cancellation": "closed",
    "ptsd": "31d",
    "no-show-then-lapse": "closed",
    "transfer-to-another-clinic": "closed",
    "skipping-for-cost": "31d",
}
"""Scenarios of treatment and messages, and how long they are lived in tests."""

SAFETY = {
    "high-blood-pressure": "12d",
    "hold-and-release": "24d",
    "five-weeks-on-hold": "46d",
    "item-nine-on-saturday": "13d6h",
    "item-nine-owner-on-leave": "15d",
    "stopped-and-written-late": "26d",
    "bipolar-ymrs-14": "25d",
    "pregnancy-mid-series": "closed",
    "wrong-dose-corrected": "12d",
    "death-after-discharge": "55d",
    "wrong-chart-voided": "26d",
    "crps-rising-enzymes": "30d",
}
"""Scenarios of safety and corrections, and how long."""

TOGETHER = {
    "vial-shared-and-spilt": "9d",
    "two-of-one-name": "9d",
    "two-courses-of-one-patient": "12d",
    "prescriber-leaves-with-three-alerts": "9d",
    "storm-over-forty-patients": "4d6h",
}
"""Scenarios of several courses, and how long."""

APART = "killed-worker-and-mail-down"
"""The scenario that needs a stage of its own."""

SIX_INFUSIONS = [
    "01 Mar forms+measure",
    "02 Mar visit_72h",
    "04 Mar visit_24h+visit_2h",
    "05 Mar visit_72h",
    "06 Mar checkin",
    "07 Mar measure+visit_24h+visit_2h+visit_72h",
    "09 Mar checkin+visit_24h+visit_2h+visit_72h",
    "11 Mar checkin+visit_24h+visit_2h",
    "12 Mar visit_72h",
    "13 Mar checkin",
    "14 Mar measure+visit_24h+visit_2h+visit_72h",
    "16 Mar checkin+visit_24h+visit_2h",
    "18 Mar checkin",
    "21 Mar measure",
]
"""What everybody receives who starts on the first Monday of March and misses nothing: one letter a day at most."""

STARTS = {
    "first Monday of March 09:00": "2032-03-01 09:00",
    "first Monday of June 09:00": "2032-06-07 09:00",
}
"""Days by which assertions can name dates; a server's clock runs forward only, so they lie years ahead."""

MOST_COPIES = 13
"""Of many patients who are all alike so many are enough: more than a morning has chairs for."""

KNOWN = known(load_clinic(CLINIC_FOLDER))


def shipped(name: str, until: str) -> Scenario:
    """A scenario of the repository with a shorter horizon, at a start that stays the same."""
    found = load_scenario(CLINIC_FOLDER / "scenarios" / f"{name}.toml", KNOWN)
    others = tuple(one.model_copy(update={"copies": min(one.copies, MOST_COPIES)}) for one in found.others)
    return found.model_copy(update={"until": until, "start": STARTS[found.start], "others": others})


async def lives_of(horizons: Mapping[str, str], made: pytest.TempPathFactory) -> Mapping[str, Played]:
    """All of them side by side on one server."""
    return {name: first for name, (first, *_) in (await groups_of(horizons, made)).items()}


async def groups_of(horizons: Mapping[str, str], made: pytest.TempPathFactory) -> dict[str, list[Played]]:
    """All courses of each of them, in the order of the file."""
    scenarios = [shipped(name, until) for name, until in horizons.items()]
    names = {id(scenario): name for name, scenario in zip(horizons, scenarios, strict=True)}
    found: dict[str, list[Played]] = {}
    for one in await play_files(scenarios, made.mktemp("scenarios"), CLINIC_FOLDER):
        found.setdefault(names[id(one.player.group.scenario)], []).append(one)
    return found


def letters(played: Played) -> list[str]:
    """The day and the kinds of each letter to the patient."""
    zone = played.player.record.zone
    return [f"{zone.local(one.as_of):%d %b} {'+'.join(sorted(one.kinds))}" for one in played.to_patient]


def statuses(record: CourseRecord) -> list[SessionStatus]:
    """What became of each visit that the record still carries."""
    return [one.status for one in sorted(record.sessions, key=lambda one: one.ordinal)]


def said(played: Played) -> str:
    """All entries, a line each."""
    return "\n".join(entry.text for _, entry in sorted(played.player.observed.entries.items()))


def date_of(day: str) -> datetime:
    """A day as `letters` writes it."""
    return datetime.strptime(f"{day} 2028", "%d %b %Y").replace(tzinfo=UTC)
