"""`python -m tests.replay.record`: records today's histories, fingerprints and stored states for the replay tests."""

import asyncio
import gzip
import json
import shutil
import sys
import tempfile
from pathlib import Path

from adapters.clinic.files import load_clinic
from audit.histories import histories_of
from play.check import load_scenario
from play.files import known, logged_in
from play.playing import play_many
from play.world.stage import stage
from tests.replay import fingerprint
from tests.replay.ring import RING
from tests.support import stories
from tests.support.records import CLINIC_FOLDER

HERE = Path(__file__).parent
RELEASE = "0.1.0"
PLAYED = (
    "straightforward-depression",
    "moved-visit",
    "hold-and-release",
    "item-nine-on-saturday",
    "no-show-and-rebook",
    "discharge-after-cancellation",
    "crps-daily",
)
STATES = ("enrolled", "scheduled", "maintained")


async def record(folder: Path, into: Path) -> None:
    """Play the scenarios side by side and keep every run's history."""
    names = known(load_clinic(CLINIC_FOLDER))
    scenarios = [load_scenario(CLINIC_FOLDER / "scenarios" / f"{name}.toml", names) for name in PLAYED]
    async with stage(folder, CLINIC_FOLDER) as here:
        for name, player in zip(PLAYED, await play_many(here, scenarios), strict=True):
            for run, history in enumerate(await histories_of(here.app, player.place.course_id), start=1):
                (into / f"{name}-{run}.json.gz").write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


def main() -> None:
    """Replace what this release has recorded; what earlier releases recorded stays."""
    into = HERE / "histories" / RELEASE
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as made, logged_in(Path(made)):
        RING.save(Path(made) / "keys.json")
        asyncio.run(record(Path(made), into))
    for name in STATES:
        life = getattr(stories, name)()
        stored = json.loads(life.record.model_dump_json())
        (HERE / "states" / f"{RELEASE}-{name}.json").write_text(json.dumps(stored, indent=1) + "\n")
    fingerprint.commit()


def refuse_released() -> None:
    """Leave the histories of a release as they are: the changelog's heading says that it went out."""
    changelog = (HERE.parents[1] / "CHANGELOG.md").read_text()
    if f"## {RELEASE}" in changelog or f"## [{RELEASE}]" in changelog:
        sys.exit(f"{RELEASE} is released, and its histories stay: raise RELEASE in tests/replay/record.py first.")


if __name__ == "__main__":
    refuse_released()
    main()
