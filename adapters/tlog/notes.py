"""C2SP signed notes: a text under Ed25519 signatures, each by a named key."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
ID_BYTES, PUBLIC_BYTES, SIGNATURE_BYTES = 4, 32, 64
SIGNATURES_MOST = 100
DASH = "\u2014 "


class NoteError(Exception):
    """One sentence about a note or a key that is not what it should be."""


@dataclass(frozen=True)
class PublicKey:
    """A key that notes are checked with: its name, and the 32 bytes of an Ed25519 public key."""

    name: str
    raw: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """The key in its text form, `name+id+base64`; raises NoteError."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = _decoded(encoded)
        if not is_name(name) or material[:1] != ED25519 or len(material) != 1 + PUBLIC_BYTES:
            raise NoteError("A verifier key is a name, a key id and an Ed25519 key, joined by +: copy it whole.")
        found = cls(name, material[1:])
        if found.id.hex() != key_id:
            raise NoteError(f"The id of the verifier key {name} is not that of its key: copy it whole.")
        return found

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash of name, type and key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:ID_BYTES]

    @property
    def vkey(self) -> str:
        """The text form."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """A key that signs, under its name."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        return PublicKey(self.name, self.key.public_key().public_bytes_raw())


@dataclass(frozen=True)
class Note:
    """A text, and the known keys whose signatures under it are right; never empty."""

    text: str
    signers: tuple[PublicKey, ...]


def is_name(name: str) -> bool:
    """Whether a key may have this name: no spaces, no plus."""
    return bool(name) and not any(one.isspace() or one == "+" for one in name) and name.isprintable()


def signed(text: str, *keys: PrivateKey) -> str:
    """The text with the signature of each key."""
    if not text.endswith("\n") or not keys or not all(is_name(key.name) for key in keys):
        raise NoteError("A note is lines of text under at least one key, whose name has no spaces and no plus.")
    lines = (_encoded(key.public.id + key.key.sign(text.encode())) for key in keys)
    return text + "\n" + "".join(f"{DASH}{key.name} {line}\n" for key, line in zip(keys, lines, strict=True))


def opened(note: str, known: Iterable[PublicKey]) -> Note:
    """The text of a note that a known key signed; raises NoteError, also where any known key's signature is wrong."""
    keys = {(key.name, key.id): key for key in known}
    text, signatures = _parts(note)
    signers: list[PublicKey] = []
    for name, blob in signatures:
        key = keys.get((name, blob[:ID_BYTES]))
        if key is None:
            continue
        if not key.verifies(text.encode(), blob[ID_BYTES:]):
            raise NoteError(f"The signature of {name} is not of this text.")
        if key not in signers:
            signers.append(key)
    if not signers:
        raise NoteError("No known key has signed this note.")
    return Note(text, tuple(signers))


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, gap, rest = note.rpartition("\n\n")
    lines = rest.removesuffix("\n").split("\n")
    if not gap or not rest.endswith("\n") or any(one < " " and one != "\n" for one in note):
        raise NoteError("A note ends in a blank line and its signatures: copy it whole.")
    if len(lines) > SIGNATURES_MOST:
        raise NoteError(f"A note has at most {SIGNATURES_MOST} signatures.")
    found = []
    for line in lines:
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        blob = _decoded(encoded)
        if not line.startswith(DASH) or not is_name(name) or len(blob) <= ID_BYTES:
            raise NoteError("A signature is a dash, a name and base64: copy the note whole.")
        found.append((name, blob))
    return text + "\n", found


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
