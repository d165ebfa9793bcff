"""A real course, exported: its bundle, and bundles that somebody has changed and made to fit."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from adapters.clinic.files import load_clinic
from adapters.identity.personal_keys import PersonalKey
from adapters.identity.sign_in import hash_passphrase, sign_in
from adapters.identity.signers import Signers
from adapters.tlog.folder import LogFolder
from adapters.wiring import Application
from audit.bundle.packing import packed, statement
from audit.bundle.verify import verify
from audit.bundle.verify_log import Report
from audit.notary import Notary
from course.model.signing import Ed25519Signature
from play.check import load_scenario
from play.files import known
from play.playing import play_many
from play.world.stage import stage
from services.courses import Courses
from services.errors import InputError, NotAllowedError, ServiceError
from services.exporting import export_course
from services.reading.one_course import shown_course
from services.session import StaffSession
from tests.support.records import CLINIC_FOLDER

WORDS = "three blue herons over water"


@dataclass(frozen=True)
class Exported:
    """Two bundles of one state, the files of the first, and what a later export of somebody else says."""

    path: Path
    again: bytes
    files: dict[str, bytes]
    refused: list[str]
    auditor: StaffSession
    """Who exported it; their clinic still runs."""


async def somebody(app: Application, account_id: str, now: object) -> StaffSession:
    """Somebody who has signed in."""
    await app.store.staff.set_passphrase(account_id, hash_passphrase(WORDS))
    token = await sign_in(app.store, account_id, WORDS, now)  # type: ignore[arg-type]
    account = await app.store.staff.account(account_id)
    assert account is not None
    signers = Signers.signed_in(app.store, account_id, token)
    return StaffSession(app, account, Courses(app, signers), now)  # type: ignore[arg-type]


async def vouch(app: Application) -> None:
    """The notary makes a checkpoint."""
    settings = app.settings
    await Notary(app.store, settings.log_name, settings.notary_key_file, LogFolder(settings.notary_folder)).vouch()


@asynccontextmanager
async def exported_course(folder: Path) -> AsyncIterator[Exported]:
    """A course of some months, played on a real server by staff who sign; exported twice by the auditor."""
    path = CLINIC_FOLDER / "scenarios" / "item-nine-on-saturday.toml"
    scenario = load_scenario(path, known(load_clinic(CLINIC_FOLDER))).model_copy(update={"until": "75d"})
    async with stage(folder / "stage", CLINIC_FOLDER) as here:
        (player,) = await play_many(here, [scenario])
        course, app = player.place.course_id, here.app
        refused = []
        auditor, nurse = await somebody(app, "adler", player.now), await somebody(app, "haas", player.now)
        tries = ((nurse, "to see"), (auditor, ""), (auditor, "review"))
        for at, reason in tries:
            try:
                await export_course(at, course, folder, reason)
            except (InputError, NotAllowedError, ServiceError) as why:
                refused.append(str(why))
        await shown_course(auditor, course)
        await vouch(app)
        await vouch_again(app, course)
        made = await export_course(auditor, course, folder / "one", "yearly review")
        tomorrow = replace(auditor, now=auditor.now + timedelta(days=1))
        again = await export_course(tomorrow, course, folder / "two", "yearly review")
        files = unpacked(made.path.read_bytes())
        yield Exported(made.path, again.path.read_bytes(), files, refused, auditor)


async def vouch_again(app: Application, course: str) -> None:
    """One more entry and one more checkpoint, so that there is an earlier one."""
    await app.store.log.state("export", f"{course}/before", {"course_id": course})
    await vouch(app)


def unpacked(whole: bytes) -> dict[str, bytes]:
    """The files of a bundle."""
    with zipfile.ZipFile(io.BytesIO(whole)) as found:
        return {name: found.read(name) for name in found.namelist()}


def verified(files: dict[str, bytes], folder: Path, key: str = "") -> Report:
    """What the verifier says of these files."""
    path = folder / "tried.zip"
    path.write_bytes(packed(files))
    return verify(str(path), key)


def relisted(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that fits them, as whoever changed one would make it."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: sha256(data).hexdigest() for name, data in files.items() if not name.startswith("manifest.")
    }
    return {**files, "manifest.json": json.dumps(manifest).encode()}


async def signing_key(exported: Exported) -> PersonalKey:
    """The key of whoever exported a bundle."""
    account = exported.auditor.account.account_id
    return await exported.auditor.courses.signers._openings[account]()


def resigned(files: dict[str, bytes], key: PersonalKey) -> dict[str, bytes]:
    """The files with a manifest that fits them, under the signature of whoever exported the bundle."""
    listed = relisted(files)
    signature = Ed25519Signature(key_id=key.key_id, value=key.sign(statement(listed)))
    return {**listed, "manifest.sig": signature.model_dump_json().encode()}
