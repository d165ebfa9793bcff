"""A bundle proves one course to whoever has nothing else, and whatever is changed in it is found, and where."""

import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from adapters.clinic.files import load_clinic
from adapters.identity.hands import Hands
from adapters.identity.sign_in import hash_passphrase, sign_in
from adapters.tlog.folder import LogFolder
from adapters.wiring import Application
from audit.bundle.packing import packed
from audit.bundle.verify import Report, verify
from audit.notary import Notary
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
EDITS = 60


@dataclass(frozen=True)
class Exported:
    """Two bundles of one state, the files of the first, and what a later export of somebody else says."""

    path: Path
    again: bytes
    files: dict[str, bytes]
    refused: list[str]


async def somebody(app: Application, account_id: str, now: object) -> StaffSession:
    """Somebody who has signed in."""
    await app.store.staff.set_passphrase(account_id, hash_passphrase(WORDS))
    token = await sign_in(app.store, account_id, WORDS, now)  # type: ignore[arg-type]
    account = await app.store.staff.account(account_id)
    assert account is not None
    hands = Hands.signed_in(app.store, account_id, token)
    return StaffSession(app, account, Courses(app, hands), now)  # type: ignore[arg-type]


async def vouch(app: Application) -> None:
    """The notary makes a checkpoint."""
    settings = app.settings
    await Notary(app.store, settings.log_name, settings.notary_key_file, LogFolder(settings.notary_folder)).vouch()


@pytest.fixture(scope="module")
async def exported(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exported]:
    """A course of some months, played on a real server by staff who sign; exported twice by the auditor."""
    folder = tmp_path_factory.mktemp("bundle")
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
        again = await export_course(auditor, course, folder / "two", "yearly review")
        files = unpacked(made.path.read_bytes())
        yield Exported(made.path, again.path.read_bytes(), files, refused)


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


def test_an_untouched_bundle_is_whole_and_the_same_to_the_byte(exported: Exported) -> None:
    """No false alarm; the same state makes the same bytes; whoever may not, gives no reason or comes early is told."""
    assert exported.path.read_bytes() == exported.again
    report = verify(str(exported.path))
    assert report.faults == []
    assert len([name for name in exported.files if name.startswith("archive/")]) >= 2
    assert "may not export" in exported.refused[0]
    assert "--reason" in exported.refused[1]
    assert "notary" in exported.refused[2]
    assert exported.path.stat().st_mode & 0o777 == 0o600


