"""Scenario files, played on stages of their own where they have to be, and what came of each."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.clinic.files import Clinic
from course.library.loading import Fault, LoadError
from play.check import KnownNames
from play.played import Played
from play.player import Player
from play.playing import Progress, play_many
from play.results import results
from play.scenario.file import Scenario
from play.world.stage import Stage, stage


async def play_files(
    scenarios: Sequence[Scenario],
    data: Path,
    clinic_folder: Path,
    *,
    keep: bool = False,
    progress: Progress | None = None,
    apart: bool = False,
    after: Callable[[Stage, Sequence[Player]], Awaitable[None]] | None = None,
    store_url: str = "",
) -> tuple[Played, ...]:
    """Play and gather the results, courses in the order of their files; `apart` gives the worker its own process.

    `after` may look around on each stage before it is taken down.
    A file that changes the clinic for everybody has a stage to itself.
    """
    alone = [[one] for one in scenarios if one.has_clinic_alone]
    stages = [[one for one in scenarios if not one.has_clinic_alone], *alone]
    told: dict[int, list[Played]] = {}
    for number, these in enumerate(one for one in stages if one):
        killable = apart or any(step.do == "kill_worker" for scenario in these for step in scenario.steps)
        chairs = any(one.real_chairs for one in these)
        folder = data / f"stage-{number + 1}" if number else data
        made = stage(folder, clinic_folder, killable=killable, keep=keep, real_chairs=chairs, store_url=store_url)
        async with made as here:
            players = await play_many(here, these, progress=progress)
            if after is not None:
                await after(here, players)
            for one in await results(players):
                told.setdefault(id(one.player.group.scenario), []).append(one)
    return tuple(one for scenario in scenarios for one in told[id(scenario)])


def known(clinic: Clinic) -> KnownNames:
    """The names that a scenario of this clinic may use."""
    return KnownNames(clinic.protocols, clinic.instruments, tuple(clinic.sites))


def found(path: Path, clinic_folder: Path) -> Path:
    """The file that is meant: as it stands, or one of the clinic's by its name alone. Raises LoadError."""
    shipped = clinic_folder / "scenarios" / f"{path.name.removesuffix('.toml')}.toml"
    if path.exists() or path.parent != Path() or shipped.exists():
        return path if path.exists() or path.parent != Path() else shipped
    names = ", ".join(sorted(one.stem for one in shipped.parent.glob("*.toml")))
    raise LoadError([Fault(path.name, 0, f"there is no such file that can be read; the clinic's are {names}")])


@contextmanager
def logged_in(folder: Path) -> Iterator[None]:
    """What libraries log goes to a file, not between the lines of the report."""
    handler = logging.FileHandler(folder / "simulate.log", delay=True)
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers[:] = [handler]
    try:
        yield
    finally:
        root.handlers[:] = before
        handler.close()
