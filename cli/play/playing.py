"""Plays scenarios: one, or many on one server, each on a clock of its own."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cli.play.place import Place
from cli.play.player import Player
from cli.play.scenario import Scenario
from cli.play.stage import Stage
from cli.play.when import starts_at

AT_ONCE = 6
"""So many courses move at the same time: more would only make each of them wait longer for the worker."""

LOOK_EVERY_SECONDS = 1.0

Progress = Callable[[Sequence[Player]], None]
"""Told now and then how far the players have come."""


async def play_many(
    here: Stage, scenarios: Sequence[Scenario], *, progress: Progress | None = None
) -> tuple[Player, ...]:
    """Live all scenarios side by side."""
    now = datetime.now(UTC)
    players = [_player(here, scenario, number, now) for number, scenario in enumerate(scenarios, start=1)]
    turns = asyncio.Semaphore(AT_ONCE)
    watch = asyncio.create_task(_watch(players, progress or _nobody))
    try:
        await asyncio.gather(*(_live(turns, player) for player in players))
    finally:
        watch.cancel()
    (progress or _nobody)(players)
    return tuple(players)


async def _live(turns: asyncio.Semaphore, player: Player) -> None:
    """One life from its start to its end; a life that ends by closing has that end only once it has closed."""
    async with turns:
        await player.begin()
        while not player.over:
            await player.play_to(player.ends_at)


async def _watch(players: Sequence[Player], progress: Progress) -> None:
    """Say every second how far they have come."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        progress(players)


def _nobody(players: Sequence[Player]) -> None:
    """Nobody wants to know."""


def _player(here: Stage, scenario: Scenario, number: int, now: datetime) -> Player:
    clinic = here.house.clinic
    site = clinic.sites[scenario.site or next(iter(clinic.sites))]
    start = starts_at(scenario.start, ZoneInfo(site.zone), now)
    return Player(Place(here, scenario, start, number), scenario, start)
