"""The part of a bundle's verifier that is about the log: entries, checkpoints, keys; `verify.py` has it inside."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMLESS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What is raised where JSON is not what it should be."""


class Report:
    """What was found: faults, and what is no fault but worth knowing."""

    def __init__(self) -> None:
        self.faults, self.notes = list[str](), list[str]()

    def fault(self, where: str, what: str) -> None:
        """Note something that is wrong, and where."""
        self.faults.append(f"{where}: {what}")


class Log:
    """The entries of the log that concern the course, and what vouches for them."""

    def __init__(self, files: Mapping[str, bytes], report: Report, first: str) -> None:
        self.report, self.first = report, first
        rows = list(_rows(files, report, "proof/entries.ndjson", {"index": int, "entry": str}))
        self.earlier = list(_rows(files, report, "proof/earlier.ndjson", {"size": int, "note": str}))
        self.entries = list(self._read(rows))
        self.vouching = [first, *self._successors()]
        size, root = self.size, self.root = self._checkpoint("proof/checkpoint", files.get("proof/checkpoint", b""))
        for row in rows:
            where, leaf = f"log entry {row['index']}", sha256(b"\x00" + row["entry"].encode()).digest()
            if not 0 <= row["index"] < size or _climb(row["index"], size, leaf, row["proof"]) != root:
                report.fault(where, "it is not in the tree that the checkpoint vouches for")
        for one in self.earlier:
            where = f"checkpoint of {one['size']} entries"
            before, head = self._checkpoint(where, one["note"].encode())
            if before != one["size"] or _grown(before, size, head, one["proof"], whole=True) != (head, root):
                report.fault(where, "the log did not grow out of it")
        self.keys: dict[str, Any] = {}
        for entry in self.of_kind("signing_keys"):
            says = entry["says"] or {"revoked_at": entry["recorded_at"]}
            key = self.keys.setdefault(entry["subject"], {**says, "revoked_at": ""})
            key["revoked_at"] = key["revoked_at"] or (entry["recorded_at"] if says.get("revoked_at") else "")

    def _read(self, rows: Sequence[Any]) -> Iterator[Any]:
        """Each entry that is written as entries are; what is not is named, and believed in nothing."""
        for row in rows:
            entry: Any = None
            try:
                entry = json.loads(row["entry"])
                right = canonical(entry).decode() == row["entry"] and {"kind", "says", "subject"} <= set(entry)
            except FORMLESS:
                right = False
            if right:
                yield {**entry, "index": row["index"]}
            else:
                self.report.fault(f"log entry {row['index']}", "it is not written in its one canonical form")

    def hold_against(self, newest: str) -> None:
        """Whether the bundle is of the same log as a checkpoint that left the clinic before, and not older."""
        where = "the checkpoint that you gave"
        size, root = self._checkpoint(where, newest.encode())
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

    def of_kind(self, kind: str, course: str = "") -> Iterator[Any]:
        """The entries of a kind, of one course if one is named."""
        for entry in self.entries:
            if entry["kind"] == kind and (not course or entry["subject"].split("/")[0] == course):
                yield entry

    def _successors(self) -> Iterator[str]:
        """Each key of the notary that one before it has named in an entry, under its own signature."""
        known = {self.first}
        for entry in self.of_kind("notary_key"):
            says = {name: value for name, value in entry["says"].items() if name != "signature"}
            raw = base64.b64encode(base64.b64decode(says["succeeds"].rpartition("+")[2])[1:]).decode()
            if says["succeeds"] in known and verifies(raw, entry["says"].get("signature", ""), canonical(says)):
                known.add(says["vkey"])
                yield says["vkey"]

    def _checkpoint(self, where: str, note: bytes) -> tuple[int, bytes]:
        try:
            text, _, signatures = note.decode().rpartition("\n\n")
            origin, entries, head = text.splitlines()[:3]
            size, root = int(entries), base64.b64decode(head)
            right = any(_signed(f"{text}\n", line, key) for line in signatures.splitlines() for key in self.vouching)
        except FORMLESS:
            self.report.fault(where, "it is no checkpoint")
            return 0, b""
        if not right:
            self.report.fault(where, "no key of this log has signed it")
        if origin != self.first.split("+")[0]:
            self.report.fault(where, f"it is a checkpoint of {origin}, another log")
        return size, root


def _rows(files: Mapping[str, bytes], report: Report, name: str, form: Mapping[str, type]) -> Iterator[Any]:
    """Each line of a file of proofs; one that is not in its form is named."""
    if name not in files:
        report.fault(name, "it is missing")
    for number, line in enumerate(files.get(name, b"").splitlines(), start=1):
        row: Any = None
        try:
            row = json.loads(line)
            right = all(type(row[one]) is kind for one, kind in form.items()) and isinstance(row["proof"], list)
            right = right and all(bytes.fromhex(one) for one in row["proof"])
        except FORMLESS:
            right = False
        if right:
            yield row
        else:
            report.fault(f"{name}, line {number}", "it is not in the form of a proof")


def _signed(text: str, line: str, vkey: str) -> bool:
    """Whether a line under a note is the signature of a key; see c2sp.org/signed-note."""
    name, key_id, encoded = vkey.split("+", 2)
    raw, (_, said, blob) = base64.b64decode(encoded), line.split(" ")
    own = sha256(name.encode() + b"\n" + raw).digest()[:4]
    right = said == name and own.hex() == key_id and base64.b64decode(blob)[:4] == own and raw[:1] == b"\x01"
    public, signature = (base64.b64encode(one).decode() for one in (raw[1:], base64.b64decode(blob)[4:]))
    return right and verifies(public, signature, text.encode())


def canonical(value: Any) -> bytes:
    """RFC 8785, for values without fractions whose names are plain letters."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def verifies(public: str, signature: str, data: bytes) -> bool:
    """Whether a signature is of this text by this key, both in the one base64 that they have."""
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True)).verify(raw, data)
    except (InvalidSignature, ValueError):
        return False
    return base64.b64encode(raw).decode() == signature  # base64 has spare bits, which no signature covers


def _climb(index: int, size: int, leaf: bytes, proof: Sequence[str]) -> bytes:
    """The head that a proof of inclusion leads to from a leaf; see RFC 9162, 2.1.3."""
    if size == 1 or not proof:
        return leaf if size == 1 and not proof else b""
    split, top = 1 << (size - 1).bit_length() - 1, bytes.fromhex(proof[-1])
    if index < split:
        return sha256(b"\x01" + _climb(index, split, leaf, proof[:-1]) + top).digest()
    return sha256(b"\x01" + top + _climb(index - split, size - split, leaf, proof[:-1])).digest()


def _grown(size: int, later: int, head: bytes, proof: Sequence[str], *, whole: bool) -> tuple[bytes, bytes]:
    """The heads at an earlier size and a later one that a proof of growth leads to; see RFC 9162, 2.1.4."""
    if size == later:
        known = [head] if whole else [bytes.fromhex(one) for one in proof]
        return (known[0], known[0]) if len(known) == 1 and (not whole or not proof) else (b"", b"")
    if not 0 < size < later or not proof:
        return b"", b""
    split, top = 1 << (later - 1).bit_length() - 1, bytes.fromhex(proof[-1])
    if size <= split:
        before, after = _grown(size, split, head, proof[:-1], whole=whole)
        return before, sha256(b"\x01" + after + top).digest()
    both = _grown(size - split, later - split, head, proof[:-1], whole=False)
    before, after = (sha256(b"\x01" + top + one).digest() for one in both)
    return before, after
