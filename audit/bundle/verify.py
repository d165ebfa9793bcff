"""Verifies a bundle of one course, offline: `python verify.py BUNDLE.zip [--key VKEY] [--checkpoint FILE]`.

It needs Python 3.11 or newer and the package `cryptography`, and nothing of the program that made the bundle. It says
what is wrong and where, a line each, and ends with exit code 1; or that nothing is wrong, with exit code 0.

What it checks: each file against the manifest; the checkpoint's signature, and that each earlier checkpoint is of the
same log; that each log entry is in the tree which the checkpoint vouches for; each archived run against its log entry,
and the runs against each other; the readable history against the archived one; and the signature under each act.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
BUNDLE = b"structured-treatments bundle 1\n"
STATEMENT = "structured-treatments act 1"
PROOFS = frozenset({"proof", "signature"})
DASH = "\u2014 "
ED25519 = b"\x01"
CONTINUED = "workflowExecutionContinuedAsNewEventAttributes"
_NOTHING = object()


@dataclass
class Report:
    """What was found: faults, and what is no fault but worth knowing."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        """Note something that is wrong, and where."""
        self.faults.append(f"{where}: {what}")


def verify(path: str, key: str = "", newest: str = "") -> Report:
    """Check a bundle; `key` is the log's first key as the auditor has it, else the bundle's own is believed.

    `newest` is the text of the newest checkpoint that the auditor has, from a witness: a bundle is not older.
    """
    report = Report()
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            files = {name: packed.read(name) for name in names}
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        report.fault(path, f"it cannot be read as a bundle ({error})")
        return report
    if len(names) != len(set(names)):
        report.fault(path, "a file stands in it twice")
    try:
        _Bundle(files, report).check(key, newest)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        report.fault(path, f"it is not in the form of a bundle ({type(error).__name__}: {error})")
    return report


@dataclass
class _Bundle:
    files: Mapping[str, bytes]
    report: Report

    def check(self, key: str, newest: str) -> None:
        if MANIFEST not in self.files:
            self.report.fault(MANIFEST, "it is missing")
            return
        self.manifest = json.loads(self.files[MANIFEST])
        self.course: str = self.manifest["course"]
        self._listed()
        log = _Log(self.files, self.report, key or self.manifest["log"]["key"])
        if key and key.strip() != self.manifest["log"]["key"]:
            self.report.fault(MANIFEST, "the log's first key is not the one that you gave")
        log.check()
        if newest:
            log.hold_against(newest)
        self._exported(log)
        self._runs(log)
        self._acts(log)
        self._lines()

    def _listed(self) -> None:
        listed: Mapping[str, str] = self.manifest["files"]
        for name, digest in listed.items():
            if name not in self.files:
                self.report.fault(name, "it is missing")
            elif hashlib.sha256(self.files[name]).hexdigest() != digest:
                self.report.fault(name, "it is not the file that the manifest lists")
        for name in sorted(set(self.files) - set(listed) - {MANIFEST, SIGNATURE}):
            self.report.fault(name, "the manifest does not list it")

    def _exported(self, log: "_Log") -> None:
        """Whoever exported it has signed the manifest, and so every file."""
        given = json.loads(self.files.get(SIGNATURE, b"{}"))
        key = log.signing_keys().get(given.get("key_id", ""))
        text = BUNDLE + hashlib.sha256(self.files[MANIFEST]).hexdigest().encode()
        who = self.manifest["exported_by"]["account"]
        if key is None or key["account_id"] != who:
            self.report.fault(SIGNATURE, f"it is not the signature of {who}, who exported this")
        elif not _verifies(key["public_key"], given["value"], text):
            self.report.fault(SIGNATURE, "the manifest is not the one that was signed")
        elif set(given) != {"algorithm", "key_id", "value"} or given["algorithm"] != "ed25519":
            self.report.fault(SIGNATURE, "it says something besides algorithm, key and value")

    def _runs(self, log: "_Log") -> None:
        before, readable = "", dict[str, Any](events=[{}])
        known = [run["run_id"] for run in self.manifest["runs"]]
        archived = {entry["subject"].split("/")[1]: entry for entry in log.of_kind("archive", self.course)}
        for run_id in archived:
            if run_id not in known:
                self.report.fault(f"run {run_id}", "the log has it, and the bundle does not")
        for number, run in enumerate(self.manifest["runs"], start=1):
            where = f"course {self.course}, run {number} ({run['run_id']})"
            readable = json.loads(self.files[run["history"]])
            self._chain(where, readable, before)
            before = run["run_id"]
            if run["archive"]:
                self._archived(where, run, readable, archived.get(run["run_id"]))
            elif run["run_id"] in archived:
                self.report.fault(where, "the log says that it was archived, and the bundle has no archived history")
            else:
                self.report.notes.append(f"{where} is not archived yet: nothing vouches for it but its signed acts")
        follows = readable["events"][-1].get(CONTINUED, {}).get("newExecutionRunId", "")
        if follows:
            self.report.fault(f"run {follows}", f"run {before} says that it follows, and the bundle does not have it")

    def _chain(self, where: str, history: Mapping[str, Any], before: str) -> None:
        events = history["events"]
        for number, event in enumerate(events, start=1):
            if int(event["eventId"]) != number:
                self.report.fault(f"{where}, event {number}", f"event {event['eventId']} stands in its place")
                return
        started = events[0].get("workflowExecutionStartedEventAttributes", {})
        said = started.get("continuedExecutionRunId", "")
        if said != before and not _was_reset(events):
            self.report.fault(
                f"{where}, event 1", f"it follows run {said or 'none'}, the run before is {before or 'none'}"
            )

    def _archived(
        self, where: str, run: Mapping[str, Any], readable: Mapping[str, Any], entry: Mapping[str, Any] | None
    ) -> None:
        raw = self.files[run["archive"]]
        if entry is None:
            self.report.notes.append(f"{where} was archived after the checkpoint: no entry vouches for it yet")
        elif hashlib.sha256(raw).hexdigest() != entry["says"]["sha256"]:
            self.report.fault(where, f"the archived history is not the one of log entry {entry['index']}")
        sealed = json.loads(raw)
        for number, (one, other) in enumerate(zip(sealed["events"], readable["events"], strict=False), start=1):
            wrong = _differs(one, other)
            if wrong:
                self.report.fault(f"{where}, event {number}", f"{wrong} is not that of the archived history")
        if len(sealed["events"]) != len(readable["events"]):
            ends = min(len(sealed["events"]), len(readable["events"]))
            self.report.fault(
                f"{where}, event {ends + 1}", "the readable history is longer or shorter than the archive"
            )

    def _acts(self, log: "_Log") -> None:
        keys, signed, unsigned = log.signing_keys(), 0, 0
        for number, run in enumerate(self.manifest["runs"], start=1):
            for event, act in _acts_of(json.loads(self.files[run["history"]])):
                where = f"course {self.course}, run {number}, event {event['eventId']}"
                for person in ("actor", "second"):
                    given = (act.get(person) or {}).get("signature")
                    if given is None:
                        unsigned += person == "actor"
                        continue
                    wrong = self._wrong(act, person, given, keys.get(given["key_id"]), event["eventTime"])
                    if wrong:
                        self.report.fault(f"{where}, {person}.signature", wrong)
                    else:
                        signed += 1
        self.report.notes.append(f"{signed} signatures under acts are right; {unsigned} acts carry none")

    def _wrong(
        self, act: Mapping[str, Any], person: str, given: Mapping[str, Any], key: Mapping[str, Any] | None, taken: str
    ) -> str:
        key_id = given["key_id"]
        if key is None:
            return f"the log has no key {key_id}"
        if key["account_id"] != act[person]["account_id"]:
            return f"key {key_id} is {key['account_id']}'s, the act names {act[person]['account_id']}"
        if key["revoked_at"] and key["revoked_at"] <= taken:
            return f"key {key_id} was revoked before"
        if not _verifies(key["public_key"], given["value"], _statement(self.course, act, key_id)):
            return f"it is not a signature of this act on this course by key {key_id}"
        return ""

    def _lines(self) -> None:
        runs = [json.loads(self.files[run["history"]])["events"] for run in self.manifest["runs"]]
        for number, text in enumerate(self.files["course.ndjson"].decode().splitlines(), start=1):
            line = json.loads(text)
            if not (1 <= line["run"] <= len(runs) and 1 <= line["event"] <= len(runs[line["run"] - 1])):
                self.report.fault(f"course.ndjson, line {number}", "it names an event that no history here has")


class _Log:
    """The entries of the log that concern the course, and what vouches for them."""

    def __init__(self, files: Mapping[str, bytes], report: Report, first: str) -> None:
        self.report = report
        self.first = first.strip()
        self.note = files["proof/checkpoint"].decode()
        self.rows = [json.loads(line) for line in files["proof/entries.ndjson"].decode().splitlines()]
        self.earlier = [json.loads(line) for line in files["proof/earlier.ndjson"].decode().splitlines()]
        self.entries: list[dict[str, Any]] = []

    def check(self) -> None:
        size, root = self.size, self.root = self._checkpoint("proof/checkpoint", self.note)
        for row in self.rows:
            where = f"log entry {row['index']}"
            leaf = hashlib.sha256(b"\x00" + row["entry"].encode()).digest()
            if not _included(row["index"], size, leaf, [bytes.fromhex(one) for one in row["proof"]], root):
                self.report.fault(where, "it is not in the tree that the checkpoint vouches for")
            entry = json.loads(row["entry"])
            if _canonical(entry).decode() != row["entry"]:
                self.report.fault(where, "it is not written in its one canonical form")
            self.entries.append({**entry, "index": row["index"]})
        for one in self.earlier:
            where = f"checkpoint of {one['size']} entries"
            before, head = self._checkpoint(where, one["note"])
            proof = [bytes.fromhex(step) for step in one["proof"]]
            if before != one["size"] or not _consistent(before, head, size, root, proof):
                self.report.fault(where, "the log did not grow out of it")

    def hold_against(self, newest: str) -> None:
        """Whether the bundle is of the same log as a checkpoint that left the clinic before, and not older."""
        where = "the checkpoint that you gave"
        size, root = self._checkpoint(where, newest)
        mine = {one["size"]: base64.b64decode(one["note"].splitlines()[2]) for one in self.earlier}
        mine[self.size] = self.root
        if size > self.size:
            self.report.fault(
                "proof/checkpoint", f"it vouches for {self.size} entries and yours for {size}: ask for a newer bundle"
            )
        elif size not in mine:
            self.report.notes.append(f"{where} is of {size} entries: no checkpoint here is of as many")
        elif mine[size] != root:
            self.report.fault(where, f"the bundle has another log of {size} entries: one of the two is forged")

    def of_kind(self, kind: str, course: str = "") -> Iterator[dict[str, Any]]:
        """The entries of a kind, of one course if one is named."""
        for entry in self.entries:
            if entry["kind"] == kind and (not course or entry["subject"].split("/")[0] == course):
                yield entry

    def signing_keys(self) -> dict[str, dict[str, Any]]:
        """Every person's key as the log first had it, and since when it counts no more."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.of_kind("signing_keys"):
            says = entry["says"] or {"revoked_at": entry["recorded_at"]}
            key = found.setdefault(entry["subject"], {**says, "revoked_at": ""})
            if says.get("revoked_at") and not key["revoked_at"]:
                key["revoked_at"] = entry["recorded_at"]
        return found

    def _keys(self) -> list[str]:
        """The first key, and each that one before it has named in an entry."""
        known = [self.first]
        for row in self.rows:
            entry = json.loads(row["entry"])
            if entry["kind"] != "notary_key" or not entry["says"].get("succeeds"):
                continue
            says = {name: value for name, value in entry["says"].items() if name != "signature"}
            raw = base64.b64decode(says["succeeds"].rpartition("+")[2])[1:]
            if says["succeeds"] in known and _verifies_raw(raw, entry["says"]["signature"], _canonical(says)):
                known.append(says["vkey"])
        return known

    def _checkpoint(self, where: str, note: str) -> tuple[int, bytes]:
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        origin, size, head = text.splitlines()[:3]
        if not any(self._signed(text, line, key) for line in signatures.splitlines() for key in self._keys()):
            self.report.fault(where, "no key of this log has signed it")
        if origin != self.first.split("+")[0]:
            self.report.fault(where, f"it is a checkpoint of {origin}, another log")
        return int(size), base64.b64decode(head)

    @staticmethod
    def _signed(text: str, line: str, vkey: str) -> bool:
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        said, _, blob = line.removeprefix(DASH).partition(" ")
        raw, signature = base64.b64decode(encoded), base64.b64decode(blob)
        own = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        if said != name or own.hex() != key_id or signature[:4] != own or raw[:1] != ED25519:
            return False
        return _verifies_raw(raw[1:], base64.b64encode(signature[4:]).decode(), text.encode())


