"""Verifies a bundle of one course, offline: `python verify.py BUNDLE.zip [--key VKEY] [--checkpoint FILE]`.

It needs Python 3.11 or newer and the package `cryptography`, and nothing of the program that made the bundle. It says
what is wrong and where, a line each, and ends with exit code 1; or that nothing is wrong, with exit code 0.

What it checks: each file against the manifest, and the signature of whoever exported it; the checkpoint's signature,
and that each earlier checkpoint is of the same log; that each log entry is in the tree which the checkpoint vouches
for; each archived run against its log entry, and the runs against each other; the readable history against the
archived one; and the signature under each act.
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from audit.bundle.verify_log import FORMLESS, Log, Report, canonical, verifies

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
EXPORTED, ACT = b"structured-treatments bundle 1\n", "structured-treatments act 1"
CONTINUED = "workflowExecutionContinuedAsNewEventAttributes"


def verify(path: str, key: str = "", newest: str = "") -> Report:
    """Check a bundle; `key` is the log's first key as the auditor has it, else the bundle's own is believed.

    `newest` is the text of the newest checkpoint that the auditor has, from a witness: a bundle is not older.
    """
    report = Report()
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            files = {name: packed.read(name) for name in names}
    except (OSError, zipfile.BadZipFile, *FORMLESS) as error:
        report.fault(path, f"it cannot be opened as a bundle ({type(error).__name__}: {error})")
        return report
    report.faults += [f"{name}: it stands there twice" for name in set(names) if names.count(name) > 1]
    return verify_files(files, report, path, key, newest)


def verify_files(files: Mapping[str, bytes], report: Report, path: str, key: str = "", newest: str = "") -> Report:
    """Check the files of a bundle."""
    try:
        bundle = _Bundle(files, report)
    except FORMLESS as error:
        report.fault(MANIFEST, f"it is missing, or no manifest ({type(error).__name__}: {error})")
        return report
    try:
        bundle.check(key.strip(), newest)
    except FORMLESS as error:
        report.fault(path, f"it is not in the form of a bundle ({type(error).__name__}: {error})")
    return report


class _Bundle:
    def __init__(self, files: Mapping[str, bytes], report: Report) -> None:
        self.files, self.report = files, report
        self.manifest: Any = json.loads(files[MANIFEST])
        self.course: str = self.manifest["course"]
        self.own, self.account = self.manifest["log"]["key"], self.manifest["exported_by"]["account"]
        self.runs: list[Any] = self.manifest["runs"]
        self.listed: Mapping[str, str] = self.manifest["files"]
        _ = [(run["run_id"], run["history"], run["archive"]) for run in self.runs]

    def check(self, key: str, newest: str) -> None:
        if key and key != self.own:
            self.report.fault(MANIFEST, "the log's first key is not the one that you gave")
        self._listed()
        log = Log(self.files, self.report, key or self.own)
        if newest:
            log.hold_against(newest)
        self._exported(log)
        archived = {entry["subject"].split("/")[1]: entry for entry in log.of_kind("archive", self.course)}
        for run_id in archived.keys() - {run["run_id"] for run in self.runs}:
            self.report.fault(f"run {run_id}", "the log has it, and the bundle does not")
        before, histories = "", []
        for number, run in enumerate(self.runs, start=1):
            where = f"course {self.course}, run {number} ({run['run_id']})"
            histories.append(self._events(run["history"]))
            self._chain(where, histories[-1], before)
            self._archived(where, run, histories[-1], archived.get(run["run_id"]))
            before = run["run_id"]
        if follows := histories[-1][-1].get(CONTINUED, {}).get("newExecutionRunId", ""):
            self.report.fault(f"run {follows}", f"run {before} says that it follows, and the bundle does not have it")
        self._acts(log, histories)
        for number, text in enumerate(self.files["course.ndjson"].decode().splitlines(), start=1):
            line = json.loads(text)
            if not (1 <= line["run"] <= len(histories) and 1 <= line["event"] <= len(histories[line["run"] - 1])):
                self.report.fault(f"course.ndjson, line {number}", "it names an event that no history here has")

    def _events(self, name: str) -> Any:
        """The events of a history; one that says nothing where it is none."""
        try:
            events = json.loads(self.files[name])["events"]
            if all(int(one["eventId"]) for one in events) and events:
                return events
        except FORMLESS:
            pass
        self.report.fault(name, "it is no history")
        return [{"eventId": 1}]

    def _listed(self) -> None:
        for name, digest in self.listed.items():
            if name not in self.files:
                self.report.fault(name, "it is missing")
            elif sha256(self.files[name]).hexdigest() != digest:
                self.report.fault(name, "it is not the file that the manifest lists")
        for name in sorted(set(self.files) - set(self.listed) - {MANIFEST, SIGNATURE}):
            self.report.fault(name, "the manifest does not list it")

    def _exported(self, log: Log) -> None:
        """Whoever exported it has signed the manifest, and so every file."""
        try:
            given = dict(json.loads(self.files.get(SIGNATURE, b"{}")))
        except FORMLESS:
            given = {}
        key, who = log.keys.get(given.get("key_id", "")), self.account
        text = EXPORTED + sha256(self.files[MANIFEST]).hexdigest().encode()
        if key is None or key["account_id"] != who:
            self.report.fault(SIGNATURE, f"it is not the signature of {who}, who exported this")
        elif not verifies(key["public_key"], given.get("value", ""), text):
            self.report.fault(SIGNATURE, "the manifest is not the one that was signed")
        elif set(given) != {"algorithm", "key_id", "value"} or given.get("algorithm") != "ed25519":
            self.report.fault(SIGNATURE, "it says something besides algorithm, key and value")

    def _chain(self, where: str, events: Sequence[Any], before: str) -> None:
        for number, event in enumerate(events, start=1):
            if int(event["eventId"]) != number:
                self.report.fault(f"{where}, event {number}", f"event {event['eventId']} stands in its place")
                return
        said = events[0].get("workflowExecutionStartedEventAttributes", {}).get("continuedExecutionRunId", "")
        if said != before and not any("newRunId" in one.get("workflowTaskFailedEventAttributes", {}) for one in events):
            self.report.fault(f"{where}, event 1", f"it follows run {said or 'none'}, not {before or 'none'}")

    def _archived(self, where: str, run: Any, events: Sequence[Any], entry: Any) -> None:
        if not run["archive"]:
            if entry is not None:
                self.report.fault(where, "the log says that it was archived, and the archive is not here")
            self.report.notes.append(f"{where} is not archived yet: nothing vouches for it but its signed acts")
            return
        raw = self.files.get(run["archive"], b"")
        if entry is None:
            self.report.notes.append(f"{where} was archived after the checkpoint: no entry vouches for it yet")
        elif sha256(raw).hexdigest() != entry["says"]["sha256"]:
            self.report.fault(where, f"the archived history is not the one of log entry {entry['index']}")
        try:
            sealed = [dict(one) for one in json.loads(raw)["events"]]
        except FORMLESS:
            self.report.fault(where, "what was archived is no history")
            return
        for number, (one, other) in enumerate(zip(sealed, events, strict=False), start=1):
            if wrong := _differs(one, other):
                self.report.fault(f"{where}, event {number}", f"{wrong} is not that of the archived history")
        if len(sealed) != len(events):
            where += f", event {min(len(sealed), len(events)) + 1}"
            self.report.fault(where, "the readable history is longer or shorter than the archive")

    def _acts(self, log: Log, histories: Sequence[Sequence[Any]]) -> None:
        signed = unsigned = 0
        for number, events in enumerate(histories, start=1):
            for event, act in _acts_of(events):
                for person in ("actor", "second"):
                    given = (act.get(person) or {}).get("signature")
                    if given is None:
                        unsigned += person == "actor"
                    elif wrong := self._wrong(act, person, given, log.keys.get(given["key_id"]), event["eventTime"]):
                        where = f"course {self.course}, run {number}, event {event['eventId']}, {person}.signature"
                        self.report.fault(where, wrong)
                    else:
                        signed += 1
        self.report.notes.append(f"{signed} signatures under acts are right; {unsigned} acts carry none")

    def _wrong(self, act: Any, person: str, given: Any, key: Any, taken: str) -> str:
        key_id = given["key_id"]
        if key is None:
            return f"the log has no key {key_id}"
        if key["account_id"] != act[person]["account_id"]:
            return f"key {key_id} is {key['account_id']}'s, the act names {act[person]['account_id']}"
        if key["revoked_at"] and key["revoked_at"] <= taken:
            return f"key {key_id} was revoked before"
        if not verifies(key["public_key"], given["value"], _statement(self.course, act, key_id)):
            return f"it is not a signature of this act on this course by key {key_id}"
        return ""


def _acts_of(events: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    for event in events:
        asked = event.get("workflowExecutionUpdateAcceptedEventAttributes", {}).get("acceptedRequest", {})
        payloads = asked.get("input", {}).get("args", {}).get("payloads", [])
        if asked.get("input", {}).get("name") == "act" and payloads and isinstance(payloads[0].get("json"), dict):
            yield event, payloads[0]["json"]["act"]


def _differs(sealed: Any, readable: Any, path: str = "") -> str:
    """Where two events differ outside of their payloads, or an empty string."""
    if isinstance(sealed, dict) and isinstance(readable, dict):
        opened = set(readable) == {"json"} and "metadata" in sealed
        names = [] if opened else sorted(set(sealed) | set(readable))
        pairs = [(name, sealed.get(name, Report), readable.get(name, Report)) for name in names]
    elif isinstance(sealed, list) and isinstance(readable, list) and len(sealed) == len(readable):
        pairs = [(str(number), one, other) for number, (one, other) in enumerate(zip(sealed, readable, strict=True))]
    else:
        return "" if sealed == readable and type(sealed) is type(readable) else path.rstrip(".")
    return next((wrong for name, one, other in pairs if (wrong := _differs(one, other, f"{path}{name}."))), "")


def _statement(course: str, act: Any, key_id: str) -> bytes:
    """What a person signs who acts: the act without proofs and without what is null, fractions as text."""
    gone = {"proof": None, "signature": None}
    bare = {who: {**act[who], **gone} for who in ("actor", "second") if isinstance(act.get(who), dict)}
    said = json.loads(json.dumps({**act, **bare}), parse_float=str, object_hook=_without_nulls)
    return canonical({"statement": ACT, "course": course, "key": key_id, "act": said})


def _without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if one is not None}


def main() -> int:
    """The exit code: 0 nothing is wrong, 1 something is."""
    parser = argparse.ArgumentParser(description="Verify a bundle of one course, offline.")
    parser.add_argument("bundle", help="the zip file")
    parser.add_argument("--key", default="", help="the log's first key, as you were given it; else the bundle's own")
    parser.add_argument("--checkpoint", default="", help="a file: the newest checkpoint that you have from a witness")
    asked = parser.parse_args()
    try:
        newest = Path(asked.checkpoint).read_text("utf-8") if asked.checkpoint else ""
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"{asked.checkpoint} cannot be read ({error})")
    report = verify(asked.bundle, asked.key, newest)
    lines = [*report.faults, *(f"note: {line}" for line in report.notes)]
    print("\n".join([*lines, f"{len(report.faults)} faults." if report.faults else "Nothing is wrong."]))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
