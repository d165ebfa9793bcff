"""Whatever is changed in a bundle is found, and where; even by whoever exported it."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

from audit.bundle.verify import verify, verify_files
from audit.bundle.verify_log import Report
from tests.support.bundle_edits import EXPORTERS, unseen
from tests.support.bundles import Exported, relisted, resigned, signing_key, verified, vouch_again

EDITS = 200


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


async def test_no_edit_of_a_bundle_is_unseen(exported: Exported) -> None:
    """Each edit, by whoever carries a bundle or by whoever exported it, is found where it was made; none that is whole.

    Who carries it can make the manifest fit; who exported it can sign the manifest anew.
    """
    key = await signing_key(exported)
    assert verify_files(resigned(exported.files, key), Report(), "bundle").faults == []
    missed = unseen(exported.files, key, random.Random(20261201), EDITS)  # noqa: S311  edits at random, no secrets
    assert set(missed) >= set(EXPORTERS)
    assert {how: lines for how, lines in missed.items() if lines} == {}


async def test_not_even_who_exports_can_cut_a_course_short(exported: Exported, tmp_path: Path) -> None:
    """The last run left out, with its lines, under a fresh signature: the run before names the one that is missing."""
    files, key = dict(exported.files), await signing_key(exported)
    manifest = json.loads(files["manifest.json"])
    last = manifest["runs"].pop()
    del files[last["history"]]
    number = len(manifest["runs"])
    told = [line for line in files["course.ndjson"].splitlines() if json.loads(line)["run"] <= number]
    files |= {"manifest.json": json.dumps(manifest).encode(), "course.ndjson": b"\n".join(told)}
    assert verified(resigned(exported.files, key), tmp_path).faults == []
    (fault,) = verified(resigned(files, key), tmp_path).faults
    assert fault.startswith(f"run {last['run_id']}: ")


async def test_an_old_bundle_is_told_from_a_new_one(exported: Exported, tmp_path: Path) -> None:
    """Held against the newest checkpoint of a witness, what stood before it was made is named as older."""
    app = exported.auditor.app
    earlier = json.loads(exported.files["proof/earlier.ndjson"].splitlines()[0])["note"]
    here = exported.files["proof/checkpoint"].decode()
    await vouch_again(app, "c-another")
    newer = (app.settings.notary_folder / "checkpoint").read_text()
    forked = here.replace(here.splitlines()[2], earlier.splitlines()[2])
    assert verify(str(exported.path), newest=earlier).faults == []
    assert verify(str(exported.path), newest=here).faults == []
    (fault,) = verify(str(exported.path), newest=newer).faults
    assert fault.startswith("proof/checkpoint: it vouches for")
    assert any("one of the two is forged" in one for one in verify(str(exported.path), newest=forked).faults)
    (tmp_path / "newest").write_text(newer)
    (tmp_path / "verify.py").write_bytes(exported.files["verify.py"])
    told = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            "-I",
            str(tmp_path / "verify.py"),
            str(exported.path),
            "--checkpoint",
            str(tmp_path / "newest"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, "ask for a newer bundle" in told.stdout) == (1, True)


def test_another_courses_proofs_do_not_fit(exported: Exported, tmp_path: Path) -> None:
    """A bundle under another course's name is no bundle of that course: its acts were not signed there."""
    course = json.loads(exported.files["manifest.json"])["course"]
    moved = {name: data.replace(course.encode(), b"c-0123456789") for name, data in exported.files.items()}
    faults = verified(relisted(moved), tmp_path).faults
    assert any("actor.signature" in one for one in faults)
    assert any(one.startswith("log entry") for one in faults)