def _acts_of(history: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Every act in a readable history, with the event that took it in."""
    for event in history["events"]:
        asked = event.get("workflowExecutionUpdateAcceptedEventAttributes", {}).get("acceptedRequest", {})
        asked = asked.get("input", {})
        payloads = asked.get("args", {}).get("payloads", [])
        if asked.get("name") == "act" and payloads and isinstance(payloads[0].get("json"), dict):
            act = payloads[0]["json"].get("act")
            if isinstance(act, dict):
                yield event, act


def _was_reset(events: Sequence[Mapping[str, Any]]) -> bool:
    return any(one.get("workflowTaskFailedEventAttributes", {}).get("newRunId") for one in events)


def _differs(sealed: Any, readable: Any, path: str = "") -> str:
    """Where two events differ outside of their payloads, or an empty string."""
    if isinstance(sealed, dict) and isinstance(readable, dict):
        opened = set(readable) == {"json"} and "metadata" in sealed
        names = [] if opened else sorted(set(sealed) | set(readable))
        pairs = [(name, sealed.get(name, _NOTHING), readable.get(name, _NOTHING)) for name in names]
    elif isinstance(sealed, list) and isinstance(readable, list) and len(sealed) == len(readable):
        pairs = [(str(number), one, other) for number, (one, other) in enumerate(zip(sealed, readable, strict=True))]
    else:
        return "" if sealed == readable and type(sealed) is type(readable) else path.rstrip(".")
    wrongs = (_differs(one, other, f"{path}{name}.") for name, one, other in pairs)
    return next((wrong for wrong in wrongs if wrong), "")


def _statement(course: str, act: Mapping[str, Any], key_id: str) -> bytes:
    said = {name: _without_proofs(value) if name in {"actor", "second"} else value for name, value in act.items()}
    return _canonical({"statement": STATEMENT, "course": course, "key": key_id, "act": _plain(said)})


def _without_proofs(person: Any) -> Any:
    if not isinstance(person, dict):
        return person
    return {name: value for name, value in person.items() if name not in PROOFS}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return repr(value) if isinstance(value, float) else value


def _canonical(value: Any) -> bytes:
    """RFC 8785, for values without fractions."""

    def text(one: Any) -> str:
        if isinstance(one, dict):
            members = sorted(one, key=lambda name: name.encode("utf-16-be"))
            return "{" + ",".join(f"{text(name)}:{text(one[name])}" for name in members) + "}"
        if isinstance(one, list):
            return "[" + ",".join(map(text, one)) + "]"
        return json.dumps(one, ensure_ascii=False)

    return text(value).encode()


def _verifies(public: str, signature: str, data: bytes) -> bool:
    try:
        return _verifies_raw(base64.b64decode(public, validate=True), signature, data)
    except (binascii.Error, ValueError):
        return False


def _verifies_raw(public: bytes, signature: str, data: bytes) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(raw, data)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return base64.b64encode(raw).decode() == signature  # base64 has spare bits, which no signature covers


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = _node(step, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = _node(node, step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def _consistent(size: int, head: bytes, later: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if size == later:
        return not proof and head == root
    if not 0 < size < later:
        return False
    steps = iter(proof if size & (size - 1) else (head, *proof))
    at, last = size - 1, later - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = next(steps, b"")
    for step in steps:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = _node(step, before), _node(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = _node(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == head and after == root


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
    for line in report.faults:
        print(line)
    for line in report.notes:
        print(f"note: {line}")
    print(f"{len(report.faults)} faults." if report.faults else "Nothing is wrong.")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