def test_the_bundle_verifies_itself_where_nothing_of_ours_is(exported: Exported, tmp_path: Path) -> None:
    """`verify.py` out of the bundle, in another folder and isolated: exit code 0; with another log's key, 1."""
    (tmp_path / "verify.py").write_bytes(exported.files["verify.py"])
    command = [sys.executable, "-I", "verify.py", str(exported.path)]
    right = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (right.returncode, right.stdout.splitlines()[-1]) == (0, "Nothing is wrong."), right.stdout + right.stderr
    key = json.loads(exported.files["manifest.json"])["log"]["key"]
    other = key.replace("structured-treatments/log", "structured-treatments/lag")
    wrong = subprocess.run([*command, "--key", other], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1


def _with(files: dict[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    text = files[name].decode()
    assert old in text, (name, old)
    return {**files, name: text.replace(old, new, 1).encode()}


def test_each_kind_of_change_is_found_where_it_is(exported: Exported, tmp_path: Path) -> None:
    """Whoever changes a file makes the manifest fit; what is wrong is named by run, event, entry or file."""
    files = exported.files
    runs = json.loads(files["manifest.json"])["runs"]
    number, first = next((n, run) for n, run in enumerate(runs, 1) if b'"mg": "' in files[run["history"]])
    second = next(run for run in runs if run["archive"] and run is not first)
    gone = {name: data for name, data in files.items() if name not in {first["history"], first["archive"]}}
    history = json.loads(files[first["history"]])
    cut = json.dumps({**history, "events": history["events"][:-1]})
    swapped = [*history["events"][:3], history["events"][4], history["events"][3], *history["events"][5:]]
    entries = files["proof/entries.ndjson"].decode().splitlines()
    tried = {
        "dose": _with(files, first["history"], '"mg": "', '"mg": "9'),
        "cut": {**files, first["history"]: cut.encode()},
        "order": {**files, first["history"]: json.dumps({**history, "events": swapped}).encode()},
        "exchanged": {**files, first["archive"]: files[second["archive"]]},
        "entry": _with(files, "proof/entries.ndjson", '\\"says\\":{', '\\"says\\":{\\"a\\":\\"b\\",'),
        "entry gone": {**files, "proof/entries.ndjson": "\n".join(entries[1:]).encode()},
        "forked": _with(files, "proof/checkpoint", "\n", "\n1"),
        "earlier": _with(files, "proof/earlier.ndjson", '"size": ', '"size": 1'),
        "story": _with(files, "course.ndjson", "PHQ-9", "PHQ-8"),
    }
    found = {kind: verified(relisted(changed), tmp_path).faults for kind, changed in tried.items()}
    assert any(f"run {number}" in one and "actor.signature" in one for one in found["dose"])
    assert any(f"run {number} ({first['run_id']})" in one and "event" in one for one in found["cut"])
    assert any(f"run {number}" in one and "event 4" in one for one in found["order"])
    assert any(f"run {number}" in one and "log entry" in one for one in found["exchanged"])
    assert any(one.startswith("log entry") for one in found["entry"])
    assert any("proof/checkpoint" in one for one in found["forked"])
    assert any("checkpoint of" in one for one in found["earlier"])
    assert all(any(one.startswith("manifest.sig") for one in faults) for faults in found.values())
    assert any(first["history"] in one for one in verified(gone, tmp_path).faults)
    plain = verified(_with(files, "course.ndjson", "PHQ-9", "PHQ-8"), tmp_path).faults
    assert plain == ["course.ndjson: it is not the file that the manifest lists"]


def test_no_edit_of_a_bundle_is_unseen(exported: Exported, tmp_path: Path) -> None:
    """Bytes changed, files removed, added and exchanged at random, the manifest made to fit or not: always a fault."""
    dice = random.Random(20261201)  # noqa: S311  edits at random, no secrets
    names = sorted(name for name in exported.files if not name.startswith("manifest.") and name != "verify.py")
    for number in range(EDITS):
        files = dict(exported.files)
        name, other = dice.sample(names, 2)
        match dice.randrange(4):
            case 0:
                data = bytearray(files[name])
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
                files[name] = bytes(data)
            case 1:
                del files[name]
            case 2:
                files[name], files[other] = files[other], files[name]
            case _:
                files[f"history/{number}.json"] = files[name]
        if dice.random() < 0.5:
            files = relisted(files)
        report = verified(files, tmp_path)
        assert report.faults, (number, name, other)


def test_another_courses_proofs_do_not_fit(exported: Exported, tmp_path: Path) -> None:
    """A bundle under another course's name is no bundle of that course: its acts were not signed there."""
    course = json.loads(exported.files["manifest.json"])["course"]
    moved = {name: data.replace(course.encode(), b"c-0123456789") for name, data in exported.files.items()}
    faults = verified(relisted(moved), tmp_path).faults
    assert any("actor.signature" in one for one in faults)
    assert any(one.startswith("log entry") for one in faults)
    assert replace(exported, refused=[]).refused == []


def test_the_paper_is_tagged_and_says_what_the_record_says(exported: Exported) -> None:
    """A PDF for readers of all kinds (PDF/UA), with no moment of its making in it."""
    made = exported.files["course.pdf"]
    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in made
    assert b"/MarkInfo" in made


def test_the_page_on_verifying_by_hand_does_it(exported: Exported, tmp_path: Path) -> None:
    """Every command of the page, as written, on this bundle; and the first says so where a file was changed."""
    page = Path("docs/how-to/verify-by-hand.md").read_text()
    script = "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    changed = tmp_path / "changed.zip"
    changed.write_bytes(packed({**exported.files, "course.html": b"<p>another</p>"}))
    done = []
    for number, bundle in enumerate((exported.path, changed)):
        folder = tmp_path / str(number)
        folder.mkdir()
        environment = {"PATH": os.environ["PATH"], "BUNDLE": str(bundle)}
        done.append(
            subprocess.run(
                ["sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
        )
    right, wrong = done
    assert right.returncode == 0, right.stdout + right.stderr
    assert right.stdout.count("Signature Verified Successfully") == 2
    assert right.stdout.splitlines()[-1] == "run: as archived"
    assert ("files: as listed" in right.stdout, "files: as listed" in wrong.stdout) == (True, False)
    assert "course.html: FAILED" in wrong.stdout


def test_fhir_is_fhir(exported: Exported) -> None:
    """Every resource is valid where R4 and R4B agree; doses, scores, signatures and looks are all there."""
    whole = json.loads(exported.files["fhir.json"])
    kinds = Counter(one["resource"]["resourceType"] for one in whole["entry"])
    for one in whole["entry"]:
        get_fhir_model_class(one["resource"]["resourceType"]).model_validate(one["resource"])
    assert kinds["CarePlan"] == kinds["Patient"] == 1
    assert kinds["MedicationAdministration"] >= 6
    assert {"Encounter", "Observation", "QuestionnaireResponse", "Consent", "Provenance", "AuditEvent"} <= set(kinds)
    signed = [one for one in whole["entry"] if one["resource"].get("signature")]
    assert len(signed) > 20
    urls = [one["fullUrl"] for one in whole["entry"]]
    assert len(urls) == len(set(urls))
