"""Plays scenarios: one, or many on one server at the same virtual instants."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.play.place import Place
from cli.play.player import Player
from cli.play.scenario import Scenario
from cli.play.stage import Stage
from cli.play.when import starts_at

SLICE = timedelta(days=7)

Progress = Callable[[datetime, Sequence[Player]], None]
"""Told the virtual instant that every course has reached."""


async def play_many(
    here: Stage, scenarios: Sequence[Scenario], *, progress: Progress | None = None, together: bool = False
) -> tuple[Player, ...]:
    """Live all scenarios side by side.

    With `together` all courses live on, under the default staff, until the last one's scenario is over, and all
    clocks stand at the same instant at the end of each week and at the last one.
    """
    now = datetime.now(UTC)
    players = [_player(here, scenario, number, now) for number, scenario in enumerate(scenarios, start=1)]
    await asyncio.gather(*(player.begin() for player in players))
    clock = min(player.start for player in players)
    while not all(player.over for player in players):
        clock += SLICE
        alive = [player for player in players if player.start <= clock and (together or not player.over)]
        await asyncio.gather(*(player.play_to(_until(player, clock, together=together)) for player in alive))
        if progress is not None:
            progress(clock, players)
    return tuple(players)


def _until(player: Player, clock: datetime, *, together: bool) -> datetime:
    return clock if together else min(clock, player.ends_at)


def _player(here: Stage, scenario: Scenario, number: int, now: datetime) -> Player:
    clinic = here.house.clinic
    site = clinic.sites[scenario.site or next(iter(clinic.sites))]
    start = starts_at(scenario.start, ZoneInfo(site.zone), now)
    return Player(Place(here, scenario, start, number), scenario, start)
