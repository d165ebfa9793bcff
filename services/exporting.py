"""Exporting a course with its proofs; the export is itself an entry of the log."""

import asyncio
import json
import os
import re
import secrets
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from adapters.store.people.access import Access
from adapters.store.people.directory import CourseRow, Patient
from adapters.temporal.plugin import build_id
from adapters.temporal.updates import run_of
from adapters.tlog.folder import LogFolder
from adapters.wiring import Application
from audit.bundle.fhir import Fhir
from audit.bundle.packing import README, SIGNATURE, packed, statement, with_manifest
from audit.bundle.page import page
from audit.bundle.paper import pdf
from audit.bundle.proofs import CourseProofs, ProofError, Vouched, as_lines, vouched_log
from audit.bundle.readable import acts_in, readable
from audit.histories import compared_histories
from audit.key_book import key_book
from audit.timeline import Line, story
from course.model.record import CourseRecord
from services.errors import InputError, NotAllowedError, ServiceError
from services.permissions import Use
from services.session import StaffSession

FORMAT = "structured-treatments bundle 1"
EXPORT = "export"
SEALED_BY = re.compile(rb'"encryption-key-id":"([^"]+)"')


@dataclass(frozen=True)
class Exported:
    """A bundle that was written: where, its hash, and how many log entries it proves."""

    path: Path
    sha256: str
    entries: int
    runs: int


async def export_course(at: StaffSession, typed: str, out: Path, reason: str) -> Exported:
    """Write the bundle of a course into a folder; raises ServiceError or CourseError."""
    await let_export(at, reason)
    course_id = await at.course(typed)
    row = await at.app.store.directory.course(course_id)
    if row is None:
        raise InputError(f"there is no course {course_id}: `starter.py list` shows them")
    return await write_bundle(at, row, await vouched(at.app), out, reason)


async def let_export(at: StaffSession, reason: str) -> None:
    """Refuse, on record, whoever may not export; and an export without a reason."""
    await at.refuse_unless(Use.EXPORT, what=EXPORT)
    if not reason.strip():
        raise InputError("say why with --reason: an export is on record with its reason")


async def vouched(app: Application) -> Vouched:
    """The log as the witness, or else the notary, last had it; raises ServiceError."""
    folders = (app.settings.witness_folder, app.settings.notary_folder)
    kept = next((found for one in folders if one is not None and (found := LogFolder(one)).key() is not None), None)
    if kept is None:
        raise ServiceError("nothing vouches for the log yet: run `starter.py notary` first")
    try:
        return await vouched_log(app.store.log, kept)
    except ProofError as why:
        raise ServiceError(str(why)) from None


def bundle_name(at: StaffSession, course_id: str) -> str:
    """What the file of a course is called on this day."""
    return f"course-{course_id}-{at.now:%Y-%m-%d}.zip"


async def write_bundle(at: StaffSession, row: CourseRow, log: Vouched, out: Path, reason: str) -> Exported:
    """Write the bundle of one course; raises ServiceError or CourseError."""
    course_id = row.course_id
    record = await at.courses.record(course_id)
    proofs = log.of(row)
    found = await compared_histories(at.app, course_id)
    if found.differing:
        raise ServiceError(f"run {found.differing[0]} is archived otherwise than the server has it: see `audit verify`")
    lines = await story(found.runs, at.app.ring, await key_book(at.app.store.log))
    files, runs = await _histories(at.app, course_id, found.runs)
    patient = await at.app.store.directory.patient(record.patient_id)
    behind = f"a checkpoint of {proofs.size} log entries, {len(proofs.entries)} of them in this bundle"
    files |= {
        "README.txt": README.format(course=course_id).encode(),
        "course.html": page(record, patient, lines, behind).encode(),
        "course.pdf": await asyncio.to_thread(pdf, record, patient, lines, behind),
        "course.ndjson": as_lines([_plain(line) for line in lines]),
        "fhir.json": _fhir(record, patient, files, await at.app.store.access.of_course(course_id)),
        "proof/checkpoint": proofs.checkpoint.encode(),
        "proof/earlier.ndjson": as_lines(proofs.earlier),
        "proof/entries.ndjson": as_lines(proofs.entries),
    }
    manifest = {
        "format": FORMAT,
        "build": build_id(),
        "course": course_id,
        "protocol": {"id": record.protocol.id, "version": record.protocol.version, "sha256": record.protocol.sha256},
        "exported_by": {"account": at.account.account_id, "name": at.account.name, "role": at.account.role},
        "reason": reason.strip(),
        "log": {"key": proofs.key.vkey, "size": proofs.size},
        "runs": runs,
    }
    whole = packed(await _signed(at, with_manifest(files, manifest), proofs))
    path = await _written(at, out / bundle_name(at, course_id), whole, course_id, reason.strip())
    return Exported(path, sha256(whole).hexdigest(), len(proofs.entries), len(runs))


