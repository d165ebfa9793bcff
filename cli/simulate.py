"""`simulate`: plays scenario files on a real server in virtual time, and prints what came of them."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

from cyclopts import Parameter

from adapters.clinic.files import load_clinic
from adapters.settings import SettingsError, load_settings
from adapters.store import StoreError
from adapters.temporal.server import ServerError
from cli.output import NO_SERVER
from course.library.loading import LoadError
from play.check import KnownNames, findings, load_scenario
from play.files import found, known, logged_in, play_files
from play.played import Played
from play.player import Player
from play.report import timeline
from play.results import as_json
from play.scenario.file import Scenario
from play.scenario.when import WhenError
from play.world.place import PlaceError

NOT_AS_EXPECTED, CANNOT_BE_PLAYED = 1, 2


def simulate(
    files: Annotated[
        list[Path], Parameter(help="Scenario files, or names of the clinic's own; several run side by side.")
    ],
    /,
    *,
    in_json: Annotated[bool, Parameter(name="--json", negative=(), help="Print everything as JSON.")] = False,
    texts: Annotated[bool, Parameter(negative=(), help="Print the words of every message.")] = False,
    keep: Annotated[Path | None, Parameter(help="Keep store, messages and server data in this new folder.")] = None,
    start: Annotated[str | None, Parameter(help="Begin then instead, such as `first Monday of June 09:00`.")] = None,
    until: Annotated[str | None, Parameter(help="Run that long instead, such as `90d`, or until `closed`.")] = None,
    clinic: Annotated[Path | None, Parameter(help="Another clinic folder, to see what a change to it does.")] = None,
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
            played = asyncio.run(
                play_files(scenarios, data, folder, keep=keep is not None, progress=ProgressLine(sys.stderr))
            )
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


TENTH = 10


class ProgressLine:
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


def _print(played: Sequence[Played], *, in_json: bool, texts: bool) -> None:
    if in_json:
        print(json.dumps([as_json(one) for one in played], indent=2))
        return
    for number, one in enumerate(played):
        print(("\n" if number else "") + timeline(one, texts=texts))
