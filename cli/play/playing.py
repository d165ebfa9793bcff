"""Plays scenarios: one, or many on one server at the same virtual instants."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.play.place import Place
from cli.play.player import Player
from cli.play.scenario import Scenario
from cli.play.stage import Stage
from cli.play.when import starts_at

MONTH = timedelta(days=28)
"""The clocks of all courses meet so often; more often, the fast ones would wait for the slow."""

AT_ONCE = 6
"""So many courses move at the same time: more would only make each of them wait longer for the worker."""

LOOK_EVERY_SECONDS = 1.0

Progress = Callable[[datetime, Sequence[Player]], None]
"""Told the virtual instant that every course has reached."""


async def play_many(
    here: Stage, scenarios: Sequence[Scenario], *, progress: Progress | None = None
) -> tuple[Player, ...]:
    """Live all scenarios side by side."""
    now = datetime.now(UTC)
    players = [_player(here, scenario, number, now) for number, scenario in enumerate(scenarios, start=1)]
    turns = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_in_turn(turns, player.begin()) for player in players))
    clock = min(player.start for player in players)
    watch = asyncio.create_task(_watch(players, progress or _nobody))
    try:
        while not all(player.over for player in players):
            clock += MONTH
            alive = [player for player in players if player.start <= clock and not player.over]
            lives = (player.play_to(min(clock, player.ends_at)) for player in alive)
            await asyncio.gather(*(_in_turn(turns, life) for life in lives))
    finally:
        watch.cancel()
    (progress or _nobody)(max(player.now for player in players), players)
    return tuple(players)


async def _in_turn(turns: asyncio.Semaphore, life: Coroutine[object, object, None]) -> None:
    async with turns:
        await life


async def _watch(players: Sequence[Player], progress: Progress) -> None:
    """Say every second how far the last of them has come."""
    while True:
        progress(min((player.now for player in players if not player.over), default=players[0].now), players)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def _nobody(at: datetime, players: Sequence[Player]) -> None:
    """Nobody wants to know."""


def _player(here: Stage, scenario: Scenario, number: int, now: datetime) -> Player:
    clinic = here.house.clinic
    site = clinic.sites[scenario.site or next(iter(clinic.sites))]
    start = starts_at(scenario.start, ZoneInfo(site.zone), now)
    return Player(Place(here, scenario, start, number), scenario, start)
