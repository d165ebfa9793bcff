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
    players = _players(here, scenarios, datetime.now(UTC))
    groups = list({id(one.group): one.group for one in players}.values())
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


def _players(here: Stage, scenarios: Sequence[Scenario], now: datetime) -> list[Player]:
    """The courses of all files, in the order in which each file tells of them; those of one file share a group."""
    clinic, found = here.app.clinic, list[Player]()
    for scenario in scenarios:
        site = clinic.sites[scenario.site or next(iter(clinic.sites))]
        start = starts_at(scenario.start, ZoneInfo(site.zone), now)
        group = Group(scenario)
        for after, own, same_patient in lives(scenario):
            beside = group.players[0].place if same_patient else None
            place = Place(here, own, start + after, len(found) + 1, beside)
            found.append(Player(place, own, start + after, group))
            group.players.append(found[-1])
    return found
