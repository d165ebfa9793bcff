"""Plays scenarios: one, or many on one server, each on a clock of its own."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from play.group import Group
from play.player import Player
from play.scenario.file import Scenario, lives
from play.scenario.when import starts_at
from play.world.place import Place
from play.world.stage import Stage

AT_ONCE = 6
"""So many courses move at the same time: more would only make each of them wait longer for the worker."""

LOOK_EVERY_SECONDS = 1.0

Progress = Callable[[Sequence[Player]], None]
"""Told now and then how far the players have come."""


async def play_many(
    here: Stage, scenarios: Sequence[Scenario], *, progress: Progress | None = None
) -> tuple[Player, ...]:
    """Live all scenarios side by side; the courses of one file in order of time."""
    groups = _groups(here, scenarios, datetime.now(UTC))
    players = [player for group in groups for player in group.players]
    turns = asyncio.Semaphore(AT_ONCE)
    watch = asyncio.create_task(_watch(players, progress or _nobody))
    try:
        await asyncio.gather(*(_live(turns, group) for group in groups))
    finally:
        watch.cancel()
    (progress or _nobody)(players)
    return tuple(players)


async def _live(turns: asyncio.Semaphore, group: Group) -> None:
    async with turns:
        await group.live()


async def _watch(players: Sequence[Player], progress: Progress) -> None:
    """Say every second how far they have come."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        progress(players)


def _nobody(players: Sequence[Player]) -> None:
    """Nobody wants to know."""


def _groups(here: Stage, scenarios: Sequence[Scenario], now: datetime) -> list[Group]:
    """A group a file, its courses in the order in which the file tells of them."""
    clinic, groups, number = here.app.clinic, [], 0
    for scenario in scenarios:
        site = clinic.sites[scenario.site or next(iter(clinic.sites))]
        start = starts_at(scenario.start, ZoneInfo(site.zone), now)
        group = Group(scenario)
        for after, own, same_patient in lives(scenario):
            number += 1
            beside = group.players[0].place if same_patient else None
            place = Place(here, own, start + after, number, beside)
            group.players.append(Player(place, own, start + after, group))
        groups.append(group)
    return groups
