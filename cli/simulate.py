"""`simulate`: plays scenario files on a real server in virtual time, and prints what came of them."""

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

from cyclopts import Parameter

from adapters.clinic.files import Clinic, load_clinic
from adapters.settings import SettingsError, load_settings
from adapters.store import StoreError
from adapters.temporal.server import ServerError
from cli.output import NO_SERVER
from course.library.loading import Fault, LoadError
from play.player import Player
from play.playing import play_many
from play.report import timeline
from play.results import Played, as_json, results
from play.scenario.check import KnownNames, findings, load_scenario
from play.scenario.file import Scenario
from play.scenario.when import WhenError
from play.world.place import PlaceError
from play.world.stage import Stage, stage

NOT_AS_EXPECTED, CANNOT_BE_PLAYED = 1, 2


def simulate(
    files: Annotated[
        list[Path], Parameter(help="Scenario files, or names of the clinic's; several live side by side.")
    ],
    /,
    *,
    in_json: Annotated[bool, Parameter(name="--json", negative=(), help="Print everything as JSON.")] = False,
    texts: Annotated[bool, Parameter(negative=(), help="Print the words of every message.")] = False,
    keep: Annotated[Path | None, Parameter(help="Keep store, messages and server data in this new folder.")] = None,
    start: Annotated[str | None, Parameter(help="Begin then instead, such as `first Monday of June 09:00`.")] = None,
    until: Annotated[str | None, Parameter(help="Live that long instead, such as `90d`, or until `closed`.")] = None,
    clinic: Annotated[Path | None, Parameter(help="Another clinic folder, to see what a change of it does.")] = None,
) -> int:
    """Play scenarios: months of a course in seconds, on the real server; nothing is left running.

    Example: starter.py simulate moved-visit --texts
    """
    try:
        folder = clinic or load_settings().clinic_folder
        shown = load_clinic(folder)
        changes = {name: value for name, value in (("start", start), ("until", until)) if value is not None}
        scenarios = [
            _changed(load_scenario(found(path, folder), known(shown)), changes, known(shown)) for path in files
        ]
        with _folder(keep) as data, logged_in(data):
            played = asyncio.run(play_files(scenarios, data, folder, keep=keep is not None))
    except (ServerError, StoreError) as error:
        print(error, file=sys.stderr)
        return NO_SERVER
    except (LoadError, WhenError, PlaceError, SettingsError) as error:
        print(error, file=sys.stderr)
        return CANNOT_BE_PLAYED
    try:
        _print(played, in_json=in_json, texts=texts)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NOT_AS_EXPECTED if any(one.player.surprises for one in played) else 0


async def play_files(
    scenarios: Sequence[Scenario],
    data: Path,
    clinic_folder: Path,
    *,
    keep: bool = False,
    progress: bool = True,
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
            players = await play_many(here, these, progress=Progress(sys.stderr) if progress else None)
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


TENTH = 10


class Progress:
    """One line that says how far everybody has come; on a file, a line for every tenth of the way."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.live, self.tenth = out, out.isatty(), 0

    def __call__(self, players: Sequence[Player]) -> None:
        """Show how many days are lived, and what became of them."""
        begun = [player for player in players if player.begun]
        over = sum(1 for player in begun if player.over)
        given = sum(len(player.record.valid_doses) for player in begun)
        lived = sum((player.now - player.start).days for player in begun)
        done = int(100 * sum(player.part_lived for player in begun) / len(players))
        text = f"{done} %: {lived} days lived, {given} sessions given, {over} of {len(players)} scenarios over"
        if self.live:
            end = "\n" if over == len(players) else ""
            print(f"\r\033[K{text}", end=end, file=self.out, flush=True)
        elif done // TENTH > self.tenth:
            self.tenth = done // TENTH
            print(text, file=self.out, flush=True)


def _changed(scenario: Scenario, changes: dict[str, str], names: KnownNames) -> Scenario:
    """The scenario with what the command line changes. Raises WhenError."""
    changed = scenario.model_copy(update=changes)
    for path, sentence in findings(changed, names):
        raise WhenError(f"--{path[0]}: {sentence}")
    return changed


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="simulate-") as made:
            yield Path(made)
        return
    if keep.exists() and any(keep.iterdir()):
        raise PlaceError(f"{keep} is not empty: name a new folder, so that nothing of before is mixed in")
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield keep


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


def _print(played: Sequence[Played], *, in_json: bool, texts: bool) -> None:
    if in_json:
        print(json.dumps([as_json(one) for one in played], indent=2))
        return
    for number, one in enumerate(played):
        print(("\n" if number else "") + timeline(one, texts=texts))
