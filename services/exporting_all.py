"""Exporting every course, or those of which something was recorded lately; what stands already is kept."""

import asyncio
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from adapters.store.log.entries import Entry
from adapters.store.people.directory import CourseRow
from audit.bundle.proofs import Vouched
from services.courses import CourseError
from services.errors import ServiceError
from services.exporting import EXPORT, Exported, bundle_name, let_export, vouched, write_bundle
from services.session import StaffSession
from services.typed.times import instant

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ExportedAll:
    """The bundles that were written, those that stood already, and why a course has none."""

    made: tuple[Exported, ...]
    kept: tuple[Path, ...]
    failed: dict[str, str]


async def export_all(at: StaffSession, since: str, out: Path, reason: str, progress: Progress) -> ExportedAll:
    """Write the bundle of each course into a folder; an export that was cut off goes on where it was.

    A bundle stands already where the same person made it on the same day, for the same reason, under the same
    checkpoint, and it is the file that the log has the hash of. A course that cannot be exported keeps nobody from the
    others. Raises ServiceError.
    """
    await let_export(at, reason)
    log = await vouched(at.app)
    chosen, taken = await _chosen(at, since, log), await _taken(at)
    made: list[Exported] = []
    kept: list[Path] = []
    failed: dict[str, str] = {}
    for number, row in enumerate(chosen, start=1):
        path = out / bundle_name(at, row.course_id)
        if await asyncio.to_thread(_stands, path, taken, reason.strip(), log):
            kept.append(path)
        else:
            try:
                made.append(await write_bundle(at, row, log, out, reason))
            except (ServiceError, CourseError) as why:
                failed[row.course_id] = str(why)
        progress(f"{number} of {len(chosen)} courses exported")
    return ExportedAll(tuple(made), tuple(kept), failed)


async def _chosen(at: StaffSession, since: str, log: Vouched) -> list[CourseRow]:
    """The courses in their order of opening; those alone that are open or told of since a time, where one is given."""
    rows = sorted(await at.app.store.directory.courses(), key=lambda row: (row.opened_at, row.course_id))
    if not since:
        return rows
    begins = instant(since, at.site_zone(at.account.site), at.now)
    told = log.touched(begins)
    return [row for row in rows if row.course_id in told or row.closed_at is None or row.closed_at >= begins]


async def _taken(at: StaffSession) -> frozenset[str]:
    """The hashes of all bundles that this person ever took, as the log has them."""
    entries = [Entry.parse(line.entry).says or {} async for line in at.app.store.log.lines(EXPORT)]
    return frozenset(str(one.get("sha256")) for one in entries if one.get("account_id") == at.account.account_id)


def _stands(path: Path, taken: frozenset[str], reason: str, log: Vouched) -> bool:
    """Whether a bundle is what would be written now, as far as the log vouches."""
    if not path.is_file() or sha256(path.read_bytes()).hexdigest() not in taken:
        return False
    with zipfile.ZipFile(path) as whole:
        manifest = json.loads(whole.read("manifest.json"))
    same = {"key": log.key.vkey, "size": log.size}
    return bool(manifest["reason"] == reason and manifest["log"] == same)
