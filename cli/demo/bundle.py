"""What the demo shows of evidence: one course exported, verified by its own verifier, and found out when changed."""

import asyncio
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.identity.signers import Signers
from adapters.tlog.folder import LogFolder
from audit.notary import Notary
from course.model.terms import Role
from play.player import Player
from play.world.stage import Stage
from services.courses import Courses
from services.exporting import export_course
from services.session import StaffSession


@dataclass(frozen=True)
class Evidence:
    """The bundle, what its verifier says of it, and what it says once one byte is another."""

    bundle: Path
    verdict: str
    changed: str

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each."""
        return (
            f"evidence   {self.bundle}",
            f"  its own verify.py: {self.verdict}",
            f"  the same with one byte changed: {self.changed}",
        )


async def evidence(here: Stage, players: Sequence[Player], folder: Path) -> Evidence:
    """Have the notary vouch for the log, an auditor export the first course, and its verifier check it twice."""
    app, settings = here.app, here.app.settings
    await Notary(app.store, settings.log_name, settings.notary_key_file, LogFolder(settings.notary_folder)).vouch()
    auditor = next(one for one in await app.store.staff.accounts() if one.role is Role.AUDITOR)
    at = StaffSession(app, auditor, Courses(app, Signers.of(here.keys)), max(one.now for one in players))
    made = await export_course(at, players[0].place.course_id, folder / "bundle", "a demonstration")
    verifier, changed = folder / "bundle" / "verify.py", folder / "bundle" / "changed.zip"
    await asyncio.to_thread(_take_apart, made.path, verifier, changed)
    right, wrong = await asyncio.gather(_verified(verifier, made.path), _verified(verifier, changed))
    return Evidence(made.path, right[-1], wrong[0])


async def _verified(verifier: Path, bundle: Path) -> list[str]:
    """What the bundle's own verifier prints, in a process that knows nothing of this program."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(verifier), str(bundle), stdout=asyncio.subprocess.PIPE, cwd=verifier.parent
    )
    said, _ = await process.communicate()
    return said.decode().splitlines()


def _take_apart(bundle: Path, verifier: Path, changed: Path) -> None:
    """The verifier out of the bundle, and a copy of the bundle in which one byte of a history is another."""
    with zipfile.ZipFile(bundle) as whole, zipfile.ZipFile(changed, "w") as other:
        verifier.write_bytes(whole.read("verify.py"))
        first = next(name for name in whole.namelist() if name.startswith("history/"))
        for name in whole.namelist():
            data = bytearray(whole.read(name))
            if name == first:
                data[len(data) // 2] ^= 1
            other.writestr(name, bytes(data))