def _fhir(record: CourseRecord, patient: Patient | None, files: dict[str, bytes], looks: Sequence[Access]) -> bytes:
    """The course for whoever reads FHIR, with the acts out of its histories."""
    acts = [act for name in sorted(files) if name.startswith("history/") for act in acts_in(json.loads(files[name]))]
    made = Fhir(record, patient).bundle(acts, [one for one in looks if one.what != EXPORT])
    return json.dumps(made, sort_keys=True, indent=1, ensure_ascii=False).encode()


async def _signed(at: StaffSession, files: dict[str, bytes], proofs: CourseProofs) -> dict[str, bytes]:
    """The files with the exporter's signature under the manifest; raises ServiceError where none would be believed."""
    signature = await at.courses.signers.under(at.account.account_id, statement(files))
    if signature is None:
        raise NotAllowedError("a bundle is signed by whoever exports it: sign in first")
    if not any(f'"subject":"{signature.key_id}"' in str(one["entry"]) for one in proofs.entries):
        raise ServiceError("nothing vouches for your key yet: run `starter.py notary`, then export again")
    return {**files, SIGNATURE: signature.model_dump_json().encode()}


async def _histories(
    app: Application, course_id: str, histories: Sequence[WorkflowHistory]
) -> tuple[dict[str, bytes], list[dict[str, object]]]:
    """Each run to read, and as it was archived; and what the manifest says of them."""
    files: dict[str, bytes] = {}
    runs: list[dict[str, object]] = []
    for number, history in enumerate(histories, start=1):
        run_id = run_of(history)
        name = f"{number:03}-{run_id}.json"
        files[f"history/{name}"] = await readable(history, app.ring)
        archived = await app.store.archive.history(course_id, run_id)
        if archived is not None:
            files[f"archive/{name}"] = archived
        runs.append(
            {
                "run_id": run_id,
                "build": next(filter(None, map(_build, reversed(history.events))), ""),
                "history": f"history/{name}",
                "archive": f"archive/{name}" if archived is not None else "",
                "keys": sorted({b64decode(one).decode() for one in SEALED_BY.findall(archived or b"")}),
                "events": len(history.events),
            }
        )
    return files, runs


async def _written(at: StaffSession, path: Path, whole: bytes, course_id: str, reason: str) -> Path:
    """Put on record who takes the bundle and why, then put it where it was asked for."""
    says = {"course_id": course_id, "account_id": at.account.account_id, "sha256": sha256(whole).hexdigest()}
    subject = f"{course_id}/{says['sha256'][:16]}"
    await at.app.store.log.state(EXPORT, subject, says, secrets={"reason": reason})
    await at.log_access(course_id, EXPORT)
    await asyncio.to_thread(_write, path, whole)
    return path


def _build(event: HistoryEvent) -> str:
    """The build that completed a task, empty for other events."""
    return event.workflow_task_completed_event_attributes.deployment_version.build_id


def _write(path: Path, whole: bytes) -> None:
    """A file that its owner alone can read: it holds names."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(whole)
        draft.replace(path)
    except OSError as error:
        raise ServiceError(f"{path} cannot be written ({error.strerror}): name another folder with --out") from None


def _plain(line: Line) -> dict[str, object]:
    """A line of the story as JSON."""
    whole: dict[str, object] = json.loads(json.dumps(asdict(line), default=_text))
    return whole


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
